"""A waiting job becomes another wish: the Create form, filled in with it, and what the change costs."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from dashboard import versions
from dashboard.access import job_for_change, refusal, sees_prompt, team_page
from dashboard.forms.create import MORE
from dashboard.forms.create_filling import from_body, from_post
from dashboard.http import TeamRequest
from dashboard.templatetags.money import usd
from dashboard.views.create_asking import Asking, opened, posted, was_shaped_for_another
from dashboard.views.create_models import History, card_of
from dashboard.views.create_price import PriceBar
from dashboard.views.queue_answer import Meanwhile, said, show
from videojobs import lifecycle, offers, tasks
from videojobs.bodies import BodyRefused
from videojobs.models import Job
from videojobs.money.ledger import LimitRefused
from videojobs.places import QueueFull
from videojobs.prices import PriceSource
from videojobs.rights import Right
from videojobs.states import State


@dataclass(frozen=True)
class Change:
    """What saving does to a job's money and place. `price` None: nobody knows it yet."""

    old: Decimal
    bar: PriceBar

    @property
    def rise(self) -> Decimal | None:
        """USD more, below zero for less; None while no price is known."""
        return None if self.bar.price is None else self.bar.price.usd - self.old

    @property
    def fall(self) -> Decimal:
        """USD less."""
        return -(self.rise or Decimal(0))

    @property
    def keeps_place(self) -> bool:
        """Whether it stays where it is in its line."""
        return self.rise is not None and self.rise <= 0

    @property
    def deed(self) -> str:
        """What the button does, in words."""
        if self.rise is None or self.rise == 0 or self.bar.price is None:
            return "Save"
        return f"Save · {usd(self.bar.price.usd)}"


@team_page(methods=["GET", "POST"])
def edit(request: TeamRequest, job_id: str) -> HttpResponse:
    """Show a waiting job's form, price it anew as it is changed, or save it."""
    job = job_for_change(request, job_id)
    if not sees_prompt(request.asker, job):
        raise PermissionDenied(refusal(request.asker, Right.SEE_PROMPTS))
    if job.state != State.WAITING:
        return show(request, problem="It has left the queue, so it can be changed no more.", status=409)
    if request.method != "POST":
        return _page(request, job, _opened(request, job))
    asking = _of(job, posted(request, None))
    part = request.GET.get("part", "")
    if part == "price":
        return render(request, "queue/edit_price.html", _context(request, job, asking))
    if part == "shape":
        return render(request, "queue/edit_reshaped.html", _context(request, job, _reshaped(request, job)))
    if request.POST.get("deed") in {"reshape", "reset"} or was_shaped_for_another(asking):
        return _page(request, job, _reshaped(request, job))
    return _save(request, job, asking)


def _opened(request: TeamRequest, job: Job) -> Asking:
    known = {offer.model.id for offer in offers.for_team(request.team, job.account)}
    model = {"model": job.model} if job.model in known else {"model": "unlisted", "unlisted_model": job.model}
    asking = _of(job, opened(request, from_body(job.body), model))
    if job.estimate_source == PriceSource.TYPED:
        asking.form.initial["price"] = str(job.estimate)
    return asking


def _reshaped(request: TeamRequest, job: Job) -> Asking:
    wish = from_post(request.POST)
    if request.POST.get("deed") == "reset":
        wish = {name: value for name, value in wish.items() if name not in MORE}
    return _of(job, opened(request, wish, request.POST))


def _of(job: Job, asking: Asking) -> Asking:
    """Price it where the job will be sent, and against what it holds already."""
    return replace(asking, account=job.account, edits=job)


def _save(request: TeamRequest, job: Job, asking: Asking) -> HttpResponse:
    form, now = asking.form, timezone.now()
    if not form.is_valid():
        return _page(request, job, asking, status=422)
    try:
        order = replace(asking.order(), project=job.project, title=job.title, retry_of=None)
        if not asking.names(order.price):
            form.add_error(None, f"The price is {usd(order.price.usd)} now. Press again to take it.")
            return _page(request, job, asking, status=422)
        version = versions.posted(request)
        edited = lifecycle.edit(job.id, order, request.user, version=version, now=now)
    except lifecycle.Stale as stale:
        meanwhile = Meanwhile.of(request.asker, stale)
        if stale.job.state != State.WAITING:
            return show(request, stale=meanwhile, status=409)
        return _page(request, stale.job, asking, stale=meanwhile, status=409)
    except BodyRefused as refused:
        form.refuse(refused.problems)
        return _page(request, job, asking, status=422)
    except (LimitRefused, QueueFull, lifecycle.Decided) as refused:
        form.add_error(None, str(refused))
        return _page(request, job, asking, status=422)
    tasks.nudge_send(job.account)
    return said(request, _done(edited))


def _done(edited: lifecycle.Edited) -> str:
    if edited.asks:
        return "Saved. It waits for a yes now."
    if edited.keeps_place:
        return "Saved. It keeps its place."
    return f"Saved. It holds {usd(edited.job.held)} now, and is the newest of its line."


def _page(
    request: TeamRequest, job: Job, asking: Asking, *, stale: Meanwhile | None = None, status: int = 200
) -> HttpResponse:
    """Show the form: to a script alone, for the sheet beside the queue."""
    context = _context(request, job, asking, pressed=status != 200) | {"stale": stale}
    if request.htmx:
        return render(request, "queue/edit_form.html", context, status=status)
    return TemplateResponse(request, "queue/edit.html", context, status=status)


def _context(request: TeamRequest, job: Job, asking: Asking, *, pressed: bool = False) -> dict[str, Any]:
    history = History.read(request.team, job.account)
    bar = asking.bar(pressed=pressed)
    cards = [
        card_of(offer, history, chosen=offer.model.id == asking.choice.model_id)
        for offer in offers.for_team(request.team, job.account)
    ]
    return {
        "job": job,
        "asking": asking,
        "form": asking.form,
        "parts": asking.form.parts,
        "bar": bar,
        "change": Change(job.estimate, bar),
        "cards": cards,
        "picked": card_of(asking.offer, history, chosen=True),
        "left_out": asking.filling.left_out,
        "shape_url": f"{reverse('queue_edit', args=[job.id])}?part=shape",
        "fragment": request.GET.get("part") == "shape",
        "address": _back(request),
    }


def _back(request: TeamRequest) -> str:
    """Return the queue as it was filtered."""
    wanted = str(request.POST.get("next", request.GET.get("next", "")))
    return wanted if wanted.startswith(reverse("queue") + "?") else reverse("queue")
