"""People are told once when a limit's period reaches a level."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.factories import NOW, Cast, create_job, create_limit, put
from videojobs.models import LimitPeriod, LimitScope, Notice
from videojobs.money import ledger
from videojobs.states import State

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def told(person: int) -> list[str]:
    """Return what a person was told of limits, oldest first."""
    notices = Notice.objects.filter(kind="limit", person=person).order_by("id")
    return [notice.text.split(":")[0] for notice in notices]


def test_each_level_is_told_once_to_those_who_answer_for_the_bill(cast: Cast) -> None:
    create_limit(cast.team, "1.12")
    for _ in range(4):
        create_job(cast.bob, cast.team)
    assert told(cast.alice.pk) == [
        "50 % of the limit of the team Harbour is taken",
        "100 % of the limit of the team Harbour is taken",
    ]
    assert told(cast.bob.pk) == []


def test_whose_limit_it_is_is_told_too(cast: Cast) -> None:
    create_limit(cast.team, "0.28", scope=LimitScope.PERSON, person=cast.bob)
    create_job(cast.bob, cast.team)
    assert told(cast.bob.pk) == told(cast.alice.pk) == ["100 % of the limit of Bob is taken"]


def test_a_new_period_is_told_of_anew(cast: Cast) -> None:
    create_limit(cast.team, "0.28", period=LimitPeriod.DAY)
    job = create_job(cast.bob, cast.team)
    ledger.release(job.id, now=NOW, reason="cancelled")
    second = create_job(cast.bob, cast.team)  # the same level again is no news
    assert len(told(cast.alice.pk)) == 1
    put(job, state=State.CANCELLED, ended_at=NOW)
    tomorrow = NOW + timedelta(days=1)
    ledger.release(second.id, now=tomorrow, reason="cancelled")
    create_job(cast.bob, cast.team, now=tomorrow)
    assert len(told(cast.alice.pk)) == 2


def test_a_charge_above_its_hold_that_passes_a_limit_is_told_when_it_is_booked(cast: Cast) -> None:
    create_limit(cast.team, "0.30")
    job = create_job(cast.bob, cast.team, state=State.IN_PROGRESS)
    later = NOW + timedelta(days=3)
    ledger.settle(job.id, Decimal("0.35"), now=later, reason="reported")
    assert told(cast.alice.pk)[-1] == "The limit of the team Harbour is passed"
    assert Notice.objects.filter(kind="limit").latest("id").at == later
