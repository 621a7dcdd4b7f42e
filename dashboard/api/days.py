"""Days that a script asks for, by the team's clocks, both ends included."""

from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import Q

from dashboard.api.errors import wrong_field
from dashboard.forms.days import FIRST_YEAR, LAST_YEAR
from videojobs.money.periods import days


def check_year(name: str, day: date | None) -> None:
    """Let a day be of a year that exists. Raises ApiError."""
    if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise wrong_field(name, f"Choose a day from the year {FIRST_YEAR} on.")


def within(first: date | None, last: date | None, zone: ZoneInfo) -> Q:
    """Return what holds of rows whose moment, `at`, is from `from` up to `to`. Raises ApiError."""
    check_year("from", first)
    check_year("to", last)
    if first and last and first > last:
        raise wrong_field("to", "The last day is before the first one.")
    found = Q()
    if first:
        found &= Q(at__gte=days(first, first, zone)[0])
    if last:
        found &= Q(at__lt=days(last, last, zone)[1])
    return found
