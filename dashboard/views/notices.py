"""What people are told, and the one button that lets a parked account send again."""

from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from dashboard import told
from dashboard.access import team_page
from dashboard.http import TeamRequest
from dashboard.told import as_told, is_new, visible_notices
from videojobs import audit, lifecycle, tasks
from videojobs.models import ProviderAccount
from videojobs.models.accounts import ProviderAccountQuerySet
from videojobs.notices.events import Event, kinds_of
from videojobs.rights import Right

SHOWN = 100
"""The newest notices; older ones are of no use to anybody."""

SHORT = {
    Event.DONE: "Done",
    Event.FAILED: "Failed",
    Event.DECISION: "Decisions",
    Event.APPROVAL: "Asks",
    Event.LIMIT: "Limits",
    Event.PARKED: "Parked",
    Event.DRIFT: "Prices",
    Event.MONEY: "Money",
}
"""Each event as a filter calls it."""


@team_page()
def notices(request: TeamRequest) -> HttpResponse:
    """Show what this person is told, newest first, what no longer holds apart."""
    asker, event = request.asker, event_in(request)
    found = visible_notices(asker)
    if event is not None:
        found = found.filter(kind__in=kinds_of(event))
    shown = as_told(asker, found.select_related("job").newest_first()[:SHOWN])
    holding = [notice for notice in shown if notice.closed_at is None]
    context = {
        "unread": [notice for notice in holding if is_new(asker, notice)],
        "read": [notice for notice in holding if not is_new(asker, notice)],
        "past": [notice for notice in shown if notice.closed_at is not None],
        "filters": filters(event),
        "is_narrowed": event is not None,
        "until": timezone.now().isoformat(),
    }
    return TemplateResponse(request, "notices/notices.html", context)


@team_page(methods=["POST"])
def mark_read(request: TeamRequest) -> HttpResponse:
    """Mark what this person saw as read, for them alone."""
    told.mark_read(request.asker, until_of(request))
    return go_back(request)


def until_of(request: TeamRequest) -> datetime:
    """Return when the page was made on which the button stood: what came since was not seen yet."""
    now = timezone.now()
    try:
        said = datetime.fromisoformat(request.POST.get("until", ""))
    except ValueError:
        return now
    return min(said, now) if timezone.is_aware(said) else now


def event_in(request: TeamRequest) -> Event | None:
    """Return the event the address narrows the list to; None for all of them."""
    asked = request.GET.get("event", "")
    return Event(asked) if asked in set(Event) else None


def filters(chosen: Event | None) -> list[dict[str, object]]:
    """Return the links that narrow the list to one event."""
    here = reverse("notices")
    links: list[dict[str, object]] = [{"label": "All", "url": here, "current": chosen is None}]
    for event in Event:
        links.append({"label": SHORT[event], "url": f"{here}?event={event}", "current": event == chosen})
    return links


@team_page(Right.RESUME_DISPATCH, methods=["POST"])
def resume_account(request: TeamRequest, account_id: int) -> HttpResponse:
    """Let a parked provider account send again."""
    account = get_object_or_404(accounts_for(request), pk=account_id)
    now = timezone.now()
    with transaction.atomic():
        resumed = lifecycle.resume(account, request.user, now=now)
        if resumed:
            audit.note(request.team, request.user, "dispatch_resumed", str(account), now)
    if resumed:
        tasks.nudge_send(account)
        messages.success(request, "Sending goes on, in order.")
    return go_back(request)


def accounts_for(request: TeamRequest) -> ProviderAccountQuerySet:
    """Return the accounts that send for this team: the one set up now, and those of its jobs."""
    accounts = ProviderAccount.objects.all()
    theirs = Exists(request.team.jobs.active().filter(account=OuterRef("pk")))
    return accounts.filter(Q(pk=request.team.provider_account.pk) | theirs)


def go_back(request: TeamRequest) -> HttpResponse:
    """Return to the page the button stood on, if it is one of ours."""
    wanted = request.POST.get("next", "")
    inside = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(wanted) if inside else redirect("notices")
