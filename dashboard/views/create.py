"""The Create page: choose a model, say what the video shows, see the price, press once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode

from dashboard.access import job_for, job_for_change, team_page
from dashboard.forms.create import MORE, new_press
from dashboard.forms.create_filling import Given, Take, from_body, from_post
from dashboard.http import TeamRequest
from dashboard.templatetags.money import usd
from dashboard.views.create_asking import Asking, opened, posted, was_shaped_for_another
from dashboard.views.create_models import History, card_of
from videojobs import dispatch, lifecycle, offers, reports, tasks
from videojobs.bodies import BodyRefused
from videojobs.models import Job
from videojobs.money.ledger import LimitRefused
from videojobs.places import QueueFull
from videojobs.rights import Right

USES = {Take.ALL: "All", Take.NEW_SEED: "New seed", Take.SEED: "Seed only", Take.PROMPT: "Prompt only"}
MINE = 8
"""How many of one's own jobs stand at the page's side."""


@dataclass(frozen=True)
class Use:
    """One link: how much of an earlier job the form is filled in with."""

    label: str
    url: str
    current: bool


@team_page(Right.SUBMIT, methods=("GET", "POST"))
def create(request: TeamRequest) -> HttpResponse:
    """Show the form, filled in from a job where the address names one; POST sends it."""
    if request.method != "POST":
        return _open(request)
    asking = posted(request, _retried(request, _named(request.POST, "retry_of")))
    if request.POST.get("deed") == "ask_price":
        return _ask_for_price(request, asking)
    if request.POST.get("deed") in {"reshape", "reset"} or was_shaped_for_another(asking):
        return _page(request, _reshaped(request))
    return _send(request, asking)


@team_page(Right.SUBMIT, methods=("POST",))
def shape(request: TeamRequest) -> HttpResponse:
    """Return the fields of another model, keeping what fits."""
    asking = _reshaped(request)
    return render(request, "create/reshaped.html", _asked(asking) | {"fragment": True})


@team_page(Right.SUBMIT, methods=("POST",))
def quote(request: TeamRequest) -> HttpResponse:
    """Return the price of the form as it stands, storing nothing."""
    asking = posted(request, None)
    return render(request, "create/price.html", {"form": asking.form, "bar": asking.bar(), "asking": asking})


@team_page(Right.SUBMIT)
def stage(request: TeamRequest) -> HttpResponse:
    """Return the last result alone, for pages that are open."""
    return render(request, "create/stage.html", _stage(request))


@team_page(Right.SUBMIT)
def mine(request: TeamRequest) -> HttpResponse:
    """Return one's own latest jobs alone, for pages that are open."""
    return render(request, "create/mine.html", {"jobs": _my_jobs(request)})


def _open(request: TeamRequest) -> HttpResponse:
    retried = _retried(request, _named(request.GET, "retry"))
    source = retried or _source(request)
    given: Given = {"prompt": request.GET.get("prompt", "")}
    model = request.GET.get("model", "")
    if source is not None:
        given = from_body(source.body, Take.ALL if retried else _take(request))
        model = model or source.model
    asking = opened(request, given, _model_data(request, model), retried)
    return _page(request, asking, source=source)


def _model_data(request: TeamRequest, model: str) -> dict[str, str]:
    """Name a model as the form does: one no catalogue knows stands under *unlisted*."""
    known = {offer.model.id for offer in offers.for_team(request.team, request.team.provider_account)}
    return {"model": model} if model in known or not model else {"model": "unlisted", "unlisted_model": model}


def _source(request: TeamRequest) -> Job | None:
    job_id = _named(request.GET, "from")
    return job_for(request, job_id) if job_id else None


def _named(data: Mapping[str, str], name: str) -> str:
    """Return the id of a job named in an address or a form. Raises Http404 for what can be none."""
    job_id = data.get(name, "")
    if "\x00" in job_id:
        raise Http404("No such job.")
    return job_id


def _take(request: TeamRequest) -> Take:
    wanted = request.GET.get("use", "")
    return Take(wanted) if wanted in set(Take) else Take.ALL


def _uses(request: TeamRequest, source: Job | None) -> list[Use]:
    """Return the links that say how much of a job is used again."""
    if source is None:
        return []
    labels = USES if source.body.get("seed") is not None else {Take.ALL: "All", Take.PROMPT: "Prompt only"}
    base = f"{reverse('create')}?{urlencode({'from': source.id})}"
    return [Use(label, f"{base}&use={take}", _take(request) is take) for take, label in labels.items()]


