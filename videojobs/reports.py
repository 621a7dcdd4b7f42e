"""Read-only sums for pages, API and exports. Every amount is USD, summed in SQL over whole millionths.

Live and rehearsal money never meet: whoever asks says which of the two. What was *spent* belongs to the day
it was booked, so a past month never changes; what is *held* or *unknown* belongs to the day it was set aside.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import chain
from statistics import median, quantiles
from typing import Any, Generic, TypeVar

from django.db.models import Count, DateField, F, Func, Q, QuerySet, Sum
from django.db.models.expressions import Combinable

from videojobs.models import Job, Kind, LedgerEntry, Team, User
from videojobs.models.jobs import JobQuerySet
from videojobs.models.money import EntryKind
from videojobs.states import AT_PROVIDER, ENDED, State

NOTHING = Decimal(0)
FEWEST_SAMPLES = 3
"""With fewer finished jobs of a model nobody should speak of a usual time."""

SAMPLES = 600
"""How many of a team's latest finished jobs its usual times are read from."""

RUNNING = AT_PROVIDER | {State.STORING}

K = TypeVar("K")


@dataclass(frozen=True)
class Period:
    """From a moment up to, and not including, another; None leaves that end open."""

    since: datetime | None = None
    until: datetime | None = None

    @classmethod
    def month(cls, now: datetime) -> "Period":
        """Return the month of a moment, in UTC."""
        first = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        return cls(first, (first + timedelta(days=32)).replace(day=1))

    @classmethod
    def days(cls, first: date, last: date) -> "Period":
        """Return whole days in UTC, both ends included."""
        return cls(midnight(first), midnight(last + timedelta(days=1)))

    def within(self, column: str) -> Q:
        """Return the condition that a column's moment lies in this period."""
        bounds = {f"{column}__gte": self.since, f"{column}__lt": self.until}
        return Q(**{name: moment for name, moment in bounds.items() if moment is not None})


ALWAYS = Period()


@dataclass(frozen=True)
class Totals:
    """Sums in USD with what stands behind them.

    `held` are open holds of jobs that have not ended, `unknown` open holds of jobs that have: never both.
    `jobs` were made, `settled` were charged, `open_ends` are the jobs behind `unknown`; `seconds` is the
    length of the finished clips.
    """

    spent: Decimal = NOTHING
    held: Decimal = NOTHING
    unknown: Decimal = NOTHING
    jobs: int = 0
    settled: int = 0
    open_ends: int = 0
    seconds: int = 0

    @property
    def average(self) -> Decimal | None:
        """USD per charged job; None where none was charged."""
        return self.spent / self.settled if self.settled else None


@dataclass(frozen=True)
class Row(Generic[K]):
    """The sums of one day, model or person."""

    key: K
    totals: Totals


@dataclass(frozen=True)
class Book:
    """Whose money is asked about: a team's live or rehearsal money, of everybody or of one person."""

    team: Team
    rehearsal: bool
    person: User | None = None
    period: Period = field(default=ALWAYS)

    def all_entries(self) -> QuerySet[LedgerEntry]:
        """Ledger entries booked in the period."""
        return LedgerEntry.objects.filter(self.period.within("at"), self._whose())

    def entries(self, kind: EntryKind) -> QuerySet[LedgerEntry]:
        """Ledger entries of one kind, booked in the period."""
        return self.all_entries().filter(kind=kind.value)

    def jobs(self) -> JobQuerySet:
        """Jobs made in the period."""
        return Job.objects.filter(self.period.within("created_at"), self._whose())

    def _whose(self) -> Q:
        kind = Kind.REHEARSAL if self.rehearsal else Kind.LIVE
        whose = Q(team=self.team, account__kind=kind.value)
        return whose if self.person is None else whose & Q(person=self.person)


def totals(team: Team, *, rehearsal: bool, person: User | None = None, period: Period = ALWAYS) -> Totals:
    """Return a team's sums, or one person's, over a period or all time."""
    completed = Book(team, rehearsal, person, period).jobs().filter(state=State.COMPLETED)
    seconds = completed.aggregate(seconds=Sum("seconds", default=0))["seconds"]
    return replace(balance(team, rehearsal=rehearsal, person=person, period=period), seconds=seconds)


