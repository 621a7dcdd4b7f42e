"""One line per limit: what is taken of it, drawn and said, when it starts anew, and who is asked or told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

from dashboard.templatetags.money import usd
from dashboard.templatetags.states import model_name
from videojobs.models import Limit, LimitAction, LimitPeriod, LimitScope, Membership, Team, User
from videojobs.money.budgets import LimitStanding
from videojobs.money.grantors import named
from videojobs.rights import RIGHTS, Right, Role

NEAR = 80
"""Per cent from which a limit reads as nearly taken."""

KINDS = {
    LimitScope.TEAM: "Team",
    LimitScope.PROJECT: "Project",
    LimitScope.PERSON: "Person",
    LimitScope.MODEL: "Model",
    LimitScope.TOKEN: "API token",
}
PERIODS = {
    LimitPeriod.DAY: "a day",
    LimitPeriod.WEEK: "a week",
    LimitPeriod.MONTH: "a month",
    LimitPeriod.TOTAL: "in total",
}
ACTIONS = {LimitAction.STOP: "stops", LimitAction.ASK: "asks", LimitAction.WARN: "warns"}


@dataclass(frozen=True)
class Part:
    """One piece of a bar, in per cent of the drawing."""

    name: str
    x: float
    width: float


@dataclass(frozen=True)
class Bar:
    """What is taken of an amount, drawn: the whole amount ends at `full`, ticks stand at the levels."""

    parts: tuple[Part, ...]
    ticks: tuple[float, ...]
    full: float

    @classmethod
    def of(
        cls, amount: Decimal, sums: Iterable[tuple[str, Decimal]], levels: Iterable[int | Decimal] = ()
    ) -> "Bar":
        """Draw sums beside one another, to the scale of the amount, or of their sum where that is more."""
        named_sums = list(sums)
        whole = max(amount, sum((part for _name, part in named_sums), Decimal(0)), Decimal("0.000001"))
        parts, x = [], Decimal(0)
        for name, part in named_sums:
            width = max(part, Decimal(0)) * 100 / whole
            if width:
                parts.append(Part(name, round(float(x), 3), round(float(width), 3)))
            x += width
        full = amount * 100 / whole if amount else Decimal(100)
        ticks = tuple(round(float(full * level / 100), 3) for level in levels if level < 100)
        return cls(tuple(parts), ticks, round(float(full), 3))


@dataclass(frozen=True)
class People:
    """Who of a team is told of its limits, who says yes to a job above one, and who may raise it."""

    told: tuple[User, ...]
    granting: tuple[User, ...]
    raising: tuple[User, ...]

    @classmethod
    def of(cls, team: Team) -> "People":
        """Read them in one query."""
        members = Membership.objects.filter(team=team, user__is_active=True).select_related("user")
        rows = [(Role(one.role), one.user) for one in members.order_by("created_at", "id")]
        told, granting, raising = (
            tuple(person for role, person in rows if right in RIGHTS[role])
            for right in (Right.SEE_SPEND, Right.GRANT, Right.SET_LIMITS)
        )
        return cls(told, granting, raising)


@dataclass(frozen=True)
class Line:
    """One limit as the page shows it."""

    standing: LimitStanding
    people: People
    zone: ZoneInfo

    @property
    def limit(self) -> Limit:
        """The limit itself."""
        return self.standing.limit

    @property
    def kind(self) -> str:
        """What sort of thing it is on."""
        return KINDS[LimitScope(self.limit.scope)]

    @property
    def name(self) -> str:
        """The thing it is on."""
        return thing_of(self.limit)

    @property
    def often(self) -> str:
        """How often it starts anew."""
        return PERIODS[LimitPeriod(self.limit.period)]

    @property
    def deed(self) -> str:
        """What it does, in one word."""
        return ACTIONS[LimitAction(self.limit.action)]

    @cached_property
    def bar(self) -> Bar:
        """What is taken of it, drawn."""
        one = self.standing
        sums = (("spent", one.spent), ("held", one.held), ("unknown", one.unknown))
        return Bar.of(one.limit.amount, sums, one.limit.levels)

    @property
    def words(self) -> str:
        """The same for somebody who cannot see it."""
        one = self.standing
        parts = f"{usd(one.spent)} spent, {usd(one.held)} held, {usd(one.unknown)} unknown"
        return f"{usd(one.taken)} of {usd(one.limit.amount)} taken: {parts}"

    @property
    def hatch(self) -> str:
        """The name of its bar's hatching, one on a page."""
        return f"limit-hatch-{self.limit.pk}"

    @property
    def passed(self) -> Decimal:
        """How far it is passed, in USD, where it is."""
        return -self.standing.left

    @property
    def tone(self) -> str:
        """ "calm", "near" its end, or "full"."""
        if self.standing.left <= 0:
            return "full"
        return "near" if self.standing.per_cent >= NEAR else "calm"

    @property
    def resets(self) -> str:
        """When it starts anew, by the team's clocks."""
        return anew(self.standing.window.ends_at, self.zone)

    @property
    def at_full(self) -> str:
        """What happens to a job that does not fit."""
        if self.limit.action == LimitAction.ASK:
            return f"A job that does not fit waits for a yes from {named(self.people.granting)}."
        if self.limit.action == LimitAction.STOP:
            return "A job that does not fit is refused."
        return "Jobs go on above it; people are told."

    @property
    def told(self) -> str:
        """Who is told, and at what."""
        people = [str(person) for person in self.people.told]
        own = {LimitScope.PERSON: str(self.limit.person), LimitScope.TOKEN: "whose job it is"}
        whose = own.get(LimitScope(self.limit.scope))
        if whose and whose not in people:
            people.append(whose)
        if not self.limit.levels:
            return "Nobody is told before it is passed."
        return f"At {levels_in_words(self.limit.levels)} of it {in_words(people)} {_is(people)} told."

    @property
    def raising(self) -> str:
        """Who may raise it."""
        return f"It may be raised by {named(self.people.raising)}."


def thing_of(limit: Limit) -> str:
    """Name what a limit is on, as its name is written: a person may go by an address."""
    if limit.scope == LimitScope.MODEL:
        return model_name(limit.model)
    things = {
        LimitScope.TEAM: limit.team,
        LimitScope.PROJECT: limit.project,
        LimitScope.PERSON: limit.person,
        LimitScope.TOKEN: limit.token,
    }
    return str(things[LimitScope(limit.scope)])


def anew(ends_at: datetime | None, zone: ZoneInfo) -> str:
    """Say when a period ends, by a zone's clocks: "Starts anew Tue 1 Dec 2026, 00:00 Europe/Berlin"."""
    if ends_at is None:
        return "Never starts anew"
    local = ends_at.astimezone(zone)
    return f"Starts anew {local:%a} {local.day} {local:%b %Y, %H:%M} {zone.key}"


def levels_in_words(levels: Iterable[int]) -> str:
    """Say "50, 80 and 100 %"."""
    return f"{in_words(str(level) for level in levels)} %"


def in_words(words: Iterable[str]) -> str:
    """Say "a, b and c"."""
    every = list(words)
    return " and ".join(filter(None, [", ".join(every[:-1]), *every[-1:]]))


def _is(people: list[str]) -> str:
    return "is" if len(people) == 1 else "are"
