"""The simulator over real HTTP: the protocol as documented, and what survives a crash."""

from fractions import Fraction
from pathlib import Path

import av
import pytest

from tests.simulator import start_simulator


def test_a_job_runs_to_a_playable_clip_of_the_asked_size_and_length(tmp_path: Path) -> None:
    with start_simulator(tmp_path, tiny=False) as simulator:
        answer = simulator.create(
            width=640, height=360, model="pixverse/pixverse-v5", seconds="5", fps=16
        ).json()
        job = simulator.ended(answer["id"])
        clip = simulator.http.get(job["outputs"]["video_url"], follow_redirects=True)

    (tmp_path / "clip.mp4").write_bytes(clip.content)
    with av.open(str(tmp_path / "clip.mp4")) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (640, 360)
        assert stream.average_rate == Fraction(16)
        assert container.duration == pytest.approx(5_000_000, abs=100_000)
