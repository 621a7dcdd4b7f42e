"""What a body will cost, and where the number comes from."""

import math
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from videojobs import bodies, catalog, prices
from videojobs.catalog import CatalogModel, FiledPrice, ListPrice, Offer, PriceUnit
from videojobs.prices import Price, PriceSource
from videojobs.provider.types import CreateVideoBody

CLIP = {"reference_videos": [{"video": "https://clips.example.com/a.mp4"}]}


def offer(model_id: str) -> Offer:
    model = catalog.find(model_id)
    assert model is not None
    return Offer(model)


def price(model_id: str, /, **asked: Any) -> Price:
    """Return the price of a body for a model of the catalogue."""
    made = prices.estimate(CreateVideoBody(model=model_id, **asked), offer(model_id))
    assert made is not None
    return made


def price_at(line: ListPrice, **asked: Any) -> Price | None:
    """Return the price by one line alone, for a model that makes 4 to 8 seconds."""
    model = replace(offer("google/veo-3.1").model, prices=(line,))
    return prices.estimate(CreateVideoBody(model=model.id, **asked), Offer(model))


@pytest.mark.parametrize(
    ("model_id", "asked", "usd"),
    [
        ("minimax/video-01-director", {}, "0.28"),
        ("minimax/hailuo-02", {"seconds": "6"}, "0.49"),
        ("ByteDance/Seedance-1.0-lite", {}, "0.143"),
        ("ByteDance/Seedance-2.0", {"resolution": "720p"}, "0.80"),
        ("ByteDance/Seedance-2.0", {"resolution": "4k", "seconds": "15"}, "12.54"),
        ("ByteDance/Seedance-2.5", {"resolution": "480p", "seconds": "30"}, "3.45"),
        ("MiniMaxAI/MiniMax-H3", {"seconds": "6"}, "0.8346"),
    ],
)
def test_a_certain_line_of_the_table_is_the_price(model_id: str, asked: dict[str, Any], usd: str) -> None:
    made = price(model_id, **asked)
    assert (made.usd, made.source) == (Decimal(usd), PriceSource.TABLE)
    assert not made.is_guess


@pytest.mark.parametrize(
    ("model_id", "asked", "usd", "reason"),
    [
        ("Wan-AI/wan2.7-t2v", {}, "1.50", "without saying per what; no length is chosen"),
        ("Wan-AI/wan2.7-t2v", {"seconds": "5"}, "0.50", "without saying per what"),
        ("Wan-AI/wan2.7-r2v", {}, "1.00", "10 s (the longest this model makes)"),
        ("google/veo-3.1", {}, "0.64", "the list says from 0.08 USD"),
        ("pixverse/pixverse-v5.6", {"seconds": "8"}, "1.0608", "0.1326 USD without saying per what"),
        ("black-forest-labs/FLUX-3", {}, "3.40", "20 s (the longest this model makes)"),
        ("ByteDance/Seedance-2.5", {}, "1.245", "the list says from 0.249 USD"),
        ("ByteDance/Seedance-2.0", {"resolution": "480p"}, "0.80", "no price for 480p, so that for 720p"),
        ("ByteDance/Seedance-2.0", {}, "4.18", "no resolution is chosen, so the dearest"),
        ("ByteDance/Seedance-2.0", {"resolution": "1080p", "media": CLIP}, "2.40", "from 0.48 USD"),
        ("ByteDance/Seedance-2.0", {"resolution": "720p", "media": CLIP}, "2.40", "from 0.48 USD"),
        ("ByteDance/Seedance-2.0", {"resolution": "4k", "media": CLIP}, "5.25", "from 1.05 USD"),
        ("minimax/hailuo-02", {"width": 1920, "height": 1080}, "0.49", "the list says from 0.49 USD"),
        ("kwaivgI/kling-2.1-pro", {}, "0.3234", "the list says from 0.32 USD"),
    ],
)
def test_an_open_line_is_held_at_its_dearest_reading(
    model_id: str, asked: dict[str, Any], usd: str, reason: str
) -> None:
    made = price(model_id, **asked)
    assert (made.usd, made.source) == (Decimal(usd), PriceSource.GUESS)
    assert made.is_guess
    assert reason in made.explanation


