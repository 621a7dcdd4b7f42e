"""What will come out of a body: the size, the length and the frame rate, before anybody has seen the file."""

from dataclasses import dataclass

from videojobs.catalog import CatalogModel, Offer, Size
from videojobs.catalog.sizes import PROVIDER_DEFAULT_SIZE, scaled, short_side
from videojobs.provider.types import CreateVideoBody

USUAL_SECONDS = 5
USUAL_FPS = 24


@dataclass(frozen=True)
class Shape:
    """Pixels, seconds and frames per second; `assumed` names those nobody asked for or published."""

    width: int
    height: int
    seconds: int
    fps: int
    assumed: frozenset[str] = frozenset()

    @property
    def size(self) -> str:
        """The size as the provider writes it, such as "1366x768"."""
        return f"{self.width}x{self.height}"


def describe(body: CreateVideoBody, offer: Offer) -> Shape:
    """Return the shape this body will get from this model.

    Size: as asked; else the published one for its resolution and ratio; else worked out from the
    resolution's shorter side and the ratio (16:9 where none is asked); else the model's own default, or its
    first listed size; else 1366×768, the provider's default. Length: as asked, else the model's default,
    else its longest (the reading a price is held at), else 5 s. Frame rate: as asked, else the model's only
    one, else 24.
    """
    model = offer.model
    size, size_known = _size(body, model)
    seconds, seconds_known = _seconds(body, model)
    fps, fps_known = _fps(body, model)
    known = {"size": size_known, "seconds": seconds_known, "fps": fps_known}
    assumed = frozenset(name for name, certain in known.items() if not certain)
    return Shape(size.width, size.height, seconds, fps, assumed)


def _size(body: CreateVideoBody, model: CatalogModel) -> tuple[Size, bool]:
    if body.width is not None and body.height is not None:
        return Size(body.width, body.height), True
    word = body.resolution or model.resolution_default or next(iter(model.resolutions), "")
    ratio = body.ratio or model.ratio_default
    for key in (f"{word} {ratio or '16:9'}", word):
        if key in model.output_sizes:
            return model.output_sizes[key], bool(body.resolution or model.resolution_default)
    short = short_side(word)
    if short is not None:
        return scaled(short, ratio or "16:9"), False
    if body.ratio is not None:
        return scaled(PROVIDER_DEFAULT_SIZE.height, body.ratio), False
    listed = model.size_default or next(iter(model.sizes), PROVIDER_DEFAULT_SIZE)
    return listed, len(model.sizes) == 1


def _seconds(body: CreateVideoBody, model: CatalogModel) -> tuple[int, bool]:
    if body.whole_seconds is not None:
        return body.whole_seconds, True
    if model.seconds_default is not None:
        return model.seconds_default, True
    return model.longest_seconds or USUAL_SECONDS, len(model.seconds) == 1


def _fps(body: CreateVideoBody, model: CatalogModel) -> tuple[int, bool]:
    if body.fps is not None:
        return body.fps, True
    if len(model.fps) == 1:
        return model.fps[0], True
    return USUAL_FPS if not model.fps or USUAL_FPS in model.fps else model.fps[0], False
