"""Spend: what was charged, what is held, what nobody knows; by day, model and person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from dashboard.access import team_page
from dashboard.http import TeamRequest
from dashboard.templatetags.charts import Day
from dashboard.templatetags.states import model_name
from videojobs import reports
from videojobs.models import Job, Kind, User
from videojobs.reports import Period, Totals
from videojobs.rights import Right

SPLITS = (("model", "By model"), ("person", "By person"), ("day", "By day"))
PERIODS = (
    ("month", "This month"),
    ("last", "Last month"),
    ("30d", "30 days"),
    ("90d", "90 days"),
    ("all", "All time"),
)
CHART_DAYS = 90
"""An open period is drawn this far back."""

MOST_SERIES = 5
UNKNOWN_SHOWN = 10
NOTHING = Decimal(0)


@dataclass(frozen=True)
class Span:
    """A period by its name in the address, and the days its chart draws, both ends included."""

    name: str
    label: str
    period: Period
    first: date
    last: date

    @classmethod
    def read(cls, name: str | None, now: datetime) -> "Span":
        """Read a period's name; this month where it is none."""
        today = now.astimezone(UTC).date()
        known = dict(PERIODS)
        name = name if name in known else PERIODS[0][0]
        if name == "all":
            return cls(name, known[name], reports.ALWAYS, today - timedelta(days=CHART_DAYS - 1), today)
        first, last = _bounds(name, today)
        return cls(name, known[name], Period.days(first, last), first, last)


def _bounds(name: str, today: date) -> tuple[date, date]:
    if name in {"30d", "90d"}:
        return today - timedelta(days=int(name[:-1]) - 1), today
    within = today if name == "month" else today.replace(day=1) - timedelta(days=1)
    first = within.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


@dataclass(frozen=True)
class Line:
    """One row of the table. `jobs_url` leads to the jobs that were made, `spent_url` to those charged."""

    name: str
    totals: Totals
    share: int
    jobs_url: str
    spent_url: str
    unknown_url: str
    person: User | None = None


@dataclass(frozen=True)
class Choice:
    """One link of a switcher."""

    label: str
    url: str
    current: bool


