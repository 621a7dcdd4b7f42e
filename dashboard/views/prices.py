"""Prices: the provider's list beside the team's own, and what the provider really charged."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from dashboard.access import team_page
from dashboard.forms.prices import NewPriceForm, PriceForm
from dashboard.http import TeamRequest
from videojobs import catalog, drift, offers, pricelist
from videojobs.catalog import CatalogModel, FiledPrice
from videojobs.models import PriceOnFile, PriceProposal
from videojobs.pricelist import WrongPrice
from videojobs.rights import Right

PAST_SHOWN = 50
"""The newest prices that ended, of one model."""


@dataclass(frozen=True)
class Filed:
    """A price on file as the page shows it."""

    row: PriceOnFile
    price: FiledPrice


@dataclass
class ModelPrices:
    """One model: what the provider lists, what the team put on file, and what it had there before."""

    id: str
    model: CatalogModel | None
    filed: list[Filed] = field(default_factory=list)
    past: list[Filed] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its name, or its id where no catalogue knows it."""
        return self.model.name if self.model else self.id


@dataclass(frozen=True)
class Proposed:
    """A price the provider charged several times, to be taken over or left."""

    row: PriceProposal
    sentence: str
    problem: str = ""


@team_page()
def prices(request: TeamRequest) -> HttpResponse:
    """Show every model's prices, or those of the one the address names."""
    return render_prices(request)


@team_page(Right.SET_PRICES, methods=["GET", "POST"])
def add(request: TeamRequest) -> HttpResponse:
    """Put a price on file."""
    today = _today(request)
    if request.method != "POST":
        initial = {"model_id": request.GET.get("model", "")}
        return _form_page(request, NewPriceForm(initial=initial, today=today))
    form = NewPriceForm(request.POST, today=today)
    if form.is_valid():
        model_id = form.cleaned_data["model_id"]
        try:
            pricelist.add(request.team, form.rule(model_id), request.user, now=_now())
        except WrongPrice as wrong:
            _refuse(form, wrong)
        else:
            messages.success(request, "The price is on file and counts from the next job on.")
            return _to_model(model_id)
    return _form_page(request, form)


@team_page(Right.SET_PRICES, methods=["GET", "POST"])
def change(request: TeamRequest, price_id: int) -> HttpResponse:
    """Let a price end and another begin; what was expected of earlier jobs stays."""
    row = price_or_404(request, price_id)
    form = PriceForm.of(row, request.POST if request.method == "POST" else None, today=_today(request))
    if form.is_valid():
        try:
            pricelist.change(row, form.rule(row.model), request.user, now=_now())
        except WrongPrice as wrong:
            _refuse(form, wrong)
        else:
            messages.success(request, "The new price counts from the next job on.")
            return _to_model(row.model)
    return _form_page(request, form, row)


@team_page(Right.SET_PRICES, methods=["GET", "POST"])
def take_away(request: TeamRequest, price_id: int) -> HttpResponse:
    """Ask whether to take a price away, then do it."""
    row, problem = price_or_404(request, price_id), ""
    if request.method == "POST":
        try:
            pricelist.take_away(row, request.user, now=_now())
        except WrongPrice as wrong:
            problem = wrong.message
        else:
            messages.success(request, "The price is taken away. It stays readable among the earlier ones.")
            return _to_model(row.model)
    context = {"filed": Filed(row, offers.filed_price(row)), "problem": problem}
    return TemplateResponse(request, "prices/take_away.html", context, status=409 if problem else 200)


@team_page(Right.SET_PRICES, methods=["POST"])
def take_proposal(request: TeamRequest, proposal_id: int) -> HttpResponse:
    """Take over the price the provider really charges."""
    proposal = proposal_or_404(request, proposal_id)
    try:
        drift.take_over(proposal, request.user, now=_now())
    except WrongPrice as wrong:
        return render_prices(request, refused=(proposal.pk, wrong.message))
    messages.success(request, "The price is on file and counts from the next job on.")
    return _to_model(proposal.model)


