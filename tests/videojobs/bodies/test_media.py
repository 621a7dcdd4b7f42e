"""Pictures, clips and sounds: their addresses, their places, and what each model takes."""

from typing import Any

import pytest

from tests.videojobs.bodies.wishes import (
    CLIP,
    DIRECTOR,
    FIRST,
    HAILUO,
    LAST,
    PICTURE,
    PIXVERSE_6,
    SEEDANCE_1,
    SEEDANCE_2,
    SEEDANCE_25,
    SOUND,
    WAN_IMAGE,
    WAN_REFERENCE,
    WAN_TEXT,
    only,
    problems,
    wire,
)
from videojobs import bodies
from videojobs.bodies.addresses import problem_with


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com/a.png",
        "https://example.com:8443/a%20b.png?sig=1&x=2#t",
        "HTTPS://Example.COM/a.png",
        "https://bücher.example/ä.png",
        "https://8.8.8.8/a.png",
        "https://[2606:4700::1111]/a.png",
        "https://a.example/" + "x" * 1_900,
    ],
)
def test_public_https_addresses_are_taken(address: str) -> None:
    assert problem_with(address) == ""


REFUSED = """
    http://example.com/a.png  ftp://example.com/a  //example.com/a  example.com/a.png  a
    https:  https://  https:///a.png  https://:443/a  https://example.com:99999/  https://[::1
    https://user:secret@example.com/  https://user@example.com/  https://@example.com/
    https://localhost/  https://LOCALHOST./  https://app.localhost/  https://nas.local/a
    https://metadata.google.internal/  https://router/  https://printer.lan/
    https://127.0.0.1/  https://10.1.2.3/  https://192.168.0.1/  https://169.254.169.254/latest
    https://[::1]/  https://[fe80::1]/  https://[::ffff:127.0.0.1]/  https://[fd00::1]/
    https://127.1/  https://2130706433/  https://0x7f.0.0.1/  https://0x7f000001/  https://0/
    https://１２７.0.0.1/  https://127。0。0。1/  https://0.0.0.0/  https://100.64.0.1/
"""


@pytest.mark.parametrize(
    "address",
    [
        *REFUSED.split(),
        "https://a b.example/",
        *("https://example.com/\x00", "https://example.com/\n", "https://example.com\\@evil.example/"),
        *("data:image/png;base64,iVBORw0KGgo=", "DATA:,x", "iVBORw0KGgo" * 100),
        "https://a.example/" + "x" * 2_000,
    ],
)
def test_other_addresses_are_refused_with_a_remedy(address: str) -> None:
    assert problem_with(address).endswith(".")


def test_a_refused_address_names_its_field() -> None:
    problem = only(problems(SEEDANCE_2, media={"reference_images": [PICTURE, "data:image/png;base64,AA=="]}))
    assert (problem.field, problem.code) == ("media.reference_images.1", "address")
    assert "https" in problem.message


# --- places


def test_deprecated_places_are_moved_under_media() -> None:
    old = wire(HAILUO, frame_images=[FIRST], reference_images=[PICTURE])
    assert old == {"media": {"frame_images": [FIRST], "reference_images": [PICTURE]}}
    assert old == wire(HAILUO, media={"frame_images": [FIRST], "reference_images": [PICTURE]})


@pytest.mark.parametrize("name", ["frame_images", "reference_images"])
def test_both_places_at_once_are_a_conflict(name: str) -> None:
    value = [FIRST] if name == "frame_images" else [PICTURE]
    problem = only(problems(HAILUO, **{name: value, "media": {name: value}}))
    assert (problem.field, problem.code) == (name, "conflict")


def test_problems_name_pictures_where_they_were_given() -> None:
    assert only(problems(WAN_TEXT, frame_images=[FIRST])).field == "frame_images.0.frame"
    assert only(problems(WAN_TEXT, media={"frame_images": [FIRST]})).field == "media.frame_images.0.frame"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"media": "x"}, "media"),
        ({"media": [FIRST]}, "media"),
        ({"media": {"images": [PICTURE]}}, "media.images"),
        ({"frame_images": FIRST}, "frame_images"),
        ({"frame_images": [PICTURE]}, "frame_images.0"),
        ({"frame_images": [{"input_image": 7}]}, "frame_images.0.input_image"),
        ({"frame_images": [{"frame": "first"}]}, "frame_images.0.input_image"),
        ({"frame_images": [FIRST | {"weight": 1}]}, "frame_images.0.weight"),
        ({"frame_images": [FIRST | {"frame": "First"}]}, "frame_images.0.frame"),
        ({"frame_images": [FIRST | {"frame": True}]}, "frame_images.0.frame"),
        ({"frame_images": [FIRST | {"frame": -1}]}, "frame_images.0.frame"),
        ({"frame_images": [FIRST | {"frame": 10**400}]}, "frame_images.0.frame"),
        ({"media": {"reference_videos": [CLIP["video"]]}}, "media.reference_videos.0"),
        ({"media": {"audio_inputs": [{"sound": SOUND}]}}, "media.audio_inputs.0.sound"),
        ({"media": {"source_video": 7}}, "media.source_video"),
        ({"reference_images": [PICTURE] * 31}, "reference_images"),
    ],
)
def test_wrong_shapes_are_named_exactly(values: dict[str, Any], field: str) -> None:
    assert field in [problem.field for problem in problems(PIXVERSE_6, **values)]


