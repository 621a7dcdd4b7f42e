"""A catalogue that contradicts itself stops the start."""

import pytest

from videojobs.catalog.loader import CatalogError, parse, read_size
from videojobs.catalog.types import Size

ENTRY = """
[models."a/b"]
name = "B"
maker = "A"
source = "a list"
verified_on = 2026-10-07
prices = [{ usd = "0.10", unit = "clip" }]
"""


def test_a_plain_entry_is_read() -> None:
    (model,) = parse(ENTRY)
    assert model.id == "a/b"
    assert model.enabled


def test_models_that_are_off_come_last() -> None:
    off = ENTRY.replace("a/b", "a/off") + 'enabled = false\nwhy_off = "gone"\n'
    assert [model.id for model in parse(off + ENTRY)] == ["a/b", "a/off"]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("color = 1", "unknown entries: color"),
        ("enabled = false", "says why"),
        ('why_off = "gone"', "says why"),
        ("hidden = true", "hidden model must be off"),
        ("seconds = [5, 4]", "must rise"),
        ("seconds = [0, 4]", "must rise"),
        ('seconds = "four"', "unpack"),
        ("seconds = [5]\nseconds_default = 6", "seconds_default"),
        ('sizes = "Z"', "size_sets"),
        ('sizes = ["wide"]', "not a size"),
        ('sizes = ["640x360"]\nsize_default = "640x640"', "size_default"),
        ('sizes = ["640x360"]\nresolutions = ["720p"]', "not both"),
        ('resolutions = ["720p"]\nresolution_default = "720P"', "resolution_default"),
        ('ratios = ["1:1"]\nratio_default = "16:9"', "ratio_default"),
        ("prompt_shortest = 9\nprompt_longest = 3", "limits cross"),
        ("takes_prompt = false", "a prompt it does not take"),
        ("needs_first_frame = true", "a first frame it does not take"),
        ('sound = "loud"', "sound"),
    ],
)
def test_a_contradiction_names_the_model(line: str, complaint: str) -> None:
    with pytest.raises(CatalogError, match=f"(?s)a/b: .*{complaint}"):
        parse(ENTRY + line)


@pytest.mark.parametrize(
    ("price", "complaint"),
    [
        ('{ usd = "0", unit = "clip" }', "is no price"),
        ('{ usd = "NaN", unit = "clip" }', "finite"),
        ('{ usd = "2", unit = "clip", ceiling = "1" }', "under the price"),
        ('{ usd = "2", unit = "frame" }', "unit"),
        ('{ usd = "2", unit = "clip", resolution = "8k" }', "does not make"),
        ('{ usd = "2", unit = "clip", per = "day" }', "unknown entries: per"),
    ],
)
def test_a_wrong_price_names_the_model(price: str, complaint: str) -> None:
    text = ENTRY.replace('{ usd = "0.10", unit = "clip" }', price) + 'resolutions = ["4k"]'
    with pytest.raises(CatalogError, match=f"(?s)a/b: .*{complaint}"):
        parse(text)


def test_a_model_on_offer_without_a_price_is_refused() -> None:
    with pytest.raises(CatalogError, match="has a price"):
        parse(ENTRY.replace('{ usd = "0.10", unit = "clip" }', ""))


def test_ids_that_differ_in_case_only_are_refused() -> None:
    with pytest.raises(CatalogError, match="case only"):
        parse(ENTRY + ENTRY.replace("a/b", "A/b"))


def test_text_that_is_not_toml_is_refused() -> None:
    with pytest.raises(CatalogError, match="not TOML"):
        parse("[models")


def test_sizes_are_read_as_the_provider_writes_them() -> None:
    assert read_size("1366x768") == Size(1366, 768)
