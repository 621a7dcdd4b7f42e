"""Days, weeks and months as a team's clocks show them, as moments in UTC; pure.

A day begins at local midnight; where clocks jump over midnight, it begins at the jump.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from videojobs.models.limits import LimitPeriod

WAITING = "waiting"
"""The key of holds of waiting jobs, which count in whichever period is running."""


@dataclass(frozen=True)
class Window:
    """One period: from a moment up to, and not including, another. Both None: always."""

    key: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None


ALWAYS = Window("total")


def window(period: LimitPeriod, moment: datetime, zone: ZoneInfo) -> Window:
    """Return the period of a kind that is running at a moment."""
    if period == LimitPeriod.TOTAL:
        return ALWAYS
    day = day_of(moment, zone)
    if period == LimitPeriod.DAY:
        return Window(f"day:{day}", *days(day, day, zone))
    if period == LimitPeriod.WEEK:
        monday = day - timedelta(days=day.weekday())
        return Window(f"week:{monday}", *days(monday, monday + timedelta(days=6), zone))
    first, last = month_of(day)
    return Window(f"month:{first:%Y-%m}", *days(first, last, zone))


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    """Return the day a zone's clocks show at a moment."""
    return moment.astimezone(zone).date()


def month_of(day: date) -> tuple[date, date]:
    """Return the first and the last day of a day's month."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the moment in UTC at which a day begins in a zone."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def days(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the moments that bound whole days, both ends included: from the one up to the other."""
    return midnight(first, zone), midnight(last + timedelta(days=1), zone)
