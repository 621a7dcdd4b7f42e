"""What comes out of a body, told before there is a file."""

from typing import Any

import pytest

from tests.videojobs.bodies.wishes import (
    DIRECTOR,
    FIRST,
    FLUX,
    HAILUO,
    PIXVERSE_5,
    PIXVERSE_6,
    SEEDANCE_1,
    SEEDANCE_2,
    SEEDANCE_25,
    WAN_IMAGE,
    WAN_TEXT,
    build,
    offer,
)
from videojobs import bodies, catalog
from videojobs.catalog import Offer
from videojobs.provider.types import CreateVideoBody


@pytest.mark.parametrize(
    ("model_id", "asked", "size"),
    [
        (DIRECTOR, {}, "1366x768"),
        (HAILUO, {"width": 1920, "height": 1080}, "1920x1080"),
        (SEEDANCE_1, {}, "1248x704"),
        (WAN_TEXT, {"resolution": "720P", "ratio": "3:4"}, "832x1104"),
        (WAN_TEXT, {"resolution": "720P"}, "1280x720"),
        (WAN_TEXT, {"ratio": "1:1"}, "1440x1440"),
        (FLUX, {"resolution": "fhd"}, "1920x1080"),
        (SEEDANCE_2, {"resolution": "4k", "ratio": "21:9"}, "5040x2160"),
        (SEEDANCE_2, {}, "854x480"),
        (SEEDANCE_25, {}, "1280x720"),
        (PIXVERSE_6, {"resolution": "540p", "ratio": "9:16"}, "540x960"),
        (PIXVERSE_6, {"ratio": "1:1"}, "768x768"),
        (PIXVERSE_6, {}, "1366x768"),
    ],
)
def test_the_size_is_asked_published_or_worked_out(model_id: str, asked: dict[str, Any], size: str) -> None:
    assert bodies.describe(build(model_id, **asked), offer(model_id)).size == size


@pytest.mark.parametrize(
    ("model_id", "asked", "seconds"),
    [
        (HAILUO, {"seconds": 6}, 6),
        (HAILUO, {}, 10),
        (WAN_TEXT, {}, 5),
        (WAN_IMAGE, {"frame_images": [FIRST]}, 15),
        ("google/veo-3.1", {}, 8),
        (FLUX, {}, 20),
        (PIXVERSE_6, {}, 5),
    ],
)
def test_the_length_is_asked_usual_or_the_longest(model_id: str, asked: dict[str, Any], seconds: int) -> None:
    assert bodies.describe(build(model_id, **asked), offer(model_id)).seconds == seconds


@pytest.mark.parametrize(
    ("model_id", "asked", "fps"),
    [(HAILUO, {}, 25), (PIXVERSE_5, {}, 24), (PIXVERSE_5, {"fps": 16}, 16), (PIXVERSE_6, {}, 24)],
)
def test_the_frame_rate_is_asked_fixed_or_24(model_id: str, asked: dict[str, Any], fps: int) -> None:
    assert bodies.describe(build(model_id, **asked), offer(model_id)).fps == fps


def test_what_nobody_asked_for_or_published_is_marked() -> None:
    assert bodies.describe(build(DIRECTOR), offer(DIRECTOR)).assumed == frozenset()
    assert bodies.describe(build(PIXVERSE_6), offer(PIXVERSE_6)).assumed == {"size", "seconds", "fps"}


@pytest.mark.parametrize("model", [*catalog.all_models(), bodies.unlisted("a/b").model], ids=lambda m: m.id)
def test_there_is_always_a_size_a_length_and_a_rate(model: catalog.CatalogModel) -> None:
    shape = bodies.describe(CreateVideoBody(model=model.id), Offer(model))
    assert min(shape.width, shape.height, shape.seconds, shape.fps) > 0
