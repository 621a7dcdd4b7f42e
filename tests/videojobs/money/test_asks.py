"""Above which prices a team's jobs ask, and what they count."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.factories import NOW, Cast, create_job, live_account
from videojobs.models import Approval, AuditEntry, Job, Team
from videojobs.money.asks import set_asks
from videojobs.states import State

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def let(cast: Cast, *, above_job: str = "", above_day: str = "") -> bool:
    """Set above which prices jobs ask, "" for never."""
    job, day = (Decimal(usd) if usd else None for usd in (above_job, above_day))
    return set_asks(cast.team, above_job=job, above_day=day, actor=cast.alice, now=NOW)


def asks(job: Job) -> bool:
    return Approval.objects.filter(job=job).exists()


def test_a_job_at_the_price_passes_and_one_above_asks(cast: Cast) -> None:
    let(cast, above_job="5.60")
    assert not asks(create_job(cast.bob, cast.team, usd="5.60"))
    assert asks(create_job(cast.bob, cast.team, usd="5.600001"))


def test_a_persons_day_counts_what_is_spent_held_and_unknown(cast: Cast) -> None:
    let(cast, above_day="3")
    for state in (State.WAITING, State.LOST):
        create_job(cast.bob, cast.team, usd="1", state=state)
    assert not asks(create_job(cast.bob, cast.team, usd="1"))
    assert asks(create_job(cast.bob, cast.team, usd="0.01"))
    assert not asks(create_job(cast.alice, cast.team, usd="3"))


def test_rehearsal_and_live_days_are_apart(cast: Cast) -> None:
    let(cast, above_day="3")
    create_job(cast.bob, cast.team, usd="3", account=live_account())
    assert not asks(create_job(cast.bob, cast.team, usd="3"))


def test_a_new_key_does_not_begin_the_day_anew(cast: Cast) -> None:
    let(cast, above_day="3")
    create_job(cast.bob, cast.team, usd="3", account=live_account())
    other = live_account("https://api.together.xyz")
    assert asks(create_job(cast.bob, cast.team, usd="0.01", account=other))


def test_a_day_begins_on_the_teams_clocks(cast: Cast) -> None:
    let(cast, above_day="3")
    Team.objects.filter(pk=cast.team.pk).update(time_zone="America/New_York")
    midnight = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
    create_job(cast.bob, cast.team, usd="3", now=midnight - timedelta(hours=4))
    assert asks(create_job(cast.bob, cast.team, usd="1", now=midnight - timedelta(seconds=1)))
    assert not asks(create_job(cast.bob, cast.team, usd="1", now=midnight))


def test_a_change_is_kept_with_before_and_after(cast: Cast) -> None:
    assert let(cast, above_job="5")
    assert let(cast, above_day="20")
    entry = AuditEntry.objects.filter(action="asks_set").latest("id")
    assert entry.before == {"above_job": "5.00", "above_day": None}
    assert entry.after == {"above_job": None, "above_day": "20.00"}


def test_no_change_is_no_entry(cast: Cast) -> None:
    let(cast, above_job="5")
    assert not let(cast, above_job="5.00")
    assert AuditEntry.objects.filter(action="asks_set").count() == 1


def test_jobs_that_wait_already_are_left_alone(cast: Cast) -> None:
    job = create_job(cast.bob, cast.team, usd="9")
    let(cast, above_job="5")
    assert not asks(job)