def balance(team: Team, *, rehearsal: bool, person: User | None = None, period: Period = ALWAYS) -> Totals:
    """Return the same sums but for `seconds`, from indexes alone: quick over any number of jobs."""
    book = Book(team, rehearsal, person, period)
    settled = book.entries(EntryKind.SETTLE).aggregate(**_settled_sums())
    made = book.entries(EntryKind.HOLD).aggregate(sum_jobs=Count("pk"))
    still_open = book.jobs().filter(held__gt=0).aggregate(**_open_sums())
    return Totals(**_known(settled | made | still_open))


def this_month(team: Team, now: datetime, *, rehearsal: bool, person: User | None = None) -> Totals:
    """Return the sums since the month began, in UTC."""
    return totals(team, rehearsal=rehearsal, person=person, period=Period.month(now))


def by_day(
    team: Team, since: date, until: date, *, rehearsal: bool, person: User | None = None
) -> list[Row[date]]:
    """Return one row for each day in UTC, both ends included, oldest first; quiet days are all zero."""
    found = _grouped(
        Book(team, rehearsal, person, Period.days(since, until)), UtcDay("at"), UtcDay("created_at")
    )
    days = (since + timedelta(days=number) for number in range((until - since).days + 1))
    return [Row(day, found.get(day, Totals())) for day in days]


def by_model(
    team: Team, *, rehearsal: bool, person: User | None = None, period: Period = ALWAYS
) -> list[Row[str]]:
    """Return one row for each model, dearest first."""
    return _sorted(_grouped(Book(team, rehearsal, person, period), F("job__model"), F("model")))


def by_person(
    team: Team, *, rehearsal: bool, person: User | None = None, period: Period = ALWAYS
) -> list[Row[User]]:
    """Return one row for each person, dearest first."""
    found = _sorted(_grouped(Book(team, rehearsal, person, period), F("person_id"), F("person_id")))
    people = User.objects.in_bulk([row.key for row in found])
    return [Row(people[row.key], row.totals) for row in found]


def spent_by_day_and(
    split: str, team: Team, since: date, until: date, *, rehearsal: bool, person: User | None = None
) -> dict[tuple[date, Any], Decimal]:
    """Return what was spent on each day in UTC by each "model" or "person" (its id)."""
    book = Book(team, rehearsal, person, Period.days(since, until))
    column = {"model": "job__model", "person": "person_id"}[split]
    rows = book.entries(EntryKind.SETTLE).annotate(day=UtcDay("at"), part=F(column)).values("day", "part")
    return {(row["day"], row["part"]): row["spent"] for row in rows.annotate(spent=Sum("amount")).order_by()}


def unknown_jobs(team: Team, *, rehearsal: bool, person: User | None = None) -> JobQuerySet:
    """Return the ended jobs nobody knows the charge of, newest first."""
    jobs = Book(team, rehearsal, person).jobs().filter(held__gt=0).ended()
    return jobs.select_related("person", "account").newest_first()


# --- counts for the frame ---


@dataclass(frozen=True)
class Counts:
    """A team's jobs that have not ended."""

    running: int
    waiting: int
    waiting_mine: int
    deciding: int
    open: int
    open_mine: int


def counts(team: Team, person: User) -> Counts:
    """Return how many jobs run, wait, and need a person, in one query."""
    waiting = Q(state=State.WAITING, decision="")
    mine = Q(person=person)
    found = (
        Job.objects.in_team(team)
        .active()
        .aggregate(
            running=Count("pk", filter=Q(state__in=list(RUNNING), decision="")),
            waiting=Count("pk", filter=waiting),
            waiting_mine=Count("pk", filter=waiting & mine),
            deciding=Count("pk", filter=Q(state=State.UNCONFIRMED) | ~Q(decision="")),
            open=Count("pk"),
            open_mine=Count("pk", filter=mine),
        )
    )
    return Counts(**found)


# --- usual times ---


