"""Filling a Create form in: from a job's body, and with what fits another model."""

from typing import Any

import pytest

from dashboard.forms.create_filling import Take, fitting, from_body, from_post
from videojobs import catalog
from videojobs.bodies import FormShape, form_shape
from videojobs.catalog import Offer

BODY: dict[str, Any] = {
    "model": "ByteDance/Seedance-2.0",
    "prompt": "A boat",
    "resolution": "720p",
    "ratio": "21:9",
    "seconds": "12",
    "seed": 7,
    "settings": {"audio": False},
    "media": {
        "reference_videos": [{"video": "https://x.example/v"}],
        "frame_images": [{"input_image": "https://x.example/b", "frame": "last"}],
    },
}


def shape(model_id: str) -> FormShape:
    model = catalog.find(model_id)
    assert model is not None
    return form_shape(Offer(model))


def test_a_body_fills_in_everything_it_holds() -> None:
    filling = fitting(from_body(BODY), shape("ByteDance/Seedance-2.0"))
    assert filling.left_out == ()
    assert filling.initial == {
        "prompt": "A boat",
        "resolution": "720p",
        "ratio": "21:9",
        "seconds": "12",
        "seed": "7",
        "sound": "false",
        "reference_videos": ["https://x.example/v"],
        "last_frame": "https://x.example/b",
    }


@pytest.mark.parametrize(
    ("take", "names"),
    [(Take.PROMPT, {"prompt"}), (Take.SEED, {"seed"})],
)
def test_a_part_of_a_body_can_be_used_again(take: Take, names: set[str]) -> None:
    assert set(from_body(BODY, take)) == names


def test_a_new_seed_uses_all_but_the_seed() -> None:
    assert set(from_body(BODY)) - set(from_body(BODY, Take.NEW_SEED)) == {"seed"}


def test_two_pictures_without_a_word_are_first_and_last() -> None:
    media = {"frame_images": [{"input_image": "a"}, {"input_image": "b"}]}
    assert from_body({"media": media}) == {"first_frame": "a", "last_frame": "b"}


def test_pixels_fill_in_the_size() -> None:
    filling = fitting(from_body({"width": 1280, "height": 720}), shape("pixverse/pixverse-v5"))
    assert filling.initial == {"size": "1280x720"}


def test_pixels_fill_in_free_numbers() -> None:
    filling = fitting(from_body({"width": 1280, "height": 720}), shape("pixverse/pixverse-v6"))
    assert (filling.initial, filling.left_out) == ({"width": "1280", "height": "720"}, ())


def test_what_does_not_fit_is_named() -> None:
    filling = fitting(from_body(BODY), shape("Wan-AI/wan2.7-t2v"))
    assert filling.initial["resolution"] == "720P"
    assert filling.initial["seconds"] == "12"
    assert set(filling.left_out) == {
        "shape 21:9",
        "sound false",
        "reference clips",
        "last frame https://x.example/b",
    }


def test_what_a_model_does_anyway_is_left_out_in_silence() -> None:
    filling = fitting({"seconds": "5", "fps": "25"}, shape("minimax/video-01-director"))
    assert (filling.initial, filling.left_out) == ({}, ())


def test_lists_are_cut_to_what_a_model_takes() -> None:
    many = [f"https://x.example/{number}" for number in range(12)]
    assert (
        len(fitting({"reference_images": many}, shape("ByteDance/Seedance-2.0")).initial["reference_images"])
        == 9
    )


def test_a_number_out_of_range_does_not_fit() -> None:
    assert fitting({"seconds": "90"}, shape("black-forest-labs/FLUX-3")).left_out == ("length 90",)


def test_a_posted_form_is_read_whatever_its_model() -> None:
    given = from_post(
        {"prompt": "A boat", "last_frame": "x", "seconds": "", "press": "1", "reference_images": ["a"]}
    )
    assert given == {"prompt": "A boat", "last_frame": "x", "reference_images": ["a"]}
