"""The ledger: the columns are always what the entries say."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.factories import NOW, Cast, create_job
from videojobs.models import Job, LedgerEntry
from videojobs.money import ledger

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

STEPS = st.sampled_from(["settle", "release", "unknown", "unsent", "settle_more"])


def balance(job: Job) -> tuple[Decimal, Decimal]:
    """Return what the entries say: open hold and spent."""
    sums = {"hold": Decimal(0), "release": Decimal(0), "settle": Decimal(0)}
    for entry in LedgerEntry.objects.filter(job=job):
        sums[entry.kind] += entry.amount
    return sums["hold"] - sums["release"], sums["settle"]


def take(step: str, job: Job, usd: Decimal) -> None:
    """Do one thing to a job's money."""
    match step:
        case "release":
            ledger.release(job.id, now=NOW, reason="free")
        case "unknown":
            ledger.mark_unknown(job.id, now=NOW, why="who knows")
        case "unsent":
            ledger.mark_unsent(job.id, why="not sent")
        case _:
            ledger.settle(job.id, usd * (2 if step == "settle_more" else 1), now=NOW, reason="cost")


@given(steps=st.lists(STEPS, max_size=6), usd=st.decimals("0.000001", "999999", places=6))
@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_columns_follow_entries_whatever_happens(cast: Cast, steps: list[str], usd: Decimal) -> None:
    job = create_job(cast.alice, cast.team, usd=str(usd))
    for step in steps:
        take(step, job, usd)
        job.refresh_from_db()
        assert balance(job) == (job.held, job.cost or 0)


@pytest.mark.parametrize("cost", ["0", "-1", "NaN", "Infinity", "9000000001"])
def test_only_an_amount_can_be_settled(cast: Cast, cost: str) -> None:
    job = create_job(cast.alice, cast.team)
    with pytest.raises(ValueError, match="not a cost"):
        ledger.settle(job.id, Decimal(cost), now=NOW, reason="test")


def test_a_second_settlement_changes_nothing(cast: Cast) -> None:
    job = create_job(cast.alice, cast.team)
    assert ledger.settle(job.id, Decimal("0.1"), now=NOW, reason="test")
    assert not ledger.settle(job.id, Decimal("0.2"), now=NOW, reason="test")
    assert not ledger.release(job.id, now=NOW, reason="test")


def test_the_database_itself_refuses_a_second_hold(cast: Cast) -> None:
    job = create_job(cast.alice, cast.team)
    with pytest.raises(IntegrityError), transaction.atomic():
        ledger.hold(job, now=NOW, actor=None, reason="again")


def test_sums_in_the_database_are_exact(cast: Cast) -> None:
    # As floats, 37 times 0.57 is less than 21.09.
    for _ in range(37):
        create_job(cast.alice, cast.team, usd="0.57")
    assert sum(Job.objects.values_list("held", flat=True)) == Decimal("21.09")
    assert Job.objects.filter(held=Decimal("0.57")).count() == 37
