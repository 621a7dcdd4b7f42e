"""Leaving a team, and taking somebody out of it: one page that shows what goes into whose hands."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from dashboard.access import TEAM_KEY, team_page
from dashboard.forms.leaving import LeavingForm
from dashboard.http import TeamRequest
from dashboard.templatetags.money import usd
from dashboard.views.team import member_or_404
from videojobs import leaving, teams
from videojobs.leaving import Left
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
    has = leaving.belongings(member)
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
    context = {
        "member": member,
        "has": has,
        "form": form,
        "problem": problem,
        "is_self": member.pk == request.membership.pk,
    }
    status = 409 if problem else 422 if form.errors else 200
    return TemplateResponse(request, "team/leave.html", context, status=status)


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
    messages.success(request, " ".join(parts))
    return redirect("home" if is_self else "team")


def _jobs(count: int) -> str:
    return "job is" if count == 1 else "jobs are"
