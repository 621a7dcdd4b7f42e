"""Looks that go wrong on request: sections 3 and 6 of the provider's papers."""

import json
import time
from typing import Any

import httpx
import pytest

from tests.simulator import Simulator


def finished(simulator: Simulator, *faults: str, **body: object) -> dict[str, Any]:
    """Return the answer about a finished job whose prompt asks for some faults."""
    prompt = "a cat " + "".join(f"[[fault:{fault}]]" for fault in faults)
    return simulator.ended(simulator.create(prompt=prompt, **body).json()["id"])


@pytest.mark.parametrize(
    ("fault", "cost"),
    [
        ("cost=null", None),
        ("cost=text", "0.28"),
        ("cost=words", "about a dollar"),
        ("cost=zero", 0),
        ("cost=negative", -0.28),
        ("cost=0.31", 0.31),
        ("cost-bool", True),
    ],
)
def test_a_cost_comes_in_every_form(simulator: Simulator, fault: str, cost: object) -> None:
    assert finished(simulator, fault)["outputs"]["cost"] == cost


def test_a_cost_may_be_missing_or_no_number(simulator: Simulator) -> None:
    assert "cost" not in finished(simulator, "cost-missing")["outputs"]
    assert str(finished(simulator, "cost=nan")["outputs"]["cost"]) == "nan"
    assert str(finished(simulator, "cost=infinity")["outputs"]["cost"]) == "inf"


@pytest.mark.parametrize(
    ("fault", "outputs"),
    [("outputs=null", None), ("outputs=empty", {}), ("outputs=empty-list", []), ("outputs=text", "done")],
)
def test_outputs_may_be_nothing_useful(simulator: Simulator, fault: str, outputs: object) -> None:
    assert finished(simulator, fault)["outputs"] == outputs


def test_outputs_may_be_a_list_or_lack_the_link(simulator: Simulator) -> None:
    assert finished(simulator, "outputs=list")["outputs"][0]["cost"] == 0.28
    assert finished(simulator, "outputs=no-url")["outputs"] == {"cost": 0.28}
    assert finished(simulator, "outputs=null-url")["outputs"]["video_url"] is None


def test_outputs_may_come_late(simulator: Simulator) -> None:
    job = finished(simulator, "outputs=null*2")
    later = [simulator.look(job["id"]).json()["outputs"] for _ in range(2)]

    assert job["outputs"] is None
    assert later[0] is None
    assert later[1]["cost"] == 0.28


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("times=iso", str),
        ("times=float", float),
        ("times=unix", int),
        ("times=milliseconds", int),
        ("times=text", str),
    ],
)
def test_times_come_in_every_form(simulator: Simulator, fault: str, kind: type) -> None:
    job = finished(simulator, fault)

    assert type(job["created_at"]) is kind
    assert type(job["completed_at"]) is kind


def test_times_may_be_zero_null_or_missing(simulator: Simulator) -> None:
    assert finished(simulator, "times=zero")["completed_at"] == "0001-01-01T00:00:00Z"
    assert finished(simulator, "times=null")["created_at"] is None
    assert "created_at" not in finished(simulator, "times=missing")


def test_small_fields_may_be_odd(simulator: Simulator) -> None:
    job = finished(simulator, "seconds=number", "size-missing", "object=missing")

    assert job["seconds"] == 5
    assert not {"size", "object"} & set(job)


@pytest.mark.parametrize(("value", "status"), [("warming_up", "warming_up"), ("null", None), ("number", 7)])
def test_a_status_may_be_unheard_of(simulator: Simulator, value: str, status: object) -> None:
    job_id = simulator.create(prompt=f"[[fault:status={value}*2]]").json()["id"]

    assert [simulator.look(job_id).json()["status"] for _ in range(2)] == [status, status]
    assert simulator.ended(job_id)["status"] == "completed"


def test_a_status_may_be_missing(simulator: Simulator) -> None:
    job_id = simulator.create(prompt="[[fault:status-missing]]").json()["id"]

    assert "status" not in simulator.look(job_id).json()


