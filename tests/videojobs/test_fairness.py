"""Whose turn it is, played through by the thousand: nobody starves, and shares differ by one job at most."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
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


Choose = Callable[[dict[Whose, int]], Whose]
"""Names whose turn it is, of all in line with the price of each one's head job."""

CHEAP, DEAR = 50_000, 4_000_000


def by_shares() -> Choose:
    """Return what a worker does."""
    shares = Shares()

    def choose(heads: dict[Whose, int]) -> Whose:
        shares.meet(heads, {}, set())
        whose = shares.next(heads)
        shares.charge(*whose, heads[whose])
        return whose

    return choose


def in_turn_by_count() -> Choose:
    """Return a round robin that looks at no price: whoever went longest ago."""
    went: Counter[Whose] = Counter()

    def choose(heads: dict[Whose, int]) -> Whose:
        whose = min(heads, key=lambda one: (went[one], one))
        went[whose] = max(went.values(), default=0) + 1
        return whose

    return choose


def cheapest_first() -> Choose:
    """Return what starves whoever makes dear jobs."""
    return lambda heads: min(heads, key=lambda one: (heads[one], one))


def teams_forgotten() -> Choose:
    """Return shares among people that know of no teams."""
    choose = by_shares()

    def flat(heads: dict[Whose, int]) -> Whose:
        one = choose({(1, team * 100 + person): price for (team, person), price in heads.items()})
        return one[1] // 100, one[1] % 100

    return flat


def arrivals(dice: random.Random, turn: int) -> Iterator[tuple[Whose, int]]:
    """Yield who gets in line: a flood, then so few that lines run empty. Half make drafts, half finals."""
    for _job in range(dice.choice([0, 1, 1, 2, 5] if turn // 200 % 2 == 0 else [0, 0, 0, 1])):
        team = dice.choice([1, 2, 2, 2, 3])
        person = dice.randint(1, 2 if team == 1 else 8)
        yield (team, person), CHEAP if person % 2 else DEAR


def most_apart(choose: Choose, seed: int) -> int:
    """Return by how much two came apart at most who both waited all the while: teams, or people of one."""
    dice, waiting = random.Random(seed), defaultdict[Whose, list[int]](list)
    apart: dict[tuple[Whose, Whose], int] = {}
    most = 0
    for turn in range(1600):
        for whose, price in arrivals(dice, turn):
            waiting[whose].append(price)
        heads = {whose: line[0] for whose, line in waiting.items() if line}
        if not heads:
            continue
        team, person = choose(heads)
        price = waiting[team, person].pop(0)
        flows = sorted({*heads, *((team, 0) for team, _person in heads)})
        pairs = [(a, b) for a, b in combinations(flows, 2) if (a[1] == b[1] == 0) or (a[0] == b[0] and a[1])]
        had = {(team, person), (team, 0)}
        apart = {(a, b): apart.get((a, b), 0) + price * ((a in had) - (b in had)) for a, b in pairs}
        most = max([most, *map(abs, apart.values())])
    return most


@pytest.mark.parametrize("seed", range(5))
def test_with_random_arrivals_nobody_starves(seed: int) -> None:
    """Each is within one job of what it could have had; two may be apart by one job on either side."""
    assert most_apart(by_shares(), seed) <= 2 * DEAR


@pytest.mark.parametrize("wrong", [in_turn_by_count, cheapest_first, teams_forgotten])
def test_any_other_order_would_be_noticed(wrong: Callable[[], Choose]) -> None:
    assert most_apart(wrong(), seed=1) > 5 * DEAR


def test_of_ten_thousand_waiting_jobs_each_goes_and_shares_stay_within_one() -> None:
    dice, dearest = random.Random(1), 9_600_000
    waiting: dict[Whose, list[int]] = defaultdict(list)
    for _job in range(10_000):
        whose = dice.randint(1, 5), dice.randint(1, 40)
        waiting[whose].append(dice.randint(50_000, dearest) if whose[1] % 2 else 50_000)
    priced = {whose: [(price, (whose, price)) for price in line] for whose, line in waiting.items()}
    left, had = {whose: len(line) for whose, line in waiting.items()}, Counter[Whose]()
    for whose, price in turns(Shares(), priced):
        had[whose] += price
        left[whose] -= 1
        beside = [had[one] for one, number in left.items() if number and one[0] == whose[0]]
        assert max(beside, default=0) - min(beside, default=0) <= dearest
    assert set(left.values()) == {0}


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
    assert served == [(1, 2), (1, 2), (1, 2), (1, 1)]


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
