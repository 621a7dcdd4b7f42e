"""The form of each model: what may be set, what is fixed and why."""

import pytest

from tests.videojobs.bodies.wishes import (
    DIRECTOR,
    HAILUO,
    KLING,
    PIXVERSE_5,
    PIXVERSE_6,
    SEEDANCE_1,
    SEEDANCE_2,
    SEEDANCE_25,
    WAN_IMAGE,
    WAN_REFERENCE,
    WAN_TEXT,
    offer,
)
from videojobs import bodies, catalog
from videojobs.bodies import FormField, FormShape, form_shape
from videojobs.catalog import Offer


def shape(model_id: str) -> FormShape:
    return form_shape(offer(model_id))


def values(field: FormField) -> list[str]:
    return [choice.value for choice in field.choices]


def test_a_fixed_value_is_locked_with_its_reason() -> None:
    director = shape(DIRECTOR)
    assert director["fps"].locked
    assert director["fps"].reason == "Fixed at 25 frames per second by this model."
    assert director["seconds"].reason == "Fixed at 5 seconds by this model."
    assert director["size"].reason == "Fixed at 1366×768 by this model."


def test_seconds_are_the_stops_that_exist() -> None:
    assert values(shape(HAILUO)["seconds"]) == ["6", "10"]
    assert shape(WAN_TEXT)["seconds"].default == "5"
    free = shape(PIXVERSE_6)["seconds"]
    assert (free.low, free.high, free.choices) == (1, 999, ())
    assert free.note


def test_an_ignored_negative_prompt_leaves_one_grey_line() -> None:
    field = shape(HAILUO)["negative_prompt"]
    assert field.hidden
    assert field.reason == "This model takes no negative prompt."
    assert shape(WAN_TEXT)["negative_prompt"].longest == 500


def test_the_prompt_has_the_models_limits() -> None:
    field = shape(DIRECTOR)["prompt"]
    assert (field.required, field.shortest, field.longest) == (True, 2, 3_000)
    assert shape(KLING)["prompt"].hidden


def test_a_picture_is_sized_by_pixels_or_by_words() -> None:
    assert shape(SEEDANCE_1)["size"].open
    assert shape(SEEDANCE_1)["resolution"].hidden
    assert shape(WAN_TEXT)["size"].hidden
    assert values(shape(WAN_TEXT)["resolution"]) == ["720P", "1080P"]
    assert shape(SEEDANCE_25)["ratio"].hidden


def test_sizes_are_grouped_by_ratio() -> None:
    tiles = {tile.label: [size.value for size in tile.sizes] for tile in shape(PIXVERSE_5).tiles}
    assert list(tiles) == ["16:9", "4:3", "1:1", "3:4", "9:16"]
    assert tiles["9:16"] == ["360x640", "540x960", "720x1280", "1080x1920"]


def test_ratio_tiles_say_what_comes_out() -> None:
    tile = shape(WAN_TEXT).tiles[1]
    assert (tile.value, tile.tile_width, tile.tile_height) == ("9:16", 20, 36)
    assert [choice.label for choice in tile.sizes] == ["720×1280", "1080×1920"]


def test_sound_goes_where_the_model_reads_it() -> None:
    assert shape(SEEDANCE_2)["sound"].name == "settings.audio"
    assert shape(PIXVERSE_6)["sound"].name == "generate_audio"
    assert shape(WAN_TEXT)["sound"].locked
    assert shape(HAILUO)["sound"].hidden


def test_frames_are_those_the_model_takes() -> None:
    assert shape(DIRECTOR)["first_frame"].open
    assert shape(DIRECTOR)["last_frame"].reason == "This model takes no last frame."
    assert shape("alibaba/happyhorse-1.1-i2v")["first_frame"].required
    assert shape(WAN_IMAGE)["last_frame"].note
    assert shape(PIXVERSE_6)["last_frame"].open


def test_references_are_counted_where_counts_are_published() -> None:
    assert shape(SEEDANCE_2)["reference_images"].most == 9
    assert shape(WAN_REFERENCE)["reference_images"].required
    assert shape(WAN_REFERENCE)["reference_images"].note == "Several; nobody publishes how many."
    assert shape(DIRECTOR)["reference_images"].hidden
    assert shape(SEEDANCE_25).frames_exclude_references


@pytest.mark.parametrize("model", [*catalog.all_models(), bodies.unlisted("a/b").model], ids=lambda m: m.id)
def test_every_model_has_a_whole_form(model: catalog.CatalogModel) -> None:
    drawn = form_shape(Offer(model))
    assert len(drawn.fields) == 21
    for field in drawn.fields.values():
        assert not field.default or not field.choices or field.default in values(field)
        assert field.reason or not field.locked
    for tile in drawn.tiles:
        assert max(tile.tile_width, tile.tile_height) == 36