def _retried(request: TeamRequest, job_id: str) -> Job | None:
    """Return the ended job this one is to take the place of, if any."""
    if not job_id:
        return None
    job = job_for_change(request, job_id)
    if not job.is_ended:
        raise PermissionDenied("This job has not ended, so there is nothing to retry.")
    return job


def _reshaped(request: TeamRequest) -> Asking:
    given = from_post(request.POST)
    if request.POST.get("deed") == "reset":
        given = {name: value for name, value in given.items() if name not in MORE}
    retried = _retried(request, _named(request.POST, "retry_of"))
    return opened(request, given, request.POST, retried)


def _ask_for_price(request: TeamRequest, asking: Asking) -> HttpResponse:
    """Tell the team that a model needs a price, send nothing, and show the form as it was."""
    if asking.ask_for_price(now=datetime.now(UTC)):
        messages.success(request, "Your team is told that this model needs a price. Nothing was sent.")
    return _page(request, _reshaped(request))


def _send(request: TeamRequest, asking: Asking) -> HttpResponse:
    """Make the job and lead to it in the queue, or show the form again with what is wrong."""
    form = asking.form
    if not asking.press:
        form.add_error(None, "This form had lost its number. Look it over and send it again.")
    elif moved := asking.moved():
        form.add_error(None, moved)
    if not form.is_valid():
        return _page(request, _with_number(asking), status=422)
    try:
        order = asking.order()
        if not asking.names(order.price):
            form.add_error(None, f"The price is {usd(order.price.usd)} now. Press again to take it.")
            return _page(request, asking, status=422)
        created = lifecycle.create(order, asking.account, now=datetime.now(UTC))
    except BodyRefused as refused:
        form.refuse(refused.problems)
    except (LimitRefused, QueueFull) as refused:
        form.add_error(None, str(refused))
    except lifecycle.KeyReused:
        form.add_error(
            None, "This form was sent before with other words. Send it once more to make a new job."
        )
        asking = replace(asking, press=new_press())
    else:
        if created.is_new:
            tasks.nudge_send(created.job.account)
        else:
            messages.info(request, "This form was sent already, and this is its job. Nothing was sent twice.")
        return HttpResponseRedirect(f"{reverse('queue')}?{urlencode({'sent': created.job.id})}")
    return _page(request, asking, status=422)


def _with_number(asking: Asking) -> Asking:
    return asking if asking.press else replace(asking, press=new_press())


def _page(
    request: TeamRequest, asking: Asking, *, source: Job | None = None, status: int = 200
) -> HttpResponse:
    context = _asked(asking, pressed=status != 200) | _stage(request)
    context |= {"jobs": _my_jobs(request), "source": source, "uses": _uses(request, source)}
    return TemplateResponse(request, "create/page.html", context, status=status)


def _asked(asking: Asking, *, pressed: bool = False) -> dict[str, Any]:
    """Return what the form's templates need."""
    history = History.read(asking.request.team, asking.account)
    cards = [
        card_of(offer, history, chosen=offer.model.id == asking.choice.model_id)
        for offer in offers.for_team(asking.request.team, asking.account)
    ]
    return {
        "asking": asking,
        "form": asking.form,
        "parts": asking.form.parts,
        "bar": asking.bar(pressed=pressed),
        "cards": cards,
        "picked": card_of(asking.offer, history, chosen=True),
        "left_out": asking.filling.left_out,
    }


def _stage(request: TeamRequest) -> dict[str, Any]:
    """Return the job on the stage: the one used again, else one's own latest."""
    job_id = _named(request.GET, "from") or _named(request.GET, "retry")
    query = f"?{urlencode({'from': job_id})}" if job_id else ""
    job = job_for(request, job_id) if job_id else next(iter(_my_jobs(request, 1)), None)
    if job is None or job.is_ended:
        return {"staged": job, "stage_query": query}
    now = datetime.now(UTC)
    wait = reports.typical_wait(request.team, job.model, rehearsal=job.account.is_rehearsal)
    return {
        "staged": job,
        "stage_query": query,
        "typical": wait.usual if wait else None,
        "reason": dispatch.reasons([job], now, request.user).get(job.id, ""),
    }


def _my_jobs(request: TeamRequest, count: int = MINE) -> list[Job]:
    jobs = Job.objects.in_team(request.team).filter(person=request.user).newest_first()
    return list(jobs.select_related("person", "account", "output")[:count])
