"""One deed on many jobs: the chosen rows, all that match the filter, or all failures of one kind."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from dashboard.access import changeable_jobs, demand, job_for_change, team_page, usable_projects, visible_jobs
from dashboard.forms.queue import BulkForm, QueueFilters
from dashboard.http import Asker, TeamRequest
from dashboard.templatetags.money import usd
from dashboard.views.deeds import Again
from dashboard.views.queue_answer import given, kept, query_of, said, show
from dashboard.views.queue_endings import FAILURES, failures
from videojobs import lifecycle, tasks
from videojobs.bodies import BodyProblem, BodyRefused
from videojobs.lifecycle import Done
from videojobs.lifecycle.bulk import of_one_kind, summed
from videojobs.models import Job, ProviderAccount
from videojobs.models.jobs import JobQuerySet
from videojobs.rights import Right

MOST_CHOSEN = 200
"""Rows a page can have chosen one by one."""


@dataclass(frozen=True)
class Chosen:
    """What the bar is about, counted by the server: `count` and `usd` of what this person may change.

    `matching` counts what matches the filter, `others` what of the choice is not theirs to change.
    """

    jobs: JobQuerySet
    count: int
    usd: Decimal
    matching: int
    others: int
    every: bool


def chosen(request: TeamRequest) -> Chosen:
    """Read the choice from a form or an address, and count it anew."""
    asker = request.asker
    data = request.POST if request.method == "POST" else request.GET
    filters = QueueFilters.read(given(request) if request.method == "POST" else data)
    matching = filters.on(visible_jobs(asker), asker.user).waiting().filter(decision="")
    mine = filters.on(changeable_jobs(asker), asker.user).waiting().filter(decision="")
    every = data.get("every") == "on"
    seen = matching
    if not every:
        ids = [job_id for job_id in data.getlist("job")[:MOST_CHOSEN] if "\x00" not in job_id]
        seen, mine = visible_jobs(asker).filter(id__in=ids), changeable_jobs(asker).filter(id__in=ids)
    tally = summed(mine)
    return Chosen(mine, tally.count, tally.usd, matching.count(), seen.count() - tally.count, every)


@team_page(Right.CANCEL_OWN)
def bar(request: TeamRequest) -> HttpResponse:
    """Return the bar for what is chosen, for pages with scripts."""
    context = {
        "chosen": chosen(request),
        "bulk_projects": usable_projects(request.asker),
        "address": reverse("queue") + query_of(kept(request.GET, but=("stale",))),
        "zone": request.team.time_zone,
    }
    return render(request, "queue/bulk.html", context)


@team_page(Right.CANCEL_OWN, methods=["POST"])
def many(request: TeamRequest) -> HttpResponse:
    """Do one thing to the chosen jobs; say how many were done, and how many were not and why."""
    form = BulkForm(request.team, usable_projects(request.asker), request.POST)
    if not form.is_valid():
        return show(request, problem=form.problem, status=422)
    found = chosen(request)
    if not found.count:
        return show(request, problem="Choose jobs first: nothing was changed.", status=422)
    named = form.cleaned_data["named"]
    if found.every and (named is None or found.count > named):
        more = f"{found.count:,} match now" + (f" instead of {named:,}" if named is not None else "")
        return show(
            request, problem=f"{more}. Look at them and press again: nothing was changed.", status=409
        )
    try:
        done = _deed(form, request)(found.jobs)
    except lifecycle.WrongAnswer as wrong:
        return show(request, problem=wrong.message, status=422)
    tasks.nudge_send(request.team.provider_account)
    same = found.count - done.done - done.not_done - done.left
    return _answer(request, _VERBS[form.cleaned_data["deed"]], done, others=found.others, same=same)


_VERBS = {
    "cancel": "cancelled",
    "low": "set to low priority",
    "normal": "set to normal priority",
    "high": "set to high priority",
    "project": "moved",
    "later": "put off",
    "in_turn": "back in their turn",
}


def _deed(form: BulkForm, request: TeamRequest) -> Callable[[JobQuerySet], Done]:
    actor, now, wish = request.user, timezone.now(), form.cleaned_data
    match wish["deed"]:
        case "cancel":
            return partial(lifecycle.cancel_all, actor=actor, now=now)
        case "project":
            return partial(lifecycle.move_all, project=wish["project"], actor=actor, now=now)
        case "later" | "in_turn":
            when = wish["when"] if wish["deed"] == "later" else None
            return partial(lifecycle.start_all_later, when=when, actor=actor, now=now)
        case _:
            return partial(lifecycle.prioritise_all, priority=form.priority, actor=actor, now=now)


@team_page(Right.CANCEL_OWN, methods=["POST"])
def dismiss(request: TeamRequest) -> HttpResponse:
    """Put away the failures of one kind, or all that match."""
    done = lifecycle.dismiss_all(_failures(request), request.user, now=timezone.now())
    return _answer(request, "put away", done)


@team_page(Right.CANCEL_OWN, methods=["POST"])
def retry(request: TeamRequest) -> HttpResponse:
    """Make a new job for each failure of one kind, or for all that match; none dearer than before."""
    demand(request.asker, Right.SUBMIT)
    done = lifecycle.retry_all(
        _failures(request), partial(_again, request.asker), request.user, now=timezone.now()
    )
    tasks.nudge_send(request.team.provider_account)
    return _answer(request, "sent again", done)


def _failures(request: TeamRequest) -> JobQuerySet:
    """Return what the form is about. Raises Http404 where it names a job that is not this person's."""
    asker, now = request.asker, timezone.now()
    mine = QueueFilters.read(given(request)).on(changeable_jobs(asker), asker.user)
    like = str(request.POST.get("like", ""))
    if not like:
        return failures(mine, now)
    job = job_for_change(request, like)
    kind = of_one_kind(mine, Job.objects.get(id=job.id))
    return failures(kind, now) if job.state in FAILURES else kind


def _again(asker: Asker, job: Job) -> tuple[lifecycle.Order, ProviderAccount]:
    """Check and price a failure's wish as of now. Raises BodyRefused where it would cost more than before."""
    again = Again.quote(job, asker, uuid4().hex)
    if again.price.usd > job.estimate:
        dearer = (
            f"The price is {usd(again.price.usd)} now instead of {usd(job.estimate)}; retry it by itself."
        )
        raise BodyRefused((BodyProblem("price", dearer, "dearer"),))
    return again.order, again.account


def _answer(request: TeamRequest, verb: str, done: Done, *, others: int = 0, same: int = 0) -> HttpResponse:
    """Say how many were done, how many (`same`) were so before, how many were not and why, or are left."""
    rest = []
    if done.not_done:
        rest.append(f"{done.not_done:,} not: {done.why}")
    if done.left:
        why = f": {done.why}" if done.why and not done.not_done else "."
        rest.append(f"{done.left:,} left{why} Press again to go on.")
    if others:
        rest.append(f"{others:,} are not yours to change.")
    if rest and not done.done:
        return show(request, problem=" ".join(rest), status=409)
    already = f"{same:,} {'was' if same == 1 else 'were'} so already" if same > 0 else ""
    if already and not done.done:
        return said(request, f"Nothing to change: {already}.", but=" ".join(rest))
    return said(
        request, f"{'; '.join(filter(None, (f'{done.done:,} {verb}', already)))}.", but=" ".join(rest)
    )
