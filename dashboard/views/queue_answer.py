"""What the Queue page and each deed on it answer with: the lanes as they are, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import urlencode

from dashboard.access import usable_projects, visible_jobs
from dashboard.forms.queue import PauseForm, QueueFilters
from dashboard.http import Asker, TeamRequest
from dashboard.views.queue_filters import FilterLine
from dashboard.views.queue_lanes import Lanes
from dashboard.views.queue_paused import paused, targets
from dashboard.views.queue_prices import Prices
from videojobs.lifecycle import Stale
from videojobs.models import Job
from videojobs.rights import Right

SAID = "Dailies-Said"
"""The header that carries what was done to a page that asked by script."""


@dataclass(frozen=True)
class Meanwhile:
    """A deed that was not done since somebody else was first: what they did, and what had been typed."""

    job: Job
    sentence: str
    at: datetime | None
    by_itself: bool = False
    typed: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, asker: Asker, stale: Stale, typed: Mapping[str, str] | None = None) -> "Meanwhile | None":
        """Read it off a refusal; None where the job is not this person's to see any more."""
        job = visible_jobs(asker).select_related("account", "project").filter(id=stale.job.id).first()
        if job is None:
            return None
        event = stale.event
        by_itself = event is not None and event.actor_id is None
        return cls(job, stale.sentence, event.at if event else None, by_itself, typed or {})


def given(request: TeamRequest) -> QueryDict:
    """Return what the page's address says, which a form carries as `next`."""
    if request.method != "POST":
        return request.GET
    query = urlsplit(str(request.POST.get("next", ""))).query
    return QueryDict(query.replace("\x00", "")[:2000])


def show(
    request: TeamRequest,
    *,
    stale: Meanwhile | None = None,
    problem: str = "",
    pause_form: PauseForm | None = None,
    status: int = 200,
    done: str = "",
) -> HttpResponse:
    """Return the page, or to a script its lanes alone, as they are now.

    `problem` stands on the page until the next deed or until it is put away; with `done` it is what of the
    deed was not done.
    """
    context = _context(request, stale, pause_form) | {"problem": problem, "done": done}
    if not request.htmx:
        return TemplateResponse(request, "queue/page.html", context, status=status)
    answer = render(request, "queue/lanes.html", context | {"fragment": True}, status=status)
    if done or problem:
        answer[SAID] = quote(done or problem)  # a toast; the problem stands on the page as well
    return answer


def fragment(request: TeamRequest) -> HttpResponse:
    """Return the lanes alone."""
    return render(request, "queue/lanes.html", _context(request, None, None) | {"fragment": True})


def said(request: TeamRequest, sentence: str, *, but: str = "") -> HttpResponse:
    """Say what was done, and show the queue with it; `but` is what of it was not done, and why."""
    if request.htmx:
        return show(request, done=sentence, problem=but)
    messages.success(request, f"{sentence} {but}".strip())
    return redirect(reverse("queue") + query_of(kept(given(request), but=("stale",))))


def kept(data: QueryDict, *, but: tuple[str, ...] = ()) -> dict[str, str]:
    """Return what of the address says what is shown."""
    filters = QueueFilters.read(data).as_query
    more = {
        name: data.get(name, "") for name in ("sent", "page", "stale") if "\x00" not in data.get(name, "")
    }
    return {name: word for name, word in (filters | more).items() if word and name not in but}


def query_of(words: Mapping[str, str]) -> str:
    """Write an address's query, "" where there is none."""
    return f"?{urlencode(words)}" if words else ""


def _context(request: TeamRequest, stale: Meanwhile | None, pause_form: PauseForm | None) -> dict[str, Any]:
    asker, data = request.asker, given(request)
    account = asker.team.provider_account
    filters = QueueFilters.read(data)
    found = Lanes(asker, account, timezone.now(), filters, page=data.get("page", "1"))
    stale = stale or _stale(asker, data)
    words = kept(data) | ({"stale": stale.job.id} if stale else {})
    sent = _sent(request, data)
    holding = paused(asker)
    return {
        "lanes": found,
        "filter_line": FilterLine(asker, filters, found.counts),
        "paused": holding,
        "pause_form": pause_form or _pause_form(asker, holding),
        "may_bulk": asker.may(Right.CANCEL_OWN),
        "may_next": asker.may(Right.MARK_NEXT),
        "may_retry": asker.may(Right.SUBMIT),
        "may_set_places": asker.may(Right.SET_PLACES),
        "sent": Prices(asker, account).deeds(sent) if sent else None,
        "stale": stale,
        "address": reverse("queue") + _without(words, "stale"),
        "without_sent": reverse("queue") + _without(words, "sent"),
        "source": reverse("queue_lanes") + query_of(words),
        "pages_url": _pages_url(words),
        "places_url": _places_url(),
        "chosen": None,
        "bulk_projects": usable_projects(asker),
        "filters": filters,
        "zone": asker.team.time_zone,
    }


def _without(words: Mapping[str, str], name: str) -> str:
    return query_of({key: word for key, word in words.items() if key != name})


def _pages_url(words: Mapping[str, str]) -> str:
    rest = _without(words, "page")
    return f"{reverse('queue')}{rest}{'&' if rest else '?'}"


def _places_url() -> str:
    """Return where places are set."""
    try:
        return reverse("places")
    except NoReverseMatch:
        return ""


def _pause_form(asker: Asker, holding: list[Any]) -> PauseForm | None:
    offered = targets(asker, holding)
    return PauseForm(offered) if offered else None


def _stale(asker: Asker, data: QueryDict) -> Meanwhile | None:
    """Return what stands in the address since a deed came too late, until it is put away."""
    wanted = data.get("stale", "")
    if not wanted or "\x00" in wanted or not visible_jobs(asker).filter(id=wanted).exists():
        return None
    return Meanwhile.of(asker, Stale.about(wanted))


def _sent(request: TeamRequest, data: QueryDict) -> Job | None:
    """Return the job this person just sent, if the address names one of theirs."""
    wanted = data.get("sent", "")
    if not wanted or "\x00" in wanted:
        return None  # PostgreSQL takes no such text
    mine = visible_jobs(request.asker).filter(id=wanted, person=request.user)
    return mine.select_related("account", "person", "project", "team").first()
