"""The wire types: strict in what is sent, tolerant in what is read."""

import json
import math
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from videojobs.provider.types import (
    CreateVideoBody,
    CreateVideoResponse,
    FrameImage,
    Media,
    ProviderStatus,
    VideoJob,
    decode,
    read_cost,
    read_error,
    read_id,
    read_link,
    read_time,
)

FRAME = FrameImage(input_image="https://a.example/a.png", frame="first")


def read(**fields: Any) -> VideoJob:
    return VideoJob.read({"id": "job-1", **fields})


# --- what is sent


def test_deprecated_pictures_are_sent_under_media() -> None:
    old = CreateVideoBody(model="a/b", frame_images=[FRAME], reference_images=["https://a.example/b.png"])
    assert old.to_wire() == {
        "model": "a/b",
        "media": {
            "frame_images": [{"input_image": "https://a.example/a.png", "frame": "first"}],
            "reference_images": ["https://a.example/b.png"],
        },
    }


def test_pictures_in_both_places_are_refused() -> None:
    twice = CreateVideoBody(model="a/b", frame_images=[FRAME], media=Media(frame_images=[FRAME]))
    with pytest.raises(ValueError, match="frame_images stands both"):
        twice.modern()


def test_moving_keeps_the_rest_of_media() -> None:
    media = Media(reference_images=["https://a.example/b.png"])
    moved = CreateVideoBody(model="a/b", frame_images=[FRAME], media=media).modern()
    assert moved.media == Media(frame_images=[FRAME], reference_images=["https://a.example/b.png"])
    assert moved.modern() is moved


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("model", ""), ("model", "x" * 201), ("prompt", ""), ("prompt", "x" * 32_001), ("width", 15)),
        *(("height", 8_193), ("seconds", "1000"), ("seconds", "5.0"), ("seconds", "٥"), ("seconds", "5\n")),
        *(("seconds", 5), ("ratio", "16x9"), ("ratio", "١٦:٩"), ("fps", 0), ("seed", -1), ("seed", 2**63)),
        *(("guidance_scale", math.nan), ("guidance_scale", math.inf), ("output_format", "GIF")),
        *(("frame_images", [{"input_image": ""}]), ("media", {"pictures": []}), ("bogus", 1)),
        *(("frame_images", [{"input_image": "https://a", "frame": "middle"}]), ("settings", {"volume": 1})),
    ],
)
def test_what_the_wire_does_not_take_cannot_be_made(field: str, value: object) -> None:
    with pytest.raises(ValidationError):
        CreateVideoBody.model_validate({"model": "a/b", field: value})


def test_seconds_are_text_outside_and_a_number_inside() -> None:
    assert CreateVideoBody(model="a/b", seconds="10").whole_seconds == 10
    assert CreateVideoBody(model="a/b").whole_seconds is None


# --- ids


@pytest.mark.parametrize("value", ["019a0068-794a-7213-90f6-cc4eb62e3da7", "video_1", "a:b.c"])
def test_a_plain_id_is_read(value: str) -> None:
    assert read_id(value) == value


@pytest.mark.parametrize(
    "value",
    [
        *(None, 7, True, [], {}, "", " ", ".", "..", "a/b", "a?b", "a#b", "a b", " a", "a%2fb", "a\\b"),
        *("a\nb", "a\x00b", "é", "\ud800", "x" * 201),
    ],
)
def test_what_cannot_be_an_id_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"the id in the answer|no usable id"):
        read_id(value)


@pytest.mark.parametrize("answer", [None, 7, "id", ["id"], {}, {"id": None}, {"id": 7}])
def test_an_answer_without_an_id_is_refused(answer: object) -> None:
    with pytest.raises(ValueError, match="answer"):
        VideoJob.read(answer)


# --- documented answers


def test_the_documented_sample_is_read() -> None:
    raw = """{"id":"019a0068","model":"minimax/video-01-director","status":"completed",
        "size":"1366x768","seconds":"6","outputs":{"cost":0.28,"video_url":"https://api.together.ai/shrt/Dwl"},
        "created_at":"2025-10-20T06:57:18.154804Z","completed_at":"2025-10-20T07:00:12.234472Z"}"""
    answer = CreateVideoResponse.read(raw)
    assert (answer.id, answer.raw) == ("019a0068", raw)
    assert answer.job.status is ProviderStatus.COMPLETED
    assert answer.job.outputs is not None
    assert answer.job.outputs.cost == Decimal("0.28")
    assert answer.job.created_at == datetime(2025, 10, 20, 6, 57, 18, 154804, tzinfo=UTC)


