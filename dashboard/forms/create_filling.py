"""Fills a Create form in: from a job's body, or with what still fits after the model was changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from dashboard.forms.create import FRAMES, LISTS, PIXELS, read_addresses
from videojobs.bodies import FormField, FormShape
from videojobs.bodies.scalars import read_decimal

Given = dict[str, Any]
"""Values by the form's own names: text, or a list of addresses."""


class Take(StrEnum):
    """How much of a job is used again."""

    ALL = "all"
    PROMPT = "prompt"
    SEED = "seed"
    NEW_SEED = "new-seed"


@dataclass(frozen=True)
class Filling:
    """What a form starts with, and what of the wish did not fit, in words."""

    initial: Given
    left_out: tuple[str, ...] = field(default=())


def from_post(data: Mapping[str, Any]) -> Given:
    """Return what a posted form holds, whatever model it was shaped for."""
    given: Given = {name: read_addresses(data, name) for name in LISTS}
    given |= {name: data.get(name, "") for name in WORDS}
    return {name: value for name, value in given.items() if value}


def from_body(body: Mapping[str, Any], take: Take = Take.ALL) -> Given:
    """Return what a sent body holds, by the form's names."""
    given = _scalars(body) | _media(body.get("media") or {})
    if take is Take.PROMPT:
        return {name: given[name] for name in ("prompt",) if name in given}
    if take is Take.SEED:
        return {name: given[name] for name in ("seed",) if name in given}
    if take is Take.NEW_SEED:
        given.pop("seed", None)
    return given


def fitting(given: Given, shape: FormShape) -> Filling:
    """Keep what this model's form can ask for, and name the rest."""
    initial: Given = {}
    left_out: list[str] = []
    for name, value in given.items():
        if name in {"width", "height"}:
            continue  # they stand in `size` too
        kept = _kept(name, value, shape)
        initial |= kept
        if (
            name not in kept
            and not ("width" in kept and name == "size")
            and not _is_usual(name, value, shape)
        ):
            left_out.append(_words(name, value, shape))
    return Filling(initial, tuple(left_out))


WORDS = (
    *(
        "prompt",
        "negative_prompt",
        "size",
        "width",
        "height",
        "resolution",
        "ratio",
        "seconds",
        "fps",
        "sound",
    ),
    *(*FRAMES, "source_video", "steps", "guidance_scale", "seed", "output_format", "output_quality"),
)


def _scalars(body: Mapping[str, Any]) -> Given:
    given: Given = {name: str(body[name]) for name in WORDS if body.get(name) is not None}
    if "width" in given and "height" in given:
        given["size"] = f"{given['width']}x{given['height']}"
    sound = body.get("generate_audio", (body.get("settings") or {}).get("audio"))
    if sound is not None:
        given["sound"] = "true" if sound else "false"
    return given


def _media(media: Mapping[str, Any]) -> Given:
    given: Given = {name: [_address(entry) for entry in media[name]] for name in LISTS if media.get(name)}
    if source := media.get("source_video"):
        given["source_video"] = _address(source)
    for place, frame in enumerate(media.get("frame_images") or []):
        asked = frame.get("frame", ("first", "last")[place] if place < len(FRAMES) else place)
        name = "first_frame" if asked == 0 else f"{asked}_frame"
        given[name] = frame["input_image"]
    return given


def _address(entry: Any) -> str:
    return str(next(iter(entry.values()), "")) if isinstance(entry, dict) else str(entry)


def _kept(name: str, value: Any, shape: FormShape) -> Given:
    """Return the part of one value this form takes, under the names of its controls."""
    spec = shape.fields.get(name)
    if spec is None or not spec.open:
        return {}
    if name in LISTS:
        return {name: value[: spec.most]}
    if name == "size" and not spec.choices:
        found = PIXELS.fullmatch(value)
        return {"width": found[1], "height": found[2]} if found else {}
    if spec.choices:
        # Models spell the same resolution in their own capitals.
        same = [choice.value for choice in spec.choices if choice.value.lower() == value.lower()]
        return {name: same[0]} if same else {}
    return {name: value} if _in_range(value, spec) else {}


def _in_range(value: str, spec: FormField) -> bool:
    number = read_decimal(value)
    if spec.low is None or spec.high is None or number is None:
        return True
    return spec.low <= number <= spec.high


def _is_usual(name: str, value: Any, shape: FormShape) -> bool:
    """Whether the model does this anyway, so that leaving it out changes nothing."""
    spec = shape.fields.get(name)
    return spec is not None and spec.locked and spec.default == value


def _words(name: str, value: Any, shape: FormShape) -> str:
    label = shape.fields[name].label if name in shape.fields else name.replace("_", " ")
    return label.lower() if isinstance(value, list) or len(str(value)) > 40 else f"{label.lower()} {value}"
