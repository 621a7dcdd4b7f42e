"""The Create form: shaped by a model, read into the wire's values."""

from typing import Any

import pytest
from django.http import QueryDict
from django.utils.http import urlencode

from dashboard.forms.create import CreateForm
from videojobs import catalog
from videojobs.bodies import BodyProblem, form_shape, unlisted
from videojobs.catalog import Offer

DIRECTOR = "minimax/video-01-director"
SEEDANCE = "ByteDance/Seedance-2.0"
WAN = "Wan-AI/wan2.7-i2v"


def offer_of(model_id: str) -> Offer:
    model = catalog.find(model_id)
    return Offer(model) if model else unlisted(model_id)


def posted(model_id: str, **data: Any) -> CreateForm:
    form = CreateForm(form_shape(offer_of(model_id)), QueryDict(urlencode(data, doseq=True)))
    form.is_valid()
    return form


def values(model_id: str, **data: Any) -> dict[str, Any]:
    return posted(model_id, **data).values(model_id)


def test_it_sends_nothing_that_was_not_set() -> None:
    assert values(SEEDANCE, prompt="A boat", seconds="", seed="", ratio="") == {
        "model": SEEDANCE,
        "prompt": "A boat",
    }


def test_it_keeps_the_prompt_as_it_was_written() -> None:
    assert values(DIRECTOR, prompt="  A boat \n")["prompt"] == "  A boat \n"


def test_it_splits_a_size_into_width_and_height() -> None:
    found = values("pixverse/pixverse-v5", size="1280x720")
    assert (found["width"], found["height"]) == ("1280", "720")


def test_it_passes_a_broken_size_on_to_be_refused() -> None:
    assert values("pixverse/pixverse-v5", size="huge")["width"] == "huge"


def test_it_takes_free_numbers_where_no_size_is_listed() -> None:
    found = values("somebody/new", width="640", height="480")
    assert (found["width"], found["height"]) == ("640", "480")


@pytest.mark.parametrize(
    ("model", "expected"),
    [(SEEDANCE, {"settings": {"audio": "false"}}), ("pixverse/pixverse-v6", {"generate_audio": "false"})],
)
def test_it_sends_sound_where_the_model_reads_it(model: str, expected: dict[str, Any]) -> None:
    assert values(model, sound="false") == {"model": model} | expected


def test_it_says_which_frame_a_picture_is() -> None:
    found = values(SEEDANCE, last_frame="https://x.example/b.png", first_frame=" https://x.example/a.png ")
    assert found["media"]["frame_images"] == [
        {"input_image": "https://x.example/a.png", "frame": "first"},
        {"input_image": "https://x.example/b.png", "frame": "last"},
    ]


def test_it_reads_several_addresses_line_by_line() -> None:
    found = values(
        SEEDANCE, reference_images=["https://x.example/1", "", "https://x.example/2\nhttps://x.example/3"]
    )
    assert found["media"]["reference_images"] == [f"https://x.example/{number}" for number in (1, 2, 3)]


def test_it_wraps_clips_as_the_wire_wants_them() -> None:
    assert values(WAN, frame_videos=["https://x.example/1"])["media"] == {
        "frame_videos": [{"video": "https://x.example/1"}]
    }


def test_it_passes_on_what_its_fields_do_not_ask_for() -> None:
    found = values("minimax/hailuo-02", negative_prompt="rain", last_frame="https://x.example/a", fps="60")
    assert (found["negative_prompt"], found["fps"]) == ("rain", "60")
    assert found["media"]["frame_images"][0]["frame"] == "last"


def test_it_has_no_control_for_what_a_model_fixes_or_ignores() -> None:
    form = posted("minimax/hailuo-02")
    assert not {"negative_prompt", "fps", "last_frame", "sound"} & set(form.fields)


def test_the_first_choice_leaves_it_to_the_model() -> None:
    first = posted("minimax/hailuo-02").fields["seconds"].widget.choices[0]
    assert first == ("", "Auto · 10 s")


@pytest.mark.parametrize(
    ("field", "place"),
    [
        ("seconds", "seconds"),
        ("media.frame_images.0.input_image", "last_frame"),
        ("media.frame_images", "last_frame"),
        ("media.reference_images.2", "reference_images"),
        ("settings.audio", "sound"),
        ("model", "model"),
    ],
)
def test_a_problem_stands_beside_its_field(field: str, place: str) -> None:
    form = posted(SEEDANCE, last_frame="ftp://x.example")
    assert form.place_of(BodyProblem(field, "Wrong.", "type")) == place


def test_a_size_problem_stands_beside_the_sizes() -> None:
    form = posted("pixverse/pixverse-v5", size="1x1")
    assert form.place_of(BodyProblem("width", "Wrong.", "type")) == "size"


def test_it_says_which_of_several_addresses_is_wrong() -> None:
    form = posted(SEEDANCE)
    form.refuse([BodyProblem("media.reference_images.2", "No address.", "address")])
    assert form.errors["reference_images"] == ["No. 3: No address."]


def test_a_problem_without_a_field_is_still_said() -> None:
    form = posted(DIRECTOR)
    form.refuse([BodyProblem("last_frame", "Not taken.", "not_taken")])
    assert form.non_field_errors() == ["Not taken."]


def test_null_characters_are_refused_beside_the_field() -> None:
    assert "prompt" in posted(DIRECTOR, prompt="a\x00b").errors


def test_it_counts_what_was_changed_under_more() -> None:
    assert posted(SEEDANCE, seed="7", steps="20", sound="", prompt="A boat").changed_more == 2


def test_it_sorts_the_media_by_what_is_known() -> None:
    media = posted("google/veo-3.1").media_parts
    assert [part.spec.label for part in media.known] == ["First frame", "Last frame"]
    assert "Reference images" in [part.spec.label for part in media.perhaps]


def test_one_line_names_all_media_a_model_does_not_take() -> None:
    words = posted(DIRECTOR).media_parts.none_words
    assert words.startswith("This model takes no last frame, reference images")


def test_the_prompt_stays_while_a_model_takes_none() -> None:
    offer = next(Offer(m) for m in catalog.all_models() if not m.takes_prompt)
    form = CreateForm(form_shape(offer), {"prompt": "A boat"})
    assert form.is_valid()
    assert form.prompt_text == "A boat"
