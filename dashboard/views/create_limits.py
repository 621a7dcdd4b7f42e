"""What the limits leave for the job on the Create page: the tightest one, and whether it refuses or asks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Self

from dashboard.templatetags.money import usd
from videojobs.lifecycle.asking import was_granted
from videojobs.models import Job, LimitAction, LimitPeriod, Team
from videojobs.money import budgets
from videojobs.money.budgets import LimitStanding
from videojobs.money.counters import falls_under
from videojobs.money.grantors import grantors_of, named
from videojobs.money.words import a_period, whose
from videojobs.trials import Books, Subject

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Leeway:
    """What a job still to be made may cost before a limit warns, asks or refuses. Amounts are USD.

    `standing` is the limit that decides: the first that refuses, else the first that asks, else the one with
    the least left; None where nothing limits it. `asks` names whom a yes would be asked of, "" for nobody.
    """

    standing: LimitStanding | None = None
    price: Decimal | None = None
    asks: str = ""

    @classmethod
    def of(cls, job: Job, price: Decimal | None, *, now: datetime, instead_of: Job | None = None) -> Self:
        """Read it for a job that is not made yet: its team, account, project, person, model and token.

        `instead_of` is the waiting job it takes the place of: what that one holds is free for it.
        """
        standings = _without(
            instead_of, budgets.standings(job.team, now=now, rehearsal=job.account.is_rehearsal)
        )
        over = [one for one in standings if falls_under(one.limit, job)]
        tight = [one for one in over if price is not None and one.left < price]
        refusing = [one for one in tight if one.limit.action == LimitAction.STOP]
        asking = [one for one in tight if one.limit.action == LimitAction.ASK]
        freed = instead_of.held if instead_of else NOTHING
        asks = bool(asking) or (price is not None and _team_asks(job, price, freed, now))
        if instead_of and price is not None and price <= instead_of.estimate and was_granted(instead_of):
            asks = False  # the yes it has still holds
        return cls(
            standing=next(iter([*refusing, *asking]), _least(over)),
            price=price,
            asks=named(grantors_of([job])[job.id]) if asks and not refusing else "",
        )

    @property
    def left(self) -> Decimal | None:
        """What the deciding limit leaves; None without one."""
        return None if self.standing is None else self.standing.left

    @property
    def refuses(self) -> bool:
        """Whether it does not fit, and is not asked about either."""
        return self._passes and self.standing is not None and self.standing.limit.action == LimitAction.STOP

    @property
    def is_near(self) -> bool:
        """Whether with this job a level is reached at which people are told."""
        if self.standing is None:
            return False
        limit, taken = self.standing.limit, self.standing.taken + (self.price or NOTHING)
        first = min(limit.levels, default=100)
        return bool(taken * 100 >= limit.amount * first)

    @property
    def whose(self) -> str:
        """Whose limit decides, and how often it starts anew: "the team Harbour, $10.36 a month"."""
        if self.standing is None:
            return ""
        limit = self.standing.limit
        return f"{whose(limit)}, {usd(limit.amount)} {a_period(limit)}"

    @property
    def refusal(self) -> str:
        """Why it cannot be sent, with what would fit; "" where it can."""
        if not self.refuses or self.standing is None:
            return ""
        left = self.standing.left
        fits = f"A job of at most {usd(left)} fits." if left > 0 else "Nothing fits until it starts anew."
        if left <= 0 and self.standing.limit.period == LimitPeriod.TOTAL:
            fits = "Nothing fits until somebody raises it."
        return f"It does not fit the limit of {self.whose}. {fits}"

    @property
    def question(self) -> str:
        """What sending will ask, and of whom; "" where nobody is asked."""
        return f"This will ask {self.asks}." if self.asks else ""

    @property
    def _passes(self) -> bool:
        return self.standing is not None and self.price is not None and self.standing.left < self.price


def _least(over: Sequence[LimitStanding]) -> LimitStanding | None:
    """Return the limit with the least left; one that only warns stands behind the others."""
    return min(over, key=lambda one: (one.limit.action == LimitAction.WARN, one.left), default=None)


def _without(job: Job | None, standings: Iterable[LimitStanding]) -> list[LimitStanding]:
    """Return how limits stand but for what one waiting job holds."""
    return [
        replace(one, held=one.held - job.held) if job and falls_under(one.limit, job) else one
        for one in standings
    ]


def _team_asks(job: Job, price: Decimal, freed: Decimal, now: datetime) -> bool:
    """Tell whether a job of this price asks whatever the limits say."""
    team: Team = job.team
    if team.asks_above_job is not None and price > team.asks_above_job:
        return True
    if team.asks_above_day is None:
        return False
    books = Books(team, Subject(person=job.person), LimitPeriod.DAY, job.account.is_rehearsal, now)
    return bool(books.past()[0].taken - freed + price > team.asks_above_day)
