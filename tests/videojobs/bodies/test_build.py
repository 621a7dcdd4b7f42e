"""Values of any origin become exactly the body that is sent, or everything wrong with them is named."""

from typing import Any

import pytest

from tests.videojobs.bodies.wishes import (
    CLIP,
    DIRECTOR,
    FIRST,
    HAILUO,
    PICTURE,
    PIXVERSE_6,
    SEEDANCE_2,
    WAN_IMAGE,
    WAN_TEXT,
    build,
    offer,
    only,
    problems,
    problems_with,
    wire,
)
from videojobs import bodies, catalog
from videojobs.catalog import CatalogModel, Offer
from videojobs.provider.types import CreateVideoBody

ON_OFFER = [model for model in catalog.all_models() if model.enabled]


def least_values(model: CatalogModel) -> dict[str, object]:
    """Return the least a model needs."""
    values: dict[str, object] = {"model": model.id}
    media: dict[str, object] = {}
    if model.needs_prompt:
        values["prompt"] = "A red fox"
    if model.needs_first_frame or model.needs_frame:
        media["frame_images"] = [FIRST]
    if model.needs_reference:
        media["reference_images"] = [PICTURE]
    return values | ({"media": media} if media else {})


@pytest.mark.parametrize("model", ON_OFFER, ids=lambda model: model.id)
def test_every_model_on_offer_makes_a_body_of_the_least_it_needs(model: CatalogModel) -> None:
    values = least_values(model)
    assert bodies.build(values, Offer(model)).to_wire() == values


@pytest.mark.parametrize("model", ON_OFFER, ids=lambda model: model.id)
def test_every_published_choice_is_taken(model: CatalogModel) -> None:
    least = least_values(model)
    for seconds in model.seconds:
        assert bodies.build(least | {"seconds": str(seconds)}, Offer(model)).seconds == str(seconds)
    for size in model.sizes:
        sized = bodies.build(least | {"width": size.width, "height": str(size.height)}, Offer(model))
        assert (sized.width, sized.height) == (size.width, size.height)
    for name, choices in (("fps", model.fps), ("resolution", model.resolutions), ("ratio", model.ratios)):
        for choice in choices:
            assert getattr(bodies.build(least | {name: choice}, Offer(model)), name) == choice


def test_a_form_and_a_script_make_the_same_body() -> None:
    form = {
        "model": HAILUO,
        "prompt": "A red fox",
        "width": "1366",
        "height": "768",
        "seconds": "10",
        "fps": "25",
        "steps": "20",
        "seed": "7",
        "guidance_scale": "7.5",
        "output_format": "WEBM",
        "output_quality": "20",
        "negative_prompt": "",
        "generate_audio": "",
        "resolution": "",
    }
    script: dict[str, object] = {
        "model": HAILUO,
        "prompt": "A red fox",
        "width": 1366,
        "height": 768,
        "seconds": 10,
        "fps": 25,
        "steps": 20,
        "seed": 7,
        "guidance_scale": 7.5,
        "output_format": "WEBM",
        "output_quality": 20,
        "negative_prompt": None,
        "media": {},
        "settings": {},
    }
    assert bodies.build(form, offer(HAILUO)) == bodies.build(script, offer(HAILUO))


def test_every_field_reaches_the_wire() -> None:
    everything: dict[str, Any] = {
        "model": "maker/new",
        "prompt": "A fox",
        "negative_prompt": "dogs",
        "width": 640,
        "height": 360,
        "resolution": "720p",
        "ratio": "16:9",
        "seconds": "5",
        "fps": 24,
        "steps": 20,
        "seed": 7,
        "guidance_scale": 8.0,
        "output_format": "MP4",
        "output_quality": 20,
        "generate_audio": True,
        "media": {
            "frame_images": [FIRST],
            "frame_videos": [CLIP],
            "reference_images": [PICTURE],
            "reference_videos": [CLIP],
            "source_video": CLIP,
            "audio_inputs": ["https://a.example/s.wav"],
            "reference_audios": ["https://a.example/s.wav"],
        },
        "settings": {"audio": False},
    }
    assert bodies.build(everything, bodies.unlisted("maker/new")).to_wire() == everything


def test_nothing_unset_is_sent() -> None:
    unset = dict.fromkeys(set(CreateVideoBody.model_fields) - {"model", "prompt"})
    assert build(**unset).to_wire() == {"model": DIRECTOR, "prompt": "A red fox"}


def test_everything_wrong_is_named_at_once() -> None:
    found = problems(prompt="", seconds=7, fps=60, steps=99, bogus=1, width=5, resolution="720p")
    named = {"prompt", "seconds", "fps", "steps", "bogus", "width", "resolution"}
    assert {problem.field for problem in found} == named
    assert all(problem.message.endswith((".", "?")) for problem in found)


