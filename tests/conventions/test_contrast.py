"""Text can be read in both themes: every ink on every surface it may stand on, by WCAG's measure."""

import math
import re
from itertools import product
from pathlib import Path

import pytest

TOKENS = (Path(__file__).resolve().parents[2] / "assets/css/tokens.css").read_text()
COLOUR = re.compile(
    r"--color-([\w-]+): (?:light-dark\(oklch\(([^)]*)\), oklch\(([^)]*)\)\)|oklch\(([^)]*)\));"
)
AA = 4.5

SURFACES = ("canvas", "surface", "sunken", "raised", "hover")
INKS = ("ink", "ink-2", "ink-3", "daylight", "money")
STATES = (
    "waiting",
    "sending",
    "queued",
    "in_progress",
    "storing",
    "completed",
    "failed",
    "cancelled",
    "unconfirmed",
    "lost",
)
PAIRS = [
    *product((*INKS, *STATES), SURFACES),
    *product(("ink", "ink-2"), ("pressed", "daylight-soft", "money-soft", "thumb")),
    *product(("tungsten-ink",), ("tungsten", "tungsten-hover")),
    ("daylight", "daylight-soft"),
    ("money", "money-soft"),
    ("unconfirmed", "warn-soft"),
    ("failed", "bad-soft"),
    ("ink-inverse", "ink"),
    ("band-ink", "band"),
]


def tokens(theme: str) -> dict[str, str]:
    return {
        name: both or (light if theme == "light" else dark)
        for name, light, dark, both in COLOUR.findall(TOKENS)
    }


def luminance(oklch: str) -> float:
    """Return the relative luminance, 0 to 1, of a colour such as "47% 0.1 232"."""
    lightness, chroma, hue = (float(part.rstrip("%")) for part in oklch.split())
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    level = lightness / 100
    long = (level + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (level - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (level - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    red, green, blue = (min(max(part, 0.0), 1.0) for part in (red, green, blue))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_ink_can_be_read_where_it_may_stand(theme: str) -> None:
    colours = tokens(theme)
    measured = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in PAIRS}
    assert {pair: value for pair, value in measured.items() if value < AA} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_edge_of_a_field_can_be_seen(theme: str) -> None:
    colours = tokens(theme)
    assert contrast(colours["line-control"], colours["surface"]) >= 3
    assert contrast(colours["focus"], colours["canvas"]) >= 3
