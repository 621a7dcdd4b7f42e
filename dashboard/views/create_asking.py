"""One Create form, opened or posted, read into a wish with its price."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils import timezone

from dashboard import submitting
from dashboard.access import usable_projects
from dashboard.context import Frame
from dashboard.forms.create import UNLISTED, CreateForm
from dashboard.forms.create_filling import Filling, Given, fitting
from dashboard.http import TeamRequest
from dashboard.submitting import Wish
from dashboard.views.create_limits import Leeway
from dashboard.views.create_price import (
    PriceBar,
    Reason,
    lacks_length,
    likely_body,
    may_be_priced,
    over_limit,
    reasons_of,
)
from videojobs import bodies, dispatch, lifecycle, offers, pauses, pricelist
from videojobs.bodies import BodyProblem, BodyRefused, Shape, form_shape
from videojobs.bodies.scalars import read_decimal
from videojobs.catalog import Offer
from videojobs.forecast import Expected
from videojobs.models import Job, Project, ProviderAccount, QueueScope
from videojobs.prices import Price, PriceSource
from videojobs.rights import Right


@dataclass(frozen=True)
class Choice:
    """The model a form asks for. `offer` shapes the form even where `model_id` is nobody's."""

    offer: Offer
    model_id: str
    may_be_asked: bool = True  # False: a name no catalogue knows, not given as unlisted

    @classmethod
    def read(cls, request: TeamRequest, account: ProviderAccount, data: Mapping[str, Any]) -> "Choice":
        """Read it from a form or an address; the usual model where it names none."""
        named = str(data.get("model", "")).strip()
        is_unlisted = named == UNLISTED
        model_id = str(data.get("unlisted_model", "")).strip() if is_unlisted else named
        if not model_id and not is_unlisted:
            return cls.usual(request, account)
        listed = offers.find(request.team, account, model_id)
        if listed is not None:
            return cls(listed, model_id)
        if is_unlisted:
            return cls(offers.unlisted(request.team, model_id), model_id)
        return cls(cls.usual(request, account).offer, model_id, may_be_asked=False)

    @classmethod
    def usual(cls, request: TeamRequest, account: ProviderAccount) -> "Choice":
        """Return the model this person used last, if it is still on offer, else the first of the list."""
        mine = Job.objects.in_team(request.team).filter(person=request.user).newest_first()
        last = mine.values_list("model", flat=True).first() or ""
        listed = [offer for offer in offers.for_team(request.team, account) if offer.model.enabled]
        offer = next((offer for offer in listed if offer.model.id == last), listed[0])
        return cls(offer, offer.model.id)


