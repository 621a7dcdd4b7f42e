"""The models on offer: limits and prices as dated data, and the look-ups on it."""

from difflib import get_close_matches
from functools import cache
from pathlib import Path

from videojobs.catalog.loader import CatalogError, parse
from videojobs.catalog.types import CatalogModel, FiledPrice, ListPrice, Offer, PriceUnit, Size, Sound

__all__ = [
    "CatalogError",
    "CatalogModel",
    "FiledPrice",
    "ListPrice",
    "Offer",
    "PriceUnit",
    "Size",
    "Sound",
    "all_models",
    "find",
    "suggest",
]

FILE = Path(__file__).with_name("models.toml")


@cache
def _by_id() -> dict[str, CatalogModel]:
    return {model.id: model for model in parse(FILE.read_text(encoding="utf-8"))}


@cache
def all_models() -> tuple[CatalogModel, ...]:
    """Return every model that may be shown, those on offer first."""
    return tuple(model for model in _by_id().values() if not model.hidden)


def find(model_id: str) -> CatalogModel | None:
    """Return the model with exactly this id, the hidden ones included."""
    return _by_id().get(model_id)


def suggest(model_id: str) -> str | None:
    """Return the shown model's id somebody most likely meant by this one, or None."""
    by_lower = {model.id.lower(): model.id for model in all_models()}
    wanted = model_id.strip().lower()[:200]
    if wanted in by_lower:
        return by_lower[wanted]
    endings = [full for lower, full in by_lower.items() if wanted and lower.split("/")[-1] == wanted]
    if endings:
        return endings[0]
    close = get_close_matches(wanted, by_lower, n=1, cutoff=0.85)
    return by_lower[close[0]] if close else None
