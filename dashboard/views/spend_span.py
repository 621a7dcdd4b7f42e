"""The days a Spend page is about: a named period or a free one, in the team's zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from dashboard.forms.days import A_DAY, FIRST_YEAR, LAST_YEAR
from videojobs.money.periods import month_of
from videojobs.reports import ALWAYS, Days

PERIODS = (
    ("month", "This month"),
    ("last", "Last month"),
    ("30d", "30 days"),
    ("90d", "90 days"),
    ("all", "All time"),
)
FREE = "free"
MOST_DRAWN = 92
"""Days in a chart; of a longer period it has the last ones."""

MOST_AHEAD = timedelta(days=31)
"""How far beyond today a chart goes."""


@dataclass(frozen=True)
class Span:
    """Some days by their name in the address. The chart draws those from `first` to `last`, both included.

    `begins` and `ends` are the free period's days as they were typed, `problem` what is wrong with them.
    """

    name: str
    label: str
    period: Days
    first: date
    last: date
    today: date
    begins: str = ""
    ends: str = ""
    problem: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str], today: date) -> "Span":
        """Read the days an address asks for; this month where it names none, or none that make sense."""
        begins, ends = given.get("from", "")[:20], given.get("to", "")[:20]
        if begins or ends:
            return cls._free(begins, ends, today)
        return cls._named(given.get("period", ""), today)

    @classmethod
    def _named(cls, wanted: str, today: date) -> "Span":
        known = dict(PERIODS)
        name = wanted if wanted in known else PERIODS[0][0]
        if name == "all":
            return cls(name, known[name], ALWAYS, today - 89 * A_DAY, today, today)
        first, last = _bounds(name, today)
        return cls(name, known[name], Days(first, last), first, last, today)

    @classmethod
    def _free(cls, begins: str, ends: str, today: date) -> "Span":
        first, last = _day(begins), _day(ends) if ends else today
        problem = _problem(first, last)
        if problem or first is None or last is None:
            usual = cls._named("", today)
            return cls(**vars(usual) | {"begins": begins, "ends": ends, "problem": problem})
        days = Days(first, last)
        end = min(last, max(first, today) + MOST_AHEAD)
        drawn = max(first, end - (MOST_DRAWN - 1) * A_DAY)
        return cls(FREE, str(days), days, drawn, end, today, first.isoformat(), last.isoformat())

    @property
    def query(self) -> dict[str, str]:
        """What asks for the same days in an address."""
        return {"from": self.begins, "to": self.ends} if self.name == FREE else {"period": self.name}

    @property
    def typed_first(self) -> str:
        """What stands in the field of the first day."""
        return self.begins or (self.period.first or self.first).isoformat()

    @property
    def typed_last(self) -> str:
        """What stands in the field of the last day."""
        return self.ends or (self.period.last or self.last).isoformat()

    @property
    def whole(self) -> tuple[date | None, date | None]:
        """The first and the last day of the whole period, None where it is open."""
        return self.period.first, self.period.last

    @property
    def is_drawn_whole(self) -> bool:
        """Whether the chart has every day of the period."""
        return (self.period.first, self.period.last) == (self.first, self.last)

    @property
    def is_over(self) -> bool:
        """Whether nothing more is asked for in these days."""
        return self.period.last is not None and self.period.last < self.today

    @property
    def before(self) -> Days | None:
        """The same days of the month before; of other periods as many days just before. None: of all time."""
        first, last = self.period.first, self.period.last
        if first is None or last is None or first > self.today:
            return None
        if self.name in {"month", "last"}:
            earlier, end = month_of(first - A_DAY)
            return Days(earlier, end if self.is_over else min(earlier + (self.today - first), end))
        length = min(last, self.today) - first
        return Days(first - A_DAY - length, first - A_DAY)

    @property
    def horizon(self) -> Days:
        """The days whose end is looked forward to: these, or the month that runs."""
        if self.period.last is not None and self.period.last > self.today:
            return self.period
        return Days(*month_of(self.today))


def _bounds(name: str, today: date) -> tuple[date, date]:
    if name in {"30d", "90d"}:
        return today - (int(name[:-1]) - 1) * A_DAY, today
    return month_of(today if name == "month" else today.replace(day=1) - A_DAY)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def _problem(first: date | None, last: date | None) -> str:
    if first is None or last is None:
        return f"Choose a first and a last day, from the year {FIRST_YEAR} on. Shown is this month."
    return "The first day is after the last one. Shown is this month." if first > last else ""
