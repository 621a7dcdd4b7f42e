"""Times and lengths as people read them. Lengths are seconds."""

from datetime import datetime, timedelta
from decimal import Decimal

from django import template
from django.utils import timezone

register = template.Library()

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY


@register.filter
def duration(seconds: float | Decimal | timedelta | None) -> str:
    """Return "42 s", "1 min 12 s", "2 h 5 min" or "3 d 4 h"; "" for None."""
    if seconds is None:
        return ""
    whole = int(seconds.total_seconds() if isinstance(seconds, timedelta) else seconds)
    if whole < MINUTE:
        return f"{max(whole, 0)} s"
    for unit, word, small, small_word in (
        (DAY, "d", HOUR, "h"),
        (HOUR, "h", MINUTE, "min"),
        (MINUTE, "min", 1, "s"),
    ):
        if whole >= unit:
            rest = whole % unit // small
            return f"{whole // unit} {word} {rest} {small_word}" if rest else f"{whole // unit} {word}"
    raise AssertionError("every length of a minute or more has a unit")


@register.filter
def timecode(seconds: float | Decimal | None) -> str:
    """Return a clip's length as players write it: "0:05", "1:02:03"; "" for None."""
    if seconds is None:
        return ""
    whole = round(seconds)
    hours, rest = divmod(whole, HOUR)
    minutes, left = divmod(rest, MINUTE)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


@register.filter
def seconds_since(moment: datetime | None, now: datetime | None = None) -> int | None:
    """Return whole seconds from a moment until now, never below zero; None for None."""
    if moment is None:
        return None
    return max(int(((now or timezone.now()) - moment).total_seconds()), 0)


@register.filter
def ago(moment: datetime | None, now: datetime | None = None) -> str:
    """Return "just now", "4 min ago", "2 h ago", "3 d ago", then the date; "" for None."""
    passed = seconds_since(moment, now)
    if moment is None or passed is None:
        return ""
    if passed < MINUTE:
        return "just now"
    for unit, word, limit in ((MINUTE, "min", HOUR), (HOUR, "h", DAY), (DAY, "d", WEEK)):
        if passed < limit:
            return f"{passed // unit} {word} ago"
    today = now or timezone.now()
    return f"{moment.day} {moment:%b}" if moment.year == today.year else f"{moment.day} {moment:%b %Y}"


@register.filter
def lapse(later: datetime, earlier: datetime | None) -> str:
    """Return how long after an earlier moment this was: "+1 min 12 s"; "" without an earlier one."""
    if earlier is None:
        return ""
    passed = (later - earlier).total_seconds()
    return f"+{passed:.1f} s" if passed < 10 else f"+{duration(passed)}"
