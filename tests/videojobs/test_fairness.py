"""Whose turn it is, played through by the thousand: nobody starves, and shares differ by one job at most."""

import random
from collections import Counter, defaultdict
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.fair_share import by_count, by_money, drafts_and_finals, largest_error
from videojobs.fairness import Level, Shares, Whose, turns

Lines = dict[Whose, list[tuple[int, str]]]

PRICES = st.lists(st.integers(1, 40_000_000), min_size=1, max_size=12)
LINES = st.dictionaries(st.tuples(st.integers(1, 4), st.integers(1, 6)), PRICES, min_size=1, max_size=12)


def lines(prices: dict[Whose, list[int]]) -> Lines:
    """Give each price a job's name."""
    return {
        whose: [(price, f"{whose} {number}") for number, price in enumerate(line)]
        for whose, line in prices.items()
    }


def one_by_one(shares: Shares, waiting: dict[Whose, list[int]], count: int) -> list[tuple[Whose, int]]:
    """Dispatch as a worker does, a head at a time."""
    served = []
    for _turn in range(count):
        heads = {whose: line[0] for whose, line in waiting.items() if line}
        shares.meet(heads, {}, set())
        whose = shares.next(heads)
        price = waiting[whose].pop(0)
        shares.charge(*whose, price)
        served.append((whose, price))
    return served


@given(LINES)
def test_every_job_goes_once_and_each_line_keeps_its_order(prices: dict[Whose, list[int]]) -> None:
    went = list(turns(Shares(), lines(prices)))
    assert sorted(went) == sorted(job for line in lines(prices).values() for _price, job in line)
    for line in lines(prices).values():
        own = [job for _price, job in line]
        assert [job for job in went if job in own] == own


@given(LINES)
def test_the_whole_order_is_what_a_worker_would_do_one_by_one(prices: dict[Whose, list[int]]) -> None:
    foreseen = [job.rpartition(" ")[0] for job in turns(Shares(), lines(prices))]
    done = one_by_one(Shares(), {whose: list(line) for whose, line in prices.items()}, len(foreseen))
    assert [str(whose) for whose, _price in done] == foreseen


@pytest.mark.parametrize("seed", range(5))
def test_two_who_wait_throughout_differ_by_one_jobs_price(seed: int) -> None:
    dice = random.Random(seed)
    waiting = {
        (1, person): [dice.choice([50_000, 280_000, 9_600_000]) for _ in range(400)] for person in range(6)
    }
    had: Counter[Whose] = Counter()
    for whose, price in one_by_one(Shares(), waiting, 350):
        had[whose] += price
        assert all(abs(had[one] - had[other]) <= 9_600_000 for one, other in combinations(waiting, 2))


@pytest.mark.parametrize("seed", range(5))
def test_teams_share_first_whatever_the_number_of_their_people(seed: int) -> None:
    dice = random.Random(seed)
    people = [(1, 1), *((2, person) for person in range(2, 30))]
    waiting = {whose: [dice.randint(50_000, 5_000_000) for _ in range(300)] for whose in people}
    had: Counter[int] = Counter()
    for (team, _person), price in one_by_one(Shares(), waiting, 280):
        had[team] += price
        assert abs(had[1] - had[2]) <= 5_000_000


@pytest.mark.parametrize("seed", range(5))
def test_with_random_arrivals_nobody_starves(seed: int) -> None:
    dice, shares = random.Random(seed), Shares()
    waiting: dict[Whose, list[int]] = defaultdict(list)
    waits: Counter[Whose] = Counter()
    for _turn in range(1500):
        for _arrival in range(dice.choice([0, 1, 1, 2, 5])):
            waiting[dice.randint(1, 4), dice.randint(1, 8)].append(dice.choice([50_000, 280_000, 4_000_000]))
        in_line = [whose for whose, line in waiting.items() if line]
        if not in_line:
            continue
        ((served, _price),) = one_by_one(shares, waiting, 1)
        waits.update(in_line)
        waits[served] = 0
        # A head of 4 USD waits while each of the others has 4 USD and one job more at most.
        assert max(waits.values()) <= 4 * 8 * (4_000_000 // 50_000 + 2)


def test_ten_thousand_waiting_jobs_all_get_their_turn() -> None:
    dice = random.Random(1)
    waiting: dict[Whose, list[int]] = defaultdict(list)
    for _job in range(10_000):
        waiting[dice.randint(1, 5), dice.randint(1, 40)].append(dice.randint(50_000, 9_600_000))
    assert len(set(turns(Shares(), lines(waiting)))) == 10_000


def test_a_newcomer_gets_no_back_pay() -> None:
    level: Level[int] = Level(clock=5_000, starts={1: 5_000})
    level.arrive(2)
    assert level.starts == {1: 5_000, 2: 5_000}


def test_who_waits_for_a_dear_job_keeps_its_place_while_others_go() -> None:
    shares = Shares()
    served = one_by_one(shares, {(1, 1): [10], (1, 2): [1] * 30}, 11)
    assert ((1, 1), 10) in served


def test_a_job_marked_next_is_owed_for_afterwards() -> None:
    shares = Shares()
    shares.meet({(1, 1): 10, (1, 2): 10}, {}, set())
    shares.charge(1, 1, 30, in_turn=False)
    assert (shares.teams.clock, shares.team(1).clock) == (0, 0)
    served = [whose for whose, _price in one_by_one(shares, {(1, 1): [10] * 9, (1, 2): [10] * 9}, 4)]
    assert served == [(1, 2), (1, 2), (1, 2), (1, 2)] or served.count((1, 1)) <= 1


def test_who_leaves_the_line_keeps_what_they_owe_and_loses_what_they_had() -> None:
    shares = Shares(Level(100, {1: 90}), {1: Level(50, {1: 80, 2: 40})})
    shares.meet({}, {}, set())
    assert shares.team(1).starts == {1: 80}
    assert shares.teams.starts == {1: 100}  # the clock of a team whose people owe is kept with it


def test_a_team_that_owes_nothing_is_forgotten() -> None:
    shares = Shares(Level(100, {1: 90}), {1: Level(50, {1: 40})})
    shares.meet({}, {}, set())
    assert (shares.teams.starts, shares.team(1).starts) == ({}, {})


def test_who_is_held_back_gets_no_burst_afterwards() -> None:
    shares = Shares()
    for _turn in range(50):
        shares.meet({(1, 2): 10}, {(1, 1): 10}, set())
        shares.charge(1, 2, 10)
    served = [whose for whose, _price in one_by_one(shares, {(1, 1): [10] * 9, (1, 2): [10] * 9}, 6)]
    assert 3 <= served.count((1, 1)) <= 4


def test_what_is_given_back_is_had_again_at_once() -> None:
    shares = Shares()
    one_by_one(shares, {(1, 1): [10, 10], (1, 2): [10, 10]}, 1)
    shares.team(1).starts[1] -= 10
    shares.teams.starts[1] -= 10
    assert shares.next({(1, 1): 10, (1, 2): 10}) == (1, 1)


def test_by_money_the_error_is_one_job_and_by_count_it_is_not() -> None:
    trace = drafts_and_finals(60)
    dearest = max(price for line in trace.values() for price in line)
    assert largest_error(by_money(trace), trace) <= dearest
    assert largest_error(by_count(trace), trace) > 10 * dearest
