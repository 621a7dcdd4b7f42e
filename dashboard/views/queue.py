"""The Queue page: what runs, what needs a person, what waits and why, and what just ended."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from dashboard.access import team_page, visible_jobs
from dashboard.http import TeamRequest
from dashboard.views.queue_lanes import Lanes
from dashboard.views.queue_prices import Prices
from videojobs.models import Job, ProviderAccount
from videojobs.rights import Right

WHO = {"everyone": "Everyone", "mine": "Mine"}


@dataclass(frozen=True)
class WhoLink:
    """Whose jobs are shown."""

    label: str
    url: str
    current: bool
    count: int


@team_page(Right.SEE_JOBS)
def queue(request: TeamRequest) -> HttpResponse:
    """Show the queue."""
    return TemplateResponse(request, "queue/page.html", _context(request))


@team_page(Right.SEE_JOBS)
def lanes(request: TeamRequest) -> HttpResponse:
    """Return everything below the page's head alone, for pages that are open."""
    return render(request, "queue/lanes.html", _context(request) | {"fragment": True})


def _context(request: TeamRequest) -> dict[str, Any]:
    account = ProviderAccount.objects.current()
    mine = request.GET.get("who") == "mine"
    found = Lanes(request.asker, account, timezone.now(), mine=mine, page=request.GET.get("page", "1"))
    kept = _kept(request)
    address = reverse("queue") + _query(kept)
    sent = _sent(request)
    return {
        "lanes": found,
        "who": _who(found, kept),
        "sent": Prices(request.asker, account).deeds(sent) if sent else None,
        "address": address,
        "without_sent": reverse("queue") + _query(kept | {"sent": ""}),
        "source": reverse("queue_lanes") + _query(kept),
        "query": _query(kept | {"page": ""}),
    }


def _who(lanes: Lanes, kept: dict[str, str]) -> list[WhoLink]:
    """Return the links between everybody's jobs and one's own."""
    counts = {"everyone": lanes.counts.open, "mine": lanes.counts.open_mine}
    return [
        WhoLink(
            label,
            reverse("queue") + _query(kept | {"who": who, "page": ""}),
            lanes.mine is (who == "mine"),
            counts[who],
        )
        for who, label in WHO.items()
    ]


def _kept(request: TeamRequest) -> dict[str, str]:
    """Return what of the address says what is shown."""
    return {name: request.GET.get(name, "") for name in ("who", "sent", "page")}


def _query(kept: dict[str, str]) -> str:
    """Write an address's query, "" where there is none."""
    filled = {name: value for name, value in kept.items() if value and (name, value) != ("who", "everyone")}
    return f"?{urlencode(filled)}" if filled else ""


def _sent(request: TeamRequest) -> Job | None:
    """Return the job this person just sent, if the address names one of theirs."""
    if "\x00" in request.GET.get("sent", ""):
        return None  # PostgreSQL takes no such text
    mine = visible_jobs(request.asker).filter(id=request.GET.get("sent", ""), person=request.user)
    return mine.select_related("account", "person", "project", "team").first()
