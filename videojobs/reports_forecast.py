"""What a period is expected to come to: a range, with the method in words a person can check. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

WEEK = timedelta(days=7)
MOST_WEEKS = 4
FEWEST_WEEKS = 2
FEWEST_DAYS = 3
"""Days with a charge among those weeks; with fewer, nobody should speak of a pace."""

NOTHING = Decimal(0)


@dataclass(frozen=True)
class SoFar:
    """What a period has come to, in USD: charged, and set aside for jobs that go on."""

    spent: Decimal
    held: Decimal


@dataclass(frozen=True)
class Expected:
    """From `least` to `most` USD by the end of a period, read off so many `weeks` of the past."""

    least: Decimal
    most: Decimal
    weeks: int
    days: int

    @property
    def method(self) -> str:
        """How the range is made, in a sentence."""
        days = "the rest of today" if self.days == 1 else f"the {self.days} days left, today among them,"
        return (
            f"What is spent so far, and {days} as their weekdays went in each of the last {self.weeks} "
            "weeks: from the cheapest of these weeks without what is held now, to the dearest with all of it."
        )


def history_begins(today: date) -> date:
    """Return the first day an expectation looks back at."""
    return today - MOST_WEEKS * WEEK


def work_begins(today: date) -> date:
    """Return a day early enough to tell since when a team has worked, whatever its holidays."""
    return today - 2 * MOST_WEEKS * WEEK


def expect(
    spent_on: Mapping[date, Decimal], so_far: SoFar, *, today: date, last: date, began: date | None
) -> Expected | None:
    """Return what a period comes to that ends with `last`; None where there are too few days to say.

    `spent_on` has at least the days since `history_begins`, `began` is when anything was first asked for.
    """
    weeks = _whole_weeks(today, began)
    busy = sum(amount > NOTHING for day, amount in spent_on.items() if history_begins(today) <= day < today)
    if weeks < FEWEST_WEEKS or busy < FEWEST_DAYS or last < today:
        return None
    to_come = [_like_week(spent_on, back, today=today, last=last) for back in range(1, weeks + 1)]
    return Expected(
        least=so_far.spent + min(to_come),
        most=so_far.spent + so_far.held + max(to_come),
        weeks=weeks,
        days=(last - today).days + 1,
    )


def _whole_weeks(today: date, began: date | None) -> int:
    return 0 if began is None else min(MOST_WEEKS, (today - began).days // 7)


def _like_week(spent_on: Mapping[date, Decimal], back: int, *, today: date, last: date) -> Decimal:
    """Return what the rest of the period costs if it goes as one of the last weeks went, by weekdays."""
    begins = today - back * WEEK
    week = [spent_on.get(begins + timedelta(days=number), NOTHING) for number in range(7)]
    rest_of_today = max(week[0] - spent_on.get(today, NOTHING), NOTHING)
    return rest_of_today + sum((week[number % 7] for number in range(1, (last - today).days + 1)), NOTHING)
