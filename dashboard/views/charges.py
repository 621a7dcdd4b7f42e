"""A person says what a job was charged: by hand, not at all, another amount, or given back in part."""

from collections.abc import Callable
from decimal import Decimal

from django.http import HttpResponse
from django.utils import timezone

from dashboard.access import demand, job_for, team_page
from dashboard.forms.job import ChangeForm, CorrectForm, CreditForm, SettleForm, UnchargedForm
from dashboard.http import TeamRequest
from dashboard.templatetags.money import usd_exact
from dashboard.views.decide import decide, refuse
from dashboard.views.job_money import seen_of
from dashboard.views.job_page import show_job
from videojobs import lifecycle
from videojobs.models import Job
from videojobs.rights import Right


@team_page(methods=["POST"])
def settle(request: TeamRequest, job_id: str) -> HttpResponse:
    """Book what an ended job cost, as a person read it elsewhere."""
    job = job_to_settle(request, job_id)
    form = SettleForm(job.id, request.POST)
    if not form.is_valid():
        return show_job(request, job, bound={"settle": form}, status=422)
    amount, reason = form.cleaned_data["usd"], form.cleaned_data["reason"]
    return decide(
        request,
        job,
        lambda: lifecycle.settle_by_hand(job, amount, reason, request.user, now=timezone.now()),
        done=f"Settled at {usd_exact(amount)}.",
        name="settle",
        form=form,
    )


@team_page(methods=["POST"])
def uncharged(request: TeamRequest, job_id: str) -> HttpResponse:
    """Say that an ended job was not charged, and free its hold."""
    job = job_to_settle(request, job_id)
    form = UnchargedForm(job.id, request.POST)
    if not form.is_valid():
        return show_job(request, job, bound={"uncharged": form}, status=422)
    reason = form.cleaned_data["reason"]
    freed = f" {usd_exact(job.held)} is free again." if job.held else ""
    return decide(
        request,
        job,
        lambda: lifecycle.settle_as_uncharged(job, reason, request.user, now=timezone.now()),
        done=f"Noted: not charged.{freed}",
        name="uncharged",
        form=form,
    )


@team_page(methods=["POST"])
def correct(request: TeamRequest, job_id: str) -> HttpResponse:
    """Book that a settled job was charged another amount in all."""
    job = job_to_settle(request, job_id)
    form = CorrectForm(job.id, request.POST)

    def deed(amount: Decimal, reason: str) -> None:
        lifecycle.correct(job, amount, reason, request.user, now=timezone.now())

    return change(request, job, form, "correct", deed, "Corrected: charged {} in all.")


@team_page(methods=["POST"])
def credit(request: TeamRequest, job_id: str) -> HttpResponse:
    """Book what the provider gave back for a job."""
    job = job_to_settle(request, job_id)
    form = CreditForm(job.id, request.POST)

    def deed(amount: Decimal, reason: str) -> None:
        lifecycle.credit(job, amount, reason, request.user, now=timezone.now())

    return change(request, job, form, "credit", deed, "Booked: {} given back.")


def change(
    request: TeamRequest,
    job: Job,
    form: ChangeForm,
    name: str,
    deed: Callable[[Decimal, str], None],
    done: str,
) -> HttpResponse:
    """Change a settled charge, if it still stands as the page had it."""
    if not form.is_valid():
        return show_job(request, job, bound={name: form}, status=422)
    if form.cleaned_data["seen"] not in {"", seen_of(job)}:
        return refuse(request, job, "Its money has changed since this page was made. Look, and press again.")
    amount, reason = form.cleaned_data["usd"], form.cleaned_data["reason"]
    said = done.format(usd_exact(amount))
    return decide(request, job, lambda: deed(amount, reason), done=said, name=name, form=form)


def job_to_settle(request: TeamRequest, job_id: str) -> Job:
    """Return a job whose charge this person may settle. Raises Http404 to strangers, PermissionDenied."""
    job = job_for(request, job_id)
    demand(request.asker, Right.SETTLE_BY_HAND)
    return job
