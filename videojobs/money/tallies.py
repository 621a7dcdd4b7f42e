"""Day totals and balances move with each job's standing, in the transaction of what moved it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from videojobs import audit
from videojobs.models import Balance, DayTotal, Job, LimitCounter, Team, User
from videojobs.models.fields import from_micros, to_micros
from videojobs.money import chain, counters
from videojobs.money.chain import Head
from videojobs.money.counters import Room
from videojobs.money.periods import day_of
from videojobs.money.standing import DAY_SUMS, SUMS, Standing

MONEY = frozenset({"spent", "held", "unknown", "spent_on_failed", "topped_up"})
AT_ONCE = 1000

DayKey = tuple[int, date, int, int, str]
"""Account, day, project, person, model."""

_DAY = (
    f"UPDATE videojobs_daytotal SET {', '.join(f'{name} = {name} + %s' for name in DAY_SUMS)} "  # noqa: S608
    "WHERE team_id = %s AND day = %s AND account_id = %s "
    "AND project_id = %s AND person_id = %s AND model = %s"
)
_BALANCE = (
    f"UPDATE videojobs_balance SET {', '.join(f'{name} = {name} + %s' for name in SUMS)} "  # noqa: S608
    "WHERE team_id = %s AND account_id = %s"
)


def move(
    job: Job,
    before: Standing | None,
    after: Standing,
    head: Head,
    rooms: Iterable[Room] | None = None,
    *,
    now: datetime | None = None,
) -> None:
    """Let every sum a job belongs to follow it from one standing to the next; None: it is new.

    `rooms` are the limits it was just checked against, where it was; `now` is when money moves, None where
    only its state does.
    """
    if before == after:
        return
    _move_days(job, before, after, head.zone)
    _move_balance(job, before, after)
    if head.has_limits:
        counters.move(job, before, after, head, rooms, now=now)


def key_of(job: Job, counted: Standing, zone: ZoneInfo) -> DayKey:
    """Return which day total a job belongs to."""
    return (job.account_id, day_of(counted.counted_at, zone), job.project_id, job.person_id, job.model)


def _move_days(job: Job, before: Standing | None, after: Standing, zone: ZoneInfo) -> None:
    to = key_of(job, after, zone)
    added = after.sums(DAY_SUMS)
    if before is not None:
        away, taken = key_of(job, before, zone), before.sums(DAY_SUMS)
        if away == to:
            added = _less(added, taken)
        else:
            _add_to_day(job.team_id, away, tuple(-value for value in taken))
    if any(added):
        _add_to_day(job.team_id, to, added)


def _add_to_day(team_id: int, key: DayKey, added: tuple[int, ...]) -> None:
    account, day, *rest = key
    where = [team_id, connection.ops.adapt_datefield_value(day), account, *rest]
    if not _execute(_DAY, [*added, *where]):
        DayTotal.objects.bulk_create([_day_total(team_id, key, added)])


def _day_total(team_id: int, key: DayKey, added: Iterable[int]) -> DayTotal:
    names = ("account_id", "day", "project_id", "person_id", "model")
    sums = _spoken(zip(DAY_SUMS, added, strict=True))
    return DayTotal(team_id=team_id, **dict(zip(names, key, strict=True)), **sums)


def _move_balance(job: Job, before: Standing | None, after: Standing) -> None:
    added = after.sums(SUMS)
    if before is not None:
        added = _less(added, before.sums(SUMS))
    if any(added) and not _execute(_BALANCE, [*added, job.team_id, job.account_id]):
        sums = _spoken(zip(SUMS, added, strict=True))
        Balance.objects.bulk_create([Balance(team_id=job.team_id, account_id=job.account_id, **sums)])


def top_up(team_id: int, account_id: int, usd: Decimal) -> None:
    """Add what was paid in to a balance, in USD; under the chain's lock."""
    paid = "UPDATE videojobs_balance SET topped_up = topped_up + %s WHERE team_id = %s AND account_id = %s"
    if not _execute(paid, [to_micros(usd), team_id, account_id]):
        Balance.objects.bulk_create([Balance(team_id=team_id, account_id=account_id, topped_up=usd)])


def _less(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(value - less for value, less in zip(one, other, strict=True))


def _spoken(sums: Iterable[tuple[str, int]]) -> dict[str, Any]:
    """Return sums as a row of the tables takes them."""
    return {name: from_micros(value) if name in MONEY else value for name, value in sums}


def _execute(sql: str, parameters: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        changed: int = cursor.rowcount
        return changed


# --- all anew ---


def recount(team: Team, zone: ZoneInfo) -> tuple[dict[DayKey, list[int]], dict[int, list[int]]]:
    """Sum up all jobs of a team anew, in database units: by day total, and by account."""
    by_day: dict[DayKey, list[int]] = defaultdict(lambda: [0] * len(DAY_SUMS))
    by_account: dict[int, list[int]] = defaultdict(lambda: [0] * len(SUMS))
    jobs = Job.objects.in_team(team).only(
        *("team_id", "account_id", "project_id", "person_id", "model", "state"),
        *("counted_at", "cost", "credited", "held", "seconds"),
    )
    for job in jobs.iterator(AT_ONCE):
        standing = Standing.of(job)
        _add_up(by_day[key_of(job, standing, zone)], standing.sums(DAY_SUMS))
        _add_up(by_account[job.account_id], standing.sums(SUMS))
    return by_day, by_account


def _add_up(sums: list[int], added: tuple[int, ...]) -> None:
    for index, value in enumerate(added):
        sums[index] += value


def set_zone(team: Team, zone: ZoneInfo, actor: User, *, now: datetime) -> None:
    """Let a team's days, weeks and months begin by other clocks.

    Every day total is made anew, and every limit counts its period anew.
    """
    with transaction.atomic(), chain.opened(team.pk) as head:
        if head.zone.key == zone.key:
            return
        Team.objects.filter(id=team.pk).update(time_zone=zone.key)
        DayTotal.objects.filter(team=team).delete()
        by_day, _by_account = recount(team, zone)
        DayTotal.objects.bulk_create(_rows(team, by_day), AT_ONCE)
        LimitCounter.objects.filter(limit__team=team).delete()
        changed = {"before": {"time_zone": head.zone.key}, "after": {"time_zone": zone.key}}
        audit.note(team, actor, "time_zone_changed", zone.key, now, **changed)


def _rows(team: Team, by_day: Mapping[DayKey, list[int]]) -> list[DayTotal]:
    return [_day_total(team.pk, key, sums) for key, sums in by_day.items()]
