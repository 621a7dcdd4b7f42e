"""Health: whether jobs move on and the books agree, and for each thing that is wrong what to do."""

import time
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from dashboard import readiness
from dashboard.access import team_page
from dashboard.http import TeamRequest
from videojobs import reports
from videojobs.models import LedgerCheck, ProviderAccount, Team
from videojobs.rights import Right


@dataclass(frozen=True)
class Line:
    """One thing that can be well or not; `problem` is "" where it is well, `remedy` what to do else."""

    name: str
    text: str
    problem: str = ""
    remedy: str = ""
    url: str = ""
    at: datetime | None = None


@team_page(Right.SEE_JOBS)
def health(request: TeamRequest) -> HttpResponse:
    """Show what a team's jobs and money depend on, red lines first."""
    lines = [_database(), _worker(), *_provider(), _ledger(request.team), _decisions(request)]
    lines.sort(key=lambda line: not line.problem)
    broken = sum(bool(line.problem) for line in lines)
    return TemplateResponse(request, "health/health.html", {"lines": lines, "broken": broken})


def _database() -> Line:
    problem = readiness.database_problem()
    remedy = "Start it, or correct DATABASE_URL. Nothing is lost meanwhile; nothing new is taken."
    return Line("Database", "It answers.", problem, remedy)


def _worker() -> Line:
    problem = readiness.broker_problem(time.time())
    remedy = "Look at the log of `make run`. Jobs wait in the database and go on by themselves."
    return Line("Broker and worker", "The worker ticks.", problem, remedy)


def _provider() -> list[Line]:
    account = ProviderAccount.objects.current()
    text = "Rehearsal: nothing is bought." if account.is_rehearsal else "Jobs are sent and looked at."
    parked = Line(
        "Sending",
        text,
        account.parked_reason,
        "Mend what the sentence names, then press Resume on the queue; everything waits untouched.",
        reverse("queue"),
        account.parked_at,
    )
    looks = Line(
        "Looks at the provider",
        "The provider answers.",
        account.outage_reason,
        "It is asked again by itself; no job is given up meanwhile.",
        at=account.outage_since,
    )
    return [parked, looks]


def _ledger(team: Team) -> Line:
    found = LedgerCheck.objects.filter(team=team).first()
    if found is None:
        return Line("Ledger", "Not verified yet; it is once a day.", url=reverse("ledger"))
    entries = "entry" if found.entries == 1 else "entries"
    text = f"{found.entries} {entries} and every sum agree."
    remedy = (
        "Keep a copy of the database as it is, and find out who changed it. Do not settle anything by hand."
    )
    return Line("Ledger", text, found.problem, remedy, reverse("ledger"), found.at)


def _decisions(request: TeamRequest) -> Line:
    waiting = reports.counts(request.team, request.user).deciding
    problem = f"{waiting} job{'s wait' if waiting != 1 else ' waits'} for a person." if waiting else ""
    return Line(
        "Decisions", "No job waits for a person.", problem, "Answer them on the queue.", reverse("queue")
    )
