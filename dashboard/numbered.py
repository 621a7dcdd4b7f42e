"""A list of numbered rows, a page at a time, newest first; no page skips or repeats one while others come."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.db import models
from django.db.models import QuerySet

Row = TypeVar("Row", bound=models.Model)

LONGEST_NUMBER = 18
"""Digits that fit into a column of 64 bits."""


class Numbered(Generic[Row]):
    """One page of rows whose `number` column only grows; `after` and `before` of the address say where."""

    def __init__(
        self, rows: QuerySet[Row], number: str, size: int, given: Mapping[str, str], asked: Mapping[str, str]
    ) -> None:
        self._rows = rows
        self._number = number
        self._size = size
        self._asked = asked
        self._after = read_number(given.get("after"))
        self._before = read_number(given.get("before"))

    @cached_property
    def _page(self) -> tuple[list[Row], bool, bool]:
        """The rows of this page, and whether there are newer and older ones."""
        rows, number, size = self._rows, self._number, self._size
        if self._before is not None:
            found = list(rows.filter(**{f"{number}__gt": self._before}).order_by(number)[: size + 1])
            return found[:size][::-1], len(found) > size, True
        if self._after is not None:
            rows = rows.filter(**{f"{number}__lt": self._after})
        found = list(rows.order_by(f"-{number}")[: size + 1])
        return found[:size], self._after is not None, len(found) > size

    @property
    def rows(self) -> list[Row]:
        """What the page shows."""
        return self._page[0]

    @property
    def newer_url(self) -> str:
        """The page before this one, "" at the beginning."""
        rows, newer, _older = self._page
        return self._at("before", rows[0]) if newer and rows else ""

    @property
    def older_url(self) -> str:
        """The page after this one, "" at the end."""
        rows, _newer, older = self._page
        return self._at("after", rows[-1]) if older and rows else ""

    def _at(self, side: str, row: Any) -> str:
        return f"?{urlencode({**self._asked, side: str(getattr(row, self._number))})}"


def read_number(text: str | None) -> int | None:
    """Return the number an address names, None for anything that is none."""
    if not text or not (text.isascii() and text.isdigit()) or len(text) > LONGEST_NUMBER:
        return None
    return int(text)
