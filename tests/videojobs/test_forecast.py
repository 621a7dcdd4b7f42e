"""When waiting jobs start and finish, as far as past times tell."""

from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest

from videojobs.forecast import Ahead, Busy, Expected, Lasted, Line, Times, quantile

Length = Callable[[Random], float]

SLOW, FAST = "slow", "fast"


def past(*made: float) -> Times:
    """Return what past jobs of these lengths say."""
    return Times([Lasted(seconds, 1.0) for seconds in made])


def line(waiting: int, *, places: int = 2, busy: int = 0, **more: object) -> Line:
    """Return a queue of jobs that take about a minute."""
    times = {FAST: past(*range(50, 70))}
    jobs = [Ahead(FAST)] * waiting
    return Line(places, [Busy(FAST, 30.0)] * busy, jobs, times, **more)  # type: ignore[arg-type]


def middle(expected: Expected | None) -> float:
    """Return the middle of a start's range in seconds."""
    assert expected is not None
    return (expected.start_low + expected.start_high).total_seconds() / 2


def test_who_is_first_starts_at_once_where_a_place_is_free() -> None:
    [first] = line(1).expected(0, 1)
    assert first is not None
    assert first.start_high == timedelta(0)
    assert timedelta(seconds=45) < first.finish_low < first.finish_high < timedelta(seconds=80)


def test_who_waits_behind_full_places_starts_when_one_falls_free() -> None:
    [first, second, third] = line(3, busy=2).expected(0, 3)
    assert 15 < middle(first) < middle(second) < 40
    assert 70 < middle(third) < 105


def test_a_job_that_outlasted_all_others_says_little() -> None:
    late = Line(1, [Busy(FAST, 500.0)], [Ahead(FAST)], {FAST: past(*range(50, 70))})
    [first] = late.expected(0, 1)
    assert first is not None
    assert first.start_high - first.start_low > timedelta(seconds=300)


def test_without_past_times_nothing_is_said() -> None:
    assert Line(1, [], [Ahead(FAST)], {}).expected(0, 1) == [None]


def test_of_a_kind_nobody_knows_nothing_is_said_but_those_behind_it_are_told() -> None:
    queue = Line(1, [], [Ahead("new"), Ahead(FAST)], {FAST: past(*range(50, 70))})
    [unknown, known] = queue.expected(0, 2)
    assert unknown is None
    assert 45 < middle(known) < 75


def test_narrower_places_hold_back_only_whom_they_concern() -> None:
    jobs = [Ahead(FAST, ("Bob",)), Ahead(FAST, ("Bob",)), Ahead(FAST)]
    queue = Line(3, [], jobs, {FAST: past(*range(50, 70))}, {"Bob": 1})
    [first, second, other] = queue.expected(0, 3)
    assert middle(first) == middle(other) == 0
    assert middle(second) > 45


def test_places_nobody_gives_back_are_not_waited_for() -> None:
    assert line(1, places=0).expected(0, 1) == [None]


def test_the_same_queue_gives_the_same_ranges() -> None:
    assert line(30, busy=2).expected(0, 30, seed=7) == line(30, busy=2).expected(0, 30, seed=7)


def test_far_behind_only_what_is_asked_is_told() -> None:
    found = line(3_000).expected(2_900, 3_000)
    assert len(found) == 100
    assert middle(found[0]) < middle(found[-1])


def test_few_past_jobs_make_a_wide_range() -> None:
    few, many = (
        Line(1, [], [Ahead(FAST)], {FAST: times}) for times in (past(50, 60, 70), past(*range(50, 71)))
    )
    widths = [
        one.finish_high - one.finish_low for queue in (few, many) for one in queue.expected(0, 1) if one
    ]
    assert widths[0] > 1.3 * widths[1]


def test_the_next_length_falls_into_each_gap_equally_often() -> None:
    assert quantile([10.0, 20.0, 30.0], 0.5) == 20.0
    assert quantile([10.0, 20.0, 30.0], 0.25) == 10.0
    assert quantile([10.0, 20.0, 30.0], 0.9) > 30.0


# --- eight of ten ---


def service(random: Random, kind: str) -> float:
    """Return how long a job takes: rarely quick, sometimes very slow."""
    return 20 + random.lognormvariate(3.0, 0.5) * (2 if kind == SLOW else 1)


def met(random: Random, kind: str) -> float:
    """Return how long a job takes that somebody finds running: long ones are met more often."""
    while True:
        length = service(random, kind)
        if random.random() < length / 400:
            return length


def truth(random: Random, queue: Line, begun: list[float]) -> list[tuple[float, float]]:
    """Play a queue out in earnest; `begun` are the whole lengths of those that run. Starts and ends."""
    free = sorted(length - job.age for length, job in zip(begun, queue.busy, strict=True))
    free = [0.0] * (queue.places - len(free)) + free
    found = []
    for job in queue.ahead:
        start = free.pop(0)
        end = start + service(random, job.kind)
        free = sorted([*free, end])
        found.append((start, end + 1.0))
    return found


def a_queue(random: Random, samples: int) -> tuple[Line, list[float]]:
    """Return a queue met at some moment, and how long those that run will have taken in all."""
    times = {
        kind: Times([Lasted(service(random, kind), 1.0) for _ in range(samples)]) for kind in (SLOW, FAST)
    }
    busy, begun = [], []
    for _place in range(4):
        kind = random.choice((SLOW, FAST))
        length = met(random, kind)
        begun.append(length)
        busy.append(Busy(kind, random.uniform(0, length)))
    return Line(4, busy, [Ahead(random.choice((SLOW, FAST))) for _ in range(10)], times), begun


@pytest.mark.parametrize("samples", [8, 60])
def test_eight_of_ten_jobs_start_and_finish_within_their_range(samples: int) -> None:
    random = Random(samples)
    starts = ends = jobs = 0
    for _queue in range(60):
        queue, begun = a_queue(random, samples)
        for expected, (start, end) in zip(queue.expected(0, 10), truth(random, queue, begun), strict=True):
            assert expected is not None
            starts += expected.start_low.total_seconds() <= start <= expected.start_high.total_seconds()
            ends += expected.finish_low.total_seconds() <= end <= expected.finish_high.total_seconds()
            jobs += 1
    assert 0.75 <= starts / jobs <= 0.85, starts / jobs
    assert 0.75 <= ends / jobs <= 0.85, ends / jobs
