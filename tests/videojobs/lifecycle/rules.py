"""What must be true of every job at every moment, whoever did what in whichever order."""

from collections import Counter
from decimal import Decimal

from videojobs.models import Job, LedgerEntry, Output
from videojobs.states import State, may_step

BOOKED_ONCE = {"hold", "settle", "release"}


def check_everything() -> None:
    """Raise AssertionError where any job breaks a rule."""
    for job in Job.objects.all():
        check(job)


def check(job: Job) -> None:
    """Raise AssertionError where a job breaks a rule."""
    check_money(job)
    check_story(job)
    if job.state == State.COMPLETED:
        assert Output.objects.filter(job=job).exists()
    if job.state == State.WAITING:
        assert job.charged == "no" or job.second_provider_id
    if job.held == 0 and job.cost is None:
        assert job.charged == "no" or job.second_provider_id


def check_money(job: Job) -> None:
    """Hold the columns to the entries."""
    entries = list(LedgerEntry.objects.filter(job=job))
    assert max(Counter(entry.kind for entry in entries).values()) == 1
    sums = dict.fromkeys(BOOKED_ONCE, Decimal(0)) | {entry.kind: entry.amount for entry in entries}
    assert sums["hold"] == job.estimate
    assert sums["hold"] - sums["release"] == job.held
    assert sums["settle"] == (job.cost or 0)
    assert job.unknown == (job.held if job.is_ended else 0)


def check_story(job: Job) -> None:
    """Hold the events to the state: each begins where the last one ended, by an allowed step."""
    state = ""
    for before, after in job.events.order_by("id").values_list("from_state", "to_state"):
        assert before == state
        assert not before or before == after or may_step(State(before), State(after))
        state = after
    assert state == job.state
