"""When waiting jobs start and finish, told from past times: the arithmetic alone, without rows.

The queue is played through many times: whoever runs goes on as past jobs that lasted at least as long did,
whoever waits starts as places fall free, and lasts as past jobs of its kind did. Of all the plays, the range
leaves out the earliest and the latest tenth.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from heapq import heapify, heappop, heappush, heapreplace
from random import Random
from statistics import fmean, pvariance

LEAST_HALF = 0.1
"""Seconds; a narrower half of a range is measured with this."""

TAIL = 0.1
"""What a range leaves out at each end."""

FEWEST = 3
"""With fewer past jobs nobody should speak of a usual time."""

POINTS = 200
"""So many equally likely lengths stand for a kind of job."""

MOST_PLAYS, FEWEST_PLAYS, ENOUGH_PLAYS = 160, 4, 40
"""Under enough plays a range is read off their middle and spread, not off the plays themselves."""

STEPS = 20_000
"""About how many starts are played in all, so that a long queue costs no more than a short one."""

BLOCK = 8
"""Jobs in a row whose mean tells whether there are slow hours."""

LEAST_DRIFT = 0.01
"""No past tells the next hour's mean better than this, as a part of it."""

ALIKE = 0.8
"""What starts in the same second is sent, looked at and kept together: how often one's luck is all's."""

SECONDS = 64
"""After so many seconds the same luck may come again."""

SLOWEST_FADE = 2.0
"""How fast the chance falls that a job outlasts all others even longer: as the square of its age."""


@dataclass(frozen=True)
class Expected:
    """When a job probably starts and has its clip kept, counted from now; 8 of 10 do so within."""

    start_low: timedelta
    start_high: timedelta
    finish_low: timedelta
    finish_high: timedelta


@dataclass(frozen=True)
class Typical:
    """Seconds jobs of a kind spend at the provider: the middle, and the range of 8 in 10."""

    usual: float
    low: float
    high: float


@dataclass(frozen=True)
class Off:
    """Where a tenth is earlier, and a tenth later: from the middle of a range, in halves of its width."""

    low: float = -1.0
    high: float = 1.0

    @staticmethod
    def share(low: float, high: float, true: float) -> float:
        """Return how far from the middle of a range something came, in halves of its width."""
        return (true - (low + high) / 2) / max((high - low) / 2, LEAST_HALF)

    def drawn(self, low: float, high: float) -> tuple[float, float]:
        """Return a range drawn anew."""
        middle, half = (low + high) / 2, (high - low) / 2
        return max(middle + half * self.low, 0.0), max(middle + half * self.high, 0.0)


@dataclass(frozen=True)
class Offs:
    """How far off the ranges for starts and for ends have lately been."""

    starts: Off = Off()
    ends: Off = Off()


@dataclass(frozen=True)
class Lasted:
    """Seconds a past job had a place at the provider, and seconds until its clip was kept after that.

    `kept` is None where it is not kept yet, or never was.
    """

    made: float
    kept: float | None = None


class Times:
    """What past jobs of one kind say about the next one. Takes them newest first, at least `FEWEST`."""

    def __init__(self, past: Sequence[Lasted]) -> None:
        self.past = past
        made = [one.made for one in past]
        self.made = sorted(made)
        self.points = [quantile(self.made, (number + 0.5) / POINTS) for number in range(POINTS)]
        self.kept = sorted(one.kept for one in past if one.kept is not None) or [0.0]
        self.error, self.drift = _doubts(made)

    @property
    def typical(self) -> Typical:
        """The middle and the range."""
        return Typical(*(quantile(self.made, part) for part in (0.5, TAIL, 1 - TAIL)))

    def left(self, age: float, random: Random) -> float:
        """Return how much longer a job of this age goes on in one play."""
        older = bisect_right(self.points, age)
        if older < POINTS:
            return self.points[older + int(random.random() * (POINTS - older))] - age
        beyond: float = (1 - random.random()) ** (-1 / SLOWEST_FADE) - 1
        return max(age, 1.0) * beyond


def quantile(ordered: Sequence[float], part: float) -> float:
    """Return the length that the next one stays under with this chance.

    Of n lengths the next one falls into each of the n + 1 gaps equally often, so little is known of the ends
    while n is small; there the outermost gaps reach as far as the spread of all suggests.
    """
    place = part * (len(ordered) + 1) - 1
    last = len(ordered) - 1
    if 0 <= place <= last:
        below = int(place)
        above = min(below + 1, last)
        return ordered[below] + (place - below) * (ordered[above] - ordered[below])
    reach = (ordered[-1] - ordered[0]) / 2 / math.log((last + 2) / 2)
    if place > last:
        return ordered[-1] - reach * math.log(max(1 - (place - last), 1e-3))
    return max(ordered[0] + reach * math.log(max(1 + place, 1e-3)), ordered[0] / 4)


