"""A team's books are checked: the chain is walked, and every sum counted again from entries and jobs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Sum

from videojobs.models import (
    Balance,
    DayTotal,
    Job,
    LedgerCheck,
    LedgerEntry,
    LedgerHead,
    LimitCounter,
    LimitPeriod,
    Notice,
    Team,
)
from videojobs.models.fields import from_micros, to_micros
from videojobs.models.money import FIRST_LINK, EntryKind
from videojobs.money import counters, tallies
from videojobs.money.canonical import hash_of
from videojobs.money.periods import ALWAYS, WAITING, Window, window
from videojobs.money.standing import DAY_SUMS, SUMS

AT_ONCE = 2000
NOTICE = "ledger"
"""The key of the notice that something is off."""
NONE = Decimal(0)


class Off(Exception):
    """Something in the books does not agree; the message names the first."""


@dataclass(frozen=True)
class Finding:
    """What a check found: how many entries the chain has, and the first thing that is off, "" for none."""

    entries: int
    problem: str


def verify(team: Team) -> Finding:
    """Walk a team's chain and count every sum again, all as of one moment; nothing is written or locked."""
    with one_moment():
        head = LedgerHead.objects.filter(team=team).first() or LedgerHead(team=team)
        try:
            _walk(team, head)
            _jobs(team)
            _totals(team)
            _counters(team)
        except Off as off:
            return Finding(head.number, str(off))
        return Finding(head.number, "")


def check(team: Team, *, now: datetime) -> Finding:
    """Verify a team's books, keep what was found, and tell those who answer for the bill where it is off."""
    found = verify(team)
    if found.problem:
        text = f"The ledger does not agree with itself: {found.problem}"
        Notice.objects.tell(team.pk, NOTICE, text, kind="money", now=now)
    else:
        Notice.objects.close(team.pk, NOTICE, now=now)
    LedgerCheck.objects.update_or_create(
        team=team, defaults={"at": now, "entries": found.entries, "problem": found.problem[:500]}
    )
    return found


@contextmanager
def one_moment() -> Iterator[None]:
    """Let every read of the block see the database as of one moment, without holding writers up."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    else:
        # By hand: a transaction of Django's own takes SQLite's one place for a writer.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


def _walk(team: Team, head: LedgerHead) -> None:
    number, previous = 0, FIRST_LINK
    columns = [field.attname for field in LedgerEntry._meta.concrete_fields]
    entries = LedgerEntry.objects.filter(team=team).order_by("number")
    for entry in entries.values(*columns).iterator(AT_ONCE):
        number += 1
        if entry["number"] != number:
            raise Off(f"Entry {number} is missing: entry {entry['number']} follows entry {number - 1}.")
        if entry["previous"] != previous:
            raise Off(f"Entry {number} does not name the hash of entry {number - 1}.")
        if entry["hash"] != hash_of(entry, previous):
            raise Off(f"Entry {number} is not what its hash says: it was changed.")
        previous = entry["hash"]
    if head.number != number:
        raise Off(f"The chain ends at entry {number}, and its head says entry {head.number}.")
    if head.hash != previous:
        raise Off(f"The chain’s head does not name the hash of entry {number}, the last.")


def _jobs(team: Team) -> None:
    """Compare each job's money columns with its entries."""
    entries = LedgerEntry.objects.filter(team=team, job__isnull=False).order_by("job_id", "kind")
    sums = entries.values_list("job_id", "kind", "job__held", "job__cost", "job__credited")
    job_id, row = "", (NONE, None, NONE)
    found: dict[str, Decimal] = {}
    for this, kind, held, cost, credited, amount in sums.annotate(sum=Sum("amount")).iterator(AT_ONCE):
        if this != job_id:
            _compare_job(job_id, found, row)
            job_id, found = this, {}
        found[kind], row = amount, (held, cost, credited)
    _compare_job(job_id, found, row)
    entered = LedgerEntry.objects.filter(job=OuterRef("pk"))
    without = Job.objects.in_team(team).filter(~Exists(entered)).first()
    if without is not None:
        raise Off(f"Job {without.id} has no entry.")


def _compare_job(job_id: str, found: dict[str, Decimal], row: tuple[Any, Any, Any]) -> None:
    if not job_id:
        return
    held, cost, credited = row
    still_open = found.get(EntryKind.HOLD, NONE) - found.get(EntryKind.RELEASE, NONE)
    settled = found.get(EntryKind.SETTLE)
    booked = None if settled is None else settled + found.get(EntryKind.CORRECTION, NONE)
    given_back = found.get(EntryKind.CREDIT, NONE)
    if (held, cost, credited) != (still_open, booked, given_back):
        raise Off(
            f"Job {job_id} says held {held}, cost {cost}, credited {credited}; "
            f"its entries say {still_open}, {booked}, {given_back}."
        )


def _totals(team: Team) -> None:
    """Compare day totals and balances with the jobs, and what was paid in with the entries."""
    by_day, by_account = tallies.recount(team, team.zone)
    there: dict[Any, Any] = {}
    for row in DayTotal.objects.filter(team=team).iterator(AT_ONCE):
        there[row.account_id, row.day, row.project_id, row.person_id, row.model] = row
    for key in sorted(by_day.keys() | there.keys(), key=str):
        account, day, project, person, model = key
        name = f"The total of {day}, account {account}, project {project}, person {person}, {model}"
        _compare(name, there.get(key), DAY_SUMS, by_day.get(key))
    paid = LedgerEntry.objects.filter(team=team, kind=EntryKind.TOP_UP).values_list("account_id")
    topped_up = dict(paid.annotate(sum=Sum("amount")).order_by())
    balances = {row.account_id: row for row in Balance.objects.filter(team=team)}
    for account in sorted(by_account.keys() | balances.keys() | topped_up.keys()):
        balance = balances.get(account)
        _compare(f"The balance in account {account}", balance, SUMS, by_account.get(account))
        says = balance.topped_up if balance else NONE
        if says != topped_up.get(account, NONE):
            raise Off(f"The balance in account {account} says {says} paid in, not {topped_up.get(account)}.")


def _compare(name: str, row: Any, columns: tuple[str, ...], counted: list[int] | None) -> None:
    expected = counted or [0] * len(columns)
    for column, value in zip(columns, expected, strict=True):
        says = getattr(row, column) if row is not None else 0
        in_units = to_micros(says) if isinstance(says, Decimal) else says
        if in_units != value:
            ought = from_micros(value) if isinstance(says, Decimal) else value
            raise Off(f"{name}, says {column} {says}; its jobs say {ought}.")


def _counters(team: Team) -> None:
    """Compare every counter of a limit that holds with the jobs of its period."""
    counting = LimitCounter.objects.filter(limit__team=team, limit__retired_at=None).select_related("limit")
    for counter in counting.order_by("limit_id", "id"):
        sums = counters.recount(counter.limit, _window_of(counter, team), rehearsal=counter.rehearsal)
        for name in ("spent", "held", "unknown"):
            if getattr(counter, name) != sums.get(name, NONE):
                raise Off(
                    f"Limit {counter.limit_id} in {counter.period} says {name} {getattr(counter, name)}; "
                    f"its jobs say {sums.get(name, NONE)}."
                )


def _window_of(counter: LimitCounter, team: Team) -> Window:
    """Return the period a counter's key names."""
    kind, _, first = counter.period.partition(":")
    if kind in {WAITING, ALWAYS.key}:
        return Window(kind)
    day = datetime.fromisoformat(f"{first}-01" if kind == LimitPeriod.MONTH else first)
    return window(LimitPeriod(kind), day.replace(hour=12, tzinfo=team.zone), team.zone)
