"""Pixels, ratios and the words models use for them."""

import re

from videojobs.catalog.types import Size

PROVIDER_DEFAULT_SIZE = Size(1366, 768)
"""What the provider's documentation names where nothing is asked."""

NAMED_HEIGHTS = {"hd": 720, "fhd": 1080, "2k": 1440, "4k": 2160}

COMMON_RATIOS = ("21:9", "16:9", "3:2", "4:3", "1:1", "3:4", "2:3", "9:16", "9:21")

RATIO_TOLERANCE = 0.03
"""Sizes are rounded to what encoders like, so 1366×768 still counts as 16:9."""


def short_side(word: str) -> int | None:
    """Return the shorter side in pixels that a resolution word means, or None for an unknown word."""
    named = NAMED_HEIGHTS.get(word.lower())
    if named is not None:
        return named
    found = re.fullmatch(r"([0-9]{3,4})p", word.lower())
    return int(found[1]) if found else None


def read_ratio(text: str) -> float | None:
    """Return width over height of "16:9", or None where it is no ratio."""
    found = re.fullmatch(r"([0-9]{1,2}):([0-9]{1,2})", text)
    if found is None or int(found[1]) == 0 or int(found[2]) == 0:
        return None
    return int(found[1]) / int(found[2])


def ratio_label(size: Size) -> str:
    """Return the everyday name of a size's shape: "16:9", or "1.37:1" where it has none."""
    shape = size.width / size.height
    for label in COMMON_RATIOS:
        common = read_ratio(label)
        if common is not None and abs(shape / common - 1) <= RATIO_TOLERANCE:
            return label
    return f"{shape:.2f}:1"


def scaled(short: int, ratio: str) -> Size:
    """Return the size of this shape whose shorter side is `short` pixels, even in both directions."""
    shape = read_ratio(ratio) or read_ratio("16:9") or 1.0
    long = round(short * max(shape, 1 / shape) / 2) * 2
    even_short = short + short % 2
    return Size(long, even_short) if shape >= 1 else Size(even_short, long)