@pytest.mark.parametrize(
    "model_id", ["pixverse/pixverse-v6", "alibaba/happyhorse-1.1-t2v", "MiniMaxAI/MiniMax-H3"]
)
def test_no_price_is_made_where_the_length_is_open(model_id: str) -> None:
    assert prices.estimate(CreateVideoBody(model=model_id), offer(model_id)) is None


def test_no_price_is_made_for_an_unlisted_model() -> None:
    body = CreateVideoBody(model="maker/new", seconds="5")
    assert prices.estimate(body, bodies.unlisted("maker/new")) is None


def test_a_price_per_clip_of_an_uncertain_unit_is_read_per_second() -> None:
    line = ListPrice(Decimal("0.10"), PriceUnit.CLIP, unit_certain=False)
    made = price_at(line, seconds="6")
    assert made is not None
    assert (made.usd, made.is_guess) == (Decimal("0.60"), True)


def test_a_certain_rate_without_a_length_is_a_guess_at_the_longest() -> None:
    made = price_at(ListPrice(Decimal("0.10"), PriceUnit.SECOND))
    assert made is not None
    assert (made.usd, made.is_guess) == (Decimal("0.80"), True)


def test_a_tier_above_all_listed_ones_takes_the_dearest() -> None:
    made = price_at(ListPrice(Decimal("0.10"), PriceUnit.CLIP, resolution="480p"), resolution="1080p")
    assert made is not None
    assert "no price for 1080p, so that for 480p" in made.explanation


def test_amounts_are_rounded_up_to_a_millionth() -> None:
    made = price_at(ListPrice(Decimal("0.00000021"), PriceUnit.SECOND), seconds="6")
    assert made is not None
    assert made.usd == Decimal("0.000002")
    assert made.usd.as_tuple().exponent == -6


def test_the_sentence_names_list_and_day() -> None:
    assert price("minimax/video-01-director").explanation == (
        "Table: 0.28 USD per clip, from the provider's price list, verified 7 October 2026."
    )
    assert price("ByteDance/Seedance-2.0", resolution="720p").explanation == (
        "Table: 0.16 USD per second × 5 s at 720p, from the provider's price list, verified 7 October 2026."
    )


# --- on file


def filed(unit: PriceUnit, usd: str = "0.20", **scope: Any) -> FiledPrice:
    return FiledPrice(Decimal(usd), unit, date(2026, 11, 3), "alice@example.com", **scope)


def test_a_price_on_file_comes_before_the_table() -> None:
    offered = replace(offer("minimax/video-01-director"), prices_on_file=(filed(PriceUnit.CLIP),))
    made = prices.estimate(CreateVideoBody(model="minimax/video-01-director"), offered)
    assert made == Price(
        Decimal("0.200000"),
        PriceSource.ON_FILE,
        "On file: 0.20 USD per clip, set by alice@example.com on 3 November 2026.",
    )


@pytest.mark.parametrize(
    ("model_id", "seconds", "usd"),
    [
        ("pixverse/pixverse-v6", "7", "1.40"),
        ("Wan-AI/wan2.7-t2v", None, "1.00"),
        ("Wan-AI/wan2.7-i2v", None, "3.00"),
    ],
)
def test_a_rate_on_file_is_for_each_second(model_id: str, seconds: str | None, usd: str) -> None:
    offered = replace(offer(model_id), prices_on_file=(filed(PriceUnit.SECOND),))
    made = prices.estimate(CreateVideoBody(model=model_id, seconds=seconds), offered)
    assert made is not None
    assert (made.usd, made.source) == (Decimal(usd), PriceSource.ON_FILE)