def test_a_long_list_is_counted_not_read() -> None:
    problem = only(problems(SEEDANCE_25, reference_images=["x"] * 100_000))
    assert problem.code == "too_many"
    assert "Remove 99,970." in problem.message


def test_clips_and_sounds_come_as_the_wire_has_them() -> None:
    media = {"audio_inputs": [{"audio": SOUND}], "frame_videos": [CLIP]}
    assert wire(WAN_IMAGE, media=media) == {"media": media}
    assert wire(PIXVERSE_6, media={"source_video": PICTURE}) == {"media": {"source_video": PICTURE}}


# --- frames


@pytest.mark.parametrize(
    "frames", [[FIRST], [LAST], [FIRST, LAST], [{"input_image": PICTURE}] * 2, [FIRST | {"frame": 0}]]
)
def test_first_and_last_frames_are_taken_where_both_are(frames: list[dict[str, Any]]) -> None:
    assert wire(SEEDANCE_1, media={"frame_images": frames}) == {"media": {"frame_images": frames}}


@pytest.mark.parametrize("frames", [[LAST], [FIRST, LAST], [{"input_image": PICTURE}] * 2])
def test_a_last_frame_is_refused_where_only_a_first_is_taken(frames: list[dict[str, Any]]) -> None:
    problem = only(problems(DIRECTOR, frame_images=frames))
    assert problem.code == "not_taken"
    assert "takes the first frame, not a last frame" in problem.message


def test_frames_are_refused_where_none_are_taken() -> None:
    assert "takes no frames" in only(problems(WAN_TEXT, frame_images=[FIRST])).message


def test_two_pictures_at_one_frame_are_a_conflict() -> None:
    assert only(problems(SEEDANCE_1, frame_images=[FIRST, FIRST])).code == "conflict"
    assert only(problems(SEEDANCE_1, frame_images=[FIRST, FIRST | {"frame": 0}])).code == "conflict"


def test_a_numbered_frame_is_taken_only_where_nobody_says_otherwise() -> None:
    numbered = [FIRST | {"frame": 48}]
    assert only(problems(SEEDANCE_1, frame_images=numbered)).code == "not_taken"
    assert wire(PIXVERSE_6, frame_images=numbered) == {"media": {"frame_images": numbered}}


def test_a_needed_first_frame_is_missed() -> None:
    needs_first = "alibaba/happyhorse-1.1-i2v"
    assert only(problems(needs_first)).code == "required"
    assert only(problems(needs_first, frame_images=[LAST])).place == "frame_images"


@pytest.mark.parametrize(
    "media", [{"frame_images": [LAST]}, {"frame_images": [FIRST, LAST]}, {"frame_videos": [CLIP]}]
)
def test_any_start_will_do_where_a_frame_or_a_clip_is_needed(media: dict[str, Any]) -> None:
    assert wire(WAN_IMAGE, media=media) == {"media": media}


def test_a_start_is_missed_once_and_not_again_where_it_is_wrong() -> None:
    assert only(problems(WAN_IMAGE)).code == "required"
    assert only(problems(WAN_IMAGE, frame_images=[{"input_image": "http://a.example"}])).code == "address"


# --- references


@pytest.mark.parametrize(
    ("name", "entry", "most"),
    [("reference_images", PICTURE, 9), ("reference_videos", CLIP, 3), ("reference_audios", SOUND, 3)],
)
def test_references_are_counted(name: str, entry: object, most: int) -> None:
    assert wire(SEEDANCE_2, media={name: [entry] * most}) == {"media": {name: [entry] * most}}
    problem = only(problems(SEEDANCE_2, media={name: [entry] * (most + 2)}))
    assert problem.message.endswith(f"s. Remove {2}.")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("reference_images", [PICTURE]),
        ("reference_videos", [CLIP]),
        ("reference_audios", [SOUND]),
        ("frame_videos", [CLIP]),
        ("audio_inputs", [SOUND]),
        ("source_video", CLIP),
    ],
)
def test_what_a_model_does_not_take_is_refused(name: str, value: object) -> None:
    problem = only(problems(DIRECTOR, media={name: value}))
    assert (problem.field, problem.code) == (f"media.{name}", "not_taken")


def test_needed_references_are_missed() -> None:
    assert only(problems(WAN_REFERENCE)).field == "media.reference_images"
    assert wire(WAN_REFERENCE, media={"reference_videos": [CLIP]}) == {"media": {"reference_videos": [CLIP]}}


def test_frames_exclude_references_and_say_what_to_clear() -> None:
    problem = only(problems(SEEDANCE_25, media={"frame_images": [FIRST], "reference_images": [PICTURE]}))
    assert problem.code == "conflict"
    assert "clear reference_images" in problem.message


def test_a_reference_sound_wants_company() -> None:
    assert only(problems(SEEDANCE_25, media={"reference_audios": [SOUND]})).code == "conflict"
    both = {"reference_images": [PICTURE], "reference_audios": [SOUND]}
    assert wire(SEEDANCE_25, media=both) == {"media": both}


def test_a_picture_may_stand_for_the_prompt_of_an_unlisted_model() -> None:
    values = {"model": "maker/new", "media": {"frame_images": [FIRST]}}
    assert bodies.build(values, bodies.unlisted("maker/new")).to_wire() == values
