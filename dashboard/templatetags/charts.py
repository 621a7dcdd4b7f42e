"""Bars per day, stacked, drawn on the server: every number of the picture comes from here."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django import template

register = template.Library()

PLOT_LEFT = 0.0
PLOT_WIDTH = 100.0
PLOT_TOP = 8.0
PLOT_HEIGHT = 78.0
"""All four in percent of the drawing, so that it stretches without distortion."""
BAR_SHARE = 0.62
MOST_LABELS = 8
NICE_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))


@dataclass(frozen=True)
class Day:
    """One day's amounts in USD, one per series, in the order of the series."""

    day: date
    amounts: tuple[Decimal, ...]
    url: str = ""
    unfinished: bool = False

    @property
    def total(self) -> Decimal:
        """The day's sum in USD."""
        return sum(self.amounts, Decimal(0))


@dataclass(frozen=True)
class Part:
    """One coloured piece of a bar, in percent of the drawing."""

    series: int
    y: float
    height: float


@dataclass(frozen=True)
class Bar:
    """One day's bar, in percent of the drawing."""

    day: Day
    x: float
    width: float
    middle: float
    reach_x: float
    reach_width: float
    top: float
    height: float
    parts: tuple[Part, ...]
    label: str


@dataclass(frozen=True)
class Rule:
    """One line of the scale."""

    y: float
    amount: Decimal


@dataclass(frozen=True)
class Key:
    """One series of the legend: its number counts from 1."""

    number: int
    name: str
    total: Decimal


@dataclass(frozen=True)
class Chart:
    """A drawing of bars, ready for its template."""

    bars: tuple[Bar, ...]
    rules: tuple[Rule, ...]
    keys: tuple[Key, ...]
    base: float = PLOT_TOP + PLOT_HEIGHT


def nice_top(highest: Decimal) -> Decimal:
    """Return the round amount, in USD, that the scale ends at."""
    if highest <= 0:
        return Decimal(1)
    power = Decimal(10) ** highest.adjusted()
    return next(step * power for step in NICE_STEPS if step * power >= highest)


def stack(amounts: tuple[Decimal, ...], top: Decimal) -> tuple[Part, ...]:
    """Pile a day's amounts on the base line."""
    floor = PLOT_TOP + PLOT_HEIGHT
    parts = []
    for number, amount in enumerate(amounts, start=1):
        height = float(amount / top) * PLOT_HEIGHT
        floor -= height
        if height:
            parts.append(Part(series=number, y=round(floor, 3), height=round(height, 3)))
    return tuple(parts)


def draw(days: list[Day], series: list[str]) -> Chart:
    """Lay out one bar per day and a scale of at most five lines."""
    top = nice_top(max((day.total for day in days), default=Decimal(0)))
    step = PLOT_WIDTH / max(len(days), 1)
    every = -(-len(days) // MOST_LABELS) or 1
    bars = []
    for place, day in enumerate(days):
        height = float(day.total / top) * PLOT_HEIGHT
        reach = PLOT_LEFT + place * step
        shown = (len(days) - 1 - place) % every == 0
        bars.append(
            Bar(
                day=day,
                x=round(reach + step * (1 - BAR_SHARE) / 2, 3),
                width=round(step * BAR_SHARE, 3),
                middle=round(reach + step / 2, 3),
                reach_x=round(reach, 3),
                reach_width=round(step, 3),
                top=round(PLOT_TOP + PLOT_HEIGHT - height, 3),
                height=round(height, 3),
                parts=stack(day.amounts, top),
                label=f"{day.day.day} {day.day:%b}" if shown else "",
            )
        )
    quarters = (Decimal(number) / 4 for number in range(1, 5))
    rules = tuple(Rule(y=PLOT_TOP + PLOT_HEIGHT * (1 - float(part)), amount=top * part) for part in quarters)
    totals = [sum((day.amounts[place] for day in days), Decimal(0)) for place in range(len(series))]
    keys = tuple(
        Key(place + 1, name, total) for place, (name, total) in enumerate(zip(series, totals, strict=True))
    )
    return Chart(bars=tuple(bars), rules=rules, keys=keys)


@register.simple_tag
def bars_chart(days: list[Day], series: list[str]) -> Chart:
    """`{% bars_chart days series as chart %}`, then include components/bars.html."""
    return draw(days, series)


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