def test_an_unknown_model_suggests_the_one_meant() -> None:
    problem = only(problems_with({"model": "kwaivgi/Kling-2.1-pro", "prompt": "A fox"}, None))
    assert (problem.field, problem.code) == ("model", "unknown_model")
    assert "Did you mean kwaivgI/kling-2.1-pro?" in problem.message


@pytest.mark.parametrize("model_id", [None, "", "  ", 7, "a\x00b", "a b", "x" * 300])
def test_a_model_that_is_no_id_is_refused(model_id: object) -> None:
    assert only(problems_with({"model": model_id, "prompt": "A fox"}, None)).field == "model"


def test_the_rest_of_an_unknown_model_is_checked_too() -> None:
    found = problems_with({"model": "who/knows", "steps": "many"}, None)
    assert [problem.field for problem in found] == ["model", "steps", "prompt"]


def test_a_model_that_is_off_says_why() -> None:
    problem = only(problems("openai/sora-2"))
    assert (problem.field, problem.code) == ("model", "model_off")
    assert "OpenAI shut Sora down on 24 September 2026." in problem.message


def test_values_for_another_model_are_refused() -> None:
    assert only(problems_with({"model": HAILUO, "prompt": "A fox"}, offer(DIRECTOR))).code == "conflict"


def test_an_unlisted_model_takes_all_the_wire_allows() -> None:
    values = {"model": "maker/new-1.0", "prompt": "A fox", "width": 300, "height": 400, "seconds": "45"}
    assert bodies.build(values, bodies.unlisted("maker/new-1.0")).to_wire() == values


@pytest.mark.parametrize("model_id", ["", "../x", "a b", "a//b", "a\nb", "é/x", "x" * 201, "/a", "a/"])
def test_an_unlisted_id_must_look_like_one(model_id: str) -> None:
    assert only(problems_with({"prompt": "A fox"}, bodies.unlisted(model_id))).field == "model"


@pytest.mark.parametrize(("given", "remedy"), [("mp4", "Write MP4"), ("GIF", "Choose MP4 or WEBM")])
def test_a_format_is_one_of_two(given: str, remedy: str) -> None:
    assert remedy in only(problems(output_format=given)).message


@pytest.mark.parametrize(("given", "meant"), [(True, True), ("on", True), ("true", True), ("off", False)])
def test_sound_is_read_from_forms_and_scripts(given: object, meant: bool) -> None:  # noqa: FBT001
    assert wire(PIXVERSE_6, generate_audio=given) == {"generate_audio": meant}
    assert wire(SEEDANCE_2, settings={"audio": given}) == {"settings": {"audio": meant}}


@pytest.mark.parametrize("given", [1, "maybe", [True], 0.0])
def test_sound_that_is_neither_yes_nor_no_is_refused(given: object) -> None:
    assert only(problems(PIXVERSE_6, generate_audio=given)).code == "type"
    assert only(problems(SEEDANCE_2, settings={"audio": given})).field == "settings.audio"


@pytest.mark.parametrize(
    ("model_id", "values", "field"),
    [
        (HAILUO, {"generate_audio": True}, "generate_audio"),
        (HAILUO, {"settings": {"audio": True}}, "settings.audio"),
        (WAN_TEXT, {"generate_audio": False}, "generate_audio"),
        (WAN_TEXT, {"settings": {"audio": False}}, "settings.audio"),
        (SEEDANCE_2, {"generate_audio": True}, "generate_audio"),
        (PIXVERSE_6, {"settings": {"audio": True}}, "settings.audio"),
    ],
)
def test_sound_is_asked_for_only_where_the_model_reads_it(
    model_id: str, values: dict[str, Any], field: str
) -> None:
    assert only(problems(model_id, **values)).field == field


def test_asking_for_sound_that_comes_anyway_is_fine() -> None:
    assert wire(WAN_TEXT, generate_audio=True) == {"generate_audio": True}


@pytest.mark.parametrize("settings", ["audio", [1], {"volume": 1}])
def test_settings_hold_audio_alone(settings: object) -> None:
    assert only(problems(SEEDANCE_2, settings=settings)).place == "settings" or settings == {"volume": 1}


def test_unknown_fields_are_refused_by_name() -> None:
    found = problems(duration=5, aspect="16:9")
    assert [problem.field for problem in found] == ["duration", "aspect"]
    assert {problem.code for problem in found} == {"unknown_field"}


def test_a_flood_of_unknown_fields_is_cut_short() -> None:
    found = problems(**{f"field{number}" * 20: 1 for number in range(1_000)})
    assert len(found) == 10
    assert all(len(problem.field) <= 60 for problem in found)


def test_problems_say_where_a_page_shows_them() -> None:
    found = problems(WAN_IMAGE, media={"frame_images": [{"input_image": "http://x.example"}]})
    problem = only(found)
    assert problem.field == "media.frame_images.0.input_image"
    assert problem.place == "frame_images"
