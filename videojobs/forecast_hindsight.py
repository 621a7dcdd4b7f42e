"""How far off ranges would lately have been, by which the next are drawn: the arithmetic alone.

What the playing of a queue cannot know shows in its past: places that fall free together, slow hours, a busy
machine. So a few moments are foretold from what was known at them and held against what came. Where ranges
were too wide or too narrow, too early or too late, those told now are drawn accordingly.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from heapq import heapify, heapreplace
from itertools import pairwise

from videojobs.forecast import FEWEST, TAIL, Ahead, Busy, Lasted, Line, Off, Offs, Times

MOMENTS = 8
"""So many moments are looked back at."""

DEEPEST = 32
"""So many of those who waited then are held against what came."""

PLAYS = 24
"""Few plays tell the middle and the width of a range well enough here."""

DOUBT = 4
"""The playing itself counts as much as so many moments."""

LONGEST_LAG = 10.0
"""Seconds; a place free for longer was not free for the next in line: something else held."""


@dataclass(frozen=True)
class Ran:
    """A job that ran. In seconds of one clock: when it was made, took its place, left it, and was kept."""

    kind: str
    made: float
    started: float
    left: float
    kept: float | None = None


def offs(past: Sequence[Ran], places: int, lags: Sequence[float]) -> Offs:
    """Return how far off the ranges of the past's latest moments would have been."""
    past = sorted(past, key=lambda one: one.started)
    judged = [list(_judged(past, moment, places, lags)) for moment in _moments(past, places)]
    starts = [[start for start, _end in shares] for shares in judged]
    ends = [[end for _start, end in shares if end is not None] for shares in judged]
    return Offs(_off(starts), _off(ends))


def _off(judged: Sequence[Sequence[float]]) -> Off:
    """Return below and above which a tenth lies; each moment counts the same."""
    found = [shares for shares in judged if shares]
    if not found:
        return Off()
    weight = TAIL * len(found)
    shares = sorted((share, 1 / len(some)) for some in found for share in some)
    low, high = _reached(shares, weight), _reached(shares[::-1], weight)
    known = len(found) / (len(found) + DOUBT)
    return Off(-1 + known * (low + 1), 1 + known * (high - 1))


def _moments(past: Sequence[Ran], places: int) -> list[float]:
    """Return moments right after a start that took the last place while others waited, the latest first."""
    full: list[float] = []
    left: list[float] = []
    for one, after in pairwise(past):
        left = [*(end for end in left if end > one.started), one.left]
        if len(left) == places and after.made <= one.started:
            full.append(one.started)
    return full[:: -max(len(full) // MOMENTS, 1)][:MOMENTS]


def _judged(
    past: Sequence[Ran], moment: float, places: int, lags: Sequence[float]
) -> Iterator[tuple[float, float | None]]:
    """Give for those who waited at a moment where in their ranges they started and ended."""
    busy = [one for one in past if one.started <= moment < one.left]
    waited = [one for one in past if one.made <= moment < one.started]
    ahead = _in_turn(waited[:DEEPEST], busy)
    times = _known(past, moment)
    there = [Busy(one.kind, moment - one.started) for one in busy]
    line = Line(places, there, [Ahead(one.kind) for one in ahead], times, lags=lags)
    for one, expected in zip(ahead, line.expected(0, len(ahead), most=PLAYS), strict=True):
        if expected is not None:
            start = _share(expected.start_low, expected.start_high, one.started - moment)
            # Where hardly a clip was kept yet, nobody knew how long that takes.
            if one.kept is None or len(times[one.kind].kept) < FEWEST:
                yield start, None
            else:
                yield start, _share(expected.finish_low, expected.finish_high, one.kept - moment)


def _share(low: timedelta, high: timedelta, true: float) -> float:
    return Off.share(low.total_seconds(), high.total_seconds(), true)


def _in_turn(waited: list[Ran], busy: Sequence[Ran]) -> list[Ran]:
    """Return those who started as places fell free, up to the first for whom something else counted."""
    free = [one.left for one in busy]
    heapify(free)
    for number, one in enumerate(waited):
        if not 0 <= one.started - free[0] <= LONGEST_LAG:
            return waited[:number]
        heapreplace(free, one.left)
    return waited


def _known(past: Sequence[Ran], moment: float) -> dict[str, Times]:
    """Return the lengths that were known at a moment."""
    lengths: dict[str, list[Lasted]] = {}
    for one in sorted(past, key=lambda one: -one.left):
        if one.left <= moment:
            kept = one.kept - one.left if one.kept is not None and one.kept <= moment else None
            lengths.setdefault(one.kind, []).append(Lasted(one.left - one.started, kept))
    return {kind: Times(some) for kind, some in lengths.items() if len(some) >= FEWEST}


def _reached(shares: Sequence[tuple[float, float]], weight: float) -> float:
    """Return the share at which so much weight is reached."""
    for share, own in shares:
        weight -= own
        if weight <= 0:
            return share
    return shares[-1][0]
