"""Limits: which a job falls under, whether it fits, and how they are set, changed and taken away.

Everything that writes here holds the chain's lock, so that no admission passes between a check and its hold,
or between a limit and its first count.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from videojobs import audit
from videojobs.models import (
    DayTotal,
    Job,
    LedgerHead,
    Limit,
    LimitAction,
    LimitCounter,
    LimitPeriod,
    LimitScope,
    Project,
    Team,
    Token,
    User,
)
from videojobs.models.fields import LARGEST, to_micros
from videojobs.models.limits import HELD_BACK, USUAL_LEVELS
from videojobs.money import chain, counters, levels
from videojobs.money.chain import Head
from videojobs.money.counters import Counted, Room
from videojobs.money.periods import Window, day_of
from videojobs.money.words import a_period, does_not_fit, whose
from videojobs.prices import plain

MOST_LEVELS = 10
NONE = Decimal(0)


class WrongLimit(Exception):
    """What somebody asked for can be no limit. `field` names where, the message the remedy."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


@dataclass(frozen=True)
class LimitWish:
    """A limit somebody asks for. `amount` is USD; the scope's own field names what it is on."""

    scope: LimitScope
    period: LimitPeriod
    amount: Decimal
    action: LimitAction
    project: Project | None = None
    person: User | None = None
    token: Token | None = None
    model: str = ""
    levels: tuple[int, ...] = USUAL_LEVELS


@dataclass(frozen=True)
class LimitStanding:
    """How a limit stands in the period that is running. Amounts are USD; `held` includes waiting jobs."""

    limit: Limit
    window: Window
    spent: Decimal
    held: Decimal
    unknown: Decimal

    @classmethod
    def of(cls, room: Room) -> "LimitStanding":
        """Read it off what was counted."""
        counted = room.counted
        return cls(room.limit, room.window, counted.spent, counted.held + counted.waiting, counted.unknown)

    @property
    def taken(self) -> Decimal:
        """What jobs take of it."""
        return self.spent + self.held + self.unknown

    @property
    def left(self) -> Decimal:
        """What it has room for; below zero where it is passed."""
        amount: Decimal = self.limit.amount
        return amount - self.taken

    @property
    def per_cent(self) -> int:
        """How much of it is taken, rounded down."""
        return int(self.taken * 100 / self.limit.amount)


class LimitRefused(Exception):
    """A job does not fit a limit. The message says whose, what takes it, until when, and who can raise it."""

    def __init__(self, standing: LimitStanding, message: str) -> None:
        super().__init__(message)
        self.standing = standing
        self.limit = standing.limit


@dataclass(frozen=True)
class Verdict:
    """A job fits; `asks` says why it waits for a yes, "" where it need not, and `limit` which one asks."""

    rooms: tuple[Room, ...] = ()
    asks: str = ""
    limit: Limit | None = None


def admit(job: Job, head: Head, *, now: datetime) -> Verdict:
    """Check a new job against every limit it falls under; exactly meeting one passes. Raises LimitRefused."""
    rooms = counters.rooms(job, head, now=now) if head.has_limits else []
    asks = _asked_by_team(job, head, now)
    limit = None
    for room in rooms:
        if room.counted.taken + job.estimate <= room.limit.amount:
            continue
        if room.limit.action == LimitAction.STOP:
            raise _refusal(room, job, room.counted, head)
        if room.limit.action == LimitAction.ASK and limit is None:
            limit, asks = room.limit, _over(room, job)
    return Verdict(tuple(rooms), asks, limit)


def at_claim(job: Job, head: Head, *, is_granted: bool, now: datetime) -> Verdict:
    """Check a waiting job once more before it is sent, against what others took. Raises LimitRefused.

    Holds of jobs that still wait do not count here: each is checked when its own turn comes.
    """
    rooms = counters.rooms(job, head, now=now) if head.has_limits else []
    for room in rooms:
        if room.counted.fixed + job.held <= room.limit.amount:
            continue
        if room.limit.action == LimitAction.STOP:
            counted = room.counted
            fixed = Counted(counted.spent, counted.held, counted.unknown)
            raise _refusal(room, job, fixed, head)
        if room.limit.action == LimitAction.ASK and not is_granted:
            return Verdict(tuple(rooms), _over(room, job), room.limit)
    return Verdict(tuple(rooms))


