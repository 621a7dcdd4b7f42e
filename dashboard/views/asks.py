"""Jobs that wait for a yes: the list of them, the answer to one, and above which prices jobs ask."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils import timezone

from dashboard.access import demand, job_for, team_page
from dashboard.forms.asks import AsksForm, RefuseForm
from dashboard.http import TeamRequest
from dashboard.templatetags.money import usd
from dashboard.views.decide import decide, on
from dashboard.views.deeds import Deeds
from dashboard.views.job_page import show_job
from dashboard.views.questions import open_questions
from dashboard.views.team import render_team
from videojobs import lifecycle, tasks
from videojobs.models import Job
from videojobs.money import grantors
from videojobs.money.asks import set_asks
from videojobs.rights import Right


@team_page(Right.SEE_JOBS)
def asks(request: TeamRequest) -> HttpResponse:
    """Show what waits for a yes, what is over first at the top."""
    return TemplateResponse(request, "asks/asks.html", _context(request))


@team_page(Right.SEE_JOBS)
def asks_list(request: TeamRequest) -> HttpResponse:
    """Return the list alone, for pages that are open."""
    return render(request, "asks/_list.html", _context(request))


def _context(request: TeamRequest) -> dict[str, Any]:
    found = open_questions(request.asker, timezone.now())
    asked = [Deeds.about(question, request.asker) for question in found]
    return {"asked": asked, "may_set": request.asker.may(Right.SET_LIMITS)}


@team_page(methods=["POST"])
def grant(request: TeamRequest, job_id: str) -> HttpResponse:
    """Say yes: the job takes its turn."""
    job = job_to_answer(request, job_id)
    answer = decide(
        request,
        job,
        lambda: lifecycle.grant(job, request.user, **on(request)),
        done=f"You said yes. {usd(job.held)} stays held, and the job takes its turn.",
    )
    tasks.nudge_send(job.account)
    return answer


@team_page(methods=["POST"])
def refuse(request: TeamRequest, job_id: str) -> HttpResponse:
    """Say no: the job is cancelled and its hold is free."""
    job = job_to_answer(request, job_id)
    form = RefuseForm(job.id, request.POST)
    if not form.is_valid():
        return show_job(request, job, bound={"refuse": form}, status=422)
    freed, reason = usd(job.held), form.cleaned_data["reason"]
    return decide(
        request,
        job,
        lambda: lifecycle.refuse(job, reason, request.user, **on(request)),
        done=f"You said no. The job is cancelled, and {freed} is free again.",
        name="refuse",
        form=form,
    )


def job_to_answer(request: TeamRequest, job_id: str) -> Job:
    """Return a job this person may answer for. Raises Http404 to strangers, PermissionDenied to others."""
    job = job_for(request, job_id)
    demand(request.asker, Right.GRANT)
    if not grantors.may_answer(request.membership, job):
        raise PermissionDenied("You asked for this job yourself, so somebody else says yes or no.")
    return job


@team_page(Right.SET_LIMITS, methods=["GET", "POST"])
def set_team_asks(request: TeamRequest) -> HttpResponse:
    """Set above which prices the team's jobs wait for a yes."""
    if request.method != "POST":
        return redirect("team")
    form = AsksForm(request.POST)
    if not form.is_valid():
        return render_team(request, asking=form)
    prices = {name: form.cleaned_data[name] for name in ("above_job", "above_day")}
    set_asks(request.team, **prices, actor=request.user, now=timezone.now())
    messages.success(request, "Noted. It holds for jobs from now on.")
    return redirect("team")
