"""The table of the Spend page: rows by day, model, person or project, each number with exactly its jobs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from dashboard.templatetags.states import model_name
from dashboard.views.spend_asked import Asked
from videojobs import reports
from videojobs.models import User
from videojobs.reports import By, Row, Totals

LOWEST = -1.0
"""Where a row without a value stands when rows are sorted by it."""


@dataclass(frozen=True)
class Line:
    """One row. `asked` and `conditions` say which jobs are behind its numbers."""

    name: str
    key: Any
    totals: Totals
    share: int
    asked: Asked
    days: tuple[date | None, date | None]
    conditions: dict[str, str]
    person: User | None = None

    def _jobs(self, **more: str) -> str:
        return self.asked.jobs(self.days, **self.conditions, **more)

    @property
    def jobs_url(self) -> str:
        """All its jobs."""
        return self._jobs(state="any")

    @property
    def clips_url(self) -> str:
        """Those that became clips."""
        return self._jobs(state="completed")

    @property
    def spent_url(self) -> str:
        """Those with a known charge."""
        return self._jobs(money="charged")

    @property
    def failed_url(self) -> str:
        """Those that ended without a clip."""
        return self._jobs(state="no_clip")

    @property
    def held_url(self) -> str:
        """Those that hold money."""
        return self._jobs(money="held")

    @property
    def unknown_url(self) -> str:
        """Those that ended and nobody knows the charge of."""
        return self._jobs(money="unknown")

    @property
    def failed_per_cent(self) -> int | None:
        """How many of a hundred that ended came without a clip."""
        return per_cent(self.totals.failed_share)


def per_cent(share: float | None) -> int | None:
    """Return a share of one as whole per cent, None of nothing."""
    return None if share is None else round(100 * share)


SORTED_BY: dict[str, Callable[[Line], Any]] = {
    "name": lambda line: line.key if isinstance(line.key, date) else line.name.lower(),
    "jobs": lambda line: line.totals.jobs,
    "seconds": lambda line: line.totals.seconds,
    "spent": lambda line: line.totals.spent,
    "average": lambda line: LOWEST if line.totals.per_clip is None else line.totals.per_clip,
    "failed": lambda line: LOWEST if line.totals.failed_share is None else line.totals.failed_share,
    "held": lambda line: line.totals.held,
    "unknown": lambda line: line.totals.unknown,
}
FIRST_WORD = {By.MODEL: "Model", By.PERSON: "Person", By.PROJECT: "Project", By.DAY: "Day"}


@dataclass(frozen=True)
class Column:
    """One column's head: pressing it sorts by it, pressing again turns the order round."""

    name: str
    label: str
    url: str
    order: str
    """ "ascending", "descending", or "" where the rows are in another column's order."""

    is_number: bool = True
    why: str = ""


@dataclass(frozen=True)
class Table:
    """The rows of a view, in the order its address asks for."""

    asked: Asked

    @property
    def sort(self) -> str:
        """The column's name, with "-" before it where the highest stands first."""
        return self.asked.sort or ("-name" if self.asked.split == By.DAY else "-spent")

    @cached_property
    def lines(self) -> list[Line]:
        """The rows."""
        column = SORTED_BY[self.sort.removeprefix("-")]
        return sorted(self._unsorted, key=column, reverse=self.sort.startswith("-"))

    @cached_property
    def _rows(self) -> list[Row[Any]]:
        team, whose, span = self.asked.team, self.asked.whose, self.asked.span
        if self.asked.split == By.DAY:
            rows = reports.by_day(team, span.first, span.last, **whose)
            return [row for row in rows if row.totals != Totals()]
        read: dict[By, Callable[..., list[Any]]] = {
            By.MODEL: reports.by_model,
            By.PERSON: reports.by_person,
            By.PROJECT: reports.by_project,
        }
        return read[self.asked.split](team, period=span.period, **whose)

    @property
    def is_whole(self) -> bool:
        """Whether its rows are all there is of the period: by day it has no more than the chart."""
        return self.asked.split != By.DAY or self.asked.span.is_drawn_whole

    @cached_property
    def sums(self) -> Totals:
        """The sums of all its rows, and of those alone."""
        return sum((row.totals for row in self._rows), Totals())

    @property
    def failed_per_cent(self) -> int | None:
        """Of all that ended, how many of a hundred came without a clip."""
        return per_cent(self.sums.failed_share)

    @property
    def _unsorted(self) -> list[Line]:
        spent = self.sums.spent
        return [
            self._line(row, share=round(100 * row.totals.spent / spent) if spent else 0) for row in self._rows
        ]

    def _line(self, row: Row[Any], *, share: int) -> Line:
        by, key = self.asked.split, row.key
        if isinstance(key, date):
            name = f"{key:%a} {key.day} {key:%b}"
            return Line(name, key, row.totals, share, self.asked, (key, key), {})
        name = model_name(key) if isinstance(key, str) else str(key)
        conditions = {by.value: key if isinstance(key, str) else str(key.pk)}
        person = key if isinstance(key, User) else None
        return Line(name, key, row.totals, share, self.asked, self.asked.span.whole, conditions, person)

    @property
    def first_column(self) -> Column:
        """The head of what the rows are."""
        word = FIRST_WORD[self.asked.split]
        return self._column("name", word, is_number=False)

    @property
    def columns(self) -> list[Column]:
        """The heads of the numbers."""
        spent = "Would have cost" if self.asked.rehearsal else "Spent"
        return [
            self._column("spent", spent, why="What was charged, after corrections and credits"),
            self._column("jobs", "Jobs"),
            self._column("seconds", "Clips", why="Length of the finished clips"),
            self._column("average", "Per clip", why="Spent, failed takes included, for each finished clip"),
            self._column("failed", "No clip", why="Of the jobs that ended: failed, cancelled or lost"),
            self._column("held", "Held", why="Set aside for jobs on their way"),
            self._column("unknown", "Unknown", why="Held for ended jobs whose charge nobody knows"),
        ]

    def _column(self, name: str, label: str, *, is_number: bool = True, why: str = "") -> Column:
        order = {name: "ascending", f"-{name}": "descending"}.get(self.sort, "")
        # Numbers are looked at from the highest, words from A.
        turned = name if order == "descending" or (not order and not is_number) else f"-{name}"
        return Column(name, label, self.asked.at(sort=turned), order, is_number, why)
