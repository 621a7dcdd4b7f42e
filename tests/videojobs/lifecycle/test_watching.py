"""What each answer does to a watched job, its money included."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.factories import NOW, Cast, create_job, put
from videojobs.lifecycle import looked_for_cost, observe
from videojobs.models import Job
from videojobs.money import ledger
from videojobs.provider.types import VideoJob, decode
from videojobs.states import State

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def job(cast: Cast) -> Job:
    """Return a job the provider works on."""
    return create_job(cast.alice, cast.team, state=State.QUEUED, provider_id="v")


def seen(job: Job, **answer: Any) -> Job:
    """Show a job one answer and return it as it then is."""
    raw = json.dumps({"id": "v"} | answer)
    observe(job.id, VideoJob.read(decode(raw)), raw, now=NOW + timedelta(seconds=9))
    job.refresh_from_db()
    return job


def done(cost: Any = 0.28) -> dict[str, Any]:
    """Return a completed answer."""
    return {"status": "completed", "outputs": {"cost": cost, "video_url": "https://example.org/v.mp4"}}


def test_work_begins(job: Job) -> None:
    assert seen(job, status="in_progress").state == "in_progress"


def test_the_end_settles_in_the_same_step(job: Job) -> None:
    job = seen(job, **done())
    assert (job.state, job.cost, job.held, job.charged) == ("storing", Decimal("0.28"), 0, "yes")
    assert [entry.kind for entry in job.entries.order_by("id")] == ["hold", "settle", "release"]


def test_the_same_end_twice_settles_once(job: Job) -> None:
    seen(job, **done())
    seen(job, **done())
    assert job.entries.count() == 3
    assert job.events.filter(to_state="storing").count() == 1


@pytest.mark.parametrize(
    "cost", [None, 0, "0", "", -1, "free", True, "NaN", "Infinity", [], {}, 10**30, "1e400"]
)
def test_a_cost_that_cannot_be_right_is_unknown(job: Job, cost: Any) -> None:
    job = seen(job, **done(cost))
    assert (job.state, job.cost, job.charged) == ("storing", None, "unknown")
    assert job.held == job.estimate


@pytest.mark.parametrize(
    ("cost", "settled"),
    [("0.28", "0.28"), ("$0.28", "0.28"), (1, "1"), (0.0000001, "0.000001"), (0.1234567, "0.123457")],
)
def test_a_cost_is_read_exactly_and_rounded_up(job: Job, cost: Any, settled: str) -> None:
    assert seen(job, **done(cost)).cost == Decimal(settled)


def test_a_cost_above_the_hold_is_booked_whole(job: Job) -> None:
    assert seen(job, **done(99)).cost == 99


def test_outputs_may_be_a_list(job: Job) -> None:
    assert seen(job, status="completed", outputs=[done()["outputs"]]).cost == Decimal("0.28")


@pytest.mark.parametrize("outputs", [None, [], "soon", 7])
def test_completed_without_outputs_is_kept_and_unknown(job: Job, outputs: Any) -> None:
    job = seen(job, status="completed", outputs=outputs)
    assert (job.state, job.charged) == ("storing", "unknown")


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        ({"error": {"message": "<script>no</script>", "code": "x"}}, "<script>no</script>"),
        ({"error": "plain words"}, "plain words"),
        ({"info": {"errors": ["old words"]}}, "old words"),
        ({"info": {"errors": [{"message": "old object"}]}}, "old object"),
        ({}, "The provider failed without giving a reason."),
        ({"error": {}}, "The provider failed without giving a reason."),
    ],
)
def test_a_failure_keeps_the_providers_words_and_an_unknown_charge(
    job: Job, error: dict[str, Any], failure: str
) -> None:
    job = seen(job, status="failed", outputs=None, **error)
    assert (job.state, job.failure, job.charged) == ("failed", failure, "unknown")
    assert job.unknown == job.estimate


def test_a_failure_that_reports_a_cost_is_charged(job: Job) -> None:
    job = seen(job, status="failed", outputs={"cost": 0.1})
    assert (job.cost, job.charged, job.unknown) == (Decimal("0.1"), "yes", Decimal(0))


def test_the_provider_may_cancel(job: Job) -> None:
    job = seen(job, status="cancelled")
    assert (job.state, job.charged) == ("cancelled", "unknown")


def test_a_missing_cost_is_taken_when_it_comes_later(job: Job) -> None:
    seen(job, **done(None))
    put(job, state=State.COMPLETED, ended_at=NOW, next_look_at=NOW)
    job = seen(job, **done(0.3))
    assert (job.state, job.cost, job.charged, job.next_look_at) == ("completed", Decimal("0.3"), "yes", None)


def test_a_missing_cost_is_looked_for_after_1_10_60_minutes_then_for_three_days(job: Job) -> None:
    seen(job, status="failed")
    waits = []
    for _ in range(6):
        assert job.next_look_at is not None and job.finished_at is not None
        waits.append((job.next_look_at - job.finished_at).total_seconds() / 60)
        looked_for_cost(job.id, now=job.next_look_at)
        job.refresh_from_db()
    assert waits == [1, 10, 60, 24 * 60, 48 * 60, 72 * 60]
    assert job.next_look_at is None


def test_held_and_unknown_never_count_the_same_hold(job: Job) -> None:
    assert (job.held, job.unknown) == (job.estimate, Decimal(0))
    seen(job, status="failed")
    assert job.unknown == job.held == job.estimate
    ledger.release(job.id, now=NOW, reason="test")
    job.refresh_from_db()
    assert job.unknown == job.held == 0
