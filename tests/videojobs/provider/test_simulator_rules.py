"""What the simulator takes, refuses, and lets fail; it believes the catalogue."""

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.simulator import Simulator
from videojobs import catalog
from videojobs.catalog.types import CatalogModel
from videojobs.provider.simulator_rules import BodyRefusal, Plan, failure, find_model, plan, read_body

DIRECTOR = "minimax/video-01-director"
HAILUO = "minimax/hailuo-02"
SEEDANCE = "ByteDance/Seedance-2.0"
WAN = "Wan-AI/wan2.7-t2v"


def model(model_id: str) -> CatalogModel:
    found = catalog.find(model_id)
    assert found is not None
    return found


def code(model_id: str, **body: Any) -> str | None:
    """Return the code a body fails with, or None where the model takes it."""
    complaint = failure({"prompt": "a cat"} | body, model(model_id))
    return complaint.code if complaint else None


def planned(model_id: str, **body: Any) -> Plan:
    return plan(body, model(model_id))


@pytest.mark.parametrize("raw", [b"{", b"\xff", b"[]", b'"text"', b"{}", b'{"model": ""}', b"[" * 100_000])
def test_what_is_no_wish_is_refused(raw: bytes) -> None:
    with pytest.raises(BodyRefusal) as refusal:
        read_body(raw)
    assert refusal.value.status == 400


@pytest.mark.parametrize(
    "field",
    [
        {"prompt": 5},
        {"width": "640"},
        {"fps": 24.5},
        {"seed": True},
        {"seconds": [5]},
        {"output_format": "GIF"},
        {"generate_audio": "yes"},
        {"ratio": "wide"},
        {"media": []},
        {"frame_images": {}},
    ],
)
def test_a_wrong_type_is_refused_by_name(field: dict[str, Any]) -> None:
    with pytest.raises(BodyRefusal) as refusal:
        read_body(json.dumps({"model": DIRECTOR} | field).encode())
    assert refusal.value.status == 422
    assert refusal.value.body["error"]["param"] == next(iter(field))  # type: ignore[index]


@pytest.mark.parametrize("prompt", ["", "x" * 32_001])
def test_a_prompt_beyond_the_schema_is_refused(prompt: str) -> None:
    with pytest.raises(BodyRefusal, match="32000") as refusal:
        read_body(json.dumps({"model": DIRECTOR, "prompt": prompt}).encode())
    assert refusal.value.status == 400


@pytest.mark.parametrize("model_id", ["nobody/nothing", "google/veo-3.0", DIRECTOR.upper()])
def test_a_model_that_is_not_on_offer_is_not_found(model_id: str) -> None:
    with pytest.raises(BodyRefusal) as refusal:
        find_model({"model": model_id}, unlisted=False)
    assert refusal.value.status == 404


def test_an_unlisted_model_is_taken_on_request() -> None:
    invented = find_model({"model": "nobody/nothing"}, unlisted=True)
    assert plan({"seconds": "7"}, invented).cost == "0.70"