@dataclass(frozen=True)
class Wait:
    """Seconds a model usually takes from acceptance to its end: the middle, and 80 % around it."""

    usual: float
    shortest: float
    longest: float
    samples: int


def typical_wait(team: Team, model: str, *, rehearsal: bool) -> Wait | None:
    """Return a model's usual time from the team's own history; None under three finished jobs."""
    return _wait(_times(_finished(team, rehearsal).filter(model=model)).get(model, []))


def typical_waits(team: Team, *, rehearsal: bool) -> dict[str, Wait]:
    """Return the usual times of all models the team has used lately, in one query."""
    waits = ((model, _wait(times)) for model, times in _times(_finished(team, rehearsal)).items())
    return {model: wait for model, wait in waits if wait is not None}


def _finished(team: Team, rehearsal: bool) -> JobQuerySet:  # noqa: FBT001
    # Only settled jobs, so that the index of settled jobs answers.
    jobs = Book(team, rehearsal).jobs().filter(cost__isnull=False, finished_at__isnull=False)
    return jobs.filter(accepted_at__isnull=False, state=State.COMPLETED).order_by("-finished_at")


def _times(jobs: JobQuerySet) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for model, accepted, finished in jobs.values_list("model", "accepted_at", "finished_at")[:SAMPLES]:
        if accepted and finished:
            found.setdefault(model, []).append((finished - accepted).total_seconds())
    return found


def _wait(times: list[float]) -> Wait | None:
    if len(times) < FEWEST_SAMPLES:
        return None
    tenths = quantiles(times, n=10, method="inclusive")
    return Wait(usual=median(times), shortest=tenths[0], longest=tenths[-1], samples=len(times))


# --- how the sums are made ---


class UtcDay(Func):
    """The day of a moment in UTC. On SQLite moments are UTC text, so no Python runs for each row."""

    output_field = DateField()
    arity = 1

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Cut the day off the text."""
        return self.as_sql(compiler, connection, template="substr(%(expressions)s, 1, 10)", **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Read the moment in UTC and take its day."""
        template = "((%(expressions)s) AT TIME ZONE 'UTC')::date"
        return self.as_sql(compiler, connection, template=template, **extra)


def midnight(day: date) -> datetime:
    """Return the moment a day begins in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


# A sum is named apart from the column it sums; `_known` takes the mark off again.


def _settled_sums() -> dict[str, Combinable]:
    return {"sum_spent": Sum("amount"), "sum_settled": Count("pk")}


def _open_sums() -> dict[str, Combinable]:
    ended = Q(state__in=list(ENDED))
    return {
        "sum_held": Sum("held", filter=~ended),
        "sum_unknown": Sum("held", filter=ended),
        "sum_open_ends": Count("pk", filter=ended),
    }


def _made_sums() -> dict[str, Combinable]:
    return {"sum_jobs": Count("pk"), "sum_seconds": Sum("seconds", filter=Q(state=State.COMPLETED))}


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name.removeprefix("sum_"): value
        for name, value in values.items()
        if name.startswith("sum_") and value is not None
    }


def _grouped(book: Book, entry_key: Combinable, job_key: Combinable) -> dict[Any, Totals]:
    """Lay the columns of three grouped queries side by side."""
    settled = book.entries(EntryKind.SETTLE).annotate(key=entry_key).values("key")
    made = book.jobs().annotate(key=job_key).values("key")
    queries: tuple[Iterable[Mapping[str, Any]], ...] = (
        settled.annotate(**_settled_sums()).order_by(),
        made.annotate(**_made_sums()).order_by(),
        made.filter(held__gt=0).annotate(**_open_sums()).order_by(),
    )
    found: dict[Any, Totals] = {}
    for row in chain.from_iterable(queries):
        found[row["key"]] = replace(found.get(row["key"], Totals()), **_known(row))
    return found


def _sorted(found: dict[K, Totals]) -> list[Row[K]]:
    rows = [Row(key, sums) for key, sums in found.items()]
    return sorted(
        rows, key=lambda row: (-row.totals.spent, -row.totals.unknown, -row.totals.held, str(row.key))
    )
