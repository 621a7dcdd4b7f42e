"""Words, sizes and numbers are held against the wire and the model."""

import math
from decimal import Decimal
from typing import Any

import pytest

from tests.videojobs.bodies.wishes import (
    DIRECTOR,
    FIRST,
    FLUX,
    HAILUO,
    KLING,
    PIXVERSE_5,
    PIXVERSE_6,
    SEEDANCE_2,
    SEEDANCE_25,
    WAN_TEXT,
    build,
    only,
    problems,
    wire,
)


@pytest.mark.parametrize("prompt", [None, "", " \n\t ", "\u200b", "\u2063 "])
def test_a_prompt_without_anything_to_see_is_missing(prompt: object) -> None:
    assert only(problems(prompt=prompt)).code == "required"


def test_an_over_long_prompt_says_by_how_much() -> None:
    problem = only(problems(prompt="x" * 3_210))
    assert problem.code == "too_long"
    assert "3,210 characters" in problem.message
    assert "3,000" in problem.message
    assert "Shorten it by 210" in problem.message


def test_a_prompt_may_fill_the_limit_and_not_undercut_the_shortest() -> None:
    assert build(prompt="x" * 3_000).prompt == "x" * 3_000
    assert only(problems(prompt="x")).code == "too_short"


def test_characters_are_counted_not_bytes() -> None:
    assert build(prompt="狐" * 3_000)


