"""What a body will cost, in exact USD, and where that number comes from; pure.

The narrowest price on file comes before the table. A certain line of the table is the price; where its unit,
its tier, its length or its word "from" leaves room, the dearest reading is held and marked as a guess. What
the team's own jobs were charged comes before a guess.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from videojobs.bodies.shape import describe
from videojobs.catalog import CatalogModel, FiledPrice, ListPrice, Offer, PriceUnit, Size, Sound
from videojobs.catalog.rules import Asked, counting
from videojobs.catalog.sizes import short_side
from videojobs.provider.types import CreateVideoBody

MILLIONTH = Decimal("0.000001")
DEAREST_TYPED = Decimal(10_000)
FEWEST_LEARNED = 3
"""From fewer settled jobs nothing is learned."""


class PriceSource(StrEnum):
    """Where a price comes from."""

    TABLE = "table"
    GUESS = "guess"
    TYPED = "typed"  # by the person, for this job
    ON_FILE = "on_file"  # by a person, for the model
    LEARNED = "learned"  # from what such jobs of the team were charged


@dataclass(frozen=True)
class Price:
    """An amount in USD, whole millionths and above 0, with one sentence on where it comes from."""

    usd: Decimal
    source: PriceSource
    explanation: str

    @property
    def is_guess(self) -> bool:
        """Whether the provider may well charge something else."""
        return self.source is PriceSource.GUESS


@dataclass(frozen=True)
class Length:
    """Seconds a price is worked out for; `known` is False where the longest stands in for an open choice."""

    seconds: int
    known: bool

    def __str__(self) -> str:
        return f"{self.seconds} s" if self.known else f"{self.seconds} s (the longest this model makes)"


@dataclass(frozen=True)
class Reading:
    """One line of the list as it applies to a body, with every reason to doubt it."""

    line: ListPrice
    rate: Decimal
    doubts: tuple[str, ...]


def estimate(body: CreateVideoBody, offer: Offer) -> Price | None:
    """Return what this body will cost, or None where no price can be made and a person must type it."""
    model = offer.model
    filed = counting(offer.prices_on_file, _asked(body, offer)) if offer.prices_on_file else []
    if filed:
        return _dearest_filed(filed, _length(body, model, model.seconds_default))
    if not model.prices:
        return None
    reading = _reading(body, model)
    # Where it is open what the price buys, the usual length is no bound either.
    usual = model.seconds_default if reading.line.unit_certain else None
    return _listed(reading, _length(body, model, usual), model)


def typed(usd: object) -> Price:
    """Return the price a person typed for one job. Raises ValueError with a sentence."""
    amount = _read_amount(usd)
    if not 0 < amount <= DEAREST_TYPED:
        raise ValueError(f"Type a price above 0 and at most {DEAREST_TYPED:,} US dollars.")
    if amount != amount.quantize(MILLIONTH, ROUND_CEILING):
        raise ValueError("Type a price with at most 6 digits after the point.")
    explanation = f"Typed: {plain(amount)} USD, given by hand for this job."
    return Price(up_to_a_millionth(amount), PriceSource.TYPED, explanation)


def _read_amount(usd: object) -> Decimal:
    """Read a plain amount; powers of ten, signs and words for numbers are not money."""
    text = usd.strip().removeprefix("$") if isinstance(usd, str) else ""
    if isinstance(usd, Decimal) and usd.is_finite() and -12 < usd.adjusted() < 12:
        text = f"{usd:f}"
    if isinstance(usd, int) and not isinstance(usd, bool) and 0 <= usd < 10**12:
        text = str(usd)
    if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,20})?", text):
        raise ValueError("Type the price in US dollars, such as 0.28.")
    return Decimal(text)


def learned(charges: Sequence[Decimal], scope: str) -> Price | None:
    """Return what the latest settled jobs of one kind say, their charges newest first; None for under three.

    Where the latest three agree, theirs is the price. Where they differ, the dearest of all is held.
    """
    if len(charges) < FEWEST_LEARNED:
        return None
    agreeing = next((n for n, usd in enumerate(charges) if usd != charges[0]), len(charges))
    if agreeing >= FEWEST_LEARNED:
        what = f"the latest {agreeing}" if agreeing < len(charges) else str(agreeing)
        said = f"Learned from {what} settled jobs of {scope}: each was charged {plain(charges[0])} USD."
        return Price(up_to_a_millionth(charges[0]), PriceSource.LEARNED, said)
    span = f"{plain(min(charges))} to {plain(max(charges))} USD"
    said = f"Learned from {len(charges)} settled jobs of {scope}: charged {span}. Held at the dearest."
    return Price(up_to_a_millionth(max(charges)), PriceSource.LEARNED, said)


def kindred(body: CreateVideoBody) -> tuple[bool | None, bool | None, bool]:
    """Return what a body's price turns on beside size and length: its sound, and clips among its inputs."""
    return body.generate_audio, body.settings.audio if body.settings else None, _takes_clips(body)


