"""Pixels, ratios and the words for them."""

import pytest

from videojobs import catalog
from videojobs.catalog.sizes import ratio_label, read_ratio, scaled, short_side
from videojobs.catalog.types import Size


@pytest.mark.parametrize(
    ("word", "side"),
    [
        ("480p", 480),
        ("720P", 720),
        ("hd", 720),
        ("fhd", 1080),
        ("2k", 1440),
        ("4k", 2160),
        ("", None),
        ("p", None),
    ],
)
def test_a_resolution_word_names_the_shorter_side(word: str, side: int | None) -> None:
    assert short_side(word) == side


@pytest.mark.parametrize("text", ["", "16", "0:9", "9:0", "16x9", "160:9", "١٦:٩"])
def test_what_is_no_ratio_is_none(text: str) -> None:
    assert read_ratio(text) is None


@pytest.mark.parametrize(
    ("size", "label"),
    [
        (Size(1366, 768), "16:9"),
        (Size(1248, 704), "16:9"),
        (Size(1104, 832), "4:3"),
        (Size(640, 640), "1:1"),
        (Size(1504, 640), "21:9"),
        (Size(416, 960), "9:21"),
        (Size(405, 540), "3:4"),
        (Size(1000, 100), "10.00:1"),
    ],
)
def test_a_size_has_an_everyday_shape(size: Size, label: str) -> None:
    assert ratio_label(size) == label


def test_every_listed_size_has_an_everyday_shape() -> None:
    sizes = {size for model in catalog.all_models() for size in model.sizes}
    assert not [size for size in sizes if "." in ratio_label(size)]


@pytest.mark.parametrize(
    ("short", "ratio", "size"),
    [
        (768, "16:9", Size(1366, 768)),
        (720, "9:16", Size(720, 1280)),
        (480, "16:9", Size(854, 480)),
        (1080, "1:1", Size(1080, 1080)),
        (1080, "21:9", Size(2520, 1080)),
    ],
)
def test_a_size_is_worked_out_from_side_and_ratio(short: int, ratio: str, size: Size) -> None:
    assert scaled(short, ratio) == size
