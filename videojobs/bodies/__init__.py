"""Clean values from a form, from REST or from the gateway → exactly one `CreateVideoBody`; pure."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from pydantic import ValidationError

from videojobs.bodies import scalars
from videojobs.bodies.form import Choice, FieldState, FormField, FormShape, RatioTile, form_shape
from videojobs.bodies.limits import check_limits
from videojobs.bodies.media import MOVED, read_media, refuse_unknown
from videojobs.bodies.problems import BodyProblem, BodyRefused, Problems
from videojobs.bodies.scalars import Range
from videojobs.bodies.shape import Shape, describe
from videojobs.catalog import CatalogModel, Offer, suggest
from videojobs.provider.types import LONGEST_PROMPT, CreateVideoBody, Settings

__all__ = [
    "BodyProblem",
    "BodyRefused",
    "Choice",
    "FieldState",
    "FormField",
    "FormShape",
    "RatioTile",
    "Shape",
    "build",
    "describe",
    "form_shape",
    "unlisted",
]

LONGEST_MODEL_ID = 200
MODEL_ID = re.compile(r"[A-Za-z0-9][\w.:-]*(/[\w.:-]+)*", re.ASCII)
FORMATS = ("MP4", "WEBM")
RANGES = {
    "width": Range(16, 8_192),
    "height": Range(16, 8_192),
    "fps": Range(1, 120),
    "steps": Range(10, 50),
    "seed": Range(0, 2_147_483_647),
    "output_quality": Range(0, 100),
}
SECONDS = Range(1, 999)
GUIDANCE = Range(0, 100)
KNOWN_FIELDS = set(CreateVideoBody.model_fields)


def build(values: Mapping[str, object], offer: Offer | None) -> CreateVideoBody:
    """Return the one body these values ask for, pictures in their modern place, unset fields unset.

    `offer` is the model named in the values, None where nobody knows it. Raises BodyRefused, with
    everything that is wrong.
    """
    problems = Problems()
    model_id = _model_id(values, offer, problems)
    model = offer.model if offer is not None else unlisted(model_id).model
    body = _read(values, model, problems)
    if body is not None:
        check_limits(body, model, problems)
    if body is None or problems.found:
        raise BodyRefused(tuple(_where_given(problem, values) for problem in problems.found))
    return body


def _where_given(problem: BodyProblem, values: Mapping[str, object]) -> BodyProblem:
    """Name pictures as the asker did: at the top of the body, or under media."""
    if problem.place in MOVED and not scalars.is_unset(values.get(problem.place)):
        return replace(problem, field=problem.field.removeprefix("media."))
    return problem


def unlisted(model_id: str) -> Offer:
    """Return an offer for an id no catalogue knows: all the wire allows, no price."""
    model = CatalogModel(
        id=model_id,
        name=model_id,
        maker="Unlisted",
        enabled=True,
        verified_on=date.min,
        source="typed by a person",
        prices=(),
        needs_prompt=False,
        negative_prompt_longest=LONGEST_PROMPT,
        frames_published=False,
        media_published=False,
    )
    return Offer(model=model, listed=False)


def _model_id(values: Mapping[str, object], offer: Offer | None, problems: Problems) -> str:
    """Return the id to send, and note why it cannot be asked for."""
    given = scalars.word(values, "model", problems, longest=LONGEST_MODEL_ID)
    if offer is None:
        _refuse_unknown_model(given, problems)
        return given or "unknown"
    if given is not None and given != offer.model.id:
        problems.add("model", f"This offer is for {offer.model.id}. Send the form again.", "conflict")
    if not offer.model.enabled:
        message = f"{offer.model.name} is not on offer. {offer.model.why_off} Choose another model."
        problems.add("model", message, "model_off")
    if not offer.listed and not _is_model_id(offer.model.id):
        problems.add("model", "This is not a model's id. Copy it again, such as maker/name-1.0.", "type")
    return offer.model.id


def _is_model_id(text: str) -> bool:
    return len(text) <= LONGEST_MODEL_ID and MODEL_ID.fullmatch(text) is not None


def _refuse_unknown_model(given: str | None, problems: Problems) -> None:
    if problems.touch("model"):
        return
    if given is None:
        problems.add("model", "Name a model.", "required")
        return
    meant = suggest(given)
    remedy = f"Did you mean {meant}?" if meant else "Choose one from the list of models."
    named = "".join(letter for letter in given if letter.isprintable())
    problems.add("model", f"There is no model {named} here. {remedy}", "unknown_model")


def _read(values: Mapping[str, object], model: CatalogModel, problems: Problems) -> CreateVideoBody | None:
    """Return whatever could be read; what could not is noted and left out."""
    refuse_unknown(values, KNOWN_FIELDS, "", problems)
    found: dict[str, Any] = {
        "model": model.id[:LONGEST_MODEL_ID] or "unknown",
        "prompt": scalars.text(values, "prompt", problems, longest=model.prompt_longest),
        "negative_prompt": scalars.text(
            values, "negative_prompt", problems, longest=model.negative_prompt_longest
        ),
        "resolution": scalars.word(values, "resolution", problems),
        "ratio": _ratio(values, problems),
        "seconds": _seconds(values, problems),
        "guidance_scale": scalars.decimal(values, "guidance_scale", problems, GUIDANCE),
        "output_format": _output_format(values, problems),
        "generate_audio": scalars.switch(values, "generate_audio", problems, "generate_audio"),
        "media": read_media(values, problems),
        "settings": _settings(values, problems),
    }
    found |= {name: scalars.whole(values, name, problems, allowed) for name, allowed in RANGES.items()}
    try:
        return CreateVideoBody(**{name: value for name, value in found.items() if value is not None})
    except ValidationError as error:
        _note(error, problems)
        return None


def _note(error: ValidationError, problems: Problems) -> None:
    """Turn what the wire type refuses beyond our own checks into problems."""
    for detail in error.errors(include_url=False, include_input=False):
        field = ".".join(str(part) for part in detail["loc"])
        problems.add(field, f"{field}: {detail['msg']}. Correct it or leave it out.", "type")


def _seconds(values: Mapping[str, object], problems: Problems) -> str | None:
    number = scalars.whole(values, "seconds", problems, SECONDS)
    return None if number is None else str(number)


def _ratio(values: Mapping[str, object], problems: Problems) -> str | None:
    ratio = scalars.word(values, "ratio", problems)
    if ratio is None or re.fullmatch(r"[0-9]{1,2}:[0-9]{1,2}", ratio):
        return ratio
    problems.add("ratio", "Give ratio as two whole numbers, such as 16:9.", "type")
    return None


def _output_format(values: Mapping[str, object], problems: Problems) -> str | None:
    word = scalars.word(values, "output_format", problems)
    if word is None or not scalars.refuse_unlisted("output_format", word, FORMATS, problems):
        return None
    return word


def _settings(values: Mapping[str, object], problems: Problems) -> Settings | None:
    given = values.get("settings")
    if scalars.is_unset(given):
        return None
    if not isinstance(given, dict):
        problems.add("settings", 'Give settings as an object such as {"audio": false}.', "type")
        return None
    refuse_unknown(given, {"audio"}, "settings.", problems)
    audio = scalars.switch(given, "audio", problems, "settings.audio")
    return None if audio is None else Settings(audio=audio)
