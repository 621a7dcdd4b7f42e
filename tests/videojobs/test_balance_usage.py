"""The provider's own figures: all or nothing, the same twice, and laid beside our books."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.factories import NOW, Cast, create_job, live_account
from videojobs import balance_usage
from videojobs.balance_usage import DayBeside
from videojobs.models import Job, Notice, ProviderAccount, ProviderUsage
from videojobs.money import ledger
from videojobs.provider.errors import UsageFailed
from videojobs.provider.types_usage import BilledLine
from videojobs.states import State

pytestmark = pytest.mark.django_db

YESTERDAY = NOW.date() - timedelta(days=1)


class FarSide:
    """Says what it billed, a month at a time, and remembers which months it was asked for."""

    def __init__(self, *lines: tuple[date, str], fails: Iterable[str] = ()) -> None:
        self.lines = [BilledLine(day, "Video", Decimal(usd)) for day, usd in lines]
        self.fails = set(fails)
        self.asked: list[str] = []

    def billed(self, month: str) -> list[BilledLine]:
        """Return the lines of a month."""
        self.asked.append(month)
        if month in self.fails:
            raise UsageFailed("The key was refused.", status=401)
        return [line for line in self.lines if f"{line.day:%Y-%m}" == month]


@pytest.fixture
def live() -> ProviderAccount:
    return live_account()


def kept() -> list[tuple[date, str, Decimal]]:
    return list(ProviderUsage.objects.order_by("day", "product").values_list("day", "product", "usd"))


def charge(cast: Cast, account: ProviderAccount, usd: str, at: datetime, **columns: Any) -> Job:
    """Make a job that the provider ended at a moment, and settle it."""
    columns = {"finished_at": at} | columns
    job = create_job(cast.alice, cast.team, account=account, state=State.COMPLETED, now=at, **columns)
    ledger.settle(job.id, Decimal(usd), now=at, reason="Reported.")
    return job


def told() -> list[str]:
    return [notice.text for notice in Notice.objects.open().filter(kind="money")]


# --- taken in ---


def test_lines_of_a_day_and_product_are_one_sum_rounded_once(live: ProviderAccount) -> None:
    side = FarSide((YESTERDAY, "0.1000004"), (YESTERDAY, "0.2000004"))
    assert balance_usage.take_in(live, side, now=NOW)
    assert kept() == [(YESTERDAY, "Video", Decimal("0.300001"))]


def test_the_same_figures_twice_are_kept_once(live: ProviderAccount) -> None:
    side = FarSide((YESTERDAY, "0.28"), (YESTERDAY - timedelta(days=1), "0"))
    balance_usage.take_in(live, side, now=NOW)
    before = kept()
    balance_usage.take_in(live, side, now=NOW + timedelta(days=1))
    assert kept() == before
    assert len(before) == 2


def test_figures_that_moved_replace_the_old_ones(live: ProviderAccount) -> None:
    balance_usage.take_in(live, FarSide((YESTERDAY, "0.28")), now=NOW)
    balance_usage.take_in(live, FarSide((YESTERDAY, "0.31")), now=NOW)
    assert kept() == [(YESTERDAY, "Video", Decimal("0.31"))]


def test_a_day_that_is_not_finished_is_left_out(live: ProviderAccount) -> None:
    balance_usage.take_in(live, FarSide((NOW.date(), "0.28")), now=NOW)
    assert kept() == []


@pytest.mark.parametrize(("day", "months"), [(5, ["2026-10", "2026-11"]), (6, ["2026-11"])])
def test_early_in_a_month_the_last_one_is_read_once_more(
    live: ProviderAccount, day: int, months: list[str]
) -> None:
    side = FarSide()
    balance_usage.take_in(live, side, now=NOW.replace(day=day))
    assert side.asked == months


def test_nothing_is_stored_half(cast: Cast, live: ProviderAccount) -> None:
    create_job(cast.alice, cast.team, account=live)
    first = NOW.replace(day=2)
    side = FarSide((date(2026, 10, 30), "0.28"), (date(2026, 11, 1), "0.28"), fails=["2026-11"])
    assert not balance_usage.take_in(live, side, now=first)
    assert kept() == []
    assert told() == [
        "The provider’s figures were not taken in. The key was refused. They are read again tomorrow."
    ]


def test_the_next_good_answer_takes_the_trouble_back(cast: Cast, live: ProviderAccount) -> None:
    create_job(cast.alice, cast.team, account=live)
    balance_usage.take_in(live, FarSide(fails=["2026-11"]), now=NOW)
    balance_usage.take_in(live, FarSide(), now=NOW)
    assert told() == []


def test_a_sum_beyond_counting_is_refused(live: ProviderAccount) -> None:
    side = FarSide(*[(YESTERDAY, "999999999.99")] * 10)
    assert not balance_usage.take_in(live, side, now=NOW)
    assert kept() == []


# --- laid beside ---


def test_each_day_stands_beside_what_our_books_say(cast: Cast, live: ProviderAccount) -> None:
    charge(cast, live, "0.28", NOW - timedelta(days=1))
    charge(cast, live, "0.20", NOW - timedelta(days=3))
    side = FarSide((YESTERDAY, "0.28"), (YESTERDAY - timedelta(days=2), "0.50"))
    balance_usage.take_in(live, side, now=NOW)
    assert balance_usage.beside(live, now=NOW) == [
        DayBeside(YESTERDAY, Decimal("0.28"), Decimal("0.28")),
        DayBeside(YESTERDAY - timedelta(days=1), Decimal(0), Decimal(0)),
        DayBeside(YESTERDAY - timedelta(days=2), Decimal("0.50"), Decimal("0.20")),
    ]


def test_nothing_is_known_before_the_first_figures(live: ProviderAccount) -> None:
    assert balance_usage.beside(live, now=NOW) == []


def test_a_day_after_the_last_import_is_not_known(live: ProviderAccount) -> None:
    balance_usage.take_in(live, FarSide((YESTERDAY, "0.28")), now=NOW)
    days = [day.day for day in balance_usage.beside(live, now=NOW + timedelta(days=2))]
    assert days == [YESTERDAY]


def test_our_days_are_utc_whatever_the_teams_zone(cast: Cast, live: ProviderAccount) -> None:
    cast.team.time_zone = "Pacific/Auckland"
    cast.team.save(update_fields=["time_zone"])
    charge(cast, live, "0.28", datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC))
    charge(cast, live, "0.30", datetime(2026, 11, 23, 0, 0, 1, tzinfo=UTC))
    found = balance_usage.charged_by_day(live, date(2026, 11, 22), date(2026, 11, 23))
    assert found == {date(2026, 11, 22): Decimal("0.28"), date(2026, 11, 23): Decimal("0.30")}


def test_corrections_count_and_credits_are_no_usage(cast: Cast, live: ProviderAccount) -> None:
    job = charge(cast, live, "0.28", NOW)
    ledger.correct(job.id, Decimal("0.40"), now=NOW, reason="The bill", actor=cast.alice)
    ledger.credit(job.id, Decimal("0.10"), now=NOW, reason="Given back", actor=cast.alice)
    assert balance_usage.charged_by_day(live, NOW.date(), NOW.date()) == {NOW.date(): Decimal("0.40")}


def test_a_job_whose_end_nobody_saw_counts_when_it_was_sent(cast: Cast, live: ProviderAccount) -> None:
    charge(cast, live, "0.28", NOW, finished_at=None, claimed_at=NOW - timedelta(days=1))
    assert balance_usage.charged_by_day(live, YESTERDAY, YESTERDAY) == {YESTERDAY: Decimal("0.28")}


def test_another_accounts_jobs_are_not_counted(cast: Cast, live: ProviderAccount) -> None:
    charge(cast, live_account("https://elsewhere.example"), "0.28", NOW)
    assert balance_usage.charged_by_day(live, NOW.date(), NOW.date()) == {}


@pytest.mark.parametrize(
    ("provider", "ours", "is_off"),
    [
        ("100", "100", False),
        ("100.02", "100", False),  # under 2 %
        ("0.02", "0.01", False),  # a cent
        ("0.0201", "0.01", True),
        ("102.05", "100", True),
        ("0", "0.28", True),
    ],
)
def test_a_cent_and_two_per_cent_are_let_pass(provider: str, ours: str, *, is_off: bool) -> None:
    assert DayBeside(YESTERDAY, Decimal(provider), Decimal(ours)).is_off is is_off


def test_a_difference_is_told_once_and_taken_back_when_it_is_mended(
    cast: Cast, live: ProviderAccount
) -> None:
    job = charge(cast, live, "0.28", NOW - timedelta(days=1))
    side = FarSide((YESTERDAY, "0.40"))
    for _day in range(2):
        balance_usage.take_in(live, side, now=NOW)
    (text,) = told()
    assert text.startswith("The provider billed 0.40 USD for 22 November 2026 (UTC), and our books say 0.28")
    ledger.correct(job.id, Decimal("0.40"), now=NOW, reason="The bill", actor=cast.alice)
    balance_usage.watch(live, now=NOW)
    assert told() == []
