"""Looking back makes ranges hold: where places fall free together, and where all is slower than known."""

from random import Random

import pytest

from videojobs.forecast import Ahead, Busy, Lasted, Line, Off, Offs, Times
from videojobs.forecast_hindsight import Ran, offs

PLACES = 4
LAGS = (0.2, 0.4, 0.6)


def ran(jobs: int, *, seed: int = 1, waves: float = 0.0, made: float = 0.0) -> list[Ran]:
    """Return jobs made at one moment, sent as places fell free; with waves they end only every so often."""
    random = Random(seed)
    free, found = [made] * PLACES, []
    for _job in range(jobs):
        start = min(free) + random.choice(LAGS)
        end = start + random.uniform(8, 12)
        end = (end // waves + 1) * waves if waves else end
        free[free.index(min(free))] = end
        found.append(Ran("clip", made, start, end, end + random.uniform(0, 2)))
    return found


def held(past: list[Ran], seen: Offs, moment: float, later: list[Ran]) -> float:
    """Return how many of those who waited at a moment started within the range told then."""
    lengths = [Lasted(one.left - one.started, (one.kept or 0) - one.left) for one in reversed(past)]
    busy = [Busy("clip", moment - one.started) for one in later if one.started <= moment < one.left]
    waited = [one for one in later if one.started > moment]
    line = Line(PLACES, busy, [Ahead("clip")] * len(waited), {"clip": Times(lengths)}, lags=LAGS, offs=seen)
    told = line.expected(0, len(waited))
    within = [
        one.start_low.total_seconds() <= job.started - moment <= one.start_high.total_seconds()
        for one, job in zip(told, waited, strict=True)
        if one
    ]
    return sum(within) / len(within)


def test_without_a_past_nothing_is_drawn_anew() -> None:
    assert offs([], PLACES, LAGS) == Offs()
    assert Off().drawn(3.0, 5.0) == (3.0, 5.0)


def test_a_past_in_which_nobody_waited_says_nothing() -> None:
    alone = [Ran("clip", 20.0 * job, 20.0 * job + 1, 20.0 * job + 11) for job in range(40)]
    assert offs(alone, PLACES, LAGS) == Offs()


def test_ranges_that_were_too_wide_become_narrower() -> None:
    seen = offs(ran(60, waves=6.0), PLACES, LAGS)
    assert seen.starts.high - seen.starts.low < 1.9


def test_what_something_else_held_counts_for_nothing() -> None:
    paused = [
        Ran(one.kind, one.made, one.started + 300 * place, one.left + 300 * place, None)
        for place, one in enumerate(ran(40))
    ]
    assert offs(paused, PLACES, LAGS) == Offs()


def test_ends_before_any_clip_was_kept_count_for_nothing() -> None:
    late = [Ran(one.kind, one.made, one.started, one.left, 500.0) for one in ran(40)]
    assert offs(late, PLACES, LAGS).ends == Off()


@pytest.mark.parametrize("waves", [0.0, 2.0])
def test_eight_of_ten_start_within_their_range(waves: float) -> None:
    shares = []
    for seed in range(40):
        past = ran(60, seed=seed, waves=waves, made=-1000.0)
        now = ran(24, seed=seed + 500, waves=waves)
        shares.append(held(past, offs(past, PLACES, LAGS), now[PLACES].started, now))
    assert 0.75 <= sum(shares) / len(shares) <= 0.85, sum(shares) / len(shares)
