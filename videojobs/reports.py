"""Read-only sums for pages, API and exports, in USD: read off the day totals and balances alone.

Live and rehearsal money never meet: whoever asks says which of the two. All of a job's money belongs to the
day of its claim in the team's zone, whenever it is charged, corrected or credited.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from statistics import median, quantiles
from typing import Any, Generic, Required, TypedDict, TypeVar, Unpack
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet, Sum

from videojobs.models import Balance, DayTotal, Job, Kind, LedgerEntry, Project, Team, User
from videojobs.models.jobs import JobQuerySet
from videojobs.money.periods import day_of, midnight, month_of
from videojobs.states import AT_PROVIDER, State

NOTHING = Decimal(0)
FEWEST_SAMPLES = 3
"""With fewer finished jobs of a model nobody should speak of a usual time."""

SAMPLES = 600
"""How many of a team's latest finished jobs its usual times are read from."""

RUNNING = AT_PROVIDER | {State.STORING}

K = TypeVar("K")


class By(StrEnum):
    """What a team's money is split by."""

    DAY = "day"
    MODEL = "model"
    PERSON = "person"
    PROJECT = "project"


_COLUMNS = {By.DAY: "day", By.MODEL: "model", By.PERSON: "person_id", By.PROJECT: "project_id"}


@dataclass(frozen=True)
class Days:
    """Whole days in a team's zone, both ends included; None leaves that end open."""

    first: date | None = None
    last: date | None = None

    @classmethod
    def month(cls, now: datetime, zone: ZoneInfo) -> "Days":
        """Return the month of a moment."""
        return cls(*month_of(day_of(now, zone)))

    def __bool__(self) -> bool:
        return self.first is not None or self.last is not None

    def __str__(self) -> str:
        first, last = (f"{day.day} {day:%b %Y}" if day else "" for day in (self.first, self.last))
        if not (self.first and self.last):
            return f"since {first}" if first else f"until {last}"
        if first == last:
            return first
        if self.first.year != self.last.year:
            return f"{first} – {last}"
        month = "" if self.first.month == self.last.month else f" {self.first:%b}"
        return f"{self.first.day}{month} – {last}"

    def within(self, column: str, zone: ZoneInfo) -> Q:
        """Return the condition that a column's moment lies in these days of a zone."""
        found = Q()
        if self.first is not None:
            found &= Q(**{f"{column}__gte": midnight(self.first, zone)})
        if self.last is not None:
            found &= Q(**{f"{column}__lt": midnight(self.last + timedelta(days=1), zone)})
        return found

    def among(self) -> Q:
        """Return the condition that a day total's day is one of these."""
        bounds = {"day__gte": self.first, "day__lte": self.last}
        return Q(**{name: day for name, day in bounds.items() if day is not None})


ALWAYS = Days()


@dataclass(frozen=True)
class Totals:
    """Sums in USD with what stands behind them.

    `spent` is what was charged, after corrections and credits. `held` are open holds of jobs that have not
    ended, `unknown` open holds of jobs that have: never both. `jobs` were made; `charged` have a known
    charge; `open_ends` are the jobs behind `unknown`; `clips` were finished and are `seconds` long; `failed`
    ended without a clip, and `spent_on_failed` is the part of `spent` that went into them.
    """

    spent: Decimal = NOTHING
    held: Decimal = NOTHING
    unknown: Decimal = NOTHING
    spent_on_failed: Decimal = NOTHING
    jobs: int = 0
    charged: int = 0
    open_ends: int = 0
    clips: int = 0
    seconds: int = 0
    failed: int = 0

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(**{name: getattr(self, name) + getattr(other, name) for name in SUMS})

    @property
    def average(self) -> Decimal | None:
        """USD per charged job; None where none was charged."""
        return self.spent / self.charged if self.charged else None

    @property
    def per_clip(self) -> Decimal | None:
        """USD for each finished clip, failed takes included; None where there is none."""
        return self.spent / self.clips if self.clips else None

    @property
    def failed_share(self) -> float | None:
        """How many of the ended jobs came without a clip, from 0 to 1; None where none has ended."""
        ended = self.clips + self.failed
        return self.failed / ended if ended else None

    @property
    def failed_spent_share(self) -> float | None:
        """How much of what was spent went into jobs without a clip, from 0 to 1; None without a charge."""
        return float(self.spent_on_failed / self.spent) if self.spent else None


