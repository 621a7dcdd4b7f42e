"""What bad input gets over REST: JSON that names the field, and nothing stored."""

from typing import Any

import pytest
from django.test import Client

from dashboard.api import making
from tests.dashboard.api.scripts import WISH, Script
from tests.factories import NOW, Cast, create_job, create_limit
from videojobs import places
from videojobs.models import Job, JobEvent, LedgerEntry, QueueScope, Submission, Target
from videojobs.states import State


def refused(answer: Any, status: int) -> dict[str, Any]:
    """Check the shape of a refusal, and that nothing was stored; return the error."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"].startswith("application/json")
    error: dict[str, Any] = answer.json()["error"]
    assert {"message", "code", "fields"} <= set(error)
    assert error["message"]
    assert not Job.objects.exists()
    assert not LedgerEntry.objects.exists()
    return error


@pytest.mark.parametrize(
    ("wish", "fields"),
    [
        ({}, ["body"]),
        ({"body": None}, ["body"]),
        ({"body": "text"}, ["body"]),
        ({"body": WISH, "prioritiy": 1}, ["prioritiy"]),
        ({"body": WISH, "project": "a\x00"}, ["project"]),
        ({"body": WISH, "project": "\ud800"}, ["project"]),
        ({"body": WISH, "project": 7}, ["project"]),
        ({"body": {}}, ["model", "prompt"]),
        ({"body": WISH | {"seconds": "9", "fps": 1}}, ["seconds", "fps"]),
        ({"body": WISH | {"guidance_scale": float("nan")}}, ["guidance_scale"]),
        ({"body": WISH | {"seed": float("inf")}}, ["seed"]),
        ({"body": WISH | {"model": "unlisted/one"}}, ["model"]),
    ],
)
def test_every_wrong_field_is_named(alice: Script, wish: dict[str, Any], fields: list[str]) -> None:
    error = refused(alice.post("/api/v1/jobs", wish), 400)
    assert list(error["fields"]) == fields
    assert all(messages and all(messages) for messages in error["fields"].values())


@pytest.mark.parametrize("raw", [b" ", b"{", b"[]", b"null", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_refused(alice: Script, raw: bytes) -> None:
    refused(alice.send("/api/v1/jobs", raw), 400)


def test_a_form_is_refused(alice: Script) -> None:
    answer = alice.client.post("/api/v1/jobs", headers={"authorization": f"Bearer {alice.secret}"})
    refused(answer, 415)


def test_another_content_type_is_a_415(alice: Script) -> None:
    refused(alice.send("/api/v1/jobs", "{}", "text/plain"), 415)


def test_ten_megabytes_are_too_large(alice: Script) -> None:
    refused(alice.post("/api/v1/jobs", {"body": WISH | {"prompt": "x" * 10_000_000}}), 413)


@pytest.mark.parametrize("path", ["/api/v1/jobs", "/api/v1/models", "/api/v1/openapi.json"])
def test_other_methods_are_not_possible(alice: Script, path: str) -> None:
    answer = alice.client.delete(path, headers={"authorization": f"Bearer {alice.secret}"})
    refused(answer, 405)
    assert "GET" in answer["Allow"]


@pytest.mark.parametrize("path", ["/api/v1/", "/api/v1/nothing", "/api/", "/api/v2/jobs"])
def test_an_unknown_address_is_a_404_in_json(cast: Cast, path: str) -> None:
    refused(Client().get(path), 404)


@pytest.mark.parametrize("job_id", ["job_none", "a%00b", "%F0%9F%8E%AC", "x" * 300])
def test_an_unknown_id_is_a_404(alice: Script, job_id: str) -> None:
    refused(alice.get(f"/api/v1/jobs/{job_id}"), 404)


def test_a_limit_that_refuses_is_a_402(alice: Script, cast: Cast) -> None:
    create_limit(cast.team, "0.27")
    refused(alice.post("/api/v1/jobs", {"body": WISH}), 402)


@pytest.mark.parametrize("door", ["gateway", "jobs", "retry"])
def test_a_full_queue_is_a_429_and_leaves_nothing(
    bob: Script, cast: Cast, door: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is stored, held or sent, the key is not used up, and no script tries again by itself."""
    ended = create_job(cast.bob, cast.team, state=State.CANCELLED)
    create_job(cast.bob, cast.team)
    places.set_places(cast.team, Target(QueueScope.EACH), None, 1, cast.alice, now=NOW)
    wishes: dict[str, tuple[str, dict[str, Any]]] = {
        "gateway": ("/v2/videos", WISH),
        "jobs": ("/api/v1/jobs", {"body": WISH}),
        "retry": (f"/api/v1/jobs/{ended.id}/retry", {}),
    }
    asked: list[object] = []
    monkeypatch.setattr(making, "nudge", asked.append)
    before = [sorted(rows.objects.values_list("pk")) for rows in (Job, LedgerEntry, JobEvent, Submission)]
    answer = bob.post(*wishes[door], idempotency_key="once")
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "queue_full")
    assert "ask Alice" in answer.json()["error"]["message"] and answer["x-should-retry"] == "false"
    after = [sorted(rows.objects.values_list("pk")) for rows in (Job, LedgerEntry, JobEvent, Submission)]
    assert after == before and not asked
    places.set_places(cast.team, Target(QueueScope.EACH), None, 2, cast.alice, now=NOW)
    assert bob.post(*wishes[door], idempotency_key="once").status_code in {200, 201}


def test_an_unforeseen_error_is_json_without_a_traceback(alice: Script, cast: Cast) -> None:
    cast.team.projects.all().delete()
    assert "Project" not in refused(alice.post("/api/v1/jobs", {"body": WISH}), 500)["message"]
