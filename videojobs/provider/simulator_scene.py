"""The moving picture of a rehearsal clip: a landscape that follows from its seed alone."""

import math
import random
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[int, int, int]

CANVAS_PIXELS = 640 * 360
"""Drawn at about this many pixels, whatever the clip's size; scaling does the rest."""


@dataclass(frozen=True)
class Palette:
    """The light of one time of day."""

    sky: tuple[Colour, Colour, Colour]
    light: Colour
    far: Colour
    near: Colour
    cloud: Colour
    stars: bool = False


PALETTES = (
    Palette(
        ((39, 31, 92), (178, 79, 121), (255, 168, 112)),
        (255, 226, 170),
        (146, 77, 122),
        (24, 15, 46),
        (255, 196, 170),
    ),
    Palette(
        ((7, 12, 34), (20, 42, 84), (66, 106, 148)),
        (228, 238, 255),
        (52, 84, 126),
        (5, 11, 26),
        (120, 150, 200),
        stars=True,
    ),
    Palette(
        ((92, 156, 206), (168, 211, 228), (248, 236, 206)),
        (255, 250, 226),
        (132, 168, 176),
        (22, 52, 60),
        (255, 255, 255),
    ),
    Palette(
        ((10, 38, 52), (18, 104, 108), (164, 214, 168)),
        (232, 255, 214),
        (44, 122, 116),
        (4, 24, 34),
        (190, 240, 214),
    ),
    Palette(
        ((70, 22, 46), (186, 58, 54), (255, 178, 76)),
        (255, 236, 160),
        (158, 60, 58),
        (34, 10, 26),
        (255, 190, 130),
    ),
    Palette(
        ((52, 42, 104), (124, 108, 184), (236, 190, 214)),
        (255, 238, 244),
        (128, 104, 164),
        (28, 22, 58),
        (248, 222, 240),
    ),
    Palette(
        ((14, 14, 40), (62, 30, 98), (214, 84, 150)),
        (255, 206, 222),
        (92, 46, 124),
        (12, 8, 30),
        (230, 140, 200),
        stars=True,
    ),
    Palette(
        ((206, 128, 74), (240, 190, 118), (255, 236, 190)),
        (255, 252, 232),
        (190, 128, 88),
        (64, 34, 26),
        (255, 246, 220),
    ),
)


@dataclass(frozen=True)
class Layer:
    """A strip wider than the canvas that slides past it; `speed` is canvas pixels a second."""

    mask: Image.Image
    paint: Image.Image
    top: int
    speed: float


@dataclass(frozen=True)
class Mote:
    """A small light that wanders; all but `reach` (pixels) are radians or radians a second."""

    x: float
    y: float
    reach: float
    phase: float
    pace: float
    glow: int