def test_a_rate_on_file_makes_no_price_where_the_length_is_open() -> None:
    offered = replace(bodies.unlisted("maker/new"), prices_on_file=(filed(PriceUnit.SECOND),))
    assert prices.estimate(CreateVideoBody(model="maker/new"), offered) is None


def seedance(*rules: FiledPrice, **asked: Any) -> Price:
    """Return the price of a Seedance 2.0 body, for which the team put prices on file."""
    asked = {"resolution": "720p", "seconds": "5"} | asked
    body = CreateVideoBody(model="ByteDance/Seedance-2.0", **asked)
    made = prices.estimate(body, replace(offer(body.model), prices_on_file=rules))
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("asked", "usd"),
    [
        ({"resolution": "480p"}, "0.10"),
        ({}, "0.20"),
        ({"ratio": "1:1", "seconds": "10"}, "0.40"),
        ({"ratio": "1:1"}, "0.50"),
    ],
)
def test_the_narrowest_price_on_file_counts(asked: dict[str, Any], usd: str) -> None:
    rules = (
        filed(PriceUnit.CLIP, "0.10"),
        filed(PriceUnit.CLIP, "0.20", resolution="720p"),
        filed(PriceUnit.CLIP, "0.40", size="720x720"),
        filed(PriceUnit.CLIP, "0.50", size="720x720", seconds=5),
    )
    assert seedance(*rules, **asked).usd == Decimal(usd)


def test_a_price_on_file_for_something_else_leaves_the_table_alone() -> None:
    made = seedance(filed(PriceUnit.CLIP, "0.10", seconds=6))
    assert (made.usd, made.source) == (Decimal("0.80"), PriceSource.TABLE)


@pytest.mark.parametrize(
    ("asked", "usd"),
    [
        ({"generate_audio": True}, "0.50"),
        ({"generate_audio": False}, "0.30"),
        ({"settings": {"audio": False}}, "0.30"),
        ({}, "0.50"),
    ],
)
def test_where_nobody_chose_the_sound_the_dearer_price_on_file_is_held(
    asked: dict[str, Any], usd: str
) -> None:
    rules = filed(PriceUnit.CLIP, "0.30", sound="without"), filed(PriceUnit.CLIP, "0.50", sound="with")
    assert seedance(*rules, **asked).usd == Decimal(usd)


def test_the_sentence_names_what_a_price_on_file_is_for_and_where_it_is_from() -> None:
    rule = filed(
        *(PriceUnit.CLIP, "0.30"),
        resolution="720p",
        seconds=5,
        sound="with",
        source="Invoice 12",
        verified_on=date(2026, 11, 2),
    )
    assert seedance(rule, generate_audio=True).explanation == (
        "On file: 0.30 USD per clip for 720p, 5 s, with sound, set by alice@example.com on 3 November 2026"
        " (Invoice 12; verified 2 November 2026)."
    )


# --- learned


def learned(*charges: str) -> Price | None:
    return prices.learned([Decimal(usd) for usd in charges], "1280×720, 5 s")


@pytest.mark.parametrize("charges", [(), ("0.35",), ("0.35", "0.35")])
def test_nothing_is_learned_from_fewer_than_three_jobs(charges: tuple[str, ...]) -> None:
    assert learned(*charges) is None


def test_three_jobs_that_agree_are_the_price() -> None:
    made = learned("0.35", "0.35", "0.35")
    assert made == Price(
        Decimal("0.350000"),
        PriceSource.LEARNED,
        "Learned from 3 settled jobs of 1280×720, 5 s: each was charged 0.35 USD.",
    )


def test_the_latest_three_count_before_older_ones() -> None:
    made = learned("0.30", "0.30", "0.30", "0.50")
    assert made is not None and made.usd == Decimal("0.30")
    assert "from the latest 3 settled jobs" in made.explanation


def test_jobs_that_differ_are_held_at_the_dearest_with_the_range() -> None:
    made = learned("0.30", "0.35", "0.35", "0.35")
    assert made is not None and made.usd == Decimal("0.35")
    assert "charged 0.30 to 0.35 USD. Held at the dearest." in made.explanation


