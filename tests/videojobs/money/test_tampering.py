"""Whatever was changed behind our backs is named: an entry, the chain, a job's columns, any sum."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.models import F

from tests.factories import NOW, Cast, create_entry, create_job, create_limit
from videojobs.models import (
    Balance,
    DayTotal,
    EntryKind,
    Job,
    LedgerCheck,
    LedgerEntry,
    LedgerHead,
    LimitCounter,
    LimitPeriod,
    User,
)
from videojobs.money import guards, ledger
from videojobs.money.verifying import check, verify
from videojobs.states import State

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

Deed = Callable[[], object]


@pytest.fixture
def job(cast: Cast) -> Job:
    """A settled job among three, under a limit, in an account that was paid in to: six entries in all."""
    create_limit(cast.team, "100", period=LimitPeriod.MONTH)
    states = (State.COMPLETED, State.WAITING, State.LOST)
    settled, _waiting, _lost = (create_job(cast.alice, cast.team, state=state) for state in states)
    with transaction.atomic():
        ledger.settle(settled.id, Decimal("0.30"), now=NOW, reason="reported")
        ledger.top_up(cast.team, settled.account, Decimal(20), now=NOW, reason="paid in", actor=cast.alice)
    settled.refresh_from_db()
    return settled


def entry(number: int) -> LedgerEntry:
    """Return an entry by its number."""
    return LedgerEntry.objects.get(number=number)


def change(number: int, **columns: object) -> Deed:
    """Change an entry."""
    return lambda: LedgerEntry.objects.filter(number=number).update(**columns)


def remove(number: int) -> Deed:
    """Take an entry away."""
    return lambda: LedgerEntry.objects.filter(number=number).delete()


def swap() -> None:
    """Let two entries change places."""
    for before, after in ((3, 99), (2, 3), (99, 2)):
        LedgerEntry.objects.filter(number=before).update(number=after)


def add() -> None:
    """Put another entry at the end, and nothing else."""
    last = entry(6)
    last.pk, last.number, last.previous = None, 7, last.hash
    last.save(force_insert=True)


CHAIN = [
    pytest.param(change(4, amount=Decimal("0.03")), "Entry 4 is not what its hash says", id="an amount"),
    pytest.param(change(4, reason="misread"), "Entry 4 is not what its hash says", id="a reason"),
    pytest.param(change(1, at=NOW - timedelta(days=1)), "Entry 1 is not what its hash says", id="a time"),
    pytest.param(change(2, model="another/model"), "Entry 2 is not what its hash says", id="a model"),
    pytest.param(change(5, kind="hold"), "Entry 5 is not what its hash says", id="a kind"),
    pytest.param(change(6, actor=None), "Entry 6 is not what its hash says", id="an actor"),
    pytest.param(change(3, previous="0" * 64), "Entry 3 does not name the hash of entry 2", id="a link"),
    pytest.param(change(3, hash="f" * 64), "Entry 3 is not what its hash says", id="a hash"),
    pytest.param(swap, "Entry 2 does not name the hash of entry 1", id="the order"),
    pytest.param(remove(3), "Entry 3 is missing: entry 4 follows entry 2", id="a gap"),
    pytest.param(remove(1), "Entry 1 is missing: entry 2 follows entry 0", id="the beginning"),
    pytest.param(remove(6), "The chain ends at entry 5, and its head says entry 6", id="the end"),
    pytest.param(add, "Entry 7 is not what its hash says", id="one more"),
]


@pytest.mark.parametrize(("deed", "named"), CHAIN)
def test_a_chain_that_was_changed_is_named_at_its_first_entry(
    cast: Cast, job: Job, deed: Deed, named: str
) -> None:
    assert verify(cast.team).problem == ""
    guards.remove(connection)
    deed()
    assert verify(cast.team).problem.startswith(named)


SUMS = [
    pytest.param(DayTotal, "spent", "The total of 2026-11-23", id="a day's spending"),
    pytest.param(DayTotal, "seconds", "The total of 2026-11-23", id="a day's seconds"),
    pytest.param(DayTotal, "open_ends", "The total of 2026-11-23", id="a day's open ends"),
    pytest.param(Balance, "held", "The balance in account", id="a balance's holds"),
    pytest.param(Balance, "unknown", "The balance in account", id="what a balance does not know"),
    pytest.param(Balance, "topped_up", "The balance in account", id="what was paid in"),
    pytest.param(LimitCounter, "held", "Limit", id="a counter's holds"),
    pytest.param(LimitCounter, "spent", "Limit", id="a counter's spending"),
]


@pytest.mark.parametrize(("model", "column", "named"), SUMS)
def test_a_sum_that_was_changed_is_named(
    cast: Cast, job: Job, model: type[DayTotal], column: str, named: str
) -> None:
    model.objects.update(**{column: F(column) + 1})
    problem = verify(cast.team).problem
    assert problem.startswith(named) and f"says {column}" in problem.replace("paid in", "says topped_up")


@pytest.mark.parametrize("model", [DayTotal, Balance])
def test_a_sum_that_is_gone_is_named(cast: Cast, job: Job, model: type[DayTotal]) -> None:
    model.objects.all().delete()
    assert "says jobs 0" in verify(cast.team).problem


def test_a_sum_of_a_day_on_which_nothing_happened_is_named(cast: Cast, job: Job) -> None:
    day = DayTotal.objects.get()
    day.pk, day.day = None, date(2026, 11, 1)
    day.save(force_insert=True)
    assert verify(cast.team).problem.startswith("The total of 2026-11-01")


def test_a_head_that_points_elsewhere_is_named(cast: Cast, job: Job) -> None:
    LedgerHead.objects.filter(team=cast.team).update(hash="f" * 64)
    assert verify(cast.team).problem == "The chain’s head does not name the hash of entry 6, the last."


COLUMNS = [
    pytest.param({"cost": Decimal("0.31")}, "Job {id} says held 0.000000, cost 0.31", id="its cost"),
    pytest.param({"credited": Decimal("0.01")}, "Job {id} says", id="its credit"),
    pytest.param({"counted_at": NOW - timedelta(days=1)}, "The total of 2026-11-22", id="its day"),
    pytest.param({"state": "failed"}, "The total of 2026-11-23", id="its state"),
    pytest.param({"seconds": 50}, "The total of 2026-11-23", id="its length"),
]


@pytest.mark.parametrize(("columns", "named"), COLUMNS)
def test_a_job_that_was_changed_is_named(
    cast: Cast, job: Job, columns: dict[str, object], named: str
) -> None:
    Job.objects.filter(id=job.id).update(**columns)
    assert verify(cast.team).problem.startswith(named.format(id=job.id))


def test_a_job_given_to_another_person_is_named(cast: Cast, job: Job) -> None:
    Job.objects.filter(id=job.id).update(person=User.objects.get(pk=cast.bob.pk))
    assert verify(cast.team).problem.startswith("The total of 2026-11-23")


def test_an_entry_that_moved_no_sum_is_named(cast: Cast, job: Job) -> None:
    create_entry(job, EntryKind.CREDIT, "0.05")
    assert verify(cast.team).problem.startswith(f"Job {job.id} says held 0.000000, cost 0.300000, credited 0")


def test_a_job_without_an_entry_is_named(cast: Cast, job: Job) -> None:
    job.pk, job.provider_id = "job_without", "video-without"
    job.save(force_insert=True)
    assert verify(cast.team).problem == "Job job_without has no entry."


def test_what_was_found_is_kept_until_the_next_time(cast: Cast, job: Job) -> None:
    Balance.objects.update(spent=F("spent") + 1)
    found = check(cast.team, now=NOW)
    assert LedgerCheck.objects.get(team=cast.team).problem == found.problem != ""
    Balance.objects.update(spent=F("spent") - 1)
    check(cast.team, now=NOW + timedelta(days=1))
    kept = LedgerCheck.objects.get(team=cast.team)
    assert (kept.problem, kept.entries, kept.at) == ("", 6, NOW + timedelta(days=1))


def test_another_teams_books_are_not_blamed(cast: Cast, job: Job) -> None:
    create_job(cast.charlie, cast.elsewhere)
    Balance.objects.filter(team=cast.team).update(spent=1)
    assert verify(cast.elsewhere).problem == ""
