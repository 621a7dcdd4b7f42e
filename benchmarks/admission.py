"""Admissions under 1, 3 and 8 limits, alone and 16 at once, against a bare insert of the same row.

An admission is one durable transaction: every limit checked and counted, the hold in the chain, the day
total, the balance and the job's row. The bare insert is one with the row alone.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from django.db import connection

from benchmarks.figures import Figure
from benchmarks.looks import say
from benchmarks.measuring import percentile
from benchmarks.seed import MODEL, PROMPT, create_token
from videojobs.lifecycle.steps import durable
from videojobs.models import (
    Job,
    LimitPeriod,
    LimitScope,
    Membership,
    Project,
    ProviderAccount,
    Team,
    Token,
    User,
)
from videojobs.models.compiled import insert
from videojobs.models.limits import LimitAction
from videojobs.money import budgets, ledger
from videojobs.money.budgets import LimitWish
from videojobs.money.verifying import verify
from videojobs.rights import Role

BARE = "bare"
LIMITS = (1, 3, 8)
SUBMITTERS = (1, 16)
USD = Decimal("0.28")

KINDS = (
    (LimitScope.TEAM, LimitPeriod.MONTH),
    (LimitScope.PERSON, LimitPeriod.DAY),
    (LimitScope.PROJECT, LimitPeriod.MONTH),
    (LimitScope.MODEL, LimitPeriod.WEEK),
    (LimitScope.TOKEN, LimitPeriod.DAY),
    (LimitScope.TEAM, LimitPeriod.DAY),
    (LimitScope.PROJECT, LimitPeriod.TOTAL),
    (LimitScope.PERSON, LimitPeriod.MONTH),
)
"""What the limits are on, in the order in which more of them are set."""


@dataclass(frozen=True)
class House:
    """A team of its own for each contestant, so that each has its own chain and limits."""

    team: Team
    project: Project
    person: User
    token: Token
    account: ProviderAccount

    @classmethod
    def build(cls, name: str, limits: int) -> "House":
        """Make the team and its limits, which nothing here comes near."""
        now = datetime.now(UTC)
        person = User.objects.create_user(f"{name}@example.org", "password", name="Owner")
        team = Team.objects.create(name=name, slug=name, created_at=now)
        project = Project.objects.create(team=team, name="General", is_default=True, created_at=now)
        Membership.objects.create(user=person, team=team, role=Role.OWNER, created_at=now)
        token, _secret = create_token(person, team, now)
        house = cls(team, project, person, token, ProviderAccount.objects.current())
        for scope, period in KINDS[:limits]:
            house.limit(scope, period, now)
        return house

    def limit(self, scope: LimitScope, period: LimitPeriod, now: datetime) -> None:
        """Set one limit."""
        wish = LimitWish(
            scope,
            period,
            Decimal(1_000_000),
            LimitAction.STOP,
            project=self.project,
            person=self.person,
            token=self.token,
            model=MODEL,
        )
        budgets.add(self.team, wish, self.person, now=now)

    def job(self) -> Job:
        """Return a new job, not stored."""
        now = datetime.now(UTC)
        return Job(
            team=self.team,
            project=self.project,
            person=self.person,
            token=self.token,
            account=self.account,
            model=MODEL,
            prompt=PROMPT,
            body={"model": MODEL, "prompt": PROMPT},
            seconds=5,
            size="1366x768",
            created_at=now,
            counted_at=now,
            estimate=USD,
            estimate_source="table",
            estimate_explanation="From the price list.",
        )

    def admit(self) -> None:
        """Check, hold and store a job."""
        with durable():
            job = self.job()
            ledger.hold(job, now=job.created_at, actor=self.person, reason="Set aside.")

    def store(self) -> None:
        """Store a job, and nothing else."""
        with durable():
            insert(self.job())


@dataclass
class Times:
    """Seconds of every single one, and how long all took."""

    each: list[float] = field(default_factory=list)
    all: float = 0.0

    def ms(self, percent: int) -> float:
        """Return a percentile in milliseconds."""
        return 1000 * percentile(self.each, percent)

    @property
    def rate(self) -> float:
        """How many in a second."""
        return len(self.each) / self.all


def measure(database: str, *, quick: bool) -> list[Figure]:
    """Measure all on the database this process is set up for, in turns, so that a slow moment slows each."""
    number, rounds = (32, 1) if quick else (160, 3)
    houses = {str(limits): House.build(f"under-{limits}", limits) for limits in LIMITS}
    bare = House.build(BARE, 0)
    deeds: dict[str, Callable[[], None]] = {name: house.admit for name, house in houses.items()}
    deeds[BARE] = bare.store
    for deed in deeds.values():
        run(deed, 16, 1, Times())  # everything loaded, every counter made
    figures = [
        figure
        for submitters in SUBMITTERS
        for figure in compare(database, in_turns(deeds, number, rounds, submitters), submitters)
    ]
    for house in houses.values():
        check(house, 16 + number * rounds * len(SUBMITTERS))
    return figures


def in_turns(
    deeds: Mapping[str, Callable[[], None]], number: int, rounds: int, submitters: int
) -> dict[str, Times]:
    """Do each deed so many times, some at once, one kind after the other, again and again."""
    times = {name: Times() for name in deeds}
    for turn in range(rounds):
        for name in list(deeds) if turn % 2 == 0 else list(deeds)[::-1]:
            run(deeds[name], number, submitters, times[name])
    for name, of in times.items():
        say(f"{name}, {submitters} at once: {of.ms(50):.2f} ms, p99 {of.ms(99):.2f} ms, {of.rate:,.0f}/s")
    return times


def run(deed: Callable[[], None], number: int, submitters: int, times: Times) -> None:
    """Do a deed so many times from threads with connections of their own. Raises what a thread ran into."""
    problems: list[Exception] = []
    gate = threading.Barrier(submitters + 1)

    def submit() -> None:
        connection.ensure_connection()
        gate.wait()
        try:
            for _ in range(number // submitters):
                start = time.perf_counter()
                deed()
                times.each.append(time.perf_counter() - start)
        except Exception as problem:  # noqa: BLE001  raised below, in the thread that reports
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=submit) for _ in range(submitters)]
    for thread in threads:
        thread.start()
    gate.wait()
    start = time.perf_counter()
    for thread in threads:
        thread.join()
    times.all += time.perf_counter() - start
    if problems:
        raise problems[0]


def compare(database: str, times: Mapping[str, Times], submitters: int) -> list[Figure]:
    """Return a figure for each number of limits, beside the bare insert."""
    bare = times[BARE]
    return [
        Figure(
            name=f"admission under {limits} limit{'s' * (limits > 1)}, {submitters} at once, p50",
            on=database,
            unit="ms",
            ours=times[str(limits)].ms(50),
            reference=bare.ms(50),
            reference_name="bare insert of the same row",
            ratio=times[str(limits)].ms(50) / bare.ms(50),
            details={
                "p99, ms": times[str(limits)].ms(99),
                "p99 of the bare insert, ms": bare.ms(99),
                "admissions/s": times[str(limits)].rate,
                "bare inserts/s": bare.rate,
            },
        )
        for limits in LIMITS
    ]


def check(house: House, jobs: int) -> None:
    """Raise RuntimeError where an admission was lost or the books do not agree."""
    made, found = Job.objects.in_team(house.team).count(), verify(house.team)
    if made != jobs or found.problem:
        raise RuntimeError(f"{made} jobs instead of {jobs}. {found.problem}")