def price_range(model: CatalogModel) -> tuple[Decimal, Decimal | None] | None:
    """Return the cheapest and the dearest clip of this model in USD.

    The dearest is None where the list leaves it open; the whole is None where nobody lists a price.
    """
    if not model.prices:
        return None
    shortest, longest = min(model.seconds, default=1), model.longest_seconds
    low = min(line.usd * (shortest if _is_rate(line) and line.unit_certain else 1) for line in model.prices)
    open_end = any(line.floor and line.ceiling is None for line in model.prices)
    if open_end or (longest is None and any(_is_rate(line) for line in model.prices)):
        return up_to_a_millionth(low), None
    high = max(_dearest(line) * (longest or 1 if _is_rate(line) else 1) for line in model.prices)
    return up_to_a_millionth(low), up_to_a_millionth(high)


def plain(usd: Decimal) -> str:
    """Return an amount with at least two decimals and no idle zeros: "0.28", "0.143"."""
    whole, _, fraction = f"{usd:f}".partition(".")
    return f"{whole}.{fraction.rstrip('0').ljust(2, '0')}"


def filed_words(filed: FiledPrice, times: str = "") -> str:
    """Return a price on file in words: how much for what, who set it, and where they had it from."""
    scope = f" for {filed.scope}" if filed.scope else ""
    origin = f"set by {filed.set_by} on {_day(filed.set_on)}{_checked(filed)}"
    return f"{plain(filed.usd)} USD per {filed.unit}{times}{scope}, {origin}"


def up_to_a_millionth(usd: Decimal) -> Decimal:
    """Return an amount rounded up to a whole millionth."""
    return usd.quantize(MILLIONTH, ROUND_CEILING)


def _length(body: CreateVideoBody, model: CatalogModel, usual: int | None) -> Length | None:
    """Return the length asked for, else the usual one, else the longest the model makes."""
    asked = body.whole_seconds or usual
    if asked is not None:
        return Length(asked, known=True)
    longest = model.longest_seconds
    return None if longest is None else Length(longest, known=len(model.seconds) == 1)


def _asked(body: CreateVideoBody, offer: Offer) -> Asked:
    """Return what a price on file is looked for by."""
    shape, model = describe(body, offer), offer.model
    return Asked(shape.size, _short_side(body, model), shape.seconds, _sound(body, model))


def _sound(body: CreateVideoBody, model: CatalogModel) -> str:
    """Return "with" or "without", "" where nobody chose and nobody says what the model does then."""
    chosen = body.generate_audio
    if chosen is None and body.settings is not None:
        chosen = body.settings.audio
    if chosen is None:
        return {Sound.ALWAYS: "with", Sound.NONE: "without"}.get(model.sound, "")
    return "with" if chosen else "without"


def _dearest_filed(found: Sequence[FiledPrice], length: Length | None) -> Price | None:
    """Return the dearest of the prices on file that may count; None where a rate among them has no length."""
    made = [_filed(filed, length) for filed in found]
    known = [price for price in made if price is not None]
    return max(known, key=lambda price: price.usd) if len(known) == len(made) else None


def _filed(filed: FiledPrice, length: Length | None) -> Price | None:
    if filed.unit is PriceUnit.CLIP:
        return Price(up_to_a_millionth(filed.usd), PriceSource.ON_FILE, f"On file: {filed_words(filed)}.")
    if length is None:
        return None
    explanation = f"On file: {filed_words(filed, f' × {length}')}."
    return Price(up_to_a_millionth(filed.usd * length.seconds), PriceSource.ON_FILE, explanation)


