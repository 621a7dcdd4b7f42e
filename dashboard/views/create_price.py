"""The bar under the Create form: what one press costs, by whose word, and why it cannot be sent."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS

from dashboard.forms.create import CreateForm
from dashboard.templatetags.money import usd
from dashboard.views.create_limits import Leeway
from videojobs import bodies, prices
from videojobs.bodies import BodyProblem, BodyRefused, Shape
from videojobs.catalog import CatalogModel, Offer
from videojobs.forecast import Expected
from videojobs.forecast_words import within
from videojobs.prices import Price
from videojobs.provider.types import CreateVideoBody

NOTHING = Decimal(0)
PRICED = ("width", "height", "resolution", "ratio", "seconds", "media", "generate_audio", "settings")
"""What of a body its price depends on."""

PLACEHOLDER = "A prompt that is still to be written"


@dataclass(frozen=True)
class Reason:
    """Why it cannot be sent yet, and the field that puts it right."""

    text: str
    href: str


@dataclass(frozen=True)
class PriceBar:
    """One press, priced. `price` is None where a person must type it; amounts are USD.

    `spent` is this month's, `leeway` what the limits leave. `pressed` says that the reasons answer a press,
    not a form that is still being written. `may_type` says that this person may give a price; who may
    instead is named in `givers`.
    """

    price: Price | None
    spent: Decimal
    rehearsal: bool
    whose: str = "this month"
    leeway: Leeway = field(default_factory=Leeway)
    outcome: Shape | None = None
    reasons: tuple[Reason, ...] = field(default=())
    asks_price: bool = False
    may_type: bool = True
    givers: str = ""
    is_asked: bool = False  # the team is told already that a price is needed
    lacks_length: bool = False
    pressed: bool = False
    ahead: int | None = None  # how many would go before it if it were sent now
    expected: Expected | None = None
    held_back: str = ""  # why it would not be sent in its turn

    @property
    def start(self) -> str:
        """Say when it would start, "starts in 2–3 min, 3 ahead", or why not yet; "" where nobody knows."""
        if self.ahead is None:
            return f"it will wait: {self.held_back}" if self.held_back else ""
        starts = (
            f"starts {within(self.expected.start_low, self.expected.start_high)}" if self.expected else ""
        )
        ahead = f"{self.ahead:,} ahead" if self.ahead else "" if starts else "next in line"
        return ", ".join(filter(None, (starts, ahead)))

    @property
    def kind(self) -> str:
        """ "unknown", "over" the limit, or where the price comes from."""
        if self.price is None:
            return "unknown"
        return "over" if self.is_over else str(self.price.source)

    @property
    def is_over(self) -> bool:
        """Whether a limit has no room for it."""
        return self.leeway.refuses

    @property
    def after(self) -> Decimal:
        """This month's spend with this job in it."""
        return self.spent + (self.price.usd if self.price else NOTHING)

    @property
    def left_after(self) -> Decimal | None:
        """What the limit leaves once this job is held."""
        left = self.leeway.left
        return None if left is None or self.price is None else left - self.price.usd

    @property
    def deed(self) -> str:
        """What the button does, in words."""
        if self.rehearsal:
            return "Rehearse 1 job · nothing is bought"
        if self.price is None:
            return "Send 1 job"
        return f"Send 1 job · {'≈ ' if self.price.is_guess else ''}{usd(self.price.usd)}"


def reasons_of(form: CreateForm) -> tuple[Reason, ...]:
    """Turn what is wrong with a form into links to its fields."""
    if not form.is_bound:
        return ()
    order = [*form.fields, NON_FIELD_ERRORS]
    return tuple(
        Reason(str(message), "" if name == NON_FIELD_ERRORS else f"#id_{name}")
        for name in sorted(form.errors, key=order.index)
        for message in form.errors[name]
    )


def over_limit(leeway: Leeway) -> tuple[Reason, ...]:
    """Say that a limit has no room for a price, before anybody presses."""
    return (Reason(leeway.refusal, ""),) if leeway.refuses else ()


def likely_body(
    values: Mapping[str, Any], offer: Offer, problems: Collection[BodyProblem]
) -> CreateVideoBody:
    """Return the body of a form that is still being filled in, as far as its price depends on it."""
    wrong = {problem.place for problem in problems}
    told = {name: values[name] for name in PRICED if name in values and name not in wrong}
    nearly = offer.model.id[: bodies.LONGEST_MODEL_ID] or "unknown"
    return _readable(told, offer) or _readable({}, offer) or CreateVideoBody(model=nearly)


def may_be_priced(offer: Offer) -> bool:
    """Whether a price of this model can be asked for: an id that can be none is nobody's."""
    return _readable({}, offer) is not None


def _readable(values: Mapping[str, Any], offer: Offer) -> CreateVideoBody | None:
    known = {"model": offer.model.id, "prompt": PLACEHOLDER if offer.model.takes_prompt else ""}
    try:
        return bodies.build({**known, **values}, replace(offer, model=_undemanding(offer.model)))
    except BodyRefused:
        return None


def _undemanding(model: CatalogModel) -> CatalogModel:
    """Return a model that takes a wish before it is complete."""
    return replace(
        model,
        enabled=True,
        needs_prompt=False,
        prompt_shortest=1,
        needs_first_frame=False,
        needs_frame=False,
        needs_reference=False,
        needs_source_video=False,
        audios_need_reference=False,
    )


def lacks_length(values: Mapping[str, Any], offer: Offer) -> bool:
    """Whether naming the length would make a price where there is none."""
    if values.get("seconds"):
        return False
    return prices.estimate(likely_body({**values, "seconds": "5"}, offer, ()), offer) is not None