@pytest.mark.parametrize("bad", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\ud800"])
@pytest.mark.parametrize("name", ["prompt", "negative_prompt"])
def test_control_characters_are_refused_by_name(name: str, bad: str) -> None:
    problem = only(problems(**{name: f"A fox{bad} runs"}))
    assert (problem.field, problem.code) == (name, "control_characters")
    assert f"U+{ord(bad):04X}" in problem.message


def test_line_ends_and_tabs_are_words() -> None:
    assert build(prompt="A fox\r\n\truns\rhome").prompt == "A fox\n\truns\nhome"


def test_emoji_joined_by_invisible_characters_stay_whole() -> None:
    family = "👩‍👩‍👧 by the sea"
    assert build(prompt=family).prompt == family


@pytest.mark.parametrize("prompt", [7, True, ["a"], {"text": "a"}, 1.5])
def test_a_prompt_that_is_not_text_is_refused(prompt: object) -> None:
    assert only(problems(prompt=prompt)).code == "type"


def test_a_negative_prompt_is_refused_where_it_would_fail_the_job() -> None:
    assert only(problems(HAILUO, negative_prompt="dogs")).code == "not_taken"
    assert wire(DIRECTOR, negative_prompt="dogs") == {"negative_prompt": "dogs"}


def test_a_negative_prompt_has_its_own_limit() -> None:
    assert "Shorten it by 1." in only(problems(WAN_TEXT, negative_prompt="x" * 501)).message


def test_a_model_that_takes_no_prompt_refuses_one() -> None:
    found = problems(KLING, media={"frame_images": [FIRST]})
    assert [problem.field for problem in found] == ["model", "prompt"]


# --- size


def test_a_size_is_a_listed_pair() -> None:
    problem = only(problems(HAILUO, width=1366, height=1080))
    assert problem.message == "Hailuo 02 does not make 1366×1080. Choose 1366×768 or 1920×1080."


@pytest.mark.parametrize(("given", "missing"), [("width", "height"), ("height", "width")])
def test_half_a_size_is_refused(given: str, missing: str) -> None:
    assert only(problems(PIXVERSE_6, **{given: 640})).field == missing


@pytest.mark.parametrize("width", [True, 640.5, "640.0", "640px", "", 15, 8_193, -640, 10**400, "9" * 500])
def test_a_width_is_a_whole_number_of_pixels(width: object) -> None:
    assert only(problems(PIXVERSE_6, width=width, height=360)).field == "width"


def test_pixels_are_refused_where_words_size_the_picture() -> None:
    found = problems(WAN_TEXT, width=1280, height=720)
    assert [problem.field for problem in found] == ["width", "height"]
    assert "720P or 1080P" in found[0].message


@pytest.mark.parametrize(
    ("model_id", "word", "right"), [(WAN_TEXT, "720p", "720P"), (SEEDANCE_2, "4K", "4k")]
)
def test_a_resolution_in_the_wrong_case_is_set_right(model_id: str, word: str, right: str) -> None:
    problem = only(problems(model_id, resolution=word))
    assert (problem.field, problem.code) == ("resolution", "not_offered")
    assert f"Write {right}" in problem.message


def test_words_are_refused_where_pixels_size_the_picture() -> None:
    found = problems(HAILUO, resolution="720p", ratio="16:9")
    assert [problem.code for problem in found] == ["not_taken", "not_taken"]


@pytest.mark.parametrize("ratio", ["2:1", "16:10", "21:9"])
def test_a_ratio_is_a_listed_one(ratio: str) -> None:
    assert only(problems(WAN_TEXT, ratio=ratio)).code == "not_offered"


@pytest.mark.parametrize("ratio", ["16/9", "16:9:1", "wide", "0:9", "١٦:٩", 1.78])
def test_what_is_no_ratio_is_refused(ratio: object) -> None:
    assert only(problems(PIXVERSE_6, ratio=ratio)).field == "ratio"


def test_a_model_without_ratios_refuses_one() -> None:
    assert only(problems(SEEDANCE_25, ratio="16:9")).code == "not_taken"


# --- numbers


@pytest.mark.parametrize("seconds", ["10", " 10 ", 10, 10.0, Decimal(10)])
def test_seconds_are_text_on_the_wire(seconds: object) -> None:
    assert wire(HAILUO, seconds=seconds) == {"seconds": "10"}


@pytest.mark.parametrize("seconds", [True, "10.0", 10.5, "ten", math.nan, math.inf, [10], "1e1", "٥", "5_0"])
def test_seconds_that_are_no_whole_number_are_refused(seconds: object) -> None:
    assert only(problems(HAILUO, seconds=seconds)).code == "type"


@pytest.mark.parametrize("seconds", [0, -5, 1_000, 10**400, "9" * 20])
def test_seconds_beyond_the_wire_are_refused(seconds: object) -> None:
    assert only(problems(PIXVERSE_6, seconds=seconds)).code == "out_of_range"


@pytest.mark.parametrize(("model_id", "stops"), [(HAILUO, "6 or 10"), (SEEDANCE_2, "4 to 15")])
def test_seconds_between_the_stops_name_the_stops(model_id: str, stops: str) -> None:
    assert f"Choose {stops}." in only(problems(model_id, seconds=3)).message


def test_seconds_past_a_known_end_are_refused() -> None:
    assert wire(FLUX, seconds=20) == {"seconds": "20"}
    assert only(problems(FLUX, seconds=21)).code == "out_of_range"


def test_frame_rates_are_those_listed() -> None:
    assert wire(PIXVERSE_5, fps="16") == {"fps": 16}
    assert "Choose 16 or 24." in only(problems(PIXVERSE_5, fps=30)).message


@pytest.mark.parametrize(
    ("name", "low", "high"), [("steps", 10, 50), ("seed", 0, 2_147_483_647), ("output_quality", 0, 100)]
)
def test_whole_numbers_have_bounds(name: str, low: int, high: int) -> None:
    assert wire(**{name: low}) == {name: low}
    assert wire(**{name: str(high)}) == {name: high}
    for outside in (low - 1, high + 1, 10**5_000, "9" * 20):
        assert only(problems(**{name: outside})).code == "out_of_range"
    for wrong in (True, 20.5, "20.0", math.nan, math.inf, Decimal("sNaN"), {"a": 1}, "x", "9" * 5_000):
        assert only(problems(**{name: wrong})).code == "type"


@pytest.mark.parametrize("guidance", [8, 8.5, "8.5", Decimal("8.5"), 0, "100"])
def test_guidance_takes_fractions(guidance: Any) -> None:
    assert wire(guidance_scale=guidance) == {"guidance_scale": float(guidance)}


@pytest.mark.parametrize(
    "guidance",
    [math.nan, math.inf, -math.inf, float("1e309"), Decimal("NaN"), Decimal("sNaN"), "nan", "7,5", True, [7]],
)
def test_guidance_that_is_no_number_is_refused(guidance: object) -> None:
    assert only(problems(guidance_scale=guidance)).code == "type"


@pytest.mark.parametrize("guidance", [-0.1, 100.1, 1e308, 10**400, Decimal("1e999999")])
def test_guidance_out_of_range_is_refused(guidance: object) -> None:
    assert only(problems(guidance_scale=guidance)).code == "out_of_range"