def test_the_documented_failure_is_read() -> None:
    job = read(
        status="failed", error={"message": "Unsupported", "code": "unsupportedParameter"}, outputs=None
    )
    assert job.status is ProviderStatus.FAILED
    assert (job.error_message, job.error_code) == ("Unsupported", "unsupportedParameter")
    assert (job.outputs, job.seconds, job.size) == (None, None, None)


def test_the_old_shape_is_read() -> None:
    job = read(
        info={"errors": "too long"},
        claimed_at="0001-01-01T00:00:00Z",
        done_at="2025-10-20T07:00:12Z",
        seconds=6,
    )
    assert job.error_message == "too long"
    assert job.completed_at == datetime(2025, 10, 20, 7, 0, 12, tzinfo=UTC)
    assert job.seconds == "6"


@pytest.mark.parametrize("word", ["paused", "", None, 3, ["completed"], {"a": 1}, "COMPLETED", True])
def test_an_unheard_of_status_is_kept_raw_and_means_nothing(word: object) -> None:
    job = read(status=word)
    assert job.status is None
    assert job.raw_status == ("" if word is None or isinstance(word, list | dict) else str(word))


def test_words_are_cut_and_cleaned() -> None:
    job = read(status="x" * 5_000, model="a\x00b\nc", error={"message": "y" * 5_000, "code": "z" * 5_000})
    assert len(job.raw_status) == 100
    assert job.model == "a b c"
    assert len(job.error_message) == 2_000
    assert len(job.error_code) == 100


# --- money


@pytest.mark.parametrize(
    ("value", "cost"),
    [
        *((Decimal("0.28"), "0.28"), (0.28, "0.28"), ("0.28", "0.28"), ("$0.28", "0.28"), (2, "2")),
        *((" 1.5 ", "1.5"), (Decimal("2.8E-1"), "0.28"), ("0.1234561", "0.123457"), ("1e-30", "0.000001")),
        (999_999, "999999"),
    ],
)
def test_a_cost_is_read_up_to_the_millionth(value: object, cost: str) -> None:
    assert read_cost(value) == Decimal(cost)