@dataclass(frozen=True)
class Asking:
    """One form as it stands: for which model, with what in it, and whether it was sent."""

    request: TeamRequest
    account: ProviderAccount
    choice: Choice
    form: CreateForm
    press: str
    retry_of: Job | None = None
    filling: Filling = field(default_factory=lambda: Filling({}))
    edits: Job | None = None  # the waiting job that is to become this wish

    @property
    def offer(self) -> Offer:
        """The model's offer the form is shaped by."""
        return self.choice.offer

    def order(self) -> lifecycle.Order:
        """Return what the press asks for. Raises BodyRefused, naming each field that is wrong."""
        return self._ordered(self.form)

    def names(self, price: Price) -> bool:
        """Whether the button that was pressed named this price, or a higher one."""
        shown = read_decimal(self.request.POST.get("shown", ""))
        return self.account.is_rehearsal or shown is None or price.usd <= shown

    @property
    def drawn_for(self) -> str:
        """For whose money the form is: the team, and the account it buys with."""
        return f"{self.request.team.pk}.{self.account.pk}"

    def moved(self) -> str:
        """Return why a press does not count: it would spend other money than its page was made for. Or ""."""
        if self.request.POST.get("drawn_for", self.drawn_for) == self.drawn_for:
            return ""
        costs = "costs nothing: it is rehearsed" if self.account.is_rehearsal else "costs real money"
        return f"This page was made for another team or key. Now it is for {self.request.team}, and {costs}."

    def bar(self, *, pressed: bool = False) -> PriceBar:
        """Price the form as far as it is filled in, and say what is still missing."""
        # A form that was only opened is read as if its first values had been posted.
        form = CreateForm(self.form.shape, self.form.data or self.filling.initial)
        price, outcome = self._price(form)
        leeway = self._leeway(price)
        lacks_giver = price is None and not self.may_type
        ahead, expected = self._turn(price, outcome)
        return PriceBar(
            price=price,
            spent=Frame(self.request).spent,
            whose="this month" if self.request.asker.may(Right.SEE_SPEND) else "yours this month",
            rehearsal=self.account.is_rehearsal,
            leeway=leeway,
            outcome=outcome,
            reasons=reasons_of(self.form if pressed else form) + self._over(leeway, pressed=pressed),
            asks_price=price is None or price.source is PriceSource.TYPED,
            may_type=self.may_type,
            givers=submitting.who_may_give_one(self.request.team) if lacks_giver else "",
            is_asked=lacks_giver and pricelist.is_asked(self.request.team, self.choice.model_id),
            lacks_length=price is None and lacks_length(form.values(self.choice.model_id), self.offer),
            pressed=pressed,
            ahead=ahead,
            expected=expected,
            held_back=self._held_back() if price and ahead is None else "",
        )

    def _turn(self, price: Price | None, outcome: Shape) -> tuple[int | None, Expected | None]:
        """Return how many would go before it, and when it would start, if it were sent now."""
        if price is None:
            return None, None
        team, person = self.request.team.pk, self.request.user.pk
        size = f"{outcome.width}x{outcome.height}"
        new = dispatch.Turn("", team, person, self.choice.model_id, size, price.usd)
        return dispatch.for_new(new, self.account, timezone.now())

    def _held_back(self) -> str:
        """Say what keeps a new job of this form from being sent in its turn; "" where nothing is known to."""
        if self.account.is_parked():
            return "sending is parked"
        mine = {
            QueueScope.TEAM: ("", "sending"),
            QueueScope.PERSON: (self.request.user.pk, "your line"),
            QueueScope.MODEL: (self.choice.model_id, "this model"),
        }
        for pause in pauses.open_pauses(self.request.team):
            about, what = mine[QueueScope(pause.scope)]
            if about == (pause.person_id or pause.model):
                return f"{pause.paused_by} paused {what}"
        return ""

    @cached_property
    def projects(self) -> list[Project]:
        """The projects this person may send jobs for, the default one first."""
        return list(usable_projects(self.request.asker))

    @cached_property
    def project(self) -> Project | None:
        """The project that is named, else the usual one; None for one this person may not use."""
        named = str((self.request.POST or self.request.GET).get("project", ""))
        if not named:
            return self._usual_project()
        return next((one for one in self.projects if str(one.pk) == named), None)

    def _usual_project(self) -> Project:
        """The retried job's project, if it still takes jobs, else the default one."""
        retried = self.retry_of.project_id if self.retry_of else None
        return next((one for one in self.projects if one.pk == retried), self.projects[0])

    @property
    def may_type(self) -> bool:
        """Whether this person may give a price where nobody lists one."""
        return self.request.asker.may(Right.SET_PRICES)

    def ask_for_price(self, *, now: datetime) -> bool:
        """Tell the team that the model needs a price, if it does; tell whether it does."""
        lacking = self.choice.may_be_asked and may_be_priced(self.offer) and self.bar().price is None
        if lacking:
            pricelist.ask_for(self.request.team, self.choice.model_id, self.request.user, now=now)
        return lacking

    def _over(self, leeway: Leeway, *, pressed: bool) -> tuple[Reason, ...]:
        """Say that a limit has no room, unless the press was told so already."""
        return () if pressed and self.form.non_field_errors() else over_limit(leeway)

    def _leeway(self, price: Price | None) -> Leeway:
        """Return what the limits leave for this job, which is not made yet."""
        team, edits = self.request.team, self.edits
        job = Job(team=team, account=self.account, model=self.choice.model_id)
        if edits:
            job.project, job.person, job.token = edits.project, edits.person, edits.token
        else:
            job.project, job.person = self.project or self._usual_project(), self.request.user
        return Leeway.of(job, price.usd if price else None, now=timezone.now(), instead_of=edits)

    def _ordered(self, form: CreateForm) -> lifecycle.Order:
        wish = self._wish(form)
        quoted = submitting.quote(wish, self.account)
        if quoted.price is None:
            # A typed price counts only where nobody names one.
            wish = replace(wish, typed_price=form.cleaned_data.get("price", "").strip())
            quoted = submitting.quote(wish, self.account)
        return submitting.order_of(wish, quoted)

    def _wish(self, form: CreateForm) -> Wish:
        project = self.project
        if project is None:
            message = "Choose one of these projects; the one you named takes no jobs from you."
            raise BodyRefused((BodyProblem("project", message, "not_found"),))
        return Wish(
            values=form.values(self.choice.model_id),
            team=self.request.team,
            project=project,
            person=self.request.user,
            press=lifecycle.Press(scope=f"form:{self.request.user.pk}", key=self.press),
            may_type_price=self.choice.may_be_asked and self.may_type,
            may_be_unlisted=self.choice.may_be_asked,
            retry_of=self.retry_of,
        )

    def _price(self, form: CreateForm) -> tuple[Price | None, Shape]:
        """Check and price the wish; what is wrong stands in the form's errors afterwards."""
        problems: tuple[BodyProblem, ...] = ()
        if form.is_valid():
            try:
                order = self._ordered(form)
                return order.price, bodies.describe(order.body, self.offer)
            except BodyRefused as refused:
                problems = refused.problems
                form.refuse(problems)
        body = likely_body(form.values(self.choice.model_id), self.offer, problems)
        price = offers.price(self.request.team, body, self.offer)
        return price, bodies.describe(body, self.offer)


def opened(
    request: TeamRequest, given: Given, data: Mapping[str, Any], retry_of: Job | None = None
) -> Asking:
    """Return a form to be filled in: the model named in `data`, with what of `given` it takes."""
    account = request.team.provider_account
    choice = Choice.read(request, account, data)
    shape = form_shape(choice.offer)
    filling = fitting(given, shape)
    press = read_press(data) or str(uuid.uuid4())
    form = CreateForm(shape, initial=filling.initial)
    return Asking(request, account, choice, form, press, retry_of, filling)


def posted(request: TeamRequest, retry_of: Job | None) -> Asking:
    """Return a form that came back."""
    account = request.team.provider_account
    choice = Choice.read(request, account, request.POST)
    form = CreateForm(form_shape(choice.offer), request.POST)
    return Asking(request, account, choice, form, read_press(request.POST), retry_of)


def read_press(data: Mapping[str, Any]) -> str:
    """Return the form's own number, "" where it came without one of ours."""
    try:
        return str(uuid.UUID(str(data.get("press", ""))))
    except ValueError:
        return ""


def was_shaped_for_another(asking: Asking) -> bool:
    """Whether the model was changed since the form was drawn, so that its fields are another model's."""
    shaped_for = asking.request.POST.get("shaped_for", "")
    return bool(shaped_for) and asking.choice.may_be_asked and shaped_for != asking.choice.model_id