def test_sound_and_clips_put_in_set_two_bodies_apart() -> None:
    plain = CreateVideoBody(model="a/b")
    others = [
        CreateVideoBody(model="a/b", generate_audio=True),
        CreateVideoBody(model="a/b", settings={"audio": False}),
        CreateVideoBody(model="a/b", media=CLIP),
    ]
    assert prices.kindred(plain) not in [prices.kindred(other) for other in others]
    assert prices.kindred(plain) == prices.kindred(CreateVideoBody(model="a/b", seed=4))


# --- typed


@pytest.mark.parametrize("usd", ["0.28", " $0.28 ", Decimal("0.280"), Decimal("28E-2")])
def test_a_typed_price_is_exact(usd: object) -> None:
    made = prices.typed(usd)
    assert (made.usd, made.source) == (Decimal("0.280000"), PriceSource.TYPED)
    assert "0.28 USD" in made.explanation


@pytest.mark.parametrize("usd", ["0.000001", "10000", 1, "10000.000000"])
def test_a_typed_price_may_touch_its_bounds(usd: object) -> None:
    assert prices.typed(usd).usd == Decimal(str(usd))


@pytest.mark.parametrize(
    "usd",
    [
        *(
            "",
            " ",
            "free",
            "1,50",
            "-1",
            "+1",
            "1e3",
            "NaN",
            "Infinity",
            "١",
            "1_0",
            "0x10",
            ".5",
            "9" * 9_999,
        ),
        *(None, True, 0.28, math.nan, [1], {}, 10**5_000, Decimal("NaN"), Decimal("sNaN"), Decimal("-1")),
        *(Decimal("1e999999"), Decimal("1e-999999"), "0", 0, "0.0", "10000.000001", "10001", "0.0000001"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_price_is_refused_with_a_sentence(usd: object) -> None:
    with pytest.raises(ValueError, match=r"^Type (the|a) price .*\.$"):
        prices.typed(usd)


# --- ranges for cards


@pytest.mark.parametrize(
    ("model_id", "low", "high"),
    [
        ("minimax/video-01-director", "0.28", "0.28"),
        ("ByteDance/Seedance-2.0", "0.64", "15.75"),
        ("ByteDance/Seedance-2.5", "0.46", None),
        ("Wan-AI/wan2.7-t2v", "0.10", "1.50"),
        ("pixverse/pixverse-v6", "0.09", None),
    ],
)
def test_a_card_shows_the_cheapest_and_the_dearest_clip(model_id: str, low: str, high: str | None) -> None:
    expected = (Decimal(low), None if high is None else Decimal(high))
    assert prices.price_range(offer(model_id).model) == expected


def test_a_card_without_a_price_says_so() -> None:
    assert prices.price_range(offer("Wan-AI/wan2.7-videoedit").model) is None


@pytest.mark.parametrize(
    ("usd", "text"), [("0.280000", "0.28"), ("0.143", "0.143"), ("5", "5.00"), ("1E+1", "10.00")]
)
def test_amounts_are_written_without_idle_zeros(usd: str, text: str) -> None:
    assert prices.plain(Decimal(usd)) == text


@settings(max_examples=200, deadline=None, database=None)
@given(
    model=st.sampled_from(catalog.all_models()),
    seconds=st.none() | st.integers(1, 999).map(str),
    resolution=st.none() | st.sampled_from(["480p", "720P", "4k", "hd", "odd"]),
    media=st.none() | st.just(CLIP),
)
def test_every_price_made_is_above_zero_and_whole_millionths(
    model: CatalogModel, seconds: str | None, resolution: str | None, media: Any
) -> None:
    body = CreateVideoBody(model=model.id, seconds=seconds, resolution=resolution, media=media)
    made = prices.estimate(body, Offer(model))
    if made is not None:
        assert made.usd > 0
        assert made.usd == made.usd.quantize(Decimal("0.000001"))
        assert made.explanation.endswith(".")