def _refusal(room: Room, job: Job, counted: Counted, head: Head) -> LimitRefused:
    standing = LimitStanding.of(Room(room.limit, room.window, counted))
    parts = (standing.spent, standing.held, standing.unknown)
    sentence = does_not_fit(room.limit, job.estimate, parts, room.window, head.zone)
    return LimitRefused(standing, sentence)


def _over(room: Room, job: Job) -> str:
    limit = room.limit
    return (
        f"With its {plain(job.estimate)} USD the limit of {whose(limit)}, "
        f"{plain(limit.amount)} USD {a_period(limit)}, would be passed."
    )


def _asked_by_team(job: Job, head: Head, now: datetime) -> str:
    if head.asks_above_job is not None and job.estimate > head.asks_above_job:
        most = plain(head.asks_above_job)
        return f"It costs {plain(job.estimate)} USD, and a job above {most} USD needs a yes."
    if head.asks_above_day is None:
        return ""
    today = _today_of(job, head, now) + job.estimate
    if today <= head.asks_above_day:
        return ""
    return (
        f"With it, one person’s jobs of the day come to {plain(today)} USD, "
        f"and above {plain(head.asks_above_day)} USD they need a yes."
    )


def _today_of(job: Job, head: Head, now: datetime) -> Decimal:
    # Of every account of its kind, as limits count: a new key does not begin the day anew.
    mine = DayTotal.objects.filter(
        team=job.team_id,
        day=day_of(now, head.zone),
        account__kind=job.account.kind,
        person=job.person_id,
    )
    return sum((row.spent + row.held + row.unknown for row in mine), NONE)


# --- reading ---


def standings(team: Team, *, now: datetime, rehearsal: bool) -> list[LimitStanding]:
    """Return how every limit of a team stands, by id; nothing is written."""
    limits = Limit.objects.filter(team=team).active().order_by("id")
    limits = limits.select_related("project", "person", "token", "team")
    zone = ZoneInfo(Team.objects.values_list("time_zone", flat=True).get(id=team.pk))
    return [LimitStanding.of(room) for room in counters.counted(limits, zone, now=now, rehearsal=rehearsal)]


# --- setting ---


def add(team: Team, wish: LimitWish, actor: User | None, *, now: datetime) -> Limit:
    """Set a limit; what its period already spent, holds and has unknown counts. Raises WrongLimit."""
    _check(wish.amount, wish.levels)
    named = _named(team, wish)
    with transaction.atomic(), chain.opened(team.pk):
        limit = Limit.objects.create(
            team=team,
            scope=wish.scope.value,
            period=wish.period.value,
            amount=wish.amount,
            action=wish.action.value,
            levels=sorted(set(wish.levels)),
            created_by=actor,
            created_at=now,
            **named,
        )
        LedgerHead.objects.filter(team=team).update(has_limits=True)
        _audit(limit, "limit_set", actor, now, after=_facts(limit))
    return limit


def change(
    limit: Limit,
    *,
    amount: Decimal | None = None,
    action: LimitAction | None = None,
    levels: tuple[int, ...] | None = None,
    actor: User | None,
    now: datetime,
) -> Limit:
    """Give a limit another amount, action or levels; what is None stays as it is under the lock.

    Jobs it held back are tried again. Raises WrongLimit.
    """
    with _changing(limit) as fresh:
        before = _facts(fresh)
        fresh.amount = fresh.amount if amount is None else amount
        fresh.action = fresh.action if action is None else action.value
        fresh.levels = fresh.levels if levels is None else sorted(set(levels))
        _check(fresh.amount, tuple(fresh.levels))
        fresh.save(update_fields=["amount", "action", "levels"])
        _know_levels(fresh)
        _audit(fresh, "limit_changed", actor, now, before=before, after=_facts(fresh))
    return fresh


