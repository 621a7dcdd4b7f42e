"""The words on a rehearsal clip, drawn sharp at the clip's own size."""

from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFilter, ImageFont

WHITE = (255, 255, 255, 255)
SOFT = (255, 255, 255, 205)
CORAL = (255, 106, 84, 255)

SIZES = ((5.6, 3), (4.6, 4), (3.8, 6))
"""Heights of letters to try for a prompt, in units, and how many lines each may fill."""

WIDER_FONTS = ("DejaVuSans.ttf", "NotoSansCJK-Regular.ttc", "NotoSans-Regular.ttf", "Arial Unicode.ttf")
"""Tried, where the machine has them, for letters the built-in font lacks."""

Font = ImageFont.BaseImageFont


@dataclass(frozen=True)
class Title:
    """A picture with see-through ground, and where its corner goes."""

    image: Image.Image
    left: int
    top: int


@dataclass(frozen=True)
class Ruler:
    """Measures that follow from the clip's size, in pixels."""

    width: int
    height: int

    @property
    def unit(self) -> float:
        return min(self.width, self.height) / 100

    @property
    def margin(self) -> int:
        return max(3, round(self.unit * 5))

    @property
    def column(self) -> int:
        """How wide the prompt may run."""
        share = 0.62 if self.width > self.height * 1.2 else 0.86
        return max(20, int((self.width - 2 * self.margin) * share))

    def font(self, units: float, words: str = "") -> Font:
        """Return a font of so many units, of those here the one that has most letters of some words."""
        size = max(5.0, self.unit * units)
        usual = ImageFont.load_default(size)
        if not lacking(usual, words):
            return usual
        wider = filter(None, (installed(name, size) for name in WIDER_FONTS))
        return min((usual, *wider), key=lambda font: lacking(font, words))


def installed(name: str, size: float) -> Font | None:
    """Return a font of this machine, or None."""
    try:
        return ImageFont.truetype(name, size)
    except OSError:
        return None


def lacking(font: Font, words: str) -> int:
    """Return for how many letters a font would draw the box that stands for an unknown one."""
    box = bytes(font.getmask("\U0010fffd"))
    return sum(bytes(font.getmask(letter)) == box for letter in set(words[:2000]) - set(" \n\t"))


def prompt_block(ruler: Ruler, prompt: str, facts: str) -> Title:
    """Return the wrapped prompt above one line of facts, for the lower left."""
    units, large, lines = fitted(ruler, prompt or "(no prompt)")
    small = ruler.font(2.9)
    facts_lines = wrap(facts, small, ruler.width - 2 * ruler.margin, most=3)
    step, small_step = round(ruler.unit * units * 1.28), round(ruler.unit * 4.1)
    pad = max(2, round(ruler.unit * 2))
    height = step * len(lines) + small_step * len(facts_lines) + round(ruler.unit) + 2 * pad
    image = Image.new("RGBA", (ruler.width - ruler.margin, height))
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        draw.text((pad, pad + number * step), line, font=large, fill=WHITE)
    for number, line in enumerate(facts_lines):
        top = pad + step * len(lines) + round(ruler.unit) + number * small_step
        draw.text((pad, top), line, font=small, fill=SOFT)
    image = cropped(with_shadow(image, ruler.unit), pad)
    return Title(image, ruler.margin - pad, ruler.height - ruler.margin - height + pad)


def fitted(ruler: Ruler, prompt: str) -> tuple[float, Font, list[str]]:
    """Return the largest letters, in units, that show a whole prompt, and its lines."""
    for units, most in SIZES:
        font = ruler.font(units, prompt)
        lines = wrap(prompt, font, ruler.column, most=most)
        if not lines[-1].endswith("…"):
            break
    return units, font, lines


def stamp(ruler: Ruler) -> Title:
    """Return the REHEARSAL stamp, for the upper right."""
    font, small = ruler.font(4.6), ruler.font(2.1)
    pad = ruler.unit * 2
    wide = font.getlength("REHEARSAL") + 4 * pad
    size = (round(wide), round(ruler.unit * 12.4))
    image = Image.new("RGBA", size)
    draw = ImageDraw.Draw(image)
    line = max(1, round(ruler.unit * 0.55))
    draw.rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), ruler.unit * 2, (26, 10, 20, 215), CORAL, line)
    draw.text((size[0] / 2, ruler.unit * 4.9), "REHEARSAL", font=font, fill=CORAL, anchor="mm")
    draw.text((size[0] / 2, ruler.unit * 9.2), "nothing was bought", font=small, fill=WHITE, anchor="mm")
    image = image.rotate(-6, Image.Resampling.BICUBIC, expand=True)
    return Title(image, max(0, ruler.width - ruler.margin - image.width), ruler.margin)


def clock(ruler: Ruler, second: int, seconds: int) -> Title:
    """Return how far the clip is, for the upper left; its dot blinks."""
    font = ruler.font(3.4)
    size = (round(ruler.unit * 34), round(ruler.unit * 7))
    image = Image.new("RGBA", size)
    draw = ImageDraw.Draw(image)
    middle, radius = size[1] / 2, ruler.unit * 1.1
    centre = ruler.unit * 3.4
    fill = CORAL if second % 2 == 0 else SOFT
    draw.ellipse((centre - radius, middle - radius, centre + radius, middle + radius), fill=fill)
    words = f"{second // 60}:{second % 60:02} / {seconds // 60}:{seconds % 60:02}"
    draw.text((ruler.unit * 6.4, middle), words, font=font, fill=WHITE, anchor="lm")
    return Title(with_shadow(image, ruler.unit), ruler.margin - round(ruler.unit * 2.3), ruler.margin)


def progress_line(ruler: Ruler) -> Image.Image:
    """Return the line that grows along the lower edge."""
    return Image.new("RGBA", (ruler.width, max(2, round(ruler.unit * 0.9))), CORAL)


def with_shadow(image: Image.Image, unit: float) -> Image.Image:
    """Return the picture above a soft dark copy of itself, so that it reads on any ground."""
    shade = image.getchannel("A").filter(ImageFilter.GaussianBlur(max(0.8, unit * 0.8)))
    ground = Image.new("RGBA", image.size, (0, 0, 0, 0))
    ground.putalpha(shade.point(lambda value: min(190, value * 2)))
    return Image.alpha_composite(ground, image)


def cropped(image: Image.Image, pad: int) -> Image.Image:
    """Return the picture without the empty part to its right."""
    box = image.getbbox()
    return image.crop((0, 0, min(image.width, box[2] + pad), image.height)) if box else image


def wrap(words: str, font: Font, width: float, *, most: int) -> list[str]:
    """Return lines no wider than `width` pixels, the last one cut short where there are too many."""
    lines = [""]
    for word in words.split():
        for piece in pieces(word, font, width):
            longer = f"{lines[-1]} {piece}".strip()
            if font.getlength(longer) <= width:
                lines[-1] = longer
            else:
                lines.append(piece)
            if len(lines) > most:
                return [*lines[: most - 1], shortened(lines[most - 1], font, width)]
    return lines


def pieces(word: str, font: Font, width: float) -> list[str]:
    """Return a word cut where it is wider than a line."""
    found = [""]
    for letter in word[:400]:
        if font.getlength(found[-1] + letter) > width:
            found.append("")
        found[-1] += letter
    return found


def shortened(line: str, font: Font, width: float) -> str:
    """Return a line that ends in dots and still fits."""
    while line and font.getlength(line + "…") > width:
        line = line[:-1]
    return line.rstrip() + "…"
