"""What the provider says it billed: `GET /v1/billing/usage`, as in `together` 3.1.1; checked here alone.

Everything here is money, so nothing is guessed: an answer with one line that cannot be read is refused whole.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from videojobs.provider.types import decode

LONGEST_PRODUCT = 200
"""Characters; a longer name is cut."""

LONGEST_CURSOR = 2_000
MOST_WINDOWS = 1_000
"""What the provider gives on one page at most."""

DEAREST_LINE = Decimal(1_000_000_000)
"""USD; a line from here on is a fault."""

AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,30})?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class BilledLine:
    """What was billed for one product on one day in UTC, in USD as exact as the provider says it."""

    day: date
    product: str
    usd: Decimal


@dataclass(frozen=True)
class BilledPage:
    """One page of a month; `cursor` leads to the next one, "" from the last."""

    lines: tuple[BilledLine, ...]
    cursor: str

    @classmethod
    def read(cls, raw: str, month: str) -> "BilledPage":
        """Read one answer about a month ("2026-11"). Raises ValueError where any of it cannot be right."""
        answer = decode(raw)
        if not isinstance(answer, dict):
            raise ValueError("the answer is not a JSON object")  # noqa: TRY004 - one error for all
        if answer.get("currency") != "USD":
            raise ValueError("the figures are not said to be USD")
        if answer.get("billing_period", month) != month:
            raise ValueError("the answer is about another month")
        windows = answer.get("data")
        if not isinstance(windows, list) or len(windows) > MOST_WINDOWS:
            raise ValueError("the answer has no list of days")
        lines = tuple(line for window in windows for line in _lines(window, month))
        return cls(lines, _cursor(answer.get("next_cursor")))


def _lines(window: object, month: str) -> Iterator[BilledLine]:
    if not isinstance(window, dict):
        raise ValueError("a day in the answer is no object")  # noqa: TRY004 - one error for all
    day, items = _day(window.get("date"), month), window.get("line_items")
    if not isinstance(items, list):
        raise ValueError(f"the answer has no lines for {day}")  # noqa: TRY004 - one error for all
    for item in items:
        if not isinstance(item, dict):
            raise ValueError(f"a line of {day} is no object")  # noqa: TRY004 - one error for all
        yield BilledLine(day, _product(item.get("product_name")), _amount(item.get("cost"), day))


def _day(value: object, month: str) -> date:
    if not isinstance(value, str) or not DAY.fullmatch(value) or not value.startswith(month):
        raise ValueError("a day in the answer is no day of its month")
    return date.fromisoformat(value)


def _product(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("a line in the answer names no product")
    plain = "".join(letter if letter.isprintable() else " " for letter in value[: 4 * LONGEST_PRODUCT])
    return " ".join(plain.split())[:LONGEST_PRODUCT] or "unnamed"


def _amount(value: object, day: date) -> Decimal:
    """Return an amount written as a decimal string; a number has been through somebody's floats."""
    if not isinstance(value, str) or not AMOUNT.fullmatch(value):
        raise ValueError(f"a line of {day} has no amount above or at zero")
    amount = Decimal(value)
    if amount >= DEAREST_LINE:
        raise ValueError(f"a line of {day} has an amount nobody can owe")
    return amount


def _cursor(value: object) -> str:
    if value is None or value == "":
        return ""
    if not isinstance(value, str) or len(value) > LONGEST_CURSOR or not value.isprintable():
        raise ValueError("the answer leads to no next page")
    return value
