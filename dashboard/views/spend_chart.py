"""The bars of the Spend page: what was spent on each day, stacked by model, person or project."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from dashboard.templatetags.charts import Chart, Day, Key
from dashboard.templatetags.money import usd
from dashboard.templatetags.states import model_name
from dashboard.views.spend_asked import Asked
from videojobs import reports
from videojobs.models import Project, User
from videojobs.reports import By

MOST_SERIES = 5
OTHERS = "Others"
NOTHING = Decimal(0)


@dataclass(frozen=True)
class Bars:
    """One bar for each day of a view's chart."""

    asked: Asked

    @property
    def by(self) -> By:
        """What the bars are stacked by: as the table is split, by model where that is by day."""
        return By.MODEL if self.asked.split == By.DAY else self.asked.split

    @cached_property
    def _parts(self) -> dict[tuple[date, Any], Decimal]:
        span = self.asked.span
        return reports.spent_by_day_and(self.by, self.asked.team, span.first, span.last, **self.asked.whose)

    @cached_property
    def _sums(self) -> dict[Any, Decimal]:
        sums: dict[Any, Decimal] = {}
        for (_day, part), amount in self._parts.items():
            sums[part] = sums.get(part, NOTHING) + amount
        return sums

    @cached_property
    def _series(self) -> list[Any]:
        """The dearest parts, each with a look of its own."""
        ranked = sorted(self._sums, key=lambda part: (-self._sums[part], str(part)))
        return ranked if len(ranked) <= MOST_SERIES + 1 else ranked[:MOST_SERIES]

    @property
    def _has_rest(self) -> bool:
        return len(self._sums) > len(self._series)

    @cached_property
    def chart(self) -> Chart:
        """The chart, ready for its template and for JSON."""
        return Chart(days=self._days, keys=self._keys)

    @cached_property
    def _keys(self) -> tuple[Key, ...]:
        names = names_of(self.by, self._series)
        keys = [
            Key(number, names[part], self._sums[part], urlencode({self.by.value: part}))
            for number, part in enumerate(self._series, start=1)
        ]
        if self._has_rest:
            rest = sum(self._sums.values(), NOTHING) - sum((key.total for key in keys), NOTHING)
            keys.append(Key(len(keys) + 1, OTHERS, rest))
        return tuple(keys)

    @cached_property
    def _days(self) -> tuple[Day, ...]:
        span = self.asked.span
        totals = self._totals
        every = (span.first + timedelta(days=number) for number in range((span.last - span.first).days + 1))
        return tuple(self._day(day, totals.get(day, NOTHING)) for day in every)

    @property
    def _totals(self) -> dict[date, Decimal]:
        totals: dict[date, Decimal] = {}
        for (day, _part), amount in self._parts.items():
            totals[day] = totals.get(day, NOTHING) + amount
        return totals

    def _day(self, day: date, total: Decimal) -> Day:
        amounts = [self._parts.get((day, part), NOTHING) for part in self._series]
        if self._has_rest:
            amounts.append(total - sum(amounts, NOTHING))
        # A day without a charge leads nowhere, and is no stop on the way by keyboard.
        url = self.asked.jobs((day, day), money="charged") if total else ""
        return Day(day, tuple(amounts), url, unfinished=day == self.asked.span.today)

    def as_json(self) -> dict[str, Any]:
        """Return what a script draws the bars from; amounts are USD as text."""
        return {
            "zone": self.asked.team.time_zone,
            "series": [{"name": key.name, "total": usd(key.total)} for key in self.chart.keys],
            "days": [
                {
                    "day": day.day.isoformat(),
                    "label": day.label,
                    "total": usd(day.total),
                    "amounts": [f"{amount:.6f}" for amount in day.amounts],
                    "words": [usd(amount) for amount in day.amounts],
                    "url": day.url,
                    "unfinished": day.unfinished,
                }
                for day in self.chart.days
            ],
        }


def names_of(by: By, keys: list[Any]) -> dict[Any, str]:
    """Return what people call some models, people or projects."""
    if by == By.PERSON:
        return {key: str(person) for key, person in User.objects.in_bulk(keys).items()}
    if by == By.PROJECT:
        return {key: project.name for key, project in Project.objects.in_bulk(keys).items()}
    return {key: model_name(key) for key in keys}
