"""The simulator over real HTTP: the protocol as documented, and what survives a crash."""

import socket
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import av
import httpx
import pytest

from tests.simulator import ROOT, Simulator, start_simulator

MODEL = "minimax/video-01-director"


def test_a_job_runs_to_a_playable_clip_of_the_asked_size_and_length(tmp_path: Path) -> None:
    with start_simulator(tmp_path, tiny=False) as simulator:
        answer = simulator.create(model="pixverse/pixverse-v5", width=640, height=360, seconds="5", fps=16)
        job = simulator.ended(answer.json()["id"])
        clip = simulator.http.get(job["outputs"]["video_url"], follow_redirects=True)

    (tmp_path / "clip").write_bytes(clip.content)
    with av.open(str(tmp_path / "clip")) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (640, 360)
        assert stream.average_rate == Fraction(16)
        assert container.duration == pytest.approx(5_000_000, abs=100_000)


def test_a_create_answers_with_the_whole_job(simulator: Simulator) -> None:
    answer = simulator.create(prompt="a cat", seconds="5")

    job = answer.json()
    assert answer.status_code == 200
    assert job.pop("created_at") == pytest.approx(time.time(), abs=5)
    assert len(job.pop("id")) == 36
    assert job == {"object": "video", "model": MODEL, "status": "queued", "size": "1366x768", "seconds": "5"}


def test_a_finished_job_names_its_cost_and_a_link(simulator: Simulator) -> None:
    job = simulator.ended(simulator.create().json()["id"])

    assert job["status"] == "completed"
    assert job["outputs"]["cost"] == 0.28
    assert job["outputs"]["video_url"].startswith(f"{simulator.url}/shrt/")
    assert isinstance(job["completed_at"], int)


def test_a_job_waits_runs_and_ends_as_time_passes(tmp_path: Path) -> None:
    with start_simulator(tmp_path, speed=8) as simulator:
        job_id = simulator.create().json()["id"]
        seen = [simulator.look(job_id).json()["status"]]
        simulator.ended(job_id)
        assert seen == ["queued"]
        took = simulator.look(job_id).json()["completed_at"] - simulator.look(job_id).json()["created_at"]
        assert took <= 3


def test_a_killed_simulator_goes_on_where_it_was(tmp_path: Path) -> None:
    with start_simulator(tmp_path, speed=4) as simulator:
        job_id = simulator.create().json()["id"]
        simulator.restart()
        assert simulator.look(job_id).json()["status"] in ("queued", "in_progress")
        assert simulator.ended(job_id)["status"] == "completed"
        assert len(simulator.creates()) == 1


def test_a_clip_left_half_drawn_is_drawn_after_a_restart(tmp_path: Path) -> None:
    with start_simulator(tmp_path, tiny=False) as simulator:
        job_id = simulator.create(model="pixverse/pixverse-v5", width=270, height=360).json()["id"]
        simulator.restart()
        assert simulator.ended(job_id)["status"] == "completed"


def test_a_stop_by_sigterm_is_no_failure(tmp_path: Path) -> None:
    with start_simulator(tmp_path) as simulator:
        process = simulator.process
        simulator.stop()
    assert process is not None
    assert process.returncode == 0


def test_a_missing_key_is_refused_for_creates_and_looks(simulator: Simulator) -> None:
    create = simulator.http.post(f"{simulator.url}/v2/videos", json={"model": MODEL, "prompt": "a cat"})
    look = simulator.http.get(f"{simulator.url}/v2/videos/x", headers={"authorization": "Basic x"})

    assert (create.status_code, look.status_code) == (401, 401)
    assert create.json()["error"]["code"] == "invalid_api_key"


def test_an_unknown_job_is_not_found(simulator: Simulator) -> None:
    assert simulator.look("nobody").status_code == 404
    assert simulator.looks("nobody") == 1


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/v2/videos"), ("DELETE", "/v2/videos/1"), ("PUT", "/faults")]
)
def test_a_method_that_is_not_there_is_refused(simulator: Simulator, method: str, path: str) -> None:
    assert simulator.http.request(method, simulator.url + path).status_code == 405


@pytest.mark.parametrize("path", ["/", "/v1/videos/generations", "/v1/models"])
def test_a_path_that_is_not_there_is_not_found(simulator: Simulator, path: str) -> None:
    assert simulator.http.get(simulator.url + path).status_code == 404


def test_the_log_has_each_create_with_headers_and_body_and_no_key(simulator: Simulator) -> None:
    job_id = simulator.create(prompt="log me").json()["id"]
    simulator.look(job_id)

    (create,) = simulator.creates("log me")
    assert (create["id"], create["outcome"]) == (job_id, "accepted")
    assert create["headers"]["authorization"].startswith("Bearer sha256:")
    assert create["body"]["prompt"] == "log me"
    assert simulator.looks(job_id) == 1


def test_a_taken_port_is_named_with_the_remedy(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "videojobs.provider.simulator"]
        ran = subprocess.run(
            [*command, "--data", str(tmp_path), "--port", str(port)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=30,
        )
    assert ran.returncode == 1
    assert f"port {port}" in ran.stderr
    assert "--port" in ran.stderr


def test_it_takes_many_creates_quickly(simulator: Simulator) -> None:
    simulator.ended(simulator.create().json()["id"])  # the tiny clip is drawn
    started = time.monotonic()
    for _ in range(200):
        assert simulator.create().status_code == 200
    assert time.monotonic() - started < 5
    assert simulator.look(simulator.creates()[-1]["id"]).status_code == httpx.codes.OK
