"""Reads the catalogue's file, and refuses one that contradicts itself."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from pydantic import TypeAdapter, ValidationError

from videojobs.catalog.types import CatalogModel, ListPrice, Size

KNOWN_KEYS = {field.name for field in fields(CatalogModel)} - {"id"}
KNOWN_PRICE_KEYS = {field.name for field in fields(ListPrice)}
READER = TypeAdapter(CatalogModel)


class CatalogError(ValueError):
    """The catalogue's file is wrong; the sentence names the model and the entry."""


def parse(text: str) -> tuple[CatalogModel, ...]:
    """Read a catalogue from TOML text, models on offer first. Raises CatalogError."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CatalogError(f"the catalogue is not TOML: {error}") from error
    models = [_model(model_id, entry, data) for model_id, entry in data.get("models", {}).items()]
    _refuse_near_ids(models)
    return tuple(sorted(models, key=lambda model: not model.enabled))


def _model(model_id: str, entry: Mapping[str, Any], data: Mapping[str, Any]) -> CatalogModel:
    values = {"enabled": True, **data.get("defaults", {}), **entry}
    unknown = sorted(set(values) - KNOWN_KEYS)
    for price in values.get("prices", []):
        unknown += sorted(set(price) - KNOWN_PRICE_KEYS)
    if unknown:
        raise CatalogError(f"{model_id}: unknown entries: {', '.join(unknown)}")
    try:
        model = READER.validate_python({"id": model_id, **_expanded(values, data)})
    except (ValidationError, ValueError, KeyError) as error:
        raise CatalogError(f"{model_id}: {error}") from error
    for problem in _contradictions(model):
        raise CatalogError(f"{model_id}: {problem}")
    return model


def _expanded(values: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with named sets looked up and short forms spelled out."""
    full = dict(values)
    if isinstance(full.get("seconds"), str):
        first, last = full["seconds"].split("-")
        full["seconds"] = range(int(first), int(last) + 1)
    if isinstance(full.get("sizes"), str):
        full["sizes"] = data["size_sets"][full["sizes"]]
    if "sizes" in full:
        full["sizes"] = [read_size(size) for size in full["sizes"]]
    if "size_default" in full:
        full["size_default"] = read_size(full["size_default"])
    if isinstance(full.get("output_sizes"), str):
        named = data["output_sets"][full["output_sizes"]]
        full["output_sizes"] = {key: read_size(size) for key, size in named.items()}
    return full


def read_size(text: str) -> Size:
    """Read "1366x768". Raises ValueError."""
    found = re.fullmatch(r"(\d{2,4})x(\d{2,4})", text)
    if found is None:
        raise ValueError(f"{text!r} is not a size such as 1366x768")
    return Size(int(found[1]), int(found[2]))


def _refuse_near_ids(models: list[CatalogModel]) -> None:
    seen: dict[str, str] = {}
    for model in models:
        twin = seen.setdefault(model.id.lower(), model.id)
        if twin != model.id:
            raise CatalogError(f"{model.id} and {twin} differ in case only")


def _contradictions(model: CatalogModel) -> Iterator[str]:
    """Say what cannot be true at once."""
    checks = {
        "a model that is off says why, one on offer does not": model.enabled == bool(model.why_off),
        "a hidden model must be off": model.hidden and model.enabled,
        "a model on offer has a price": model.enabled and not model.prices,
        "name, maker and source must be filled": not (model.name and model.maker and model.source),
        "it is sized by pixels or by resolution, not both": bool(model.sizes and model.resolutions),
        "seconds must rise from 1": list(model.seconds) != sorted({s for s in model.seconds if s > 0}),
        "seconds_default is not among its seconds": not _among(model.seconds_default, model.seconds),
        "size_default is not among its sizes": not _among(model.size_default, model.sizes),
        "resolution_default is not among its resolutions": not _among(
            model.resolution_default, model.resolutions
        ),
        "ratio_default is not among its ratios": not _among(model.ratio_default, model.ratios),
        "the prompt's limits cross": not 1 <= model.prompt_shortest <= model.prompt_longest <= 32_000,
        "it needs a prompt it does not take": model.needs_prompt and not model.takes_prompt,
        "it needs a first frame it does not take": model.needs_first_frame and not model.first_frame,
    }
    yield from (problem for problem, wrong in checks.items() if wrong)
    yield from _price_contradictions(model)


def _among(value: object, choices: tuple[object, ...]) -> bool:
    return not value or value in choices


def _price_contradictions(model: CatalogModel) -> Iterator[str]:
    for price in model.prices:
        if not (price.usd.is_finite() and 0 < price.usd < 1_000):
            yield f"{price.usd} is no price"
        if price.ceiling is not None and price.ceiling < price.usd:
            yield f"the ceiling {price.ceiling} is under the price {price.usd}"
        if price.resolution and model.resolutions and price.resolution not in model.resolutions:
            yield f"it is priced at {price.resolution}, which it does not make"
