"""Jobs that wait for a yes, over REST."""

from typing import Any

import pytest

from tests.dashboard.api.scripts import Script
from tests.factories import DIRECTOR, Cast, create_asking_job, create_limit
from videojobs.models import Approval, AuditEntry, Job, LimitAction
from videojobs.rights import Role


@pytest.fixture
def job(cast: Cast) -> Job:
    """Return a job of Bob's for 5.60 USD that waits for a yes."""
    return create_asking_job(cast.bob, cast.team)


def approvals(script: Script) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = script.get("/api/v1/approvals").json()["approvals"]
    return found


def say(script: Script, job: Job, answer: str, **fields: str) -> Any:
    number = Approval.objects.get(job=job).pk
    return script.post(f"/api/v1/approvals/{number}", {"answer": answer} | fields)


def test_a_question_says_who_what_how_much_and_why(alice: Script, job: Job) -> None:
    [question] = approvals(alice)
    shown = {name: question[name] for name in ("job", "person", "model", "price", "limit", "answer")}
    assert shown == {
        "job": job.id,
        "person": "bob@example.org",
        "model": DIRECTOR,
        "price": "5.600000",
        "limit": None,
        "answer": "open",
    }
    assert question["why"] == "It costs 5.60 USD, and a job above 1.00 USD needs a yes."


def test_the_limit_that_asks_is_named(alice: Script, cast: Cast) -> None:
    limit = create_limit(cast.team, "1", action=LimitAction.ASK)
    create_asking_job(cast.bob, cast.team)
    assert [question["limit"] for question in approvals(alice)] == [limit.pk]


def test_the_job_says_that_it_waits_for_a_yes(bob: Script, cast: Cast) -> None:
    create_limit(cast.team, "0.01", action=LimitAction.ASK)
    made = bob.post("/api/v1/jobs", {"body": {"model": DIRECTOR, "prompt": "A boat"}}).json()
    assert (made["state"], made["needs_decision"], made["charged"]) == ("waiting", "approval", "no")
    assert made["waiting_reason"].startswith("Waits for a yes from Alice: with its 0.28 USD the limit")


def test_a_yes_lets_the_job_go(alice: Script, cast: Cast, job: Job) -> None:
    answer = say(alice, job, "grant")
    assert (answer.status_code, answer.json()["answer"]) == (200, "granted")
    assert answer.json()["answered_by"] == "alice@example.org"
    assert alice.get(f"/api/v1/jobs/{job.id}").json()["needs_decision"] is None
    assert AuditEntry.objects.get(action="job_granted").after["why"] == "Alice said yes through the API."
    assert approvals(alice) == []


def test_a_no_cancels_it_with_its_reason(alice: Script, job: Job) -> None:
    assert say(alice, job, "refuse", reason="Too dear").json()["reason"] == "Too dear"
    read = alice.get(f"/api/v1/jobs/{job.id}").json()
    assert (read["state"], read["charged"], read["held"]) == ("cancelled", "no", "0.000000")
    assert read["failure"]["message"] == "Alice said no through the API: Too dear"


def test_the_second_answer_is_a_409_that_says_who_was_first(alice: Script, job: Job) -> None:
    say(alice, job, "grant")
    late = say(alice, job, "refuse")
    assert late.status_code == 409
    assert late.json()["error"]["message"].startswith("Alice said yes on ")


def test_members_read_and_do_not_answer(bob: Script, viewer: Script, job: Job) -> None:
    assert len(approvals(bob)) == len(approvals(viewer)) == 1
    assert say(bob, job, "grant").status_code == say(viewer, job, "refuse").status_code == 403


def test_an_admin_does_not_grant_their_own(cast: Cast, job: Job) -> None:
    cast.team.memberships.filter(user=cast.bob).update(role=Role.ADMIN)
    assert say(Script.of(cast.bob, cast.team), job, "grant").status_code == 403


def test_strangers_find_nothing(charlie: Script, job: Job) -> None:
    assert approvals(charlie) == []
    assert say(charlie, job, "grant").status_code == 404


@pytest.mark.parametrize("number", ["0", "99", "9" * 30])
def test_a_question_that_is_not_there_is_a_404(alice: Script, job: Job, number: str) -> None:
    assert alice.post(f"/api/v1/approvals/{number}", {"answer": "grant"}).status_code == 404


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "answer"),
        ({"answer": "yes"}, "answer"),
        ({"answer": "refuse", "reason": "a\nb"}, "reason"),
        ({"answer": "refuse", "reason": "x" * 501}, "reason"),
        ({"answer": "grant", "limit": 3}, "limit"),
    ],
)
def test_what_is_no_answer_names_its_field(alice: Script, job: Job, said: dict[str, Any], field: str) -> None:
    answer = alice.post(f"/api/v1/approvals/{Approval.objects.get().pk}", said)
    assert answer.status_code == 400
    assert list(answer.json()["error"]["fields"]) == [field]
    assert Approval.objects.get().answer == "open"
