"""Spend as CSV: jobs and ledger entries, streamed row by row, safe to open in a spreadsheet."""

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import StreamingHttpResponse

from dashboard.access import team_page
from dashboard.http import TeamRequest
from dashboard.templatetags.states import kept_output
from dashboard.views.spend import Spend
from videojobs.models import Job, LedgerEntry
from videojobs.reports import Book

AT_ONCE = 500
"""Rows read from the database at a time."""

FORMULA = ("=", "+", "-", "@")
CONTROL = ("\t", "\r", "\n")

JOB_COLUMNS: dict[str, Callable[[Job], Any]] = {
    "made_at": lambda job: job.created_at,
    "job": lambda job: job.id,
    "state": lambda job: job.state,
    "person": lambda job: job.person.email,
    "project": lambda job: job.project.name,
    "model": lambda job: job.model,
    "seconds": lambda job: _shape(job)[0],
    "size": lambda job: _shape(job)[1],
    "money": lambda job: job.account.kind,
    "estimate_usd": lambda job: job.estimate,
    "estimate_source": lambda job: job.estimate_source,
    "held_usd": lambda job: None if job.is_ended else job.held,
    "unknown_usd": lambda job: job.unknown if job.is_ended else None,
    "cost_usd": lambda job: job.cost,
    "charged": lambda job: job.charged,
    "why": lambda job: job.charged_why,
    "provider_id": lambda job: job.provider_id,
    "ended_at": lambda job: job.ended_at,
    "retry_of": lambda job: job.retry_of_id,
    "prompt": lambda job: job.prompt,
}
ENTRY_COLUMNS: dict[str, Callable[[LedgerEntry], Any]] = {
    "entry": lambda entry: entry.pk,
    "at": lambda entry: entry.at,
    "kind": lambda entry: entry.kind,
    "amount_usd": lambda entry: entry.amount,
    "job": lambda entry: entry.job_id,
    "person": lambda entry: entry.person.email,
    "project": lambda entry: entry.project.name,
    "money": lambda entry: entry.account.kind,
    "actor": lambda entry: entry.actor.email if entry.actor else None,
    "reason": lambda entry: entry.reason,
}


class Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        """Return the text."""
        return text


@team_page()
def jobs(request: TeamRequest) -> StreamingHttpResponse:
    """Send the jobs made in a period, oldest first."""
    view = Spend(request)
    rows = _book(view).jobs().select_related("person", "project", "account", "output")
    rows = rows.order_by("created_at", "id")
    return send(f"jobs-{view.kind.value}-{view.span.name}", JOB_COLUMNS, rows.iterator(AT_ONCE))


@team_page()
def ledger(request: TeamRequest) -> StreamingHttpResponse:
    """Send the ledger entries booked in a period, oldest first."""
    view = Spend(request)
    rows = _book(view).all_entries().select_related("person", "project", "account", "actor").order_by("id")
    return send(f"ledger-{view.kind.value}-{view.span.name}", ENTRY_COLUMNS, rows.iterator(AT_ONCE))


def _shape(job: Job) -> tuple[str, str]:
    """Return length in seconds and size in pixels: the kept file's, else the expected ones."""
    output = kept_output(job)
    if output is None:
        return "" if job.seconds is None else str(job.seconds), job.size
    return f"{float(output.duration):g}", f"{output.width}x{output.height}"


def _book(view: Spend) -> Book:
    return Book(view.team, view.rehearsal, view.person, view.span.period)


def send(
    name: str, columns: dict[str, Callable[[Any], Any]], rows: Iterable[Job | LedgerEntry]
) -> StreamingHttpResponse:
    """Stream rows as a CSV file that is never held in memory."""
    answer = StreamingHttpResponse(_lines(columns, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="dailies-{name}.csv"'
    return answer


def _lines(columns: dict[str, Callable[[Any], Any]], rows: Iterable[Any]) -> Iterator[str]:
    writer = csv.writer(Echo())
    yield writer.writerow(columns)
    for row in rows:
        yield writer.writerow([cell(read(row)) for read in columns.values()])


def cell(value: object) -> str:
    """Return what a cell says: exact amounts, ISO times in UTC, and no text a spreadsheet would run."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    if isinstance(value, Decimal):
        return f"{value:.6f}"
    text = str(value)
    return f"'{text}" if text.lstrip().startswith(FORMULA) or text.startswith(CONTROL) else text