def _checked(filed: FiledPrice) -> str:
    """Say where a person had a price from, and when they looked."""
    looked = f"verified {_day(filed.verified_on)}" if filed.verified_on else ""
    words = "; ".join(word for word in (filed.source, looked) if word)
    return f" ({words})" if words else ""


def _listed(reading: Reading, length: Length | None, model: CatalogModel) -> Price | None:
    """Turn a reading into a price; a rate without any length makes none."""
    line, doubts = reading.line, list(reading.doubts)
    if not _is_rate(line):
        amount, sum_ = reading.rate, f"{plain(reading.rate)} USD per clip"
    elif length is None:
        return None
    else:
        amount, sum_ = reading.rate * length.seconds, f"{plain(reading.rate)} USD per second × {length}"
        if not length.known:
            doubts.append("no length is chosen")
    if doubts:
        return Price(
            up_to_a_millionth(amount), PriceSource.GUESS, f"Guess: {'; '.join(doubts)}. Held at {sum_}."
        )
    tier = f" at {line.resolution}" if line.resolution else ""
    origin = f"from the provider's price list, verified {_day(model.verified_on)}"
    return Price(up_to_a_millionth(amount), PriceSource.TABLE, f"Table: {sum_}{tier}, {origin}.")


def _is_rate(line: ListPrice) -> bool:
    """Whether it must be read as a price per second, the dearer way where the list does not say."""
    return line.unit is PriceUnit.SECOND or not line.unit_certain


def _reading(body: CreateVideoBody, model: CatalogModel) -> Reading:
    """Choose the line for this body, and say everything that is open about it."""
    line, doubts = _tier_line(body, model)
    rate = line.usd
    if not line.unit_certain:
        doubts = [*doubts, f"the list says {plain(line.usd)} USD without saying per what"]
    if line.floor:
        rate = _dearest(line)
        doubts = [*doubts, f"the list says from {plain(line.usd)} USD"]
    dearer = _clip_input_line(body, model, line)
    if dearer is not None:
        rate = max(rate, _dearest(dearer))
        doubts = [*doubts, f"a clip among the inputs costs from {plain(_dearest(dearer))} USD"]
    return Reading(line, rate, tuple(doubts))


def _tier_line(body: CreateVideoBody, model: CatalogModel) -> tuple[ListPrice, list[str]]:
    """Return the line of the body's tier; where it has none, the next tier up, else the dearest."""
    tiers = sorted((line for line in model.prices if line.resolution), key=_tier_side)
    for_all = [line for line in model.prices if not line.resolution]
    side = _short_side(body, model)
    exact = [line for line in tiers if side is not None and _tier_side(line) == side]
    if exact or for_all:
        return (exact or for_all)[0], []
    if side is None:
        return max(tiers, key=_dearest), ["no resolution is chosen, so the dearest is taken"]
    above = [line for line in tiers if _tier_side(line) > side]
    word = body.resolution or f"{side} lines"
    line = above[0] if above else max(tiers, key=_dearest)
    return line, [f"the list has no price for {word}, so that for {line.resolution} is taken"]


def _clip_input_line(body: CreateVideoBody, model: CatalogModel, line: ListPrice) -> ListPrice | None:
    """Return the line naming what clips among the inputs cost: this tier's, else the next one up."""
    if not _takes_clips(body):
        return None
    above: Sequence[ListPrice] = sorted(model.prices, key=_tier_side)
    named = [one for one in above if one.ceiling is not None and _tier_side(one) >= _tier_side(line)]
    return named[0] if named else None


def _takes_clips(body: CreateVideoBody) -> bool:
    """Whether a clip is among its inputs."""
    media = body.media
    return media is not None and bool(media.reference_videos or media.frame_videos or media.source_video)


def _short_side(body: CreateVideoBody, model: CatalogModel) -> int | None:
    """Return the shorter side the body asks for or gets by default, in pixels."""
    if body.width is not None and body.height is not None:
        return min(body.width, body.height)
    word = body.resolution or model.resolution_default
    if word:
        return short_side(word)
    size: Size | None = model.size_default
    return None if size is None else min(size.width, size.height)


def _tier_side(line: ListPrice) -> int:
    return short_side(line.resolution) or 0


def _dearest(line: ListPrice) -> Decimal:
    return line.ceiling if line.ceiling is not None else line.usd


def _day(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"
