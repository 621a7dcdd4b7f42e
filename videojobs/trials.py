"""What a limit would have meant: what its last periods came to, and which past jobs it would have stopped.

Read-only: a limit is tried before it exists, and nothing of it is stored.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from videojobs.models import DayTotal, Job, Kind, Limit, LimitPeriod, LimitScope, Project, Team, Token, User
from videojobs.models.jobs import JobQuerySet
from videojobs.money.periods import Window, day_of, midnight, window
from videojobs.states import ENDED

NOTHING = Decimal(0)
AMOUNTS = ("spent", "held", "unknown")
PERIODS_BACK = 2
"""How many whole periods stand beside the running one."""

MOST_LISTED = 50
MOST_READ = 20_000
"""Jobs looked at one by one, after the first that would not have fitted."""

A_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Subject:
    """Whose jobs a limit counts."""

    scope: LimitScope = LimitScope.TEAM
    project: Project | None = None
    person: User | None = None
    token: Token | None = None
    model: str = ""

    @classmethod
    def of(cls, limit: Limit) -> "Subject":
        """Return whose jobs a limit counts."""
        return cls(LimitScope(limit.scope), limit.project, limit.person, limit.token, limit.model)

    def condition(self) -> Q:
        """Return the condition that a job, or a day's total, is among them."""
        named = {"project": self.project, "person": self.person, "token": self.token, "model": self.model}
        return Q(**{name: value for name, value in named.items() if value})


@dataclass(frozen=True)
class Past:
    """What a period came to, in USD."""

    window: Window
    spent: Decimal = NOTHING
    held: Decimal = NOTHING
    unknown: Decimal = NOTHING

    @property
    def taken(self) -> Decimal:
        """What of a limit it took."""
        return self.spent + self.held + self.unknown


@dataclass(frozen=True)
class Stopped:
    """A past job that would not have fitted, and what it came to in USD."""

    job: Job
    usd: Decimal


@dataclass(frozen=True)
class Trial:
    """What a limit would have stopped: the newest jobs of it, how many in all, and their sum in USD.

    `whole` is False where there were too many jobs to look at each.
    """

    jobs: tuple[Stopped, ...]
    count: int
    usd: Decimal
    whole: bool


@dataclass(frozen=True)
class Books:
    """Whose jobs are read: a team's live or rehearsal money, and the moment that is now."""

    team: Team
    subject: Subject
    period: LimitPeriod
    rehearsal: bool
    now: datetime

    def past(self) -> list[Past]:
        """Return what the running period and those before it came to, the newest first."""
        return [self._sums(one) for one in self._windows()]

    def trial(self, amount: Decimal, past: Iterable[Past] | None = None) -> Trial:
        """Return what of these periods a limit of this amount, in USD, would have stopped.

        The jobs are taken in the order they were counted, each at what it came to; one that does not fit
        takes nothing, so that a smaller one after it may.
        """
        found = _Found(amount)
        for one in reversed(list(past) if past is not None else self.past()):
            if one.taken > amount:
                self._replay(one.window, found)
        return found.trial()

    def _windows(self) -> Iterator[Window]:
        running = window(self.period, self.now, self.team.zone)
        yield running
        for _ in range(PERIODS_BACK):
            if running.starts_at is None:
                return
            running = window(self.period, running.starts_at - A_MOMENT, self.team.zone)
            yield running

    def _sums(self, one: Window) -> Past:
        """Sum a period up from the day totals, or from its jobs where no total tells them apart."""
        if self.subject.token is None:
            found = self._days(one).aggregate(**_amounts())
        else:
            ended = Q(state__in=list(ENDED))
            found = self._jobs(one).aggregate(
                charged=Sum("cost"),
                credited=Sum("credited", filter=Q(cost__isnull=False)),
                sum_held=Sum("held", filter=~ended),
                sum_unknown=Sum("held", filter=ended),
            )
            found["sum_spent"] = (found["charged"] or NOTHING) - (found["credited"] or NOTHING)
        return Past(one, *(found[f"sum_{name}"] or NOTHING for name in AMOUNTS))

    def _whose(self) -> Q:
        kind = Kind.REHEARSAL if self.rehearsal else Kind.LIVE
        return Q(team=self.team, account__kind=kind.value) & self.subject.condition()

    def _days(self, one: Window) -> QuerySet[DayTotal]:
        days = DayTotal.objects.filter(self._whose())
        if one.starts_at is None or one.ends_at is None:
            return days
        zone = self.team.zone
        return days.filter(
            day__gte=day_of(one.starts_at, zone), day__lte=day_of(one.ends_at - A_MOMENT, zone)
        )

    def _jobs(self, one: Window) -> JobQuerySet:
        jobs = Job.objects.filter(self._whose())
        if one.starts_at is None:
            return jobs
        return jobs.filter(counted_at__gte=one.starts_at, counted_at__lt=one.ends_at)

    def _replay(self, one: Window, found: "_Found") -> None:
        """Take a period's jobs in order, from the first day on which not all of them fit."""
        day, taken = self._first_full_day(one, found.amount)
        jobs = self._jobs(one).filter(Q(held__gt=0) | Q(cost__gt=0)).order_by("counted_at", "id")
        if day is not None:
            jobs = jobs.filter(counted_at__gte=midnight(day, self.team.zone))
        rows = jobs.values_list("id", "cost", "credited", "held")[: found.may_read + 1]
        for job_id, cost, credited, held in rows.iterator():
            if not found.may_read:
                found.whole = False
                return
            taken = found.take(job_id, held if cost is None else cost - credited, taken)

    def _first_full_day(self, one: Window, amount: Decimal) -> tuple[date | None, Decimal]:
        """Return the first day whose jobs do not all fit, and what was taken before it."""
        if self.subject.token is not None:
            return None, NOTHING
        sums = self._days(one).values("day").annotate(**_amounts()).order_by("day")
        taken = NOTHING
        for day, *parts in sums.values_list("day", *_amounts()):
            of_day = sum(parts, NOTHING)
            if taken + of_day > amount:
                return day, taken
            taken += of_day
        return None, NOTHING


def _amounts() -> dict[str, Sum]:
    """Sum each amount up; a sum is named apart from the column it sums."""
    return {f"sum_{name}": Sum(name) for name in AMOUNTS}


@dataclass
class _Found:
    """The jobs that did not fit, while they are read."""

    amount: Decimal
    newest: deque[tuple[str, Decimal]] = field(default_factory=lambda: deque(maxlen=MOST_LISTED))
    count: int = 0
    usd: Decimal = NOTHING
    may_read: int = field(default_factory=lambda: MOST_READ)
    whole: bool = True

    def take(self, job_id: str, usd: Decimal, taken: Decimal) -> Decimal:
        """Let a job pass or note that it does not fit; return what is taken now."""
        self.may_read -= 1
        if taken + usd <= self.amount:
            return taken + usd
        self.newest.append((job_id, usd))
        self.count += 1
        self.usd += usd
        return taken

    def trial(self) -> Trial:
        """Return what was found, with the jobs' rows."""
        rows = Job.objects.select_related("person", "account").in_bulk(
            [job_id for job_id, _usd in self.newest]
        )
        jobs = tuple(Stopped(rows[job_id], usd) for job_id, usd in reversed(self.newest))
        return Trial(jobs, self.count, self.usd, self.whole)