class Scene:
    """A landscape for a clip of so many seconds, drawn small with the clip's proportions."""

    def __init__(self, seed: int, width: int, height: int, seconds: float) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a picture, not a secret
        self.width, self.height = canvas_size(width, height)
        self._seconds = seconds
        self.palette = self._random.choice(PALETTES)
        self._sky = self._paint_sky()
        self._sun = self._paint_sun()
        self._layers = [self._cloud(number) for number in range(2)] + [
            self._ridge(number) for number in range(5)
        ]
        self._glows = [self._glow(number) for number in range(8)]
        self._motes = [self._mote() for _ in range(26)]

    def frame(self, moment: float) -> Image.Image:
        """Return the picture at a moment in seconds."""
        picture = self._sky.copy()
        self._place_sun(picture, moment)
        for layer in self._layers:
            left = layer.speed * moment
            size = (self.width, layer.mask.height)
            box = (left, 0, left + self.width, layer.mask.height)
            mask = layer.mask.resize(size, Image.Resampling.BILINEAR, box)
            picture.paste(layer.paint, (0, layer.top), mask)
        for mote in self._motes:
            self._place_mote(picture, mote, moment)
        return picture

    def _paint_sky(self) -> Image.Image:
        sky = gradient(self.width, int(self.height * 0.75), self.palette.sky)
        full = Image.new("RGB", (self.width, self.height), self.palette.sky[-1])
        full.paste(sky, (0, 0))
        if self.palette.stars:
            self._scatter_stars(full)
        return full

    def _scatter_stars(self, sky: Image.Image) -> None:
        draw = ImageDraw.Draw(sky)
        for _ in range(130):
            x, y = self._random.randrange(self.width), int(self.height * 0.6 * self._random.random() ** 1.5)
            strength = self._random.uniform(0.25, 1.0)
            draw.point((x, y), mix(sky.getpixel((x, y)), self.palette.light, strength))  # type: ignore[arg-type]

    def _paint_sun(self) -> tuple[Image.Image, float, float, float]:
        """Return the mask of sun and halo, its middle, and how far it rises, in canvas pixels."""
        short = min(self.width, self.height)
        across = int(short * 1.5)
        halo = (
            Image.radial_gradient("L")
            .resize((across, across))
            .point(lambda v: int(max(0, 190 - v * 1.05) ** 2 / 240))
        )
        disc = Image.new("L", (across * 2, across * 2))
        radius = short * self._random.uniform(0.075, 0.13) * 2
        ImageDraw.Draw(disc).ellipse(
            [across - radius, across - radius, across + radius, across + radius], fill=255
        )
        disc = disc.reduce(2).filter(ImageFilter.GaussianBlur(0.7))
        halo.paste(255, (0, 0), disc)
        x = self.width * self._random.uniform(0.3, 0.75)
        y = self.height * self._random.uniform(0.3, 0.44)
        return halo, x, y, self.height * self._random.choice((-0.06, 0.06))

    def _place_sun(self, picture: Image.Image, moment: float) -> None:
        mask, x, y, rise = self._sun
        y -= rise * (moment / self._seconds - 0.5)
        left, top = x - mask.width / 2, y - mask.height / 2
        corner = (math.floor(left), math.floor(top))
        sub_x, sub_y = 1 - (left - corner[0]), 1 - (top - corner[1])
        box = (sub_x, sub_y, sub_x + mask.width - 2, sub_y + mask.height - 2)
        shifted = mask.resize((mask.width - 2, mask.height - 2), Image.Resampling.BILINEAR, box)
        picture.paste(self.palette.light, corner, shifted)

    def _cloud(self, number: int) -> Layer:
        speed = 5.0 + 6.0 * number
        width = self.width + int(speed * self._seconds) + 2
        height = int(self.height * 0.4)
        cells = (max(4, width // 90), 9)
        noise = Image.frombytes("L", cells, self._random.randbytes(cells[0] * cells[1]))
        mask = noise.resize((width, height), Image.Resampling.BICUBIC)
        mask = mask.point(lambda value: int(max(0, value - 128) * 0.62))
        fade = gradient(width, height, ((0, 0, 0), (255, 255, 255), (0, 0, 0))).getchannel("R")
        mask = Image.composite(mask, Image.new("L", mask.size), fade)
        paint = Image.new("RGB", (self.width, height), self.palette.cloud)
        return Layer(mask, paint, int(self.height * (0.04 + 0.16 * number)), speed)

    def _ridge(self, number: int) -> Layer:
        nearness = number / 4
        speed = self.width / 640 * (4.0 + 46.0 * nearness**1.7)
        width = self.width + int(speed * self._seconds) + 2
        swing = self.height * (0.06 + 0.05 * nearness)
        crest = self.height * (0.54 + 0.1 * number)
        top = max(0, int(crest - swing * 1.7))
        mask = self._ridge_mask(width, self.height - top, crest - top, swing, sharp=number < 2)
        colour = mix(self.palette.far, self.palette.near, nearness)
        mist = mix(colour, self.palette.sky[2], 0.42 * (1 - nearness))
        return Layer(mask, gradient(self.width, self.height - top, (colour, mist)), top, speed)

    def _ridge_mask(self, width: int, height: int, crest: float, swing: float, *, sharp: bool) -> Image.Image:
        waves = [
            (
                self._random.uniform(0.8, 1.2) * 2 * math.pi * count / self.width,
                self._random.uniform(0, 7),
                1 / count**0.9,
            )
            for count in (1, 2, 3, 5, 8, 13, 21)
        ]
        total = sum(weight for _, _, weight in waves)
        outline: list[tuple[float, float]] = [(0, height * 2)]
        for x in range(0, width + 2, 2):
            lift = sum(weight * wave(x * pace + phase, sharp=sharp) for pace, phase, weight in waves)
            outline.append((x * 2, (crest - 1.6 * swing * lift / total) * 2))
        outline.append((width * 2 + 4, height * 2))
        mask = Image.new("L", (width * 2, height * 2))
        ImageDraw.Draw(mask).polygon(outline, fill=255)
        return mask.reduce(2)

    def _glow(self, strength: int) -> Image.Image:
        across = max(5, min(self.width, self.height) // 30)
        spot = Image.radial_gradient("L").resize((across, across))
        return spot.point(lambda value: int(max(0, 180 - value) ** 2 / 180 * strength / 8))

    def _mote(self) -> Mote:
        return Mote(
            x=self._random.random() * self.width,
            y=self.height * self._random.uniform(0.5, 0.98),
            reach=self.height * self._random.uniform(0.04, 0.12),
            phase=self._random.uniform(0, 7),
            pace=self._random.uniform(0.3, 0.9),
            glow=self._random.randrange(4, 8),
        )

    def _place_mote(self, picture: Image.Image, mote: Mote, moment: float) -> None:
        turn = mote.phase + mote.pace * moment
        x = (mote.x - 9 * moment * mote.pace + mote.reach * math.cos(turn * 1.3)) % self.width
        y = mote.y + mote.reach * 0.5 * math.sin(turn * 1.7)
        strength = int(mote.glow * (0.55 + 0.45 * math.sin(turn * 2.9)))
        sprite = self._glows[strength]
        picture.paste(self.palette.light, (round(x - sprite.width / 2), round(y - sprite.height / 2)), sprite)


def canvas_size(width: int, height: int) -> tuple[int, int]:
    """Return a drawing size with the proportions of a clip; small clips are drawn as they are."""
    shrink = min(1.0, math.sqrt(CANVAS_PIXELS / (width * height)))
    return max(16, round(width * shrink / 2) * 2), max(16, round(height * shrink / 2) * 2)


def wave(angle: float, *, sharp: bool) -> float:
    """Return a height from -1 to 1: rolling, or with the sharp crests of mountains."""
    return 1 - 2 * abs(math.sin(angle / 2)) if sharp else math.sin(angle)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Return a colour between two, `share` of the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def gradient(width: int, height: int, colours: tuple[Colour, ...]) -> Image.Image:
    """Return colours running smoothly from top to bottom."""
    column = Image.new("RGB", (1, height))
    for y in range(height):
        place = y / max(1, height - 1) * (len(colours) - 1)
        index = min(int(place), len(colours) - 2)
        column.putpixel((0, y), mix(colours[index], colours[index + 1], place - index))
    return column.resize((width, height))
