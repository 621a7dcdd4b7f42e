"""The catalogue as it ships."""

from decimal import Decimal

import pytest

from videojobs import catalog
from videojobs.catalog import CatalogModel, PriceUnit, Size, Sound

ON_OFFER = [model for model in catalog.all_models() if model.enabled]


def known(model_id: str) -> CatalogModel:
    model = catalog.find(model_id)
    assert model is not None
    return model


def test_it_has_43_models_of_which_22_are_on_offer() -> None:
    shown = catalog.all_models()
    assert len(ON_OFFER) == 22
    assert len(shown) == 42
    assert known("google/veo-3.1-test-debug") not in shown


def test_models_on_offer_come_first() -> None:
    assert list(catalog.all_models()[:22]) == ON_OFFER


def test_the_leaked_test_entry_is_known_but_hidden() -> None:
    leaked = known("google/veo-3.1-test-debug")
    assert leaked.hidden
    assert leaked.why_off


def test_ids_are_exact() -> None:
    assert catalog.find("kwaivgI/kling-2.1-pro") is not None
    assert catalog.find("kwaivgi/kling-2.1-pro") is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("kwaivgi/kling-2.1-pro", "kwaivgI/kling-2.1-pro"),
        (" bytedance/seedance-2.0 ", "ByteDance/Seedance-2.0"),
        ("hailuo-02", "minimax/hailuo-02"),
        ("Wan-AI/wan2.7-tv2", "Wan-AI/wan2.7-t2v"),
        ("google/veo-3.1-test-debug-2", None),
        ("something/else", None),
        ("", None),
    ],
)
def test_a_near_id_is_suggested(typed: str, meant: str | None) -> None:
    assert catalog.suggest(typed) == meant


@pytest.mark.parametrize("model", catalog.all_models(), ids=lambda model: model.id)
def test_every_entry_says_where_it_comes_from(model: CatalogModel) -> None:
    assert model.source
    assert model.verified_on.year == 2026
    assert model.enabled != bool(model.why_off)
    assert "/" not in model.name


@pytest.mark.parametrize("model", ON_OFFER, ids=lambda model: model.id)
def test_every_model_on_offer_has_a_price(model: CatalogModel) -> None:
    assert all(0 < line.usd < 3 for line in model.prices)
    assert model.prices


def test_uncertain_units_are_marked() -> None:
    uncertain = {model.id for model in ON_OFFER if not all(line.unit_certain for line in model.prices)}
    assert len(uncertain) == 13
    assert "Wan-AI/wan2.7-t2v" in uncertain
    assert "ByteDance/Seedance-2.0" not in uncertain


def test_seedance_2_has_a_tier_for_each_published_resolution() -> None:
    lines = {line.resolution: line for line in known("ByteDance/Seedance-2.0").prices}
    assert {word: line.usd for word, line in lines.items()} == {
        "720p": Decimal("0.16"),
        "1080p": Decimal("0.40"),
        "4k": Decimal("0.836"),
    }
    assert lines["1080p"].ceiling == Decimal("0.48")
    assert lines["4k"].ceiling == Decimal("1.050")
    assert all(line.unit is PriceUnit.SECOND for line in lines.values())


def test_named_size_sets_are_spelled_out() -> None:
    assert len(known("ByteDance/Seedance-1.0-lite").sizes) == 10
    assert len(known("pixverse/pixverse-v5").sizes) == 20
    assert known("vidu/vidu-q1").sizes == (Size(1920, 1080), Size(1080, 1080), Size(1080, 1920))


def test_wan_publishes_what_comes_out_at_each_ratio() -> None:
    wan = known("Wan-AI/wan2.7-t2v")
    assert len(wan.output_sizes) == len(wan.resolutions) * len(wan.ratios)
    assert wan.output_sizes["1080P 3:4"] == Size(1248, 1648)


def test_lengths_written_as_a_span_are_every_whole_second() -> None:
    assert known("ByteDance/Seedance-2.5").seconds == tuple(range(4, 31))
    assert known("ByteDance/Seedance-2.5").longest_seconds == 30
    assert known("black-forest-labs/FLUX-3").longest_seconds == 20
    assert known("vidu/vidu-q3").longest_seconds is None


@pytest.mark.parametrize(
    ("model_id", "sound"),
    [
        ("ByteDance/Seedance-2.0", Sound.SETTING),
        ("ByteDance/Seedance-2.5", Sound.ALWAYS),
        ("minimax/hailuo-02", Sound.NONE),
        ("google/veo-3.1", Sound.UNKNOWN),
    ],
)
def test_each_way_to_sound_is_recorded(model_id: str, sound: Sound) -> None:
    assert known(model_id).sound is sound


def test_entries_may_stand_in_sets() -> None:
    assert len(set(catalog.all_models())) == 42
