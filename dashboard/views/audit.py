"""The audit log: who changed what in the team, before and after, a page at a time, and as a file."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from dashboard.access import team_page
from dashboard.exports import streams
from dashboard.exports.audit import log
from dashboard.forms.audit import VIA_WORDS, AuditForm, action_words
from dashboard.http import TeamRequest
from dashboard.numbered import Numbered
from videojobs.models import AuditEntry
from videojobs.rights import Right

PAGE = 50
JOB = re.compile(r"job_[A-Za-z0-9]+\Z")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*[+-]\d\d:\d\d\Z")
UNNAMED = "Dailies"
"""Who changed what nobody asked for: an expiry, a retention."""


@dataclass(frozen=True)
class Change:
    """One thing that was changed: its name, and how it was before and after ("" where it was not there)."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Row:
    """One entry as the page shows it."""

    entry: AuditEntry

    @property
    def who(self) -> str:
        """Who did it."""
        return str(self.entry.actor or UNNAMED)

    @property
    def what(self) -> str:
        """What was done, in words."""
        return action_words(self.entry.action)

    @property
    def way(self) -> str:
        """Through which door, where it was not the usual one."""
        if self.entry.token is not None:
            return f"with the token {self.entry.token.name}"
        return "" if self.entry.via == "page" else VIA_WORDS[self.entry.via].lower()

    @property
    def job_url(self) -> str:
        """Where the job is that the entry is about, "" for anything else."""
        about = self.entry.subject
        return reverse("job", args=[about]) if JOB.match(about) else ""

    @property
    def changes(self) -> list[Change]:
        """What was before and after."""
        return changes_of(self.entry.before, self.entry.after)


def changes_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Return what differs between before and after, in the order it was said."""
    names = dict.fromkeys([*before, *after])
    said = [Change(name.replace("_", " "), _text(before.get(name)), _text(after.get(name))) for name in names]
    return [change for change in said if change.before != change.after]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return "" if value is None else _moment(str(value))


def _moment(text: str) -> str:
    """Return a moment by the team's clocks; any other text as it is."""
    if not MOMENT.match(text):
        return text
    try:
        return date_format(timezone.localtime(datetime.fromisoformat(text)), "j M Y, H:i:s")
    except (ValueError, OverflowError):
        return text


class Log:
    """One page of the log, newest entry first."""

    def __init__(self, request: TeamRequest) -> None:
        self.request = request
        self.team = request.team
        self.form = AuditForm(request.asker, request.GET)

    @cached_property
    def pages(self) -> Numbered[AuditEntry]:
        """Where this page is among the others."""
        entries = self.form.entries().select_related("actor", "token")
        return Numbered(entries, "id", PAGE, self.request.GET, self._asked)

    @cached_property
    def rows(self) -> list[Row]:
        """What the page shows."""
        return [Row(entry) for entry in self.pages.rows]

    @property
    def _asked(self) -> dict[str, str]:
        given = self.request.GET
        return {name: given[name] for name in self.form.fields if given.get(name)}

    @property
    def query(self) -> str:
        """What asks the files for the same entries."""
        return urlencode(self._asked)

    @property
    def kept(self) -> str:
        """For how long entries are kept, in words."""
        days = settings.AUDIT_KEPT_FOR.days if settings.AUDIT_KEPT_FOR else 0
        return f"Entries are kept for {days} days." if days else "Entries are kept for ever."


@team_page(Right.SEE_AUDIT)
def audit(request: TeamRequest) -> HttpResponse:
    """Show the log."""
    return TemplateResponse(request, "audit/audit.html", {"log": Log(request)})


@team_page(Right.SEE_AUDIT)
def audit_file(request: TeamRequest, form: str = "csv") -> HttpResponseBase:
    """Send the entries that pass the filters, oldest first."""
    asked = AuditForm(request.asker, request.GET)
    if not asked.is_valid():
        return HttpResponse("Put the filters right first.\n", status=400, content_type="text/plain")
    table = log(asked.entries())
    write = streams.as_json if form == "json" else streams.as_csv
    kind = "application/json" if form == "json" else "text/csv; charset=utf-8"
    name = f"dailies-audit-{timezone.localdate():%Y-%m-%d}.{form}"
    headers = {"Content-Type": kind, "Content-Disposition": f'attachment; filename="{name}"'}
    if request.method == "HEAD":
        return HttpResponse(headers=headers)
    try:
        stream = streams.Stream(write(table.columns, table.rows()))
    except streams.Busy:
        busy = HttpResponse("Too many files are being made. Try again in a minute.\n", status=503)
        busy["Retry-After"] = "60"
        return busy
    return StreamingHttpResponse(stream, headers=headers)
