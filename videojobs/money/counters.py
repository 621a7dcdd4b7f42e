"""What limits have counted: made by a recount under the chain's lock, then moved with each job's standing."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import F, Q, Sum

from videojobs.models import Job, Kind, Limit, LimitCounter, LimitPeriod, LimitScope
from videojobs.models.compiled import Compiled
from videojobs.models.fields import from_micros
from videojobs.money import levels
from videojobs.money.chain import Head
from videojobs.money.periods import WAITING, Window, window
from videojobs.money.standing import Standing
from videojobs.states import ENDED, State

NONE = Decimal(0)

Amounts = tuple[int, int, int]
"""Spent, held and unknown, in millionths."""


@dataclass(frozen=True)
class Counted:
    """What a limit has counted in the period that is running, in USD; `waiting` are holds of waiting jobs."""

    spent: Decimal = NONE
    held: Decimal = NONE
    unknown: Decimal = NONE
    waiting: Decimal = NONE
    level: int = 0

    @property
    def fixed(self) -> Decimal:
        """What jobs that are no longer waiting take."""
        return self.spent + self.held + self.unknown

    @property
    def taken(self) -> Decimal:
        """What all jobs take, waiting ones included."""
        return self.fixed + self.waiting


@dataclass(frozen=True)
class Room:
    """One limit a job falls under, with what its running period has counted so far."""

    limit: Limit
    window: Window
    counted: Counted


_active = Compiled(lambda team: Limit.objects.filter(team=team).active().order_by("id"), int)


def falls_under(limit: Limit, job: Job) -> bool:
    """Tell whether a limit counts a job."""
    named = {
        LimitScope.TEAM: True,
        LimitScope.PROJECT: limit.project_id == job.project_id,
        LimitScope.PERSON: limit.person_id == job.person_id,
        LimitScope.MODEL: limit.model == job.model,
        LimitScope.TOKEN: limit.token_id is not None and limit.token_id == job.token_id,
    }
    return limit.team_id == job.team_id and named[LimitScope(limit.scope)]


def over(job: Job) -> list[Limit]:
    """Return the limits that count a job, by id."""
    return [limit for limit in _active(job.team_id) if falls_under(limit, job)]


def rooms(job: Job, head: Head, *, now: datetime) -> list[Room]:
    """Return the limits a job falls under with what they have counted; counters are made if need be."""
    limits = over(job)
    windows = {limit.id: window(LimitPeriod(limit.period), now, head.zone) for limit in limits}
    rehearsal = job.account.is_rehearsal
    wanted = {(limit.id, key) for limit in limits for key in (windows[limit.id].key, WAITING)}
    there = _read(wanted, rehearsal=rehearsal)
    for limit in limits:
        for one in (windows[limit.id], Window(WAITING)):
            if (limit.id, one.key) not in there:
                there[limit.id, one.key] = _make(limit, one, rehearsal=rehearsal)
    return [
        Room(limit, windows[limit.id], _counted(there, limit.id, windows[limit.id].key)) for limit in limits
    ]


def counted(limits: Iterable[Limit], zone: ZoneInfo, *, now: datetime, rehearsal: bool) -> list[Room]:
    """Return what limits have counted in the periods that are running, writing nothing."""
    limits = list(limits)
    windows = {limit.id: window(LimitPeriod(limit.period), now, zone) for limit in limits}
    wanted = {(limit.id, key) for limit in limits for key in (windows[limit.id].key, WAITING)}
    there = _read(wanted, rehearsal=rehearsal)
    for limit in limits:
        for one in (windows[limit.id], Window(WAITING)):
            if (limit.id, one.key) not in there:
                there[limit.id, one.key] = LimitCounter(**recount(limit, one, rehearsal=rehearsal))
    return [
        Room(limit, windows[limit.id], _counted(there, limit.id, windows[limit.id].key)) for limit in limits
    ]


def _counted(there: dict[tuple[int, str], LimitCounter], limit_id: int, key: str) -> Counted:
    running, waiting = there[limit_id, key], there[limit_id, WAITING]
    return Counted(running.spent, running.held, running.unknown, waiting.held, running.level)


def _read(wanted: Iterable[tuple[int, str]], *, rehearsal: bool) -> dict[tuple[int, str], LimitCounter]:
    keys = list(wanted)
    rows = LimitCounter.objects.filter(
        limit__in={limit for limit, _key in keys}, rehearsal=rehearsal, period__in={key for _, key in keys}
    )
    return {(row.limit_id, row.period): row for row in rows} if keys else {}


def _make(limit: Limit, one: Window, *, rehearsal: bool) -> LimitCounter:
    """Count a period anew and keep the sum. A level that is reached already is no news."""
    sums = recount(limit, one, rehearsal=rehearsal)
    row = LimitCounter(limit=limit, rehearsal=rehearsal, period=one.key, **sums)
    row.level = levels.reached(limit, row.spent + row.held + row.unknown)
    LimitCounter.objects.bulk_create([row], ignore_conflicts=True)
    return row


def recount(limit: Limit, one: Window, *, rehearsal: bool) -> dict[str, Decimal]:
    """Sum up in USD what a limit counts in a period, from the jobs themselves."""
    jobs = Job.objects.filter(_scope(limit), team=limit.team_id)
    jobs = jobs.filter(account__kind=(Kind.REHEARSAL if rehearsal else Kind.LIVE).value)
    if one.key == WAITING:
        return {"held": jobs.waiting().aggregate(sum=Sum("held"))["sum"] or NONE}
    if one.starts_at is not None:
        jobs = jobs.filter(counted_at__gte=one.starts_at, counted_at__lt=one.ends_at)
    ended = Q(state__in=list(ENDED))
    sums = jobs.exclude(state=State.WAITING).aggregate(
        sum_spent=Sum(F("cost") - F("credited")),
        sum_held=Sum("held", filter=~ended),
        sum_unknown=Sum("held", filter=ended),
    )
    return {name.removeprefix("sum_"): _usd(value) for name, value in sums.items()}


def _usd(value: Any) -> Decimal:
    """Return a sum as USD; one of an expression comes as a bare count of millionths."""
    if value is None:
        return NONE
    return value if isinstance(value, Decimal) else from_micros(int(value))


def _scope(limit: Limit) -> Q:
    return {
        LimitScope.TEAM: Q(),
        LimitScope.PROJECT: Q(project=limit.project_id),
        LimitScope.PERSON: Q(person=limit.person_id),
        LimitScope.MODEL: Q(model=limit.model),
        LimitScope.TOKEN: Q(token=limit.token_id),
    }[LimitScope(limit.scope)]


def move(
    job: Job,
    before: Standing | None,
    after: Standing,
    head: Head,
    checked: Iterable[Room] | None,
    *,
    now: datetime | None,
) -> None:
    """Let the counters of a job's limits follow it, and tell of levels that are reached by it.

    `now` is when more is taken; None for a change of state alone, which takes as much as before.
    A period nobody has counted yet stays so: the recount that makes its counter finds this job.
    """
    limits = [room.limit for room in checked] if checked is not None else over(job)
    moved: dict[Amounts, list[tuple[int, str]]] = defaultdict(list)
    for limit in limits:
        for key, amounts in _differences(limit, before, after, head.zone).items():
            if any(amounts):
                moved[amounts].append((limit.id, key))
    for amounts, keys in moved.items():
        _add(amounts, keys, rehearsal=job.account.is_rehearsal)
    more = after.taken - (before.taken if before else 0)
    if more > 0:
        levels.tell(job, _now_counted(job, limits, after, head, checked, more), at=now or after.counted_at)


def _differences(
    limit: Limit, before: Standing | None, after: Standing, zone: ZoneInfo
) -> dict[str, Amounts]:
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for standing, sign in ((before, -1), (after, 1)):
        if standing is not None:
            key = _key(limit, standing, zone)
            for index, amount in enumerate((standing.spent, standing.held, standing.unknown)):
                sums[key][index] += sign * amount
    return {key: (spent, held, unknown) for key, (spent, held, unknown) in sums.items()}


def _key(limit: Limit, standing: Standing, zone: ZoneInfo) -> str:
    return WAITING if standing.waits else window(LimitPeriod(limit.period), standing.counted_at, zone).key


def _add(amounts: Amounts, keys: list[tuple[int, str]], *, rehearsal: bool) -> None:
    which = " OR ".join(["(limit_id = %s AND period = %s)"] * len(keys))
    sql = (
        "UPDATE videojobs_limitcounter SET spent = spent + %s, held = held + %s, unknown = unknown + %s "  # noqa: S608
        f"WHERE rehearsal = %s AND ({which})"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*amounts, rehearsal, *(value for pair in keys for value in pair)])


def _now_counted(
    job: Job,
    limits: list[Limit],
    after: Standing,
    head: Head,
    checked: Iterable[Room] | None,
    more: int,
) -> list[tuple[Limit, Window, Decimal, int]]:
    """Return what each limit's period takes by now in USD, and of which level people know."""
    if checked is not None:
        return [
            (room.limit, room.window, room.counted.taken + from_micros(more), room.counted.level)
            for room in checked
        ]
    windows = {limit.id: window(LimitPeriod(limit.period), after.counted_at, head.zone) for limit in limits}
    there = _read({(limit.id, windows[limit.id].key) for limit in limits}, rehearsal=job.account.is_rehearsal)
    rows = [(limit, there.get((limit.id, windows[limit.id].key))) for limit in limits]
    return [
        (limit, windows[limit.id], row.spent + row.held + row.unknown, row.level)
        for limit, row in rows
        if row is not None
    ]
