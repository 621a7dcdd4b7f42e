"""What charts are made of: amounts for each day and series, and the place of elapsed beside usual time."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django import template

register = template.Library()


@dataclass(frozen=True)
class Day:
    """One day's amounts in USD, one per series, in the order of the series. `url` leads to its jobs."""

    day: date
    amounts: tuple[Decimal, ...]
    url: str = ""
    unfinished: bool = False

    @property
    def total(self) -> Decimal:
        """The day's sum in USD."""
        return sum(self.amounts, Decimal(0))

    @property
    def label(self) -> str:
        """The day in words: "Mon 23 Nov"."""
        return f"{self.day:%a} {self.day.day} {self.day:%b}"


@dataclass(frozen=True)
class Key:
    """One series of the legend. Its number counts from 1; `query` narrows a day's address to its jobs."""

    number: int
    name: str
    total: Decimal
    query: str = ""


@dataclass(frozen=True)
class Cell:
    """One amount of the table beside a chart, with where it leads."""

    amount: Decimal
    url: str


@dataclass(frozen=True)
class Chart:
    """Bars per day, stacked."""

    days: tuple[Day, ...]
    keys: tuple[Key, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.keys

    @property
    def busy(self) -> tuple[Day, ...]:
        """The days that have an amount: the table leaves quiet ones out."""
        return tuple(day for day in self.days if any(day.amounts))


@register.filter
def cells(day: Day, keys: tuple[Key, ...]) -> list[Cell]:
    """Return a day's amounts, each with the address of its jobs; of many small series there is none."""
    return [
        Cell(amount, f"{day.url}&{key.query}" if amount and day.url and key.query else "")
        for amount, key in zip(day.amounts, keys, strict=True)
    ]


@dataclass(frozen=True)
class Typical:
    """Elapsed against usual time, in percent of the drawing. The usual time stands at 72 %."""

    elapsed: float
    over: bool
    usual: float = 72.0


@register.filter
def against(elapsed: float | None, typical: float | None) -> Typical:
    """Place the elapsed seconds beside the typical ones; it nears the end and never reaches it."""
    if not typical or elapsed is None:
        return Typical(elapsed=0.0, over=False)
    share = elapsed / typical
    if share <= 1:
        return Typical(elapsed=round(72 * share, 2), over=False)
    return Typical(elapsed=round(72 + 26 * (1 - 1 / share), 2), over=share > 1.5)