SUMS = tuple(Totals.__dataclass_fields__)
_OF_BALANCE = ("spent", "held", "unknown", "jobs", "charged", "open_ends")


@dataclass(frozen=True)
class Row(Generic[K]):
    """The sums of one day, model, person or project."""

    key: K
    totals: Totals


class Whose(TypedDict, total=False):
    """Which of a team's money: live or the rehearsal's, of one person, of one project by its id."""

    rehearsal: Required[bool]
    person: User | None
    project: int | None


@dataclass(frozen=True)
class Book:
    """Whose money is asked about: a team's live or rehearsal money, of everybody or of one person.

    `project` is the id of one that alone counts, None: all of them.
    """

    team: Team
    rehearsal: bool
    person: User | None = None
    period: Days = field(default=ALWAYS)
    project: int | None = None

    def day_totals(self) -> QuerySet[DayTotal]:
        """The sums of these days, by project, person and model."""
        return DayTotal.objects.filter(self._whose(), self.period.among())

    def jobs(self) -> JobQuerySet:
        """The jobs whose money belongs to these days."""
        return Job.objects.filter(self._whose(), self.period.within("counted_at", self.team.zone))

    def all_entries(self) -> QuerySet[LedgerEntry]:
        """Ledger entries booked on these days, whichever day their job belongs to."""
        return LedgerEntry.objects.filter(self._whose(), self.period.within("at", self.team.zone))

    def _whose(self) -> Q:
        kind = Kind.REHEARSAL if self.rehearsal else Kind.LIVE
        whose = Q(team=self.team, account__kind=kind.value)
        if self.project is not None:
            whose &= Q(project=self.project)
        return whose if self.person is None else whose & Q(person=self.person)


def totals(team: Team, *, period: Days = ALWAYS, **whose: Unpack[Whose]) -> Totals:
    """Return a team's sums, or one person's, over some days or all time."""
    found = Book(team, period=period, **whose).day_totals().aggregate(**_summed())
    return _spoken(found)


def balance(team: Team, *, rehearsal: bool) -> Totals:
    """Return a team's sums of all time, but for clips and failures: always quick."""
    kind = Kind.REHEARSAL if rehearsal else Kind.LIVE
    balances = Balance.objects.filter(team=team, account__kind=kind.value)
    return _spoken(balances.aggregate(**_summed(_OF_BALANCE)))


def this_month(team: Team, now: datetime, *, rehearsal: bool, person: User | None = None) -> Totals:
    """Return the sums of the month that is running in the team's zone."""
    return totals(team, rehearsal=rehearsal, person=person, period=Days.month(now, team.zone))


def without_project(team: Team, *, rehearsal: bool, person: User | None, period: Days) -> Totals:
    """Return the sums of what nobody gave to a project: it fell to the default one."""
    days = Book(team, rehearsal, person, period).day_totals()
    return _spoken(days.filter(project__is_default=True).aggregate(**_summed()))


def first_day(team: Team, since: date | None = None, **whose: Unpack[Whose]) -> date | None:
    """Return the first day anything was asked for, since a day or ever; None where nothing was."""
    days = Book(team, period=Days(since), **whose).day_totals()
    return days.order_by("day").values_list("day", flat=True).first()


def by_day(team: Team, since: date, until: date, **whose: Unpack[Whose]) -> list[Row[date]]:
    """Return one row for each day, both ends included, oldest first; quiet days are all zero."""
    found = _grouped(Book(team, period=Days(since, until), **whose), By.DAY)
    days = (since + timedelta(days=number) for number in range((until - since).days + 1))
    return [Row(day, found.get(day, Totals())) for day in days]