def _doubts(made: Sequence[float]) -> tuple[float, float]:
    """Return how far the mean may be off, as parts of it: from few samples, and from slow and fast hours."""
    mean, count = fmean(made), len(made)
    if mean <= 0:
        return 0.0, 0.0
    spread = pvariance(made)
    means = [fmean(made[at : at + BLOCK]) for at in range(0, count - BLOCK + 1, BLOCK)]
    expected = spread / BLOCK
    drift = 0.0
    if len(means) > 3 and pvariance(means) > expected * (1 + 2 * math.sqrt(2 / (len(means) - 1))):
        drift = math.sqrt(pvariance(means) - expected) / mean
    return math.sqrt(spread / count) / mean, drift


Limit = str
"""The name of one limit of places that a job counts against."""


@dataclass(frozen=True)
class Busy:
    """A job at the provider: its kind, its age in seconds, and the limits it counts against."""

    kind: str
    age: float
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True)
class Ahead:
    """A job in line: its kind and the limits it counts against."""

    kind: str
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True)
class Line:
    """All that is known of a queue: who has a place, who waits in which order, and how many places there are.

    `limits` are narrower numbers of places by name. `times` know the kinds; a kind they do not know lasts as
    long as any. `lags` are seconds from a place falling free until the next job has it. By `offs` ranges are
    drawn anew.
    """

    places: int
    busy: Sequence[Busy]
    ahead: Sequence[Ahead]
    times: Mapping[str, Times]
    limits: Mapping[Limit, int] = field(default_factory=dict)
    lags: Sequence[float] = (0.0,)
    offs: Offs = Offs()

    def expected(
        self, first: int, end: int, *, seed: int = 0, most: int = MOST_PLAYS
    ) -> list[Expected | None]:
        """Return for the jobs at these places, from 0, when they start and finish."""
        played = self.played(end, seed=seed, most=most)
        return [played.expected(place) for place in range(first, min(end, len(self.ahead)))]

    def played(self, depth: int, *, seed: int = 0, most: int = MOST_PLAYS) -> "Played":
        """Play the queue through for the first jobs in line, at `most` so often. The same queue gives the
        same ranges.

        What is not foreseeable is left out: jobs yet to be sent, pauses, refusals.
        """
        ahead = self.ahead[:depth]
        if not (ahead and self.times):
            return Played(ahead, frozenset(), [], self.offs)
        plays = min(max(STEPS // len(ahead), FEWEST_PLAYS), most)
        game = _Game(self, ahead)
        random = Random(seed)  # noqa: S311  no secret: the same queue gives the same ranges
        return Played(ahead, frozenset(self.times), [game.play(random) for _play in range(plays)], self.offs)


@dataclass(frozen=True)
class Played:
    """What came of all plays for the first jobs in line."""

    ahead: Sequence[Ahead]
    known: frozenset[str]
    plays: Sequence[tuple[Sequence[float], Sequence[float]]]
    offs: Offs

    def expected(self, place: int) -> Expected | None:
        """Return when the job at a place, from 0, starts and finishes; None where nobody knows."""
        if not self.plays or self.ahead[place].kind not in self.known:
            return None
        starts = [play[0][place] for play in self.plays]
        if math.inf in starts:
            return None  # what it waits for never falls free
        ends = [play[1][place] for play in self.plays]
        start, end = self.offs.starts.drawn(*between(starts)), self.offs.ends.drawn(*between(ends))
        return Expected(*map(_seconds, (*start, *end)))


def between(values: Iterable[float]) -> tuple[float, float]:
    """Return the range that leaves out a tenth at each end."""
    ordered = sorted(values)
    if len(ordered) >= ENOUGH_PLAYS:
        return quantile(ordered, TAIL), quantile(ordered, 1 - TAIL)
    mean, count = fmean(ordered), len(ordered)
    # Student's factor for a tenth at each end, near enough from three degrees of freedom on.
    reach = (1.2816 + 1.1 / (count - 1)) * math.sqrt(
        pvariance(ordered) * count / (count - 1) * (1 + 1 / count)
    )
    return max(mean - reach, 0.0), mean + reach


def _seconds(seconds: float) -> timedelta:
    return timedelta(seconds=round(seconds, 3))


_Fates = list[tuple[list[float], list[float], float]]
"""For each kind its lengths, those of keeping its clip, and a factor."""


Draw = Callable[[Sequence[float], float], float]
Running = tuple[float, tuple[int, ...]]


def _drawing(random: Random) -> Draw:
    """Return what draws one of equally likely lengths for something at a moment, in seconds from now."""
    luck = random.random
    shared = [luck() for _second in range(SECONDS)]

    def draw(lengths: Sequence[float], at: float) -> float:
        part = shared[int(at) % SECONDS] if luck() < ALIKE else luck()
        return lengths[int(part * len(lengths))]

    return draw


class _Game:
    """A queue laid out for playing: kinds and limits by number, jobs under the same limits in one lane."""

    def __init__(self, line: Line, ahead: Sequence[Ahead]) -> None:
        self.times = [*line.times.values()]
        kinds = {kind: number for number, kind in enumerate(line.times)}
        self.times.append(_of_any(self.times))
        any_kind = len(self.times) - 1
        names = {name: number for number, name in enumerate(line.limits)}

        def counted(limits: Iterable[Limit]) -> tuple[int, ...]:
            return tuple(names[limit] for limit in limits if limit in names)

        self.busy = [(kinds.get(job.kind, any_kind), job.age, counted(job.limits)) for job in line.busy]
        self.kinds = [kinds.get(job.kind, any_kind) for job in ahead]
        lanes: dict[tuple[int, ...], list[int]] = {}
        for place, job in enumerate(ahead):
            lanes.setdefault(counted(job.limits), []).append(place)
        self.lanes = list(lanes.items())
        self.room = [*line.limits.values()]
        for _kind, _age, limits in self.busy:
            for limit in limits:
                self.room[limit] -= 1
        self.free = line.places - len(self.busy)
        self.lags = sorted(line.lags)

    def play(self, random: Random) -> tuple[list[float], list[float]]:
        """Play it through once: seconds until each job starts, and until its clip is kept."""
        fates, draw = self._fates(random), _drawing(random)
        running = [(self.times[kind].left(age, random), limits) for kind, age, limits in self.busy]
        # What is free by now has waited for a part of its lag.
        early = [-random.random() * draw(self.lags, place) for place in range(self.free)]
        if len(self.lanes) == 1 and not self.lanes[0][0]:
            return self._plainly(running, early, fates, draw)
        return self._by_lanes(running, early, fates, draw)

    def _plainly(
        self, running: list[Running], early: list[float], fates: "_Fates", draw: Draw
    ) -> tuple[list[float], list[float]]:
        """Play a queue in which only the account's own places count: the most usual one, and much quicker."""
        lags = self.lags
        free = sorted([*early, *sorted(end for end, _limits in running)[max(-self.free, 0) :]])
        starts, ends = [math.inf] * len(self.kinds), [math.inf] * len(self.kinds)
        for place, kind in enumerate(self.kinds if free else ()):
            points, kept, factor = fates[kind]
            at = free[0]
            start = max(at + draw(lags, at), 0.0)
            end = start + draw(points, at + 1) * factor
            starts[place], ends[place] = start, end + draw(kept, at + 2)
            heapreplace(free, end)
        return starts, ends

    def _by_lanes(
        self, running: list[Running], early: list[float], fates: "_Fates", draw: Draw
    ) -> tuple[list[float], list[float]]:
        """Play a queue in which narrower places count too."""
        starts, ends = [math.inf] * len(self.kinds), [math.inf] * len(self.kinds)
        heapify(running)
        ready = [(places[0], 0, lane) for lane, (_limits, places) in enumerate(self.lanes)]
        heapify(ready)
        held: dict[int, list[tuple[int, int, int]]] = {}
        room, free, now = list(self.room), self.free, 0.0
        while True:
            while free > 0 and ready:
                turn = heappop(ready)
                place, number, lane = turn
                limits, places = self.lanes[lane]
                full = next((limit for limit in limits if room[limit] <= 0), None)
                if full is not None:
                    held.setdefault(full, []).append(turn)
                    continue
                points, kept, factor = fates[self.kinds[place]]
                since = early.pop() if early and not now else now
                start = max(since + draw(self.lags, since), 0.0)
                end = start + draw(points, since + 1) * factor
                starts[place], ends[place] = start, end + draw(kept, since + 2)
                heappush(running, (end, limits))
                free -= 1
                for limit in limits:
                    room[limit] -= 1
                if number + 1 < len(places):
                    heappush(ready, (places[number + 1], number + 1, lane))
            if not (running and (ready or held)):
                return starts, ends
            now, limits = heappop(running)
            free += 1
            for limit in limits:
                room[limit] += 1
                for turn in held.pop(limit, ()):
                    heappush(ready, turn)

    def _fates(self, random: Random) -> "_Fates":
        """Return for each kind its lengths, and how much slower than known all of it is in this play."""
        hour = random.gauss(0, 1)
        return [
            (
                times.points,
                times.kept,
                max(1 + hour * max(times.drift, LEAST_DRIFT) + random.gauss(0, 1) * times.error, 0.2),
            )
            for times in self.times
        ]


def _of_any(times: Sequence[Times]) -> Times:
    """Return the times of a job of whatever kind."""
    return Times([lasted for one in times for lasted in one.past])
