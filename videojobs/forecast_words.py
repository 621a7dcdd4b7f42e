"""Ranges of time in words, the same everywhere: "in 3–5 min", "within 10 s"."""

import math
from collections.abc import Callable
from datetime import timedelta

from videojobs.forecast import Expected

MINUTE, HOUR, DAY = 60, 3600, 86400
UNITS = ((90, 5, 1, "s"), (90 * MINUTE, MINUTE, MINUTE, "min"), (2 * DAY, HOUR, HOUR, "h"))
"""Under how many seconds, the step in seconds, the seconds of one unit, its word."""


def within(low: timedelta, high: timedelta) -> str:
    """Say when something happens, rounded outwards so that the words promise no more than the range."""
    first, first_unit = _rounded(low.total_seconds(), math.floor)
    last, last_unit = _rounded(high.total_seconds(), math.ceil)
    if first == 0:
        return f"within {max(last, 5 if last_unit == 's' else 1)} {last_unit}"
    if (first, first_unit) == (last, last_unit):
        return f"in about {last} {last_unit}"
    if first_unit == last_unit:
        return f"in {first}–{last} {last_unit}"
    return f"in {first} {first_unit}–{last} {last_unit}"


def likely_starts(expected: Expected) -> str:
    """Say when a job starts."""
    return f"likely starts {within(expected.start_low, expected.start_high)}"


def likely_done(expected: Expected) -> str:
    """Say when a job's clip is kept."""
    return f"likely done {within(expected.finish_low, expected.finish_high)}"


def _rounded(seconds: float, to_whole: Callable[[float], int]) -> tuple[int, str]:
    for under, step, unit, word in UNITS:
        if seconds < under:
            return to_whole(seconds / step) * step // unit, word
    return to_whole(seconds / DAY), "d"