@pytest.mark.parametrize(
    "value",
    [
        *(
            None,
            True,
            False,
            0,
            0.0,
            "0",
            -1,
            "-0.28",
            math.nan,
            math.inf,
            "NaN",
            "Infinity",
            "sNaN",
            "",
            "free",
        ),
        *("0,28", "1_0", "١", "0x1", "28 cents", [0.28], {"usd": 0.28}, 10**6, "1e6", 10**5_000, "9" * 9_999),
        *(Decimal("NaN"), Decimal("sNaN"), Decimal("1e999999"), Decimal("-1"), "1e999999999", "1e-999999999"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_any_other_cost_is_unknown(value: object) -> None:
    assert read_cost(value) is None


@pytest.mark.parametrize(
    ("cost", "kept"),
    [(0, "0"), ("free", "free"), (None, None), ([1], "list"), (Decimal("-1"), "-1"), (10**5_000, "int")],
    ids=lambda value: type(value).__name__,
)
def test_an_unusable_cost_is_kept_raw(cost: object, kept: str | None) -> None:
    outputs = read(outputs={"cost": cost}).outputs
    assert outputs is not None
    assert (outputs.cost, outputs.raw_cost) == (None, kept)


def test_costs_pass_through_no_float() -> None:
    answer = VideoJob.read(decode('{"id": "a", "outputs": {"cost": 0.1000000000000000055}}'))
    assert answer.outputs is not None
    assert answer.outputs.raw_cost == "0.1000000000000000055"
    assert answer.outputs.cost == Decimal("0.100001")


HUGE = ["1e1000000000000000000", "1e999999999999999999", "9" * 5000, "-" + "9" * 5000]


@pytest.mark.parametrize("number", HUGE, ids=["exponent", "limit", "digits", "negative"])
@pytest.mark.parametrize(
    "place", ['"outputs": {{"cost": {}}}', '"created_at": {}', '"seconds": {}', '"x": {}']
)
def test_a_number_too_large_to_hold_costs_only_itself(number: str, place: str) -> None:
    answer = CreateVideoResponse.read(f'{{"id": "a", {place.format(number)}}}')
    assert answer.id == "a"
    assert answer.job.outputs is None or answer.job.outputs.cost is None


# --- outputs


@pytest.mark.parametrize("outputs", [None, [], "x", 7, [None], ["x"]])
def test_outputs_that_are_none_yet_are_none(outputs: object) -> None:
    assert read(outputs=outputs).outputs is None


def test_outputs_in_a_list_are_read() -> None:
    outputs = read(outputs=[{"video_url": "https://a.example/v"}]).outputs
    assert outputs is not None
    assert outputs.video_url == "https://a.example/v"


@pytest.mark.parametrize("value", [None, 7, "", " ", "https://a/\x00", "https://a/ b", "\ud800", "x" * 8_001])
def test_what_cannot_be_a_link_is_none(value: object) -> None:
    assert read_link(value) is None


# --- times


@pytest.mark.parametrize(
    "value",
    [
        *(1760943438, 1760943438.0, Decimal(1760943438), "2025-10-20T06:57:18Z", "2025-10-20T06:57:18"),
        *("2025-10-20T08:57:18+02:00", " 2025-10-20 06:57:18 "),
    ],
)
def test_unix_and_iso_times_are_read(value: object) -> None:
    assert read_time(value) == datetime(2025, 10, 20, 6, 57, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        *(
            None,
            True,
            0,
            -1,
            "",
            "yesterday",
            "0001-01-01T00:00:00Z",
            "0001-01-01T00:00:00+05:00",
            "1760943438",
        ),
        *(math.nan, math.inf, 1e300, 10**400, Decimal("NaN"), Decimal("sNaN"), Decimal("1e999999"), [1], {}),
        *("9999-12-31T23:59:59-05:00", "1760943438"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_nonsense_and_zero_times_are_none(value: object) -> None:
    assert read_time(value) is None


# --- errors


@pytest.mark.parametrize(
    ("answer", "message", "code"),
    [
        ({"error": {"message": "no", "type": "invalid_request_error"}}, "no", "invalid_request_error"),
        ({"error": {"message": "no", "error_type": "limited", "code": None}}, "no", "limited"),
        ({"error": {"code": "bad"}}, "bad", "bad"),
        ({"error": "no", "error_type": "limited"}, "no", "limited"),
        ({"info": {"errors": ["first", "second"]}}, "first", ""),
        ({"info": {"errors": [{"message": "no", "code": "c"}]}}, "no", "c"),
        ({"info": {"errors": {"message": "no"}}}, "no", ""),
        ({"info": {"errors": [["deep"]]}}, "", ""),
        ({"info": None, "message": "no"}, "no", ""),
        ({"error": {"message": {"deep": 1}, "code": ["x"]}}, "", ""),
        ({}, "", ""),
    ],
)
def test_every_shape_of_error_is_read(answer: dict[str, Any], message: str, code: str) -> None:
    assert read_error(answer) == (message, code)


def test_markup_stays_text_and_control_characters_go() -> None:
    assert read_error({"error": "<b>no</b>\x00\x1b[1m\nend"})[0] == "<b>no</b>  [1m\nend"


# --- whatever comes


@pytest.mark.parametrize("raw", ["", "<html>", "{", "[" * 100_000, '{"a":' * 100_000, "nul"])
def test_what_is_not_json_is_refused(raw: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decode(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
KEYS = [
    "status",
    "model",
    "seconds",
    "size",
    "created_at",
    "completed_at",
    "done_at",
    "outputs",
    "error",
    "info",
]
OUTPUTS = st.fixed_dictionaries({}, optional={"cost": JSON, "video_url": JSON})


@settings(max_examples=200, deadline=None, database=None)
@given(answer=st.dictionaries(st.sampled_from(KEYS), JSON | OUTPUTS | st.lists(OUTPUTS, max_size=2)))
def test_any_answer_with_an_id_is_read(answer: dict[str, Any]) -> None:
    job = read(**answer)
    assert job.outputs is None or job.outputs.cost is None or job.outputs.cost > 0
    assert json.loads(job.model_dump_json())["id"] == "job-1"
