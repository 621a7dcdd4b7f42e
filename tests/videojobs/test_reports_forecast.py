"""What a period is expected to come to, worked out by hand."""

from datetime import date, timedelta
from decimal import Decimal

from videojobs.reports_forecast import SoFar, expect, history_begins

TODAY = date(2026, 11, 23)  # a Monday
LAST = date(2026, 11, 30)
NOTHING = Decimal(0)


def every_day(usd: str, weeks: int = 4) -> dict[date, Decimal]:
    """Spend the same on every day of the last weeks."""
    return {TODAY - timedelta(days=number): Decimal(usd) for number in range(1, 7 * weeks + 1)}


def so_far(spent: str = "10", held: str = "0") -> SoFar:
    return SoFar(Decimal(spent), Decimal(held))


def test_an_even_pace_has_one_answer() -> None:
    found = expect(every_day("2"), so_far(), today=TODAY, last=LAST, began=date(2026, 1, 1))
    assert found is not None
    assert (found.least, found.most, found.weeks, found.days) == (Decimal(26), Decimal(26), 4, 8)


def test_the_cheapest_and_the_dearest_week_are_the_ends() -> None:
    spent = every_day("1") | {TODAY - timedelta(days=number): Decimal(3) for number in range(1, 8)}
    found = expect(spent, so_far(), today=TODAY, last=LAST, began=date(2026, 1, 1))
    assert found is not None
    assert (found.least, found.most) == (Decimal(18), Decimal(34))


def test_weekdays_stand_for_themselves() -> None:
    fridays = {TODAY - timedelta(days=3 + 7 * week): Decimal(5) for week in range(4)}
    saturday_left = expect(
        fridays, so_far(), today=TODAY, last=TODAY + timedelta(days=3), began=date(2026, 1, 1)
    )
    friday_left = expect(
        fridays, so_far(), today=TODAY, last=TODAY + timedelta(days=4), began=date(2026, 1, 1)
    )
    assert saturday_left is not None and saturday_left.most == Decimal(10)
    assert friday_left is not None and friday_left.least == Decimal(15)


def test_what_is_held_counts_at_the_upper_end_alone() -> None:
    found = expect(every_day("2"), so_far(held="4"), today=TODAY, last=TODAY, began=date(2026, 1, 1))
    assert found is not None
    assert (found.least, found.most) == (Decimal(12), Decimal(16))


def test_what_today_has_spent_is_not_expected_again() -> None:
    spent = every_day("2") | {TODAY: Decimal("1.5")}
    found = expect(spent, so_far(), today=TODAY, last=TODAY, began=date(2026, 1, 1))
    assert found is not None
    assert found.least == Decimal("10.5")


def test_a_busier_today_takes_nothing_back() -> None:
    spent = every_day("2") | {TODAY: Decimal(9)}
    found = expect(spent, so_far(), today=TODAY, last=TODAY, began=date(2026, 1, 1))
    assert found is not None
    assert found.least == Decimal(10)


def test_fewer_weeks_are_read_of_a_young_team() -> None:
    began = TODAY - timedelta(days=20)
    found = expect(every_day("2", weeks=2), so_far(), today=TODAY, last=LAST, began=began)
    assert found is not None and found.weeks == 2
    assert "last 2 weeks" in found.method


def test_too_few_days_say_nothing() -> None:
    two_weeks = TODAY - timedelta(days=13)
    assert expect(every_day("2", weeks=1), so_far(), today=TODAY, last=LAST, began=two_weeks) is None
    assert expect({}, so_far(), today=TODAY, last=LAST, began=None) is None


def test_two_busy_days_are_no_pace() -> None:
    spent = {TODAY - timedelta(days=number): Decimal(2) for number in (1, 9)}
    assert expect(spent, so_far(), today=TODAY, last=LAST, began=date(2026, 1, 1)) is None


def test_a_period_that_is_over_is_not_expected() -> None:
    over = TODAY - timedelta(days=1)
    assert expect(every_day("2"), so_far(), today=TODAY, last=over, began=date(2026, 1, 1)) is None


def test_it_looks_back_four_weeks() -> None:
    assert history_begins(TODAY) == date(2026, 10, 26)
