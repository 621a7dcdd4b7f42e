"""Tables written as CSV or JSON while they are read, in flat memory; whoever gets half of one can tell.

A CSV ends with a line `end,<rows>`, JSON with the bracket that closes its array. Where a row cannot be read,
the connection is cut instead: no reader takes the piece for the whole.
"""

import csv
import json
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any

from videojobs.cells import cell

CHUNK = 64 * 1024
"""Characters sent at once; a message for each row would cost more than the row."""

AT_ONCE = 3
"""Exports in one process; the other page threads stay free for pages."""

END = "end"

_places = threading.BoundedSemaphore(AT_ONCE)


class Busy(Exception):
    """As many exports run as one process takes."""


class Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        """Return the text."""
        return text


class Stream:
    """A text on its way out in chunks. It holds one of the places until it is closed. Raises Busy."""

    def __init__(self, lines: Generator[str, None, None]) -> None:
        if not _places.acquire(blocking=False):
            raise Busy
        self._lines = lines
        self._open = True

    def __iter__(self) -> Iterator[bytes]:
        return _chunks(self._lines)

    def close(self) -> None:
        """Give the place back, once, and end the reading: this thread's connection serves others after us."""
        if self._open:
            self._open = False
            self._lines.close()
            _places.release()


def _chunks(lines: Iterable[str]) -> Iterator[bytes]:
    waiting: list[str] = []
    size = 0
    for line in lines:
        waiting.append(line)
        size += len(line)
        if size >= CHUNK:
            yield "".join(waiting).encode()
            waiting, size = [], 0
    yield "".join(waiting).encode()


Write = Callable[[Iterable[str], Iterable[tuple[object, ...]]], Generator[str, None, None]]


def as_csv(columns: Iterable[str], rows: Iterable[tuple[object, ...]]) -> Generator[str, None, None]:
    """Write a table for spreadsheets; the last line says how many rows there were."""
    rows = iter(rows)
    count = 0
    writer = csv.writer(Echo())
    yield writer.writerow(columns)
    for row in rows:
        count += 1
        yield writer.writerow([cell(value) for value in row])
    yield writer.writerow([END, count])


def as_plain_csv(columns: Iterable[str], rows: Iterable[tuple[object, ...]]) -> Generator[str, None, None]:
    """Write a table for tools that take rows alone, with no last line."""
    writer = csv.writer(Echo())
    yield writer.writerow(columns)
    for row in rows:
        yield writer.writerow([cell(value) for value in row])


def as_json(columns: Iterable[str], rows: Iterable[tuple[object, ...]]) -> Generator[str, None, None]:
    """Write one array of objects, a line for each; unknown is null, amounts are text."""
    names = tuple(columns)
    before = "[\n"
    for row in rows:
        yield before + json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, default=_plain)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _plain(value: Any) -> str:
    return str(cell(value))
