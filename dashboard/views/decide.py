"""A person decides about a job. Each view is one answer; what is wrong with it stands on the job's page."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import TypedDict

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from dashboard import versions
from dashboard.access import job_for, job_for_change, team_page
from dashboard.forms.job import AgainForm, ArrivedForm, FoundForm
from dashboard.http import TeamRequest
from dashboard.templatetags.money import usd
from dashboard.views.deeds import Again
from dashboard.views.job_page import show_job
from videojobs import lifecycle, tasks
from videojobs.accounts import NotConfigured, provider_for
from videojobs.bodies import BodyRefused
from videojobs.models import Decision, Job
from videojobs.money.ledger import LimitRefused
from videojobs.places import QueueFull
from videojobs.provider.errors import LookError
from videojobs.rights import Right

Deed = Callable[[], object]


@team_page(methods=["POST"])
def cancel(request: TeamRequest, job_id: str) -> HttpResponse:
    """Take a job out of our queue before it is sent."""
    job = job_for_change(request, job_id)
    money = usd(job.held)
    restored = job.decision == Decision.RESTORED
    return decide(
        request,
        job,
        lambda: lifecycle.cancel(job, request.user, **on(request)),
        done=f"Cancelled. It may have been sent after the backup, so its {money} stays unknown."
        if restored
        else f"Cancelled before it was sent. {money} is free again.",
    )


@team_page(methods=["POST"])
def found(request: TeamRequest, job_id: str) -> HttpResponse:
    """Give an unconfirmed job the id the provider gave it."""
    job = job_to_resolve(request, job_id)
    form = FoundForm(job.id, request.POST)
    if not form.is_valid():
        return show_job(request, job, bound={"found": form}, status=422)
    wanted = form.cleaned_data["provider_id"]
    try:
        return decide(
            request,
            job,
            lambda: lifecycle.found(job, wanted, request.user, provider_for(job.account), **on(request)),
            done="Found. It is watched as usual now.",
            name="found",
            form=form,
        )
    except (LookError, NotConfigured) as error:
        form.add_error("provider_id", f"It could not be checked: {error}")
        return show_job(request, job, bound={"found": form}, status=422)


@team_page(methods=["POST"])
def never_arrived(request: TeamRequest, job_id: str) -> HttpResponse:
    """Say that an unconfirmed job never arrived: not charged, its hold is free."""
    job = job_to_resolve(request, job_id)
    form = ArrivedForm(job.id, request.POST)
    if not form.is_valid():
        return show_job(request, job, bound={"arrived": form}, status=422)
    freed, reason = usd(job.held), form.cleaned_data["reason"]
    return decide(
        request,
        job,
        lambda: lifecycle.never_arrived(job, reason, request.user, **on(request)),
        done=f"Noted: it never arrived. Not charged; {freed} is free again.",
        name="arrived",
        form=form,
    )


@team_page(methods=["POST"])
def give_up(request: TeamRequest, job_id: str) -> HttpResponse:
    """Give a job up. What it cost stays unknown."""
    job = job_to_resolve(request, job_id)
    return decide(
        request,
        job,
        lambda: lifecycle.give_up(job, request.user, **on(request)),
        done=f"Given up. Its {usd(job.held)} stays unknown until somebody settles it."
        if job.held
        else "Given up. What it cost is settled already.",
    )


@team_page(methods=["POST"])
def look_again(request: TeamRequest, job_id: str) -> HttpResponse:
    """Go back to a lost job, or to a clip that could not be kept."""
    job = job_to_resolve(request, job_id)
    return decide(
        request,
        job,
        lambda: lifecycle.look_again(job, request.user, **on(request)),
        done="Looking again.",
    )


@team_page(methods=["POST"])
def send_restored(request: TeamRequest, job_id: str) -> HttpResponse:
    """Say of a job restored from a backup that it was not sent since."""
    job = job_to_resolve(request, job_id)
    answer = decide(
        request,
        job,
        lambda: lifecycle.send_restored(job, request.user, **on(request)),
        done="Noted. It still waits for a yes." if lifecycle.gate_of(job) else "It takes its turn now.",
    )
    tasks.nudge_send(job.account)
    return answer


@team_page(methods=["POST"])
def retry(request: TeamRequest, job_id: str) -> HttpResponse:
    """Make a new job for the wish of an ended one, with its own hold."""
    job = job_for_change(request, job_id)
    if not job.is_ended:
        return refuse(request, job, "It has not ended yet. Wait for it, or cancel it first.")

    def repeat(again: Again) -> lifecycle.Created:
        return lifecycle.try_again(job, again.order, again.account, request.user, **on(request))

    return once_more(request, job, repeat)


@team_page(methods=["POST"])
def send_again(request: TeamRequest, job_id: str) -> HttpResponse:
    """Give an unconfirmed job up and make a new one for its wish; both may be charged."""
    job = job_to_resolve(request, job_id)

    def replace(again: Again) -> lifecycle.Created:
        return lifecycle.send_again(job, again.order, again.account, request.user, **on(request))

    return once_more(request, job, replace)


class On(TypedDict):
    """When something is decided, and on which version of the job; None: any."""

    now: datetime
    version: int | None


def on(request: TeamRequest) -> On:
    """Return when and on which version a form decides."""
    return {"now": timezone.now(), "version": versions.posted(request)}


def job_to_resolve(request: TeamRequest, job_id: str) -> Job:
    """Return a job this person may decide about. Raises Http404 to strangers, PermissionDenied to others."""
    return job_for_change(request, job_id, own=None, any=Right.RESOLVE)


def decide(
    request: TeamRequest,
    job: Job,
    deed: Deed,
    *,
    done: str,
    name: str = "",
    form: forms.Form | None = None,
) -> HttpResponse:
    """Do it and go back, or show the job with what was wrong."""
    try:
        deed()
    except lifecycle.WrongAnswer as wrong:
        if form is None:
            return refuse(request, job, wrong.message)
        form.add_error(wrong.field, wrong.message)
        return show_job(request, job, bound={name: form}, status=422)
    except lifecycle.Decided as late:
        return refuse(request, job, str(late))
    except lifecycle.StepRefused:
        return refuse(request, job, "Somebody else was first. This is how it stands now.")
    messages.success(request, done)
    return redirect(way_back(request, job))


def once_more(request: TeamRequest, job: Job, make: Callable[[Again], lifecycle.Created]) -> HttpResponse:
    """Make a new job for an old wish at the price the button named, and go to it."""
    form = AgainForm(request.POST)
    if not form.is_valid():
        return refuse(request, job, "That press could not be read. Press again.", status=422)
    try:
        again = Again.quote(job, request.asker, form.cleaned_data["request_id"])
        values = form.cleaned_data
        over = _dearer(again, values["price"]) or _bought(job, again, buys=values["buys"])
        if over:
            return refuse(request, job, over)
        created = make(again)
    except BodyRefused as refused:
        reasons = " ".join(problem.message for problem in refused.problems)
        return refuse(request, job, f"Today this would be refused: {reasons}", status=422)
    except (lifecycle.Decided, lifecycle.KeyReused, LimitRefused, QueueFull) as error:
        return refuse(request, job, str(error))
    if created.is_new:
        tasks.nudge_send(again.account)
        messages.success(request, f"A new job, holding {usd(created.job.held)}.")
    return redirect(way_back(request, created.job))


def _dearer(again: Again, named: Decimal | None) -> str:
    """Return why a press does not count any more: what it would hold has risen since the page was made."""
    if named is None or again.price.usd <= named:
        return ""
    return f"The price is {usd(again.price.usd)} now instead of {usd(named)}. Press again to take it."


def _bought(job: Job, again: Again, *, buys: bool) -> str:
    """Return why a press does not count any more: it was made in rehearsal, and new jobs are bought now."""
    if not (job.account.is_rehearsal and again.buys) or buys:
        return ""
    return (
        f"It was a rehearsal, and new jobs cost real money now: {usd(again.price.usd)}. Press again to pay."
    )


def refuse(request: TeamRequest, job: Job, problem: str, *, status: int = 409) -> HttpResponse:
    """Show the job as it is now, and why the deed was not done."""
    return show_job(request, job_for(request, job.id), problem=problem, status=status)


def way_back(request: TeamRequest, job: Job) -> str:
    """Return where the form came from, if that is a page of ours, else the job's page."""
    wanted = str(request.POST.get("next", ""))
    inside = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if wanted and inside else f"/jobs/{job.id}/"
