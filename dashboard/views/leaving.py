"""Leaving a team, and taking somebody out of it: one question, what goes into whose hands.

It opens as a dialog over the Team page; without JavaScript it is a page of its own.
"""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from dashboard.access import TEAM_KEY, team_page
from dashboard.forms.leaving import LeavingForm
from dashboard.http import TeamRequest
from dashboard.templatetags.money import usd
from dashboard.views.team import member_or_404
from videojobs import leaving, teams
from videojobs.leaving import Belongings, Left
from videojobs.models import Membership
from videojobs.rights import Right


@team_page(Right.MANAGE_PEOPLE, methods=["GET", "POST"])
def remove(request: TeamRequest, member_id: int) -> HttpResponse:
    """Ask what becomes of a member's things, then take them out of the team."""
    return _ask(request, member_or_404(request, member_id))


@team_page(methods=["GET", "POST"])
def leave(request: TeamRequest) -> HttpResponse:
    """Ask what becomes of one's own things, then leave."""
    return _ask(request, request.membership)


def _ask(request: TeamRequest, member: Membership) -> HttpResponse:
    has = leaving.belongings(member, now=timezone.now())
    said = request.POST if request.method == "POST" else None
    form = LeavingForm(said, member=member, actor=request.membership, has=has)
    problem = ""
    if form.is_valid():
        try:
            done = leaving.leave(member, form.wish(), request.membership, now=timezone.now())
        except teams.Refused as refused:
            problem = refused.message
        else:
            return _gone(request, member, done)
    is_self = member.pk == request.membership.pk
    context = {
        "title": f"Leave {member.team}?" if is_self else f"Take {member.user} out of {member.team}?",
        "member": member,
        "has": has,
        "ends": _ends(has, is_self=is_self),
        "form": form,
        "problem": problem,
        "why_not": "" if problem else leaving.why_not(member),
        "is_self": is_self,
    }
    status = 409 if problem else 422 if form.errors else 200
    template = "team/leave_dialog.html" if request.htmx else "team/leave.html"
    return TemplateResponse(request, template, context, status=status)


def _ends(has: Belongings, *, is_self: bool) -> list[str]:
    """Say what is over then, whatever is chosen."""
    one = "you" if is_self else "them"
    said = []
    if has.tokens and is_self:
        said.append(f"{_count(has.tokens, 'API token')} of yours: revoked")
    if has.projects:
        closed = "closed project" if len(has.projects) == 1 else "closed projects"
        said.append(f"The place in the {closed} {', '.join(has.projects)}")
    if has.limits:
        said.append(f"{_count(has.limits, 'limit')} on {one}: taken away")
    if has.invitations:
        said.append(f"{_count(has.invitations, 'open invitation')} made by {one}: revoked")
    return said


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _gone(request: TeamRequest, member: Membership, done: Left) -> HttpResponse:
    is_self = member.user_id == request.user.pk
    if is_self:
        request.session.pop(TEAM_KEY, None)
    who = f"You are out of {request.team}." if is_self else f"{member.user} is out of the team."
    parts = [who]
    if done.cancelled:
        cancelled = f"{done.cancelled} waiting {_jobs(done.cancelled)} cancelled"
        parts.append(f"{cancelled}, which frees {usd(done.freed)}.")
    if done.jobs:
        parts.append(f"{done.jobs} {_jobs(done.jobs)} handed over.")
    for number, what in ((done.tokens_handed, "handed over"), (done.tokens_revoked, "revoked")):
        if number:
            parts.append(f"{_count(number, 'token')} {'is' if number == 1 else 'are'} {what}.")
    messages.success(request, " ".join(parts))
    where = reverse("home" if is_self else "team")
    return HttpResponseClientRedirect(where) if request.htmx else HttpResponseRedirect(where)


def _jobs(count: int) -> str:
    return "job is" if count == 1 else "jobs are"