def test_a_status_may_go_backwards(simulator: Simulator) -> None:
    job_id = simulator.create(prompt="[[fault:take=60]][[fault:backwards]]").json()["id"]

    seen = [simulator.look(job_id).json()["status"] for _ in range(4)]
    assert seen == ["in_progress", "queued", "in_progress", "queued"]


@pytest.mark.parametrize(("fault", "status"), [("never-finish", "in_progress"), ("never-start", "queued")])
def test_a_job_may_never_move_on(simulator: Simulator, fault: str, status: str) -> None:
    job_id = simulator.create(prompt=f"[[fault:{fault}]]").json()["id"]

    assert simulator.look(job_id).json()["status"] == status


def test_the_provider_may_cancel(simulator: Simulator) -> None:
    job = finished(simulator, "cancel-after=0")

    assert (job["status"], job["outputs"]) == ("cancelled", None)


def test_a_failure_says_what_it_is_told_markup_included(simulator: Simulator) -> None:
    job = finished(simulator, "fail-after=0", "fail-message=<b>no</b>", "fail-code=moderated")

    assert job["error"] == {"message": "<b>no</b>", "code": "moderated"}


@pytest.mark.parametrize(
    ("form", "where"),
    [
        ("text", '"error": "The'),
        ("info", '"errors": [{"message"'),
        ("info-text", '"errors": "The'),
        ("list", '"error": [{'),
    ],
)
def test_a_failure_is_told_in_every_form(simulator: Simulator, form: str, where: str) -> None:
    assert where in json.dumps(finished(simulator, "fail-after=0", f"error={form}"))


def test_the_old_shape_has_no_model_and_zero_times(simulator: Simulator) -> None:
    job = finished(simulator, "old-shape", "fail-after=0")

    assert job["claimed_at"] == "0001-01-01T00:00:00Z"
    assert job["info"]["errors"][0]["message"]
    assert "model" not in job


@pytest.mark.parametrize("status", [302, 401, 403, 404, 429, 500, 502, 503])
def test_a_look_may_be_refused_for_a_while(simulator: Simulator, status: int) -> None:
    job_id = simulator.create(prompt=f"[[fault:look={status}*2]][[fault:retry-after=3]]").json()["id"]
    answers = [simulator.look(job_id) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [status, status, 200]
    assert answers[0].headers["retry-after"] == "3"


@pytest.mark.parametrize("kind", ["html", "empty", "broken", "nested", "bytes", "text", "string-error"])
def test_a_look_may_be_unreadable(simulator: Simulator, kind: str) -> None:
    job_id = simulator.create(prompt=f"[[fault:look-body={kind}*1]]").json()["id"]

    assert job_id not in simulator.look(job_id).text or kind == "broken"
    assert simulator.look(job_id).json()["id"] == job_id


def test_a_look_may_be_about_another_job(simulator: Simulator) -> None:
    job_id = simulator.create(prompt="[[fault:look-body=other-id]]").json()["id"]

    assert simulator.look(job_id).json()["id"] != job_id


@pytest.mark.parametrize("when", ["before", "mid", "garbage"])
def test_a_look_may_be_cut(simulator: Simulator, when: str) -> None:
    job_id = simulator.create(prompt=f"[[fault:look-drop={when}]]").json()["id"]

    with pytest.raises(httpx.TransportError):
        simulator.look(job_id)


def test_a_look_may_hang(simulator: Simulator) -> None:
    job_id = simulator.create(prompt="[[fault:delay-look=60]]").json()["id"]
    started = time.monotonic()
    with pytest.raises(httpx.ReadTimeout):
        simulator.http.get(f"{simulator.url}/v2/videos/{job_id}", headers=simulator.key, timeout=0.2)
    assert time.monotonic() - started < 5


def test_faults_may_be_set_for_one_job_only(simulator: Simulator) -> None:
    first, second = (simulator.create().json()["id"] for _ in range(2))
    simulator.fault("look", "404", job=first)

    assert simulator.look(first).status_code == 404
    assert simulator.look(second).status_code == 200