def retire(limit: Limit, actor: User | None, *, now: datetime) -> None:
    """Take a limit away; jobs it held back are tried again. Raises WrongLimit where it is gone already."""
    with _changing(limit) as fresh:
        Limit.objects.filter(id=fresh.pk).update(retired_at=now)
        others = Limit.objects.filter(team=fresh.team_id).active()
        LedgerHead.objects.filter(team=fresh.team_id).update(has_limits=others.exists())
        _audit(fresh, "limit_retired", actor, now, before=_facts(fresh))


@contextmanager
def _changing(limit: Limit) -> Iterator[Limit]:
    """Give a limit as it is under the chain's lock; jobs it held back may be tried again after the commit."""
    with transaction.atomic():
        _let_go(limit)  # jobs' rows before the chain, as everywhere: another order makes a ring
        with chain.opened(limit.team_id):
            yield _fresh(limit)


def _fresh(limit: Limit) -> Limit:
    """Return a limit as it is under the lock."""
    fresh = Limit.objects.active().filter(id=limit.pk).select_related("team").first()
    if fresh is None:
        raise WrongLimit("", "Somebody has taken this limit away meanwhile.")
    return fresh


def _check(amount: Decimal, wanted: tuple[int, ...]) -> None:
    try:
        to_micros(amount)
    except ValueError as error:
        message = f"Type an amount in US dollars above 0, at most {LARGEST:,}, with at most 6 decimals."
        raise WrongLimit("amount", message) from error
    if amount <= 0:
        raise WrongLimit("amount", "A limit is above 0 US dollars. To stop everything, pause the queue.")
    if len(wanted) > MOST_LEVELS or not all(1 <= level <= 100 for level in wanted):
        raise WrongLimit("levels", f"Choose at most {MOST_LEVELS} levels between 1 and 100 per cent.")


def _named(team: Team, wish: LimitWish) -> dict[str, Any]:
    """Return what a limit is on, if it is the team's own. Raises WrongLimit."""
    if wish.scope == LimitScope.PROJECT and (wish.project is None or wish.project.team_id != team.pk):
        raise WrongLimit("project", "Choose a project of this team.")
    if wish.scope == LimitScope.PERSON and not _is_member(team, wish.person):
        raise WrongLimit("person", "Choose a member of this team.")
    if wish.scope == LimitScope.TOKEN and (wish.token is None or wish.token.team_id != team.pk):
        raise WrongLimit("token", "Choose an API token of this team.")
    if wish.scope == LimitScope.MODEL and not wish.model:
        raise WrongLimit("model", "Choose a model.")
    names = {"project": wish.project, "person": wish.person, "token": wish.token, "model": wish.model}
    return {name: value for name, value in names.items() if name == wish.scope}


def _is_member(team: Team, person: User | None) -> bool:
    return person is not None and team.memberships.filter(user=person).exists()


def _know_levels(limit: Limit) -> None:
    """Take the levels an amount reaches as known: whoever changed it has seen how it stands."""
    for counter in LimitCounter.objects.filter(limit=limit).exclude(period="waiting"):
        counter.level = levels.reached(limit, counter.spent + counter.held + counter.unknown)
        counter.save(update_fields=["level"])


def _let_go(limit: Limit) -> None:
    """Let jobs be tried again that a limit held back. One that is just being held back waits its time."""
    held_back = Job.objects.filter(team=limit.team_id, not_before_reason__startswith=HELD_BACK).waiting()
    list(held_back.locked().only("id").order_by("id"))  # in one order, as two changes at once do it
    held_back.update(not_before=None)


def _facts(limit: Limit) -> dict[str, Any]:
    on = limit.project_id or limit.person_id or limit.token_id or limit.model or None
    return {
        "scope": limit.scope,
        "on": on,
        "period": limit.period,
        "amount": plain(limit.amount),
        "action": limit.action,
        "levels": limit.levels,
    }


def _audit(
    limit: Limit,
    action: str,
    actor: User | None,
    now: datetime,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    audit.note(limit.team, actor, action, f"limit {limit.pk}", now, before=before, after=after)