class Spend:
    """One view of a team's money, or of one person's where the role shows no more."""

    def __init__(self, request: TeamRequest) -> None:
        given = request.GET
        self.request = request
        self.team = request.team
        self.now = timezone.now()
        self.sees_all = request.asker.may(Right.SEE_SPEND)
        self.person: User | None = None if self.sees_all else request.user
        usual = Kind.LIVE if settings.PROVIDER_KEY else Kind.REHEARSAL
        self.kind = Kind(given["kind"]) if given.get("kind") in set(Kind) else usual
        self.span = Span.read(given.get("period"), self.now)
        splits = [name for name, _label in SPLITS if self.sees_all or name != "person"]
        self.split = given["split"] if given.get("split") in splits else splits[0]

    @property
    def rehearsal(self) -> bool:
        """Whether this is rehearsal money, of which none was spent."""
        return self.kind == Kind.REHEARSAL

    def _whose(self) -> dict[str, Any]:
        return {"rehearsal": self.rehearsal, "person": self.person}

    # figures

    @cached_property
    def totals(self) -> Totals:
        """The sums of the period."""
        return reports.totals(self.team, **self._whose(), period=self.span.period)

    @cached_property
    def ever(self) -> Totals:
        """The sums of all time; what is held and unknown now."""
        if self.span.name == "all":
            return self.totals
        return reports.balance(self.team, **self._whose())

    @cached_property
    def other(self) -> Totals:
        """The sums of all time on the other side: rehearsal beside live, live beside rehearsal."""
        return reports.balance(self.team, rehearsal=not self.rehearsal, person=self.person)

    @cached_property
    def before(self) -> Decimal | None:
        """What was spent in the same days of last month, in USD; only beside this month."""
        if self.span.name != "month":
            return None
        last_month = Span.read("last", self.now)
        length = self.now - reports.midnight(self.span.first)
        since = reports.midnight(last_month.first)
        until = min(since + length, reports.midnight(self.span.first))
        return reports.balance(self.team, **self._whose(), period=Period(since, until)).spent

    # the chart

    @cached_property
    def _days(self) -> list[reports.Row[date]]:
        return reports.by_day(self.team, self.span.first, self.span.last, **self._whose())

    @property
    def _stacked_by(self) -> str:
        return "person" if self.split == "person" else "model"

    @cached_property
    def _parts(self) -> dict[tuple[date, Any], Decimal]:
        by = self._stacked_by
        return reports.spent_by_day_and(by, self.team, self.span.first, self.span.last, **self._whose())

    @cached_property
    def _series(self) -> list[Any]:
        """The dearest parts in the chart's days, each with a colour of its own."""
        sums: dict[Any, Decimal] = {}
        for (_day, part), amount in self._parts.items():
            sums[part] = sums.get(part, NOTHING) + amount
        ranked = sorted(sums, key=lambda part: (-sums[part], str(part)))
        return ranked if len(ranked) <= MOST_SERIES + 1 else ranked[:MOST_SERIES]

    @cached_property
    def series(self) -> list[str]:
        """The names of the parts, the last one for the rest where there are many."""
        people = User.objects.in_bulk(self._series) if self._stacked_by == "person" else {}
        names = [str(people[part]) if part in people else model_name(str(part)) for part in self._series]
        return [*names, "Others"] if self._has_rest else names

    @property
    def _has_rest(self) -> bool:
        return len({part for _day, part in self._parts}) > len(self._series)

    @cached_property
    def days(self) -> list[Day]:
        """One bar for each day: what was booked on it, by part."""
        today = self.now.astimezone(UTC).date()
        first, last = self.span.first, self.span.last
        every = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        return [self._bar(day, unfinished=day == today) for day in every]

    def _bar(self, day: date, *, unfinished: bool) -> Day:
        amounts = self._amounts(day)
        # A day without a charge leads nowhere, and is no stop on the way by keyboard.
        url = self._charged_url(day, day) if any(amounts) else ""
        return Day(day, amounts, url, unfinished)

    def _amounts(self, day: date) -> tuple[Decimal, ...]:
        known = [self._parts.get((day, part), NOTHING) for part in self._series]
        if not self._has_rest:
            return tuple(known)
        whole = sum((amount for (on, _part), amount in self._parts.items() if on == day), NOTHING)
        return (*known, whole - sum(known, NOTHING))

    # the table

    @cached_property
    def lines(self) -> list[Line]:
        """The rows of the chosen split."""
        if self.split == "day":
            busy = [row for row in reversed(self._days) if row.totals != Totals()]
            return [
                self._line(f"{row.key:%a} {row.key.day} {row.key:%b}", row.totals, day=row.key)
                for row in busy
            ]
        if self.split == "person":
            rows = reports.by_person(self.team, **self._whose(), period=self.span.period)
            return [self._line(str(row.key), row.totals, person=row.key) for row in rows]
        models = reports.by_model(self.team, **self._whose(), period=self.span.period)
        return [self._line(model_name(row.key), row.totals, model=row.key) for row in models]

    @cached_property
    def sums(self) -> Totals:
        """The sums under the table: of all its rows, and of those alone."""
        if self.split != "day" or self.span.name != "all":
            return self.totals
        drawn = Period.days(self.span.first, self.span.last)
        return reports.totals(self.team, **self._whose(), period=drawn)

    def _line(
        self,
        name: str,
        totals: Totals,
        *,
        day: date | None = None,
        model: str = "",
        person: User | None = None,
    ) -> Line:
        whose = {"model": model} if model else {}
        if person is not None:
            whose["person"] = str(person.pk)
        span = (day, day) if day else self._span_days
        return Line(
            name=name,
            totals=totals,
            share=round(100 * totals.spent / self.sums.spent) if self.sums.spent else 0,
            jobs_url=self._jobs(whose, made=span, state="any"),
            spent_url=self._jobs(whose, charged=span, money="charged"),
            unknown_url=self._jobs(whose, made=span, money="unknown"),
            person=person,
        )

    @property
    def _span_days(self) -> tuple[date | None, date | None]:
        return (None, None) if self.span.name == "all" else (self.span.first, self.span.last)

    # the jobs behind a number

    def _jobs(
        self,
        whose: dict[str, str] | None = None,
        *,
        made: tuple[date | None, date | None] = (None, None),
        charged: tuple[date | None, date | None] = (None, None),
        **more: str,
    ) -> str:
        """Return the gallery with exactly the jobs behind a number."""
        mine = {"person": str(self.person.pk)} if self.person else {}
        query = {"kind": self.kind.value} | mine | (whose or {}) | more
        for prefix, days in (("", made), ("charged_", charged)):
            for key, day in zip(("from", "to"), days, strict=True):
                if day is not None:
                    query[f"{prefix}{key}"] = day.isoformat()
        return f"{reverse('gallery')}?{urlencode(query)}"

    def _charged_url(self, first: date, last: date) -> str:
        return self._jobs(charged=(first, last), money="charged")

    @property
    def spent_url(self) -> str:
        """The jobs charged in the period."""
        return self._jobs(charged=self._span_days, money="charged")

    @property
    def held_url(self) -> str:
        """The jobs that hold money now."""
        return self._jobs(money="held")

    @property
    def unknown_url(self) -> str:
        """The jobs nobody knows the charge of."""
        return self._jobs(money="unknown")

    @property
    def made_url(self) -> str:
        """The jobs made in the period."""
        return self._jobs(made=self._span_days, state="any")

    @cached_property
    def unknown_jobs(self) -> list[Job]:
        """The newest jobs nobody knows the charge of."""
        return list(reports.unknown_jobs(self.team, **self._whose())[:UNKNOWN_SHOWN])

    # the controls

    def _at(self, **changes: str) -> str:
        now = {"kind": self.kind.value, "period": self.span.name, "split": self.split}
        return f"{reverse('spend')}?{urlencode(now | changes)}"

    @property
    def periods(self) -> list[Choice]:
        """The periods to choose from."""
        return [Choice(label, self._at(period=name), name == self.span.name) for name, label in PERIODS]

    @property
    def splits(self) -> list[Choice]:
        """The ways to split the table."""
        offered: Iterable[tuple[str, str]] = (
            (name, label) for name, label in SPLITS if self.sees_all or name != "person"
        )
        return [Choice(label, self._at(split=name), name == self.split) for name, label in offered]

    @property
    def kinds(self) -> list[Choice]:
        """Real money or rehearsal."""
        names = ((Kind.LIVE, "Real money"), (Kind.REHEARSAL, "Rehearsal"))
        return [Choice(label, self._at(kind=kind.value), kind == self.kind) for kind, label in names]

    @property
    def other_url(self) -> str:
        """The same view of the other kind of money."""
        return self._at(kind=(Kind.LIVE if self.rehearsal else Kind.REHEARSAL).value)

    @property
    def here(self) -> str:
        """This very view, to be read again on news."""
        return self._at()

    @property
    def export_query(self) -> str:
        """What the exports are asked with."""
        return urlencode({"kind": self.kind.value, "period": self.span.name})


@team_page()
def spend(request: TeamRequest) -> HttpResponse:
    """Show the team's money, or one's own where the role shows no more."""
    return TemplateResponse(request, "spend/spend.html", {"spend": Spend(request)})


@team_page()
def sums(request: TeamRequest) -> HttpResponse:
    """Return the figures alone, for pages that are open."""
    return TemplateResponse(request, "spend/_sums.html", {"spend": Spend(request)})
