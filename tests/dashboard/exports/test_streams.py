"""Tables on their way out: whole or noticeably broken, in flat memory, a few at a time."""

import asyncio
import csv
import io
import json
import tracemalloc
from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest
from a2wsgi import WSGIMiddleware

from dashboard.exports import streams
from videojobs.cells import Exact

COLUMNS = ("name", "usd")
ROWS: list[tuple[object, ...]] = [("=1", Exact("-0.500000")), ("two, three", None)]


def test_a_csv_ends_with_the_number_of_its_rows() -> None:
    text = "".join(streams.as_csv(COLUMNS, ROWS))
    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        ["name", "usd"],
        ["'=1", "-0.500000"],
        ["two, three", ""],
        ["end", "2"],
    ]


def test_json_is_one_array_with_a_line_for_each_row() -> None:
    text = "".join(streams.as_json(COLUMNS, ROWS))
    assert json.loads(text) == [
        {"name": "=1", "usd": "-0.500000"},
        {"name": "two, three", "usd": None},
    ]
    assert text.count("\n") == 4


def test_no_rows_are_a_whole_file_too() -> None:
    assert "".join(streams.as_csv(COLUMNS, [])).splitlines() == ["name,usd", "end,0"]
    assert json.loads("".join(streams.as_json(COLUMNS, []))) == []


@pytest.mark.parametrize("rows", [1, 2])
def test_half_of_a_json_file_is_no_json(rows: int) -> None:
    lines = streams.as_json(COLUMNS, ROWS)
    half = "".join(next(lines) for _ in range(rows))
    with pytest.raises(json.JSONDecodeError):
        json.loads(half)


def breaking() -> Iterator[tuple[object, ...]]:
    """Give one row, then break as a database does."""
    yield ROWS[0]
    raise ConnectionError("the database went away")


@pytest.mark.parametrize("write", [streams.as_csv, streams.as_plain_csv, streams.as_json])
def test_a_row_that_cannot_be_read_breaks_the_stream(write: streams.Write) -> None:
    stream = streams.Stream(write(COLUMNS, breaking()))
    with pytest.raises(ConnectionError):
        list(stream)
    stream.close()


def test_only_so_many_run_at_once_and_each_gives_its_place_back() -> None:
    running = [streams.Stream(streams.as_csv((), ())) for _ in range(streams.AT_ONCE)]
    with pytest.raises(streams.Busy):
        streams.Stream(streams.as_csv((), ()))
    for stream in running:
        stream.close()
        stream.close()
    again = [streams.Stream(streams.as_csv((), ())) for _ in range(streams.AT_ONCE)]
    for stream in again:
        stream.close()


def test_a_stream_nobody_reads_to_its_end_ends_its_reading() -> None:
    ended: list[str] = []

    def reading() -> Iterator[tuple[object, ...]]:
        try:
            yield from many(100_000)
        finally:
            ended.append("the transaction")

    stream = streams.Stream(streams.as_csv(COLUMNS, reading()))
    next(iter(stream))
    assert ended == []
    stream.close()
    assert ended == ["the transaction"]


def many(count: int) -> Iterator[tuple[object, ...]]:
    """Give rows one by one."""
    return ((f"row {number}", Exact("0.280000")) for number in range(count))


def peak(write: streams.Write, count: int) -> int:
    """Return how many bytes were held at once while so many rows went out."""
    tracemalloc.start()
    size = sum(len(chunk) for chunk in streams._chunks(write(COLUMNS, many(count))))
    _now, highest = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 15 * count
    return highest


@pytest.mark.parametrize("write", [streams.as_csv, streams.as_json])
def test_memory_does_not_grow_with_the_rows(write: streams.Write) -> None:
    assert peak(write, 50_000) < 1.2 * peak(write, 10_000)


def test_the_server_never_ends_a_broken_file_as_if_it_were_whole() -> None:
    messages: list[MutableMapping[str, Any]] = []

    def application(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Type", "text/csv")])
        return iter(streams.Stream(streams.as_csv(COLUMNS, breaking())))

    async def send(message: MutableMapping[str, Any]) -> None:
        messages.append(message)

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def ask() -> None:
        scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
        await WSGIMiddleware(application)(scope | {"http_version": "1.1"}, receive, send)

    with pytest.raises(ConnectionError):
        asyncio.run(ask())
    assert all(message.get("more_body", True) for message in messages)
