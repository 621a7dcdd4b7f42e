"""The cards of the model picker: what each model takes and costs, and what our own history says of it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from dashboard.templatetags.money import usd
from videojobs import prices, reports
from videojobs.catalog import CatalogModel, Offer, PriceUnit, Sound
from videojobs.catalog.sizes import short_side
from videojobs.models import Job, ProviderAccount, Team
from videojobs.states import State

LATEST = 500
"""How many of a team's latest ended jobs the share of successes is read from."""

FEWEST = 5
"""With fewer ended jobs of a model a share says nothing."""


@dataclass(frozen=True)
class Chip:
    """One thing a model takes or makes, in a word."""

    label: str
    icon: str


@dataclass(frozen=True)
class ModelCard:
    """One model to choose. `price` is "" where nobody names one; `typical` is seconds, from our history."""

    offer: Offer
    chosen: bool
    price: str
    per: str
    chips: tuple[Chip, ...]
    typical: float | None = None
    success: int | None = None  # per cent of the latest ended jobs

    @property
    def model(self) -> CatalogModel:
        """The catalogue's entry."""
        return self.offer.model

    @property
    def gone_since(self) -> datetime | None:
        """When the provider last said that it has no such model."""
        return self.offer.gone_since

    @property
    def why(self) -> str:
        """Why it cannot be chosen, "" where it can."""
        return "" if self.model.enabled else self.model.why_off or "Not on offer."

    @property
    def words(self) -> str:
        """What the search box looks through."""
        chips = " ".join(chip.label for chip in self.chips)
        return f"{self.model.name} {self.model.maker} {self.model.id} {chips}".lower()


@dataclass(frozen=True)
class History:
    """What a team's own jobs say of each model."""

    typical: dict[str, float]
    success: dict[str, int]

    @classmethod
    def read(cls, team: Team, account: ProviderAccount) -> "History":
        """Read it, in two queries."""
        waits = reports.typical_waits(team, rehearsal=account.is_rehearsal)
        return cls({model: wait.usual for model, wait in waits.items()}, _success(team, account))


def _success(team: Team, account: ProviderAccount) -> dict[str, int]:
    ended = Job.objects.in_team(team).of_account(account)
    told = ended.filter(state__in=[State.COMPLETED, State.FAILED, State.LOST]).newest_first()
    pairs = list(told.values_list("model", "state")[:LATEST])
    done = Counter(model for model, state in pairs if state == State.COMPLETED)
    count = Counter(model for model, _state in pairs)
    return {model: round(100 * done[model] / many) for model, many in count.items() if many >= FEWEST}


def card_of(offer: Offer, history: History, *, chosen: bool) -> ModelCard:
    """Return one model's card."""
    price, per = price_words(offer)
    return ModelCard(
        offer=offer,
        chosen=chosen,
        price=price,
        per=per,
        chips=tuple(_chips(offer.model)),
        typical=history.typical.get(offer.model.id),
        success=history.success.get(offer.model.id),
    )


def price_words(offer: Offer) -> tuple[str, str]:
    """Return "from $0.14" and "a clip", or two empty words where nobody names a price."""
    if offer.prices_on_file:
        lowest = min(offer.prices_on_file, key=lambda filed: filed.usd)
        several = len(offer.prices_on_file) > 1 or not offer.price_on_file
        return f"{'from ' if several else ''}{usd(lowest.usd)}", f"a {lowest.unit}, on file"
    span = prices.price_range(offer.model)
    if span is None:
        return "", ""
    low, high = span
    return f"{'' if low == high else 'from '}{usd(low)}", _per(offer.model, low)


def _per(model: CatalogModel, low: Decimal) -> str:
    if any(not line.unit_certain for line in model.prices):
        return "a clip or a second"
    is_rate = any(line.unit is PriceUnit.SECOND and line.usd == low for line in model.prices)
    return "a second" if is_rate and not model.seconds else "a clip"


def _chips(model: CatalogModel) -> Iterable[Chip]:
    if length := _length(model):
        yield Chip(length, "timer")
    if size := _largest(model):
        yield Chip(size, "expand")
    if model.first_frame:
        yield Chip("first frame", "image-play")
    if model.last_frame:
        yield Chip("last frame", "image")
    if references := _references(model):
        yield Chip(references, "images")
    if model.needs_source_video:
        yield Chip("edits a clip", "film")
    if model.sound in {Sound.ALWAYS, Sound.OPTION, Sound.SETTING}:
        yield Chip("sound", "volume-2")


def _length(model: CatalogModel) -> str:
    longest = model.longest_seconds
    if longest is None:
        return ""
    return f"{longest} s" if len(model.seconds) == 1 else f"up to {longest} s"


def _largest(model: CatalogModel) -> str:
    if model.sizes:
        return str(max(model.sizes, key=lambda size: size.width * size.height))
    if not model.resolutions:
        return ""
    return max(model.resolutions, key=lambda word: short_side(word) or 0)


def _references(model: CatalogModel) -> str:
    count = model.reference_images
    if not count:
        return "references" if model.reference_videos else ""
    return (
        f"{count} references" if model.reference_counts_published and model.media_published else "references"
    )
