"""A statement as CSV: a line for each job, those nobody knows the charge of, and the totals."""

import csv
import io
from collections.abc import Iterator

from videojobs.cells import cell
from videojobs.models import Job
from videojobs.statements import words
from videojobs.statements.sums import Statement

COLUMNS = (
    *("row", "day", "job", "model", "clip", "state", "prompt"),
    *("charged_usd", "markup_percent", "amount_usd", "unknown_usd", "ledger_entry", "ledger_hash"),
)


def write(statement: Statement) -> str:
    """Return the whole file. Only rows of the kind "line" add up to the row "total"."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for row in _rows(statement):
        writer.writerow([cell(row.get(column)) for column in COLUMNS])
    return file.getvalue()


def _rows(statement: Statement) -> Iterator[dict[str, object]]:
    markup = f"{statement.wish.markup:.2f}"
    for line in statement.lines:
        amounts = {"charged_usd": line.base, "markup_percent": markup, "amount_usd": line.amount}
        yield {"row": "line", "day": line.day} | _facts(line.job) | amounts
    for found in statement.unknown:
        yield {"row": "unknown", "day": found.day} | _facts(found.job) | {"unknown_usd": found.job.held}
    yield {
        "row": "total",
        "charged_usd": statement.base,
        "markup_percent": markup,
        "amount_usd": statement.total,
        "unknown_usd": statement.unknown_held if statement.unknown else None,
        "ledger_entry": statement.entry,
        "ledger_hash": statement.hash,
    }
    yield {"row": "to pay", "amount_usd": statement.to_pay}


def _facts(job: Job) -> dict[str, object]:
    return {
        "job": job.id,
        "model": job.model,
        "clip": words.clip(job),
        "state": job.state,
        "prompt": job.prompt,
    }
