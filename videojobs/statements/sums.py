"""A project's jobs of a period with what the ledger says of each, marked up.

Everything is read up to one entry of the team's chain, which the statement names: whoever adds up the entries
of these jobs up to that number gets the same total, however much is booked afterwards.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Q, Sum

from videojobs.models import EntryKind, Job, Kind, LedgerEntry, LedgerHead, Project
from videojobs.models.fields import SMALLEST
from videojobs.models.jobs import JobQuerySet
from videojobs.models.money import FIRST_LINK
from videojobs.models.veils import Veil
from videojobs.money import periods, verifying

NOTHING = Decimal(0)
CENT = Decimal("0.01")
MOST_MARKUP = Decimal(1000)
"""Per cent."""

CHARGES = (EntryKind.SETTLE.value, EntryKind.CORRECTION.value, EntryKind.CREDIT.value)
READ_AT_ONCE = 500


class DoesNotTie(Exception):
    """The lines do not add up to what the ledger says of the same jobs. Such a statement is never shown."""


@dataclass(frozen=True)
class Wish:
    """What a statement is asked for: a project's days in its team's zone, both ends included.

    `markup` is per cent. Live and rehearsal money never stand in one statement.
    """

    project: Project
    first: date
    last: date
    markup: Decimal = NOTHING
    rehearsal: bool = False

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """From which moment up to which."""
        return periods.days(self.first, self.last, self.project.team.zone)

    def marked_up(self, base: Decimal) -> Decimal:
        """Return an amount with the mark-up, exact but for half a millionth of a dollar, rounded half up."""
        return (base * (100 + self.markup) / 100).quantize(SMALLEST, ROUND_HALF_UP)


@dataclass(frozen=True)
class Line:
    """One charged job. `base` is what it cost after corrections and credits, `amount` the same marked up."""

    job: Job
    day: date
    base: Decimal
    amount: Decimal
    corrected: Decimal
    credited: Decimal


@dataclass(frozen=True)
class OpenJob:
    """An ended job nobody knows the charge of; its hold is in no total."""

    job: Job
    day: date


@dataclass(frozen=True)
class Statement:
    """A statement as it is shown and printed, read up to the `entry` of the chain that has this `hash`."""

    wish: Wish
    made_at: datetime
    lines: list[Line]
    unknown: list[OpenJob]
    on_their_way: int
    entry: int
    hash: str

    @property
    def base(self) -> Decimal:
        """What the ledger says these jobs cost."""
        return sum((line.base for line in self.lines), NOTHING)

    @property
    def total(self) -> Decimal:
        """The sum of the lines as they are printed."""
        return sum((line.amount for line in self.lines), NOTHING)

    @property
    def markup_amount(self) -> Decimal:
        """What the mark-up adds."""
        return self.total - self.base

    @property
    def to_pay(self) -> Decimal:
        """The total in whole cents, rounded half up."""
        return self.total.quantize(CENT, ROUND_HALF_UP)

    @property
    def unknown_held(self) -> Decimal:
        """What is held for the jobs nobody knows the charge of; in no total."""
        return sum((found.job.held for found in self.unknown), NOTHING)


def jobs_of(wish: Wish) -> JobQuerySet:
    """Return the jobs whose money counts in the period, oldest first."""
    since, until = wish.moments
    kind = Kind.REHEARSAL if wish.rehearsal else Kind.LIVE
    jobs = Job.objects.filter(
        team=wish.project.team,
        project=wish.project,
        account__kind=kind.value,
        counted_at__gte=since,
        counted_at__lt=until,
    )
    return jobs.order_by("counted_at", "id")


def read(wish: Wish, *, now: datetime) -> Statement:
    """Read a statement as of one moment. Raises DoesNotTie where its lines are not what the ledger says."""
    with verifying.one_moment():
        statement = _read(wish, now)
        _demand_tie(statement)
    return statement


def _read(wish: Wish, now: datetime) -> Statement:
    head = LedgerHead.objects.filter(team=wish.project.team).first()
    entry, chain_hash = (head.number, head.hash) if head else (0, FIRST_LINK)
    booked = _booked(wish, entry)
    lines, unknown, on_their_way = [], [], 0
    # Its reader is a client: a project that keeps its prompts keeps them here, too.
    veil = Veil.of_outsiders(wish.project)
    for job in jobs_of(wish).veiled(veil).select_related("output").iterator(READ_AT_ONCE):
        day = periods.day_of(job.counted_at, wish.project.team.zone)
        if job.id in booked:
            lines.append(_line(wish, job, day, booked[job.id]))
        elif job.is_ended and job.held:
            unknown.append(OpenJob(job, day))
        elif not job.is_ended:
            on_their_way += 1
    return Statement(wish, now, lines, unknown, on_their_way, entry, chain_hash)


def _line(wish: Wish, job: Job, day: date, sums: Mapping[str, Decimal]) -> Line:
    base = sums["settled"] + sums["corrected"] - sums["credited"]
    return Line(job, day, base, wish.marked_up(base), sums["corrected"], sums["credited"])


def _entries(wish: Wish, entry: int) -> Any:
    """Return the entries that say what the jobs cost, up to one of the chain."""
    jobs = jobs_of(wish).order_by().values("id")
    return LedgerEntry.objects.filter(
        team=wish.project.team, number__lte=entry, kind__in=CHARGES, job__in=jobs
    )


def _booked(wish: Wish, entry: int) -> dict[str, dict[str, Decimal]]:
    """Return by job what was settled, corrected and credited."""
    sums = {
        "settled": Sum("amount", filter=Q(kind=EntryKind.SETTLE.value)),
        "corrected": Sum("amount", filter=Q(kind=EntryKind.CORRECTION.value)),
        "credited": Sum("amount", filter=Q(kind=EntryKind.CREDIT.value)),
    }
    rows = _entries(wish, entry).order_by().values("job_id").annotate(**sums)
    return {row["job_id"]: {name: row[name] or NOTHING for name in sums} for row in rows}


def _demand_tie(statement: Statement) -> None:
    """Add the entries up once more in the database: another way to the same sum."""
    credit = Q(kind=EntryKind.CREDIT.value)
    sums = _entries(statement.wish, statement.entry).aggregate(
        plus=Sum("amount", filter=~credit), minus=Sum("amount", filter=credit)
    )
    booked = (sums["plus"] or NOTHING) - (sums["minus"] or NOTHING)
    if booked != statement.base:
        raise DoesNotTie(f"lines {statement.base}, ledger {booked}, up to entry {statement.entry}")
