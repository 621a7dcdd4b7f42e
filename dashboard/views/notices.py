"""What people are told, and the one button that lets a parked account send again."""

from django.contrib import messages
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from dashboard.access import team_page
from dashboard.http import TeamRequest
from dashboard.told import as_told, visible_notices
from videojobs import audit, lifecycle, tasks
from videojobs.models import ProviderAccount
from videojobs.models.accounts import ProviderAccountQuerySet
from videojobs.models.notices import NoticeQuerySet
from videojobs.rights import Right

SHOWN = 100
"""The newest notices; older ones are of no use to anybody."""


@team_page()
def notices(request: TeamRequest) -> HttpResponse:
    """Show what this person is told, newest first, what no longer holds apart."""
    told = as_told(request.asker, notices_for(request).select_related("job").newest_first()[:SHOWN])
    context = {
        "unread": [notice for notice in told if notice.closed_at is None and notice.read_at is None],
        "read": [notice for notice in told if notice.closed_at is None and notice.read_at is not None],
        "past": [notice for notice in told if notice.closed_at is not None],
    }
    return TemplateResponse(request, "notices/notices.html", context)


@team_page(methods=["POST"])
def mark_read(request: TeamRequest) -> HttpResponse:
    """Mark everything as read: one's own, and the team's for those who may act on it."""
    unread = notices_for(request).filter(read_at=None)
    if not request.asker.may(Right.SUBMIT):
        unread = unread.filter(person=request.user)
    unread.update(read_at=timezone.now())
    return go_back(request)


def notices_for(request: TeamRequest) -> NoticeQuerySet:
    """Return what this person is told: the team's notices and their own."""
    return visible_notices(request.asker)


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
    theirs = Exists(request.team.jobs.filter(account=OuterRef("pk")))
    return accounts.filter(Q(pk=request.team.provider_account.pk) | theirs)


def go_back(request: TeamRequest) -> HttpResponse:
    """Return to the page the button stood on, if it is one of ours."""
    wanted = request.POST.get("next", "")
    inside = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(wanted) if inside else redirect("notices")
