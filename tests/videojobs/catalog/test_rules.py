"""Which price on file counts, and which two contradict each other."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from videojobs.catalog import FiledPrice, PriceUnit, Size
from videojobs.catalog.rules import SOUNDS, Asked, conflict, counting

SIZES = {"720P 1:1": Size(960, 960)}


def rule(**scope: Any) -> FiledPrice:
    return FiledPrice(Decimal("0.1"), PriceUnit.CLIP, date(2026, 11, 3), "Alice", **scope)


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ({"resolution": "720p"}, {}),
        ({}, {"seconds": 5, "sound": "with"}),
        ({"resolution": "720p"}, {"resolution": "1080p"}),
        ({"size": "1280x720"}, {"resolution": "720p"}),
        ({"size": "1280x720", "seconds": 5}, {"resolution": "1080p", "sound": "with"}),
        ({"seconds": 5, "sound": "with"}, {"seconds": 6}),
        ({"sound": "with"}, {"sound": "without"}),
    ],
)
def test_a_narrower_price_and_one_for_something_else_may_stand_beside(
    new: dict[str, Any], old: dict[str, Any]
) -> None:
    assert conflict(rule(**new), rule(**old), SIZES) is None


@pytest.mark.parametrize(
    ("new", "old", "field"),
    [
        ({}, {}, ""),
        ({"resolution": "720P", "seconds": 5}, {"resolution": "720p", "seconds": 5}, ""),
        ({"resolution": "hd"}, {"resolution": "720p"}, ""),
        ({"resolution": "720p"}, {"seconds": 5}, "resolution"),
        ({"seconds": 5}, {"resolution": "720p"}, "seconds"),
        ({"size": "1280x720"}, {"resolution": "720p", "sound": "with"}, "size"),
        ({"size": "960x960"}, {"resolution": "720p", "seconds": 5}, "size"),
        ({"seconds": 5, "sound": "with"}, {"size": "1280x720", "seconds": 5}, "sound"),
    ],
)
def test_prices_one_wish_fits_are_refused_unless_one_is_narrower(
    new: dict[str, Any], old: dict[str, Any], field: str
) -> None:
    assert conflict(rule(**new), rule(**old), SIZES) == field


RULES = st.builds(
    rule,
    resolution=st.sampled_from(["", "720p"]),
    seconds=st.sampled_from([0, 5, 6]),
    sound=st.sampled_from(["", *SOUNDS]),
) | st.builds(
    rule,
    size=st.sampled_from(["1280x720", "1920x1080", "960x960"]),
    seconds=st.sampled_from([0, 5, 6]),
    sound=st.sampled_from(["", *SOUNDS]),
)
WISHES = st.builds(
    lambda picture, seconds, sound: Asked(picture[0], picture[1], seconds, sound),
    st.sampled_from([("1280x720", 720), ("1920x1080", 1080), ("960x960", 720)]),
    st.sampled_from([5, 6]),
    st.sampled_from(SOUNDS),
)


@settings(max_examples=300, deadline=None, database=None)
@given(wanted=st.lists(RULES, max_size=8), asked=WISHES)
def test_of_prices_that_may_stand_side_by_side_one_alone_is_the_narrowest(
    wanted: list[FiledPrice], asked: Asked
) -> None:
    filed: list[FiledPrice] = []
    for one in wanted:
        if all(conflict(one, other, SIZES) is None for other in filed):
            filed.append(one)
    assert counting(filed, asked) == counting(filed[::-1], asked)
