"""Downloads of a team's money: jobs, ledger entries, day totals, and a month for finance tools."""

from collections.abc import Callable, Iterator
from datetime import date

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from dashboard.access import team_page
from dashboard.exports import focus, streams, tables
from dashboard.exports.tables import Choice, Table
from dashboard.http import TeamRequest
from dashboard.views.spend_asked import Asked
from videojobs.money.periods import day_of, month_of

Lines = Iterator[str]

LARGEST_ID = 2**31 - 1
BUSY = "Other exports are running. Try again in a minute.\n"
WRONG_ID = "person and project are numbers: ids of people and projects.\n"
WRONG_MONTH = "month is a month from 2000 on, such as 2026-11.\n"


class Wrong(ValueError):
    """An address asks for what does not exist. The message says what to write instead."""


@team_page()
def jobs(request: TeamRequest, form: str = "csv") -> HttpResponseBase:
    """Send the jobs whose money counts in a period, oldest first."""
    return answer(request, form, tables.jobs)


@team_page()
def ledger(request: TeamRequest, form: str = "csv") -> HttpResponseBase:
    """Send the ledger entries booked in a period, oldest first."""
    return answer(request, form, tables.entries)


@team_page()
def days(request: TeamRequest, form: str = "csv") -> HttpResponseBase:
    """Send what each day adds up to by project, person and model, oldest first."""
    return answer(request, form, tables.days)


@team_page()
def focus_month(request: TeamRequest) -> HttpResponseBase:
    """Send the charges booked in a month in the columns of FOCUS 1.2."""
    try:
        choice, _span = chosen(request)
        first, last = month_asked(request)
    except Wrong as error:
        return refusal(str(error))
    table = focus.month(Choice(**vars(choice) | {"first": first, "last": last}))
    return send(request, table, f"focus-{choice.kind}-{first:%Y-%m}.csv", streams.as_plain_csv)


def answer(request: TeamRequest, form: str, table_of: Callable[[Choice], Table]) -> HttpResponseBase:
    """Send a table in one of the two forms."""
    try:
        choice, span = chosen(request)
    except Wrong as error:
        return refusal(str(error))
    table = table_of(choice)
    write = streams.as_json if form == "json" else streams.as_csv
    return send(request, table, f"{table.name}-{choice.kind}-{span}.{form}", write)


def chosen(request: TeamRequest) -> tuple[Choice, str]:
    """Return which rows an address asks for, read as the Spend page does, and their days. Raises Wrong."""
    asked = Asked.read(request)
    if asked.span.problem:
        raise Wrong(f"{asked.span.problem.partition('. Shown')[0].rstrip('.')}.\n")
    first, last = asked.span.whole
    person = asked.person.pk if asked.person else number(request.GET.get("person"))
    project = number(request.GET.get("project"))
    model = request.GET.get("model", "")[:200].replace("\0", "")
    choice = Choice(request.team, asked.kind.value, first, last, person, project, model, request.asker.veil)
    return choice, asked.span.name if asked.span.name != "free" else f"{first}-{last}"


def number(text: str | None) -> int | None:
    """Return an id; None where there is none. Raises Wrong."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 10 or int(text) > LARGEST_ID:
        raise Wrong(WRONG_ID)
    return int(text)


def month_asked(request: TeamRequest) -> tuple[date, date]:
    """Return a month's days: the one that is asked for, else the one that runs. Raises Wrong."""
    today = day_of(timezone.now(), request.team.zone)
    word = request.GET.get("month") or f"{today:%Y-%m}"
    try:
        first = date.fromisoformat(f"{word}-01")
    except ValueError as error:
        raise Wrong(WRONG_MONTH) from error
    if not 2000 <= first.year <= today.year + 1:
        raise Wrong(WRONG_MONTH)
    return month_of(first)


def refusal(sentence: str, status: int = 400) -> HttpResponse:
    """Say in plain text why there is no file: half of one, or another one, would be taken for it."""
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")


def send(request: TeamRequest, table: Table, name: str, write: streams.Write) -> HttpResponseBase:
    """Stream a table as a file that is never held in memory."""
    kind = "application/json" if name.endswith(".json") else "text/csv; charset=utf-8"
    headers = {"Content-Type": kind, "Content-Disposition": f'attachment; filename="dailies-{name}"'}
    if request.method == "HEAD":
        return HttpResponse(headers=headers)
    try:
        stream = streams.Stream(write(table.columns, table.rows()))
    except streams.Busy:
        busy = refusal(BUSY, status=503)
        busy["Retry-After"] = "60"
        return busy
    return StreamingHttpResponse(stream, headers=headers)
