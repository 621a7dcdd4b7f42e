"""Whose turn it is: deficit round robin by money in its exact form, first among teams, then among people.

Everybody in line is given the same credit, as slowly as lets somebody go. A level's `clock` is how much each
could have had so far, and a flow's `start` what it has had on that clock: its credit is clock minus start. It
goes once that is the price of its head job. Unused credit is therefore between nothing and that price, and
two flows that wait throughout differ by one job's price at most, whatever their jobs cost. Amounts are whole
millionths of a US dollar.
"""

from collections.abc import Container, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Generic, TypeVar

Flow = TypeVar("Flow", bound=int)
Job = TypeVar("Job")

Whose = tuple[int, int]
"""A team and a person of it."""

Prices = Mapping[Whose, int]
"""Of each one in line, the price of the head job."""


@dataclass
class Level(Generic[Flow]):
    """Flows that share one clock, and where on it each of them stands."""

    clock: int = 0
    starts: dict[Flow, int] = field(default_factory=dict)

    def arrive(self, flow: Flow) -> int:
        """Let a flow get in line: with nothing in hand, or with what it owes."""
        return self.starts.setdefault(flow, self.clock)

    def next(self, prices: Mapping[Flow, int]) -> Flow:
        """Return whose turn it is, of flows with the price of each one's head job."""
        starts = {flow: self.starts.get(flow, self.clock) for flow in prices}
        return min(
            prices, key=lambda flow: (max(self.clock, starts[flow] + prices[flow]), starts[flow], flow)
        )

    def charge(self, flow: Flow, price: int, *, in_turn: bool = True) -> None:
        """Let a flow pay for a job; the clock comes along where it was its turn, else it owes."""
        self.starts[flow] = self.arrive(flow) + price
        if in_turn:
            self.clock = max(self.clock, self.starts[flow])

    def hold_back(self, flow: Flow, price: int) -> None:
        """Let a flow that may not go keep credit for its head job and no more, so that it never bursts."""
        self.starts[flow] = max(self.arrive(flow), self.clock - price)

    def leave(self, flow: Flow, *, for_good: bool) -> None:
        """Take a flow out of line: unused credit is lost, what it owes is not. One that may be back stays."""
        if self.arrive(flow) <= self.clock:
            self.starts[flow] = self.clock
            if for_good:
                del self.starts[flow]


@dataclass
class Shares:
    """An account's teams, and each team's people."""

    teams: Level[int] = field(default_factory=Level)
    people: dict[int, Level[int]] = field(default_factory=dict)

    def team(self, team: int) -> Level[int]:
        """Return the level of a team's people."""
        return self.people.setdefault(team, Level())

    def next(self, prices: Prices) -> Whose:
        """Return whose turn it is, of people with the price of each one's head job."""
        first = self._firsts(prices)
        team = self.teams.next({team: price for team, (_person, price) in first.items()})
        return team, first[team][0]

    def _firsts(self, prices: Prices) -> dict[int, tuple[int, int]]:
        """Return for each team whose turn it is inside, and at what price."""
        inside: dict[int, dict[int, int]] = {}
        for (team, person), price in prices.items():
            inside.setdefault(team, {})[person] = price
        people = {team: self.team(team).next(of) for team, of in inside.items()}
        return {team: (person, inside[team][person]) for team, person in people.items()}

    def meet(self, free: Prices, blocked: Prices, sent: Container[Whose]) -> None:
        """Let people and their teams get in line, keep little while they may not go, and leave.

        `free` are those of whom a job may go, `blocked` those of whom none may though some wait, each with
        the price of the head job; `sent` are those with a job that may still come back.
        """
        for team, person in free:
            self.team(team).arrive(person)
            self.teams.arrive(team)
        for (team, person), price in blocked.items():
            self.team(team).hold_back(person, price)
        may_go = {team for team, _person in free}
        for team, (_person, price) in self._firsts(blocked).items():
            if team not in may_go:
                self.teams.hold_back(team, price)
        self._forget(free.keys() | blocked.keys(), sent)

    def _forget(self, in_line: Set[Whose], sent: Container[Whose]) -> None:
        there = {team for team, _person in in_line}
        for team, level in list(self.people.items()):
            for person in set(level.starts):
                if (team, person) not in in_line:
                    level.leave(person, for_good=(team, person) not in sent)
            if team not in there:
                # Its people's clock is kept with it, as long as one of them owes anything.
                self.teams.leave(team, for_good=not level.starts)

    def charge(self, team: int, person: int, price: int, *, in_turn: bool = True) -> None:
        """Let a person and their team pay for a job."""
        self.team(team).charge(person, price, in_turn=in_turn)
        self.teams.charge(team, price, in_turn=in_turn)


class _Round(Generic[Job]):
    """One level played through with heaps: those who can go by now, and those the clock must come to."""

    def __init__(self, level: Level[int]) -> None:
        self.level = level
        self._able: list[tuple[int, int]] = []
        self._unable: list[tuple[int, int, int]] = []

    def enter(self, flow: int, price: int) -> None:
        start = self.level.arrive(flow)
        heappush(self._unable, (start + price, start, flow))

    def first(self) -> int | None:
        """Return whose turn it is."""
        while self._unable and self._unable[0][0] <= self.level.clock:
            _need, start, flow = heappop(self._unable)
            heappush(self._able, (start, flow))
        if self._able:
            return self._able[0][1]
        return self._unable[0][2] if self._unable else None

    def serve(self, price: int) -> None:
        """Let the first one go."""
        flow = heappop(self._able)[1] if self._able else heappop(self._unable)[2]
        self.level.charge(flow, price)


def turns(shares: Shares, lines: "Mapping[Whose, Sequence[tuple[int, Job]]]") -> Iterator[Job]:
    """Yield every job in the order in which they would go; the shares move along.

    A line is one person's jobs in their own order, each with its price.
    """
    rounds: dict[int, _Round[Job]] = {}
    left = {whose: list(reversed(line)) for whose, line in lines.items() if line}
    for (team, person), line in left.items():
        rounds.setdefault(team, _Round(shares.team(team))).enter(person, line[-1][0])
    teams: _Round[Job] = _Round(shares.teams)

    def enter(team: int) -> None:
        person = rounds[team].first()
        if person is not None:
            teams.enter(team, left[team, person][-1][0])

    for team in rounds:
        enter(team)
    while (turn := teams.first()) is not None and (who := rounds[turn].first()) is not None:
        price, job = left[turn, who].pop()
        rounds[turn].serve(price)
        teams.serve(price)
        if left[turn, who]:
            rounds[turn].enter(who, left[turn, who][-1][0])
        enter(turn)
        yield job
