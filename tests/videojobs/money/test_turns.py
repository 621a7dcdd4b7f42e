"""A day, a month ends: which of them a job's money belongs to, and what fits the next one."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from tests.factories import Cast, create_job, create_limit
from videojobs import dispatch, lifecycle
from videojobs.models import DayTotal, Job, Limit, LimitCounter, LimitPeriod, Notice, ProviderAccount, Team
from videojobs.models.limits import HELD_BACK, LimitAction
from videojobs.money import budgets, ledger
from videojobs.money.budgets import LimitRefused
from videojobs.money.verifying import verify
from videojobs.provider.errors import NotSent

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)
BEFORE, AFTER = MIDNIGHT - HOUR, MIDNIGHT + HOUR

ENDS = [
    pytest.param("Europe/Vienna", "2026-03-31 22:00", "2026-03", "2026-04", id="Vienna, to summer time"),
    pytest.param("Europe/Vienna", "2026-10-31 23:00", "2026-10", "2026-11", id="Vienna, back"),
    pytest.param("America/New_York", "2026-12-01 05:00", "2026-11", "2026-12", id="New York, back"),
    pytest.param("Australia/Lord_Howe", "2026-04-30 13:30", "2026-04", "2026-05", id="Lord Howe, back"),
    pytest.param("Africa/Cairo", "2026-04-30 21:00", "2026-04", "2026-05", id="Cairo, to summer time"),
]
"""Zone, the end of a month in which its clocks changed, that month and the next."""


def claim(account: ProviderAccount, now: datetime) -> Job | None:
    """Claim the next job, if one fits."""
    claimed = lifecycle.claim_next(account.pk, dispatch.next_job, now=now)
    return claimed.job if claimed else None


def sent(cast: Cast, account: ProviderAccount, now: datetime, usd: str = "0.28") -> Job:
    """Make a job and claim it at once."""
    job = create_job(cast.alice, cast.team, now=now, usd=usd)
    assert claim(account, now) == job
    return job


@transaction.atomic
def settle(job: Job, usd: str, now: datetime) -> None:
    """Book what a job cost."""
    ledger.settle(job.id, Decimal(usd), now=now, reason="reported")


def raise_to(limit: Limit, usd: str, cast: Cast, now: datetime) -> None:
    """Give a limit another amount."""
    stop = LimitAction.STOP
    budgets.change(limit, amount=Decimal(usd), action=stop, levels=(50,), actor=cast.alice, now=now)


def spent(limit: Limit) -> dict[str, Decimal]:
    """Return what each period of a limit has spent, but for waiting jobs."""
    counters = LimitCounter.objects.filter(limit=limit).exclude(period="waiting")
    return {row.period: row.spent for row in counters if row.spent}


def in_order(cast: Cast) -> bool:
    """Tell whether the books agree."""
    return not verify(Team.objects.get(pk=cast.team.pk)).problem


# --- which period ---


@pytest.mark.parametrize(("zone", "end", "month", "next_month"), ENDS)
def test_the_moment_of_the_claim_says_whose_month_it_is(
    cast: Cast, account: ProviderAccount, zone: str, end: str, month: str, next_month: str
) -> None:
    Team.objects.filter(pk=cast.team.pk).update(time_zone=zone)
    limit = create_limit(cast.team, "5", period=LimitPeriod.MONTH)
    moment = datetime.fromisoformat(end).replace(tzinfo=UTC)
    last = sent(cast, account, moment - timedelta(microseconds=1))
    first = sent(cast, account, moment)
    for job, usd in ((last, "0.30"), (first, "0.31")):
        settle(job, usd, moment + HOUR)
    assert spent(limit) == {f"month:{month}": Decimal("0.30"), f"month:{next_month}": Decimal("0.31")}
    days = DayTotal.objects.filter(spent__gt=0).order_by("day")
    assert [f"{row.day:%Y-%m}" for row in days] == [month, next_month]
    assert in_order(cast)


def test_a_job_sent_before_midnight_and_settled_after_counts_in_the_day_of_its_claim(
    cast: Cast, account: ProviderAccount
) -> None:
    limit = create_limit(cast.team, "0.50", period=LimitPeriod.DAY)
    settle(sent(cast, account, BEFORE), "0.45", AFTER)
    assert spent(limit) == {"day:2026-11-23": Decimal("0.45")}
    sent(cast, account, AFTER)
    assert in_order(cast)


def test_a_job_made_before_midnight_and_claimed_after_counts_in_the_new_day(
    cast: Cast, account: ProviderAccount
) -> None:
    limit = create_limit(cast.team, "0.50", period=LimitPeriod.DAY)
    job = create_job(cast.alice, cast.team, now=BEFORE)
    assert DayTotal.objects.get(held__gt=0).day == BEFORE.date()
    assert claim(account, AFTER) == job
    settle(job, "0.30", AFTER)
    assert spent(limit) == {"day:2026-11-24": Decimal("0.30")}
    assert DayTotal.objects.get(jobs__gt=0).day == AFTER.date()
    assert in_order(cast)


def test_corrections_and_credits_count_in_the_period_of_their_job(
    cast: Cast, account: ProviderAccount
) -> None:
    limit = create_limit(cast.team, "5", period=LimitPeriod.DAY)
    job = sent(cast, account, BEFORE)
    settle(job, "0.30", BEFORE)
    sent(cast, account, AFTER)
    with transaction.atomic():
        for usd in ("0.40", "0.20", "0.36"):
            ledger.correct(job.id, Decimal(usd), now=AFTER, reason="misread", actor=cast.alice)
        ledger.credit(job.id, Decimal("0.06"), now=AFTER, reason="given back", actor=cast.alice)
    assert spent(limit) == {"day:2026-11-23": Decimal("0.30")}
    job.refresh_from_db()
    assert (job.cost, job.net) == (Decimal("0.36"), Decimal("0.30"))
    assert in_order(cast)


def test_what_comes_back_unsent_waits_in_the_day_of_its_birth(cast: Cast, account: ProviderAccount) -> None:
    job = create_job(cast.alice, cast.team, now=BEFORE)
    claimed = lifecycle.claim_next(account.pk, dispatch.next_job, now=AFTER)
    assert claimed is not None
    lifecycle.land_failure(job.id, claimed.id, NotSent("no route"), now=AFTER)
    assert DayTotal.objects.get(held__gt=0).day == BEFORE.date()
    assert in_order(cast)


# --- what fits ---


def test_a_hold_that_waits_across_midnight_counts_in_the_running_day(cast: Cast) -> None:
    create_limit(cast.team, "0.50", period=LimitPeriod.DAY)
    create_job(cast.alice, cast.team, now=BEFORE)
    with pytest.raises(LimitRefused, match="28 held"):
        create_job(cast.bob, cast.team, now=AFTER)


def test_a_new_day_has_room_again(cast: Cast, account: ProviderAccount) -> None:
    create_limit(cast.team, "0.50", period=LimitPeriod.DAY)
    sent(cast, account, BEFORE)
    with pytest.raises(LimitRefused, match="It starts anew on 24 November 2026, 00:00"):
        create_job(cast.bob, cast.team, now=MIDNIGHT - MINUTE)
    create_job(cast.bob, cast.team, now=MIDNIGHT)


def kept_back(cast: Cast, account: ProviderAccount) -> tuple[Job, Limit]:
    """Make a job that fitted when it was made, and no more when its turn came: another cost more."""
    limit = create_limit(cast.team, "0.60", period=LimitPeriod.DAY)
    dear = sent(cast, account, BEFORE)
    job = create_job(cast.bob, cast.team, now=BEFORE)
    settle(dear, "0.55", BEFORE)
    assert claim(account, BEFORE) is None
    job.refresh_from_db()
    return job, limit


def test_a_claim_that_no_longer_fits_waits_and_says_why(cast: Cast, account: ProviderAccount) -> None:
    job, _limit = kept_back(cast, account)
    assert (job.state, job.held) == ("waiting", Decimal("0.28"))
    assert job.not_before_reason == (
        f"{HELD_BACK}This job’s 0.28 USD do not fit the limit of the team Harbour, 0.60 USD a day: "
        "0.55 are spent, 0.00 held, 0.00 unknown and 0.05 left. "
        "It starts anew on 24 November 2026, 00:00 (UTC). Alice can raise it."
    )
    assert in_order(cast)


def test_it_goes_on_when_the_limit_is_raised(cast: Cast, account: ProviderAccount) -> None:
    job, limit = kept_back(cast, account)
    raise_to(limit, "1", cast, BEFORE)
    assert claim(account, BEFORE) == job
    job.refresh_from_db()
    assert job.not_before_reason == ""


def test_what_a_change_leaves_out_stays_as_somebody_else_just_set_it(cast: Cast) -> None:
    as_read = create_limit(cast.team, "10")
    raise_to(Limit.objects.get(), "5", cast, BEFORE)
    budgets.change(as_read, levels=(80,), actor=cast.bob, now=BEFORE)
    as_read.refresh_from_db()
    assert (as_read.amount, as_read.levels) == (Decimal(5), [80])


def test_it_goes_on_when_the_limit_is_taken_away(cast: Cast, account: ProviderAccount) -> None:
    job, limit = kept_back(cast, account)
    budgets.retire(limit, cast.alice, now=BEFORE)
    assert claim(account, BEFORE) == job


def test_it_goes_on_when_the_day_turns(cast: Cast, account: ProviderAccount) -> None:
    job, _limit = kept_back(cast, account)
    assert claim(account, MIDNIGHT - MINUTE) is None
    assert claim(account, MIDNIGHT) == job
    assert in_order(cast)


def test_it_waits_on_where_a_raised_limit_is_still_too_low(cast: Cast, account: ProviderAccount) -> None:
    _job, limit = kept_back(cast, account)
    raise_to(limit, "0.70", cast, BEFORE)
    assert claim(account, BEFORE) is None


def test_a_job_kept_back_lets_a_cheaper_one_pass(cast: Cast, account: ProviderAccount) -> None:
    create_limit(cast.team, "0.60", period=LimitPeriod.DAY)
    prices = ("0.28", "0.28", "0.04")
    dear, job, cheap = (
        create_job(cast.bob, cast.team, now=BEFORE + timedelta(seconds=n), usd=usd)
        for n, usd in enumerate(prices)
    )
    assert claim(account, BEFORE) == dear
    settle(dear, "0.55", BEFORE)
    assert claim(account, BEFORE) == cheap
    job.refresh_from_db()
    assert job.not_before_reason.startswith(HELD_BACK)


def test_a_settlement_above_its_hold_passes_the_limit_is_told_and_blocks_the_next(
    cast: Cast, account: ProviderAccount
) -> None:
    limit = create_limit(cast.team, "0.50")
    settle(sent(cast, account, BEFORE), "0.51", BEFORE)
    assert spent(limit) == {"total": Decimal("0.51")}
    told = Notice.objects.filter(kind="limit", text__contains="is passed: 0.51 of 0.50")
    assert told.exists()
    with pytest.raises(LimitRefused, match="0 left"):
        create_job(cast.bob, cast.team, now=BEFORE, usd="0.000001")
    assert in_order(cast)


# --- amounts ---


def test_exactly_meeting_a_limit_passes_and_a_millionth_more_does_not(cast: Cast) -> None:
    create_limit(cast.team, "21.09")
    for _ in range(37):
        create_job(cast.alice, cast.team, usd="0.57")
    with pytest.raises(LimitRefused):
        create_job(cast.alice, cast.team, usd="0.000001")
    assert in_order(cast)


@pytest.mark.parametrize("usd", ["0.000001", "999999", "999998.999999"])
def test_the_smallest_and_the_largest_amounts_are_exact(
    cast: Cast, account: ProviderAccount, usd: str
) -> None:
    limit = create_limit(cast.team, usd, period=LimitPeriod.MONTH)
    job = sent(cast, account, BEFORE, usd)
    with pytest.raises(LimitRefused):
        create_job(cast.alice, cast.team, usd="0.000001", now=BEFORE)
    settle(job, usd, BEFORE)
    assert list(spent(limit).values()) == [Decimal(usd)]
    assert in_order(cast)


def test_what_is_released_is_free_at_once(cast: Cast) -> None:
    create_limit(cast.team, "0.28")
    job = create_job(cast.alice, cast.team)
    lifecycle.cancel(job, cast.alice, now=BEFORE)
    create_job(cast.alice, cast.team)
    assert in_order(cast)
