"""The books agree, and what does not is named."""

from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from tests.factories import NOW, Cast, create_job, create_limit, put
from videojobs.models import DayTotal, LedgerEntry, LimitCounter
from videojobs.money import guards, ledger
from videojobs.money.verifying import verify
from videojobs.states import State

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_books_agree_over_a_jobs_whole_life(cast: Cast) -> None:
    create_limit(cast.team, "5")
    job = create_job(cast.alice, cast.team)
    put(job, state=State.FAILED, ended_at=NOW)
    ledger.settle(job.id, Decimal("0.35"), now=NOW, reason="reported")
    ledger.correct(job.id, Decimal("0.28"), now=NOW, reason="misread", actor=cast.alice)
    ledger.correct(job.id, Decimal("0.30"), now=NOW, reason="misread again", actor=cast.alice)
    ledger.credit(job.id, Decimal("0.10"), now=NOW, reason="given back", actor=cast.alice)
    ledger.top_up(cast.team, job.account, Decimal(20), now=NOW, reason="paid in", actor=cast.alice)
    assert verify(cast.team) == verify(cast.team).__class__(7, "")
    assert DayTotal.objects.get().spent == LimitCounter.objects.get(period="total").spent == Decimal("0.2")


def test_the_database_refuses_to_change_an_entry(cast: Cast) -> None:
    create_job(cast.alice, cast.team)
    assert guards.missing(connection) == []
    for change in (lambda: LedgerEntry.objects.update(amount=1), lambda: LedgerEntry.objects.all().delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_a_changed_entry_is_named(cast: Cast) -> None:
    for _ in range(3):
        create_job(cast.alice, cast.team)
    guards.remove(connection)
    LedgerEntry.objects.filter(number=2).update(amount=Decimal("0.01"))
    guards.install(connection)
    assert verify(cast.team).problem == "Entry 2 is not what its hash says: it was changed."


def test_a_job_that_disagrees_with_its_entries_is_named(cast: Cast) -> None:
    job = create_job(cast.alice, cast.team)
    put(job, held=Decimal("0.20"))
    assert f"Job {job.id} says held 0.2" in verify(cast.team).problem