@team_page(Right.SET_PRICES, methods=["POST"])
def leave_proposal(request: TeamRequest, proposal_id: int) -> HttpResponse:
    """Leave the price as it is."""
    proposal = proposal_or_404(request, proposal_id)
    try:
        drift.leave(proposal, request.user, now=_now())
    except WrongPrice as wrong:
        return render_prices(request, refused=(proposal.pk, wrong.message))
    messages.success(request, "The price is left as it is.")
    return redirect("prices")


def price_or_404(request: TeamRequest, price_id: int) -> PriceOnFile:
    """Return a price of this very team; one that ended meanwhile too, so that the page can say so."""
    rows = request.team.prices.select_related("set_by", "team")
    return get_object_or_404(rows, pk=price_id)


def proposal_or_404(request: TeamRequest, proposal_id: int) -> PriceProposal:
    """Return a proposal to this very team."""
    return get_object_or_404(request.team.price_proposals.select_related("team"), pk=proposal_id)


def render_prices(request: TeamRequest, *, refused: tuple[int, str] | None = None) -> HttpResponse:
    """Show the page, with what is wrong beside the proposal it is wrong with."""
    wanted, words = request.GET.get("model", ""), request.GET.get("q", "").strip()
    found = [one for one in _models(request) if _is_meant(one, wanted, words)]
    problem = refused[1] if refused else ""
    proposals = [
        Proposed(row, drift.sentence(row), problem if refused and refused[0] == row.pk else "")
        for row in request.team.price_proposals.filter(answered_at=None).order_by("proposed_at", "id")
    ]
    context = {
        "models": found,
        "wanted": wanted,
        "words": words,
        "proposals": proposals,
        # What is refused for another reason than its own: it was answered, and stands here no longer.
        "problem": problem if not any(one.problem for one in proposals) else "",
        "reported": drift.reported(request.team) if request.asker.may(Right.SEE_SPEND) else None,
        "may_set": request.asker.may(Right.SET_PRICES),
    }
    return TemplateResponse(request, "prices/prices.html", context, status=409 if refused else 200)


def _models(request: TeamRequest) -> list[ModelPrices]:
    """Return the models on offer and those with prices of the team, these first."""
    found = {model.id: ModelPrices(model.id, model) for model in catalog.all_models() if model.enabled}
    for filed in _filed(request):
        model_id = filed.row.model
        one = found.setdefault(model_id, ModelPrices(model_id, catalog.find(model_id)))
        (one.past if filed.row.retired_at else one.filed).append(filed)
    for one in found.values():
        one.filed.sort(key=lambda filed: (filed.price.narrowness, filed.price.scope))
        del one.past[PAST_SHOWN:]
    return sorted(found.values(), key=lambda one: not one.filed)


def _filed(request: TeamRequest) -> Iterator[Filed]:
    rows = request.team.prices.select_related("set_by", "retired_by")
    return (Filed(row, offers.filed_price(row)) for row in rows.order_by("-set_at", "-id"))


def _is_meant(one: ModelPrices, wanted: str, words: str) -> bool:
    if wanted:
        return one.id == wanted
    return all(word in f"{one.name} {one.id}".lower() for word in words.lower().split())


def _refuse(form: PriceForm, wrong: WrongPrice) -> None:
    """Say it beside its field; where no model is asked, beside what narrows the price."""
    model_field = "model_id" if "model_id" in form.fields else "resolution"
    form.add_error(model_field if wrong.field == "model" else wrong.field or None, wrong.message)


def _form_page(request: TeamRequest, form: PriceForm, row: PriceOnFile | None = None) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "row": row,
        "model": form.model,
        "known": [] if row else [model for model in catalog.all_models() if model.enabled],
    }
    return TemplateResponse(request, "prices/form.html", context, status=422 if form.errors else 200)


def _to_model(model_id: str) -> HttpResponse:
    return redirect(f"{reverse('prices')}?{urlencode({'model': model_id})}")


def _now() -> datetime:
    return datetime.now(UTC)


def _today(request: TeamRequest) -> date:
    return timezone.localdate(timezone=request.team.zone)