@pytest.mark.parametrize(
    ("model_id", "body", "expected"),
    [
        (DIRECTOR, {}, None),
        (HAILUO, {"negative_prompt": "rain"}, "unsupportedParameter"),
        (WAN, {"negative_prompt": "rain"}, None),
        (WAN, {"resolution": "480p"}, "InvalidParameter"),
        (WAN, {"resolution": "720p"}, "InvalidParameter"),
        (WAN, {"resolution": "720P"}, None),
        (WAN, {"width": 1280, "height": 720}, "unsupportedParameter"),
        (WAN, {"seconds": "16"}, "invalidDuration"),
        (WAN, {"seconds": 5}, None),
        (WAN, {"seconds": "five"}, "invalidDuration"),
        (DIRECTOR, {"width": 640, "height": 480}, "InvalidParameter"),
        (DIRECTOR, {"width": 1366}, "InvalidParameter"),
        (DIRECTOR, {"resolution": "720p"}, "unsupportedParameter"),
        (DIRECTOR, {"fps": 60}, "InvalidParameter"),
        (DIRECTOR, {"generate_audio": True}, "unsupportedParameter"),
        (DIRECTOR, {"prompt": None}, "missingParameter"),
        (DIRECTOR, {"prompt": "x" * 3001}, "InvalidParameter"),
        (DIRECTOR, {"media": {"frame_images": [{"input_image": "x", "frame": "last"}]}}, "InvalidParameter"),
        (DIRECTOR, {"frame_images": [{"input_image": "x"}]}, None),
        (DIRECTOR, {"media": {"reference_images": ["x"]}}, "unsupportedParameter"),
        ("Wan-AI/wan2.7-r2v", {}, "missingParameter"),
        ("alibaba/happyhorse-1.1-i2v", {}, "missingParameter"),
    ],
)
def test_a_wish_fails_later_for_what_the_model_does_not_take(
    model_id: str, body: dict[str, Any], expected: str | None
) -> None:
    assert code(model_id, **body) == expected


@pytest.mark.parametrize("each", [each.id for each in catalog.all_models() if each.enabled])
def test_every_model_on_offer_takes_its_own_defaults(each: str) -> None:
    entry = model(each)
    media: dict[str, list[Any]] = {}
    if entry.needs_first_frame or entry.needs_frame:
        media["frame_images"] = [{"input_image": "https://example.com/a.png"}]
    if entry.needs_reference:
        media["reference_images"] = ["https://example.com/a.png"]
    wanted = planned(each)
    assert code(each, media=media, seconds=str(wanted.seconds)) is None
    assert Decimal(wanted.cost or 0) > 0


@pytest.mark.parametrize(
    ("model_id", "body", "cost"),
    [
        (DIRECTOR, {}, "0.28"),
        (SEEDANCE, {"resolution": "1080p", "seconds": "10"}, "4.00"),
        (SEEDANCE, {"resolution": "4k"}, "4.180"),
        (SEEDANCE, {"resolution": "1080p", "media": {"reference_videos": [{"video": "x"}]}}, "2.40"),
        (WAN, {"seconds": "15"}, "1.50"),
    ],
)
def test_the_cost_is_the_list_price(model_id: str, body: dict[str, Any], cost: str) -> None:
    assert planned(model_id, **body).cost == cost


@pytest.mark.parametrize(
    ("model_id", "body", "size"),
    [
        (DIRECTOR, {}, "1366x768"),
        (WAN, {"resolution": "1080P", "ratio": "3:4"}, "1248x1648"),
        (SEEDANCE, {"resolution": "480p", "ratio": "9:16"}, "480x854"),
        (SEEDANCE, {"resolution": "4k"}, "3840x2160"),
        ("vidu/vidu-q3", {"width": 10**30, "height": 720}, "4096x720"),
    ],
)
def test_the_size_follows_from_the_wish_or_the_catalogue(
    model_id: str, body: dict[str, Any], size: str
) -> None:
    assert planned(model_id, **body).size == size


def test_a_failing_wish_is_accepted_first(simulator: Simulator) -> None:
    answer = simulator.create(model=HAILUO, negative_prompt="rain")
    job = simulator.ended(answer.json()["id"])

    assert answer.json()["status"] == "queued"
    assert job["status"] == "failed"
    assert job["error"]["code"] == "unsupportedParameter"
    assert "negativePrompt" in job["error"]["message"]
    assert job["outputs"] is None


def test_a_wrong_content_type_and_a_huge_body_are_refused(simulator: Simulator) -> None:
    url = f"{simulator.url}/v2/videos"
    kind = simulator.http.post(url, data={"model": DIRECTOR}, headers=simulator.key)
    size = simulator.create(prompt="x", negative_prompt="x" * 21_000_000)

    assert (kind.status_code, size.status_code) == (415, 413)
