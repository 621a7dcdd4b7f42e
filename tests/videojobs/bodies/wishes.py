"""Wishes as people and scripts send them, and what came of them."""

from collections.abc import Mapping
from typing import Any

from videojobs import bodies, catalog
from videojobs.bodies import BodyProblem
from videojobs.catalog import Offer
from videojobs.provider.types import CreateVideoBody

DIRECTOR = "minimax/video-01-director"
HAILUO = "minimax/hailuo-02"
SEEDANCE_1 = "ByteDance/Seedance-1.0-lite"
SEEDANCE_2 = "ByteDance/Seedance-2.0"
SEEDANCE_25 = "ByteDance/Seedance-2.5"
PIXVERSE_5 = "pixverse/pixverse-v5"
PIXVERSE_6 = "pixverse/pixverse-v6"
WAN_TEXT = "Wan-AI/wan2.7-t2v"
WAN_IMAGE = "Wan-AI/wan2.7-i2v"
WAN_REFERENCE = "Wan-AI/wan2.7-r2v"
FLUX = "black-forest-labs/FLUX-3"
KLING = "kwaivgI/kling-2.1-standard"

PICTURE = "https://pictures.example.com/fox.png"
CLIP = {"video": "https://clips.example.com/fox.mp4"}
SOUND = "https://sounds.example.com/fox.wav"
FIRST = {"input_image": PICTURE, "frame": "first"}
LAST = {"input_image": PICTURE, "frame": "last"}


def offer(model_id: str) -> Offer:
    """Return the catalogue's own offer."""
    model = catalog.find(model_id)
    assert model is not None
    return Offer(model)


def build(model_id: str = DIRECTOR, /, **values: object) -> CreateVideoBody:
    """Return the body of a wish that is right."""
    return bodies.build({"model": model_id, "prompt": "A red fox", **values}, offer(model_id))


def wire(model_id: str = DIRECTOR, /, **values: object) -> dict[str, Any]:
    """Return what is sent for a wish that is right, without model and prompt."""
    sent = build(model_id, **values).to_wire()
    return {name: value for name, value in sent.items() if name not in {"model", "prompt"}}


def problems(model_id: str = DIRECTOR, /, **values: object) -> list[BodyProblem]:
    """Return everything wrong with a wish; an empty list where it is right."""
    return problems_with({"model": model_id, "prompt": "A red fox", **values}, offer(model_id))


def problems_with(values: Mapping[str, object], offered: Offer | None) -> list[BodyProblem]:
    """Return everything wrong with these values."""
    try:
        bodies.build(values, offered)
    except bodies.BodyRefused as refused:
        return list(refused.problems)
    return []


def only(found: list[BodyProblem]) -> BodyProblem:
    """Return the one problem there is."""
    assert len(found) == 1, found
    return found[0]
