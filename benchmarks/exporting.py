"""A million rows on their way out: rows a second, and how much memory that takes beside a few thousand."""

import csv
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.test import Client

from benchmarks.figures import Detail, Figure
from benchmarks.history import Crew, create_crew, create_history
from benchmarks.looks import say
from dashboard.exports.streams import Echo
from videojobs.models import LedgerEntry
from videojobs.money import verifying

JOBS, QUICK_JOBS = 600_000, 3_000
"""The first team's part of them makes a little more than a million ledger entries."""

MOST_GROWTH = 32.0
"""MB of memory that a million rows may take beyond what the first thousand took."""

FILES = {
    "ledger, CSV": "/spend/ledger.csv?period=all&kind=live",
    "ledger, JSON": "/spend/ledger.json?period=all&kind=live",
    "jobs, CSV": "/spend/jobs.csv?period=all&kind=live",
    "day totals, CSV": "/spend/days.csv?period=all&kind=live",
}
WARMING = "/spend/days.csv?period=month&kind=live"


@dataclass(frozen=True)
class Export:
    """One file that went out: its rows, how long it took, and how far memory rose meanwhile."""

    rows: int
    seconds: float
    megabytes: float
    growth: float

    @property
    def rate(self) -> float:
        """Rows in a second."""
        return self.rows / self.seconds


def measure(database: str, *, quick: bool) -> list[Figure]:
    """Export all that a long history has, on the database this process is set up for."""
    call_command("collectstatic", interactive=False, verbosity=0)
    crew = create_crew(datetime.now(UTC))
    create_history(crew, QUICK_JOBS if quick else JOBS, datetime.now(UTC))
    browser = Client(SERVER_NAME="127.0.0.1")
    browser.force_login(crew.people[0])
    exported(partial(chunks, browser, WARMING))  # what is loaded once does not count
    bare = max((exported(partial(bare_rows, crew)) for _run in range(2)), key=lambda run: run.rate)
    say(f"a bare cursor: {bare.rate:,.0f} rows/s")
    found = {name: exported(partial(chunks, browser, path)) for name, path in FILES.items()}
    return [figure for name, export in found.items() for figure in _figures(name, database, export, bare)]


def _figures(name: str, database: str, export: Export, bare: Export) -> list[Figure]:
    say(f"{name}: {export.rows:,} rows, {export.rate:,.0f}/s, {export.growth:+.1f} MB")
    details: dict[str, Detail] = {"rows": export.rows, "MB sent": export.megabytes}
    speed = Figure(
        name=f"export of the {name}",
        on=database,
        unit="rows/s",
        ours=export.rate,
        reference=bare.rate,
        reference_name="a bare cursor and csv.writer over the same entries",
        ratio=export.rate / bare.rate,
        details=details,
    )
    memory = Figure(
        name=f"memory beyond the idle process, {name}",
        on=database,
        unit="MB",
        ours=export.growth,
        at_most=MOST_GROWTH,
        details={"rows": export.rows},
    )
    return [speed, memory]


def chunks(browser: Client, path: str) -> Iterator[bytes]:
    """Yield a file as it goes out."""
    answer: Any = browser.get(path)
    if not answer.streaming or answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")
    yield from answer.streaming_content
    answer.close()


def bare_rows(crew: Crew) -> Iterator[bytes]:
    """Yield the same entries with nothing between the database's cursor and csv.writer."""
    columns = ", ".join(
        f'"{field.column}"' for field in LedgerEntry._meta.concrete_fields if field.column != "id"
    )
    query = f"SELECT {columns} FROM {LedgerEntry._meta.db_table} WHERE team_id = %s ORDER BY number"
    writer = csv.writer(Echo())
    with verifying.one_moment(), connection.chunked_cursor() as cursor:
        cursor.execute(query, [crew.teams[0].pk])
        while rows := cursor.fetchmany(2000):
            yield "".join(writer.writerow(row) for row in rows).encode()


def exported(send: Callable[[], Iterator[bytes]]) -> Export:
    """Read a file to its end, keeping nothing, and say what that took."""
    before = _reset_peak()
    lines = size = 0
    start = time.perf_counter()
    for chunk in send():
        lines += chunk.count(b"\n")
        size += len(chunk)
    seconds = time.perf_counter() - start
    return Export(lines, seconds, size / 1e6, _status("VmHWM") - before)


def _reset_peak() -> float:
    """Forget the process's highest memory, and return what it takes now, in MB."""
    Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def _status(name: str) -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"/proc/self/status says nothing of {name}")
