"""Rows made by SQL are rows the site could have made."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Count, F, Q, Sum

from benchmarks import bulk
from benchmarks.history import (
    RUNNING,
    STORING,
    UNCONFIRMED,
    WAITING,
    create_crew,
    create_history,
    forget_history,
)
from videojobs import dispatch, lifecycle, polling
from videojobs.models import Balance, DayTotal, Job, JobEvent, LedgerEntry, Output
from videojobs.models.fields import to_micros
from videojobs.money import guards, ledger, tallies
from videojobs.money.standing import DAY_SUMS, SUMS
from videojobs.states import ENDED

pytestmark = pytest.mark.django_db(transaction=True)

TOTAL = 1500


def indexes() -> list[str]:
    """Return the names of the jobs' indexes."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, Job._meta.db_table)
    return sorted(found)


@pytest.mark.both_databases
def test_a_history_is_whole_and_every_index_is_back() -> None:
    before, now = indexes(), datetime.now(UTC)
    crew = create_crew(now)
    rows = create_history(crew, TOTAL, now)
    assert Job.objects.count() == TOTAL
    assert rows == sum(model.objects.count() for model in (Job, LedgerEntry, JobEvent, Output))
    assert indexes() == before
    states = dict(Job.objects.values_list("state").annotate(Count("pk")))
    opened = {"waiting": WAITING, "in_progress": RUNNING, "storing": STORING, "unconfirmed": UNCONFIRMED}
    assert {state: states[state] for state in opened} == opened
    forget_history()
    assert not Job.objects.exists()


@pytest.mark.both_databases
def test_its_money_adds_up() -> None:
    now = datetime.now(UTC)
    create_history(create_crew(now), TOTAL, now)
    sums = {kind: Sum("amount", filter=Q(kind=kind)) for kind in ("hold", "settle", "release")}
    entered = LedgerEntry.objects.aggregate(**sums)
    jobs = Job.objects.aggregate(held=Sum("held"), cost=Sum("cost"), estimate=Sum("estimate"))
    assert entered["hold"] == jobs["estimate"] == Decimal("0.28") * TOTAL
    assert entered["settle"] == jobs["cost"]
    assert entered["hold"] - entered["release"] == jobs["held"]
    assert not Job.objects.filter(state__in=list(ENDED), ended_at__lt=F("created_at")).exists()


@pytest.mark.both_databases
def test_its_sums_are_what_a_recount_finds() -> None:
    now = datetime.now(UTC)
    crew = create_crew(now)
    create_history(crew, TOTAL, now)
    for team in crew.teams:
        by_day, by_account = tallies.recount(team, team.zone)
        names = ("account_id", "day", "project_id", "person_id", "model", *DAY_SUMS)
        rows = DayTotal.objects.filter(team=team).values_list(*names)
        assert {row[:5]: [_plain(value) for value in row[5:]] for row in rows} == by_day
        balances = Balance.objects.filter(team=team).values_list("account_id", *SUMS)
        assert {row[0]: [_plain(value) for value in row[1:]] for row in balances} == by_account


def _plain(value: Decimal | int) -> int:
    """Return a sum as the database has it."""
    return to_micros(value) if isinstance(value, Decimal) else value


@pytest.mark.both_databases
def test_the_ledger_goes_on_from_it_and_is_guarded_again() -> None:
    now = datetime.now(UTC)
    crew = create_crew(now)
    create_history(crew, TOTAL, now)
    ledger.top_up(crew.teams[0], crew.account, Decimal(5), now=now, reason="Paid.", actor=None)
    assert guards.missing(connection) == []


@pytest.mark.both_databases
def test_the_site_works_on_it() -> None:
    now = datetime.now(UTC)
    crew = create_crew(now)
    create_history(crew, TOTAL, now)
    later = datetime.now(UTC)
    assert len(polling.claim_due(crew.account, now=later)) == polling.BATCH
    account = crew.account
    account.places = RUNNING + 1
    account.save()
    assert dispatch.free_places(account) <= 1
    assert lifecycle.give_up_looking(now=later) == 0


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL refuses such rows by itself")
def test_a_broken_reference_is_found() -> None:
    now = datetime.now(UTC)
    create_history(create_crew(now), TOTAL, now)
    with pytest.raises(bulk.ReferencesBroken, match="1500 rows"), bulk.bulk_load((Output, LedgerEntry)):
        bulk.run("UPDATE videojobs_ledgerentry SET team_id = 99 WHERE kind = 'hold'")
    forget_history()