def by_model(team: Team, *, period: Days = ALWAYS, **whose: Unpack[Whose]) -> list[Row[str]]:
    """Return one row for each model, dearest first."""
    return _sorted(_grouped(Book(team, period=period, **whose), By.MODEL))


def by_person(team: Team, *, period: Days = ALWAYS, **whose: Unpack[Whose]) -> list[Row[User]]:
    """Return one row for each person, dearest first."""
    found = _sorted(_grouped(Book(team, period=period, **whose), By.PERSON))
    people = User.objects.in_bulk([row.key for row in found])
    return [Row(people[row.key], row.totals) for row in found]


def by_project(team: Team, *, period: Days = ALWAYS, **whose: Unpack[Whose]) -> list[Row[Project]]:
    """Return one row for each project, dearest first."""
    found = _sorted(_grouped(Book(team, period=period, **whose), By.PROJECT))
    projects = Project.objects.in_bulk([row.key for row in found])
    return [Row(projects[row.key], row.totals) for row in found]


def by_all(team: Team, *, period: Days = ALWAYS, **whose: Unpack[Whose]) -> dict[By, list[Row[Any]]]:
    """Return the rows by model, person and project, read in one go however long the period."""
    split = (By.MODEL, By.PERSON, By.PROJECT)
    columns = [_COLUMNS[by] for by in split]
    book = Book(team, period=period, **whose)
    found: dict[By, dict[Any, Totals]] = {by: {} for by in split}
    for row in book.day_totals().values(*columns).annotate(**_summed()).order_by():
        sums = _spoken(row)
        for by, column in zip(split, columns, strict=True):
            found[by][row[column]] = found[by].get(row[column], Totals()) + sums
    people, projects = User.objects.in_bulk(found[By.PERSON]), Project.objects.in_bulk(found[By.PROJECT])
    return {
        By.MODEL: _sorted(found[By.MODEL]),
        By.PERSON: [Row(people[row.key], row.totals) for row in _sorted(found[By.PERSON])],
        By.PROJECT: [Row(projects[row.key], row.totals) for row in _sorted(found[By.PROJECT])],
    }


def spent_by_day(
    team: Team, since: date, until: date, *, rehearsal: bool, person: User | None = None
) -> dict[date, Decimal]:
    """Return what was spent on each day, both ends included, where anything was."""
    days = Book(team, rehearsal, person, Days(since, until)).day_totals().filter(spent__gt=0)
    return dict(days.values_list("day").annotate(sum_spent=Sum("spent")).order_by())


def spent_by_day_and(
    split: By, team: Team, since: date, until: date, *, rehearsal: bool, person: User | None = None
) -> dict[tuple[date, Any], Decimal]:
    """Return what each part (a model, or a person's or project's id) spent on each day, where it did."""
    days = Book(team, rehearsal, person, Days(since, until)).day_totals().filter(spent__gt=0)
    rows = days.values_list("day", _COLUMNS[split]).annotate(sum_spent=Sum("spent")).order_by()
    return {(day, part): spent for day, part, spent in rows}


# --- how the sums are made ---


def _summed(names: Iterable[str] = SUMS) -> dict[str, Sum]:
    # A sum is named apart from the column it sums; `_spoken` takes the mark off again.
    return {f"sum_{name}": Sum(name) for name in names}


def _spoken(found: dict[str, Any]) -> Totals:
    known = {name.removeprefix("sum_"): value for name, value in found.items() if name.startswith("sum_")}
    return Totals(**{name: value for name, value in known.items() if value is not None})


def _grouped(book: Book, by: By) -> dict[Any, Totals]:
    column = _COLUMNS[by]
    rows = book.day_totals().values(column).annotate(**_summed()).order_by()
    return {row[column]: _spoken(row) for row in rows}


def _sorted(found: dict[K, Totals]) -> list[Row[K]]:
    rows = [Row(key, sums) for key, sums in found.items()]
    return sorted(
        rows, key=lambda row: (-row.totals.spent, -row.totals.unknown, -row.totals.held, str(row.key))
    )


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
