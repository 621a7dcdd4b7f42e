"""What the simulator thinks of a body: refused at the door, or taken with a plan that may fail later.

It believes the catalogue, and where the catalogue is silent it takes what it is given.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from videojobs import catalog
from videojobs.catalog.types import CatalogModel, ListPrice, PriceUnit, Size, Sound
from videojobs.provider.simulator_http import error_body
from videojobs.provider.types import LONGEST_PROMPT

DEFAULT_SIZE = Size(1366, 768)
DEFAULT_SECONDS = 5
DEFAULT_FPS = 24
MOST_FPS = 60
LONGEST_SECONDS = 60
"""What an unpublished length may be at most, in seconds; it also bounds the drawing."""

SHORTEST_SIDE, LONGEST_SIDE = 64, 4_096
"""Pixels; the same for unpublished sizes."""

SHORT_SIDES = {"360p": 360, "480p": 480, "540p": 540, "720p": 720, "hd": 720, "1080p": 1080, "fhd": 1080}
SHORT_SIDES |= {"2k": 1440, "1440p": 1440, "4k": 2160, "2160p": 2160}


class BodyRefusal(Exception):
    """A body refused before any job exists."""

    def __init__(self, status: int, message: str, *, code: str | None = None, param: str | None = None):
        super().__init__(message)
        self.status = status
        self.body = error_body(message, code=code, param=param)


@dataclass(frozen=True)
class Failure:
    """Why a job that was accepted fails a little later."""

    code: str
    message: str


@dataclass(frozen=True)
class Plan:
    """What will be made: pixels, seconds, frames per second, and its cost in USD as text."""

    width: int
    height: int
    seconds: int
    fps: int
    format: str
    sound: bool
    cost: str | None

    @property
    def size(self) -> str:
        return f"{self.width}x{self.height}"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def read_body(raw: bytes) -> dict[str, Any]:
    """Return the body as a checked object. Raises BodyRefusal (400, 422)."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BodyRefusal(400, "We could not parse the JSON body of your request.") from error
    if not isinstance(body, dict):
        raise BodyRefusal(400, "The body of your request must be a JSON object.")
    if body.get("model") in (None, ""):
        raise BodyRefusal(400, "Missing required field: model", param="model")
    for name, (wanted, fits) in TYPES.items():
        if body.get(name) is not None and not fits(body[name]):
            raise BodyRefusal(422, f"Input validation error: {name} must be {wanted}", param=name)
    prompt = body.get("prompt")
    if prompt is not None and not 1 <= len(prompt) <= LONGEST_PROMPT:
        message = f"prompt must have between 1 and {LONGEST_PROMPT} characters"
        raise BodyRefusal(400, message, param="prompt")
    return body


def find_model(body: dict[str, Any], *, unlisted: bool) -> CatalogModel:
    """Return the model asked for, an invented one where `unlisted` are taken. Raises BodyRefusal (404)."""
    model = catalog.find(body["model"])
    if model is not None and model.enabled:
        return model
    if unlisted:
        return model or invented(body["model"])
    message = (
        f"Unable to access model {body['model']}. See https://api.together.ai/models for those on offer."
    )
    raise BodyRefusal(404, message, code="model_not_available", param="model")


def invented(model_id: str) -> CatalogModel:
    """Return an entry for a model no catalogue knows."""
    prices = (ListPrice(usd=Decimal("0.10"), unit=PriceUnit.SECOND),)
    return CatalogModel(
        id=model_id, name=model_id, maker="", enabled=True, verified_on=date.min, source="", prices=prices
    )


def plan(body: dict[str, Any], model: CatalogModel) -> Plan:
    """Return what a body comes to, the model's defaults filled in and everything kept drawable."""
    size = _size(body, model)
    usual = model.seconds_default or next(iter(model.seconds), DEFAULT_SECONDS)
    seconds = whole(body.get("seconds")) or usual
    fps = body.get("fps") or (DEFAULT_FPS if DEFAULT_FPS in model.fps or not model.fps else model.fps[0])
    return Plan(
        width=max(SHORTEST_SIDE, min(size.width, LONGEST_SIDE)),
        height=max(SHORTEST_SIDE, min(size.height, LONGEST_SIDE)),
        seconds=max(1, min(seconds, LONGEST_SECONDS)),
        fps=max(1, min(fps, MOST_FPS)),
        format=body.get("output_format") or "MP4",
        sound=has_sound(body, model),
        cost=cost(model, resolution(body, model), seconds, from_clip=takes_clip(body)),
    )


def cost(model: CatalogModel, tier: str, seconds: int, *, from_clip: bool = False) -> str | None:
    """Return the list price of a clip in USD, or None where nobody lists one.

    A clip among the inputs costs the dearer rate where the list names one; a tier without a price of its
    own costs what the cheapest does.
    """
    fitting = [price for price in model.prices if price.resolution.lower() in ("", tier.lower())]
    if not model.prices:
        return None
    cheapest = min(model.prices, key=lambda each: each.usd)
    price = max(fitting, key=lambda each: bool(each.resolution), default=cheapest)
    usd = price.ceiling if from_clip and price.ceiling else price.usd
    return str(usd * seconds if price.unit is PriceUnit.SECOND else usd)


def takes_clip(body: dict[str, Any]) -> bool:
    """Tell whether the wish has a clip among its inputs."""
    media = body.get("media") or {}
    return any(media.get(name) for name in ("reference_videos", "frame_videos", "source_video"))


def has_sound(body: dict[str, Any], model: CatalogModel) -> bool:
    """Tell whether the clip gets a sound track."""
    settings = body.get("settings") or {}
    answers = {
        Sound.ALWAYS: True,
        Sound.OPTION: body.get("generate_audio") is True,
        Sound.SETTING: settings.get("audio") is not False,
        Sound.UNKNOWN: body.get("generate_audio") is True,
    }
    return answers.get(model.sound, False)


def resolution(body: dict[str, Any], model: CatalogModel) -> str:
    """Return the resolution word that holds, "" where the model has none."""
    return str(body.get("resolution") or model.resolution_default or next(iter(model.resolutions), ""))


def _size(body: dict[str, Any], model: CatalogModel) -> Size:
    word = resolution(body, model)
    if word:
        ratio = body.get("ratio") or model.ratio_default or "16:9"
        published = model.output_sizes.get(f"{word} {ratio}") or model.output_sizes.get(word)
        return published or _shaped(word, ratio)
    if body.get("width") and body.get("height"):
        return Size(body["width"], body["height"])
    return model.size_default or (model.sizes[0] if model.sizes else DEFAULT_SIZE)


def _shaped(word: str, ratio: str) -> Size:
    across, _, down = ratio.partition(":")
    short = SHORT_SIDES.get(word.lower(), 720)
    shape = max(1, int(across)) / max(1, int(down or 1))
    long = round(short * max(shape, 1 / shape) / 2) * 2
    return Size(long, short) if shape >= 1 else Size(short, long)


def whole(value: object) -> int | None:
    """Read a whole number out of text or a number, or return None."""
    try:
        return int(str(value)) if value is not None else None
    except ValueError:
        return None


def failure(body: dict[str, Any], model: CatalogModel) -> Failure | None:
    """Return the first thing the model does not take, or None."""
    return next(_complaints(body, model), None)


def _complaints(body: dict[str, Any], model: CatalogModel) -> Iterator[Failure]:
    yield from _about_words(body, model)
    yield from _about_shape(body, model)
    yield from _about_time(body, model)
    yield from _about_media(body, model)


def _about_words(body: dict[str, Any], model: CatalogModel) -> Iterator[Failure]:
    prompt, negative = body.get("prompt"), body.get("negative_prompt")
    if negative and model.takes_negative_prompt is False:
        yield _unsupported("negativePrompt", model)
    if negative and len(negative) > model.negative_prompt_longest:
        yield _invalid("negativePrompt", f"at most {model.negative_prompt_longest} characters")
    if prompt and not model.takes_prompt:
        yield _unsupported("prompt", model)
    if not prompt and model.takes_prompt and model.needs_prompt:
        yield Failure("missingParameter", "The 'positivePrompt' parameter is required for this model.")
    if prompt and not model.prompt_shortest <= len(prompt) <= model.prompt_longest:
        yield _invalid("positivePrompt", f"{model.prompt_shortest} to {model.prompt_longest} characters")


def _about_shape(body: dict[str, Any], model: CatalogModel) -> Iterator[Failure]:
    width, height = body.get("width"), body.get("height")
    word, ratio = body.get("resolution"), body.get("ratio")
    if (width or height) and model.resolutions:
        yield _unsupported("width/height", model)
    if bool(width) != bool(height):
        yield _invalid("width/height", "given together")
    if width and model.sizes and Size(width, height or 0) not in model.sizes:
        sizes = ", ".join(f"{size.width}x{size.height}" for size in model.sizes)
        yield _invalid("width/height", f"one of {sizes}")
    if any(side is not None and not SHORTEST_SIDE <= side <= LONGEST_SIDE for side in (width, height)):
        yield _invalid("width/height", f"{SHORTEST_SIDE} to {LONGEST_SIDE} pixels")
    if word and model.sizes and not model.resolutions:
        yield _unsupported("resolution", model)
    if word and model.resolutions and word not in model.resolutions:
        yield _invalid("resolution", f"one of {', '.join(model.resolutions)}")
    if ratio and not model.takes_ratio:
        yield _unsupported("ratio", model)
    if ratio and model.ratios and ratio not in model.ratios:
        yield _invalid("ratio", f"one of {', '.join(model.ratios)}")


def _about_time(body: dict[str, Any], model: CatalogModel) -> Iterator[Failure]:
    seconds, fps = whole(body.get("seconds")), body.get("fps")
    longest = model.longest_seconds or LONGEST_SECONDS
    allowed = model.seconds or range(1, longest + 1)
    if body.get("seconds") is not None and seconds not in allowed:
        lengths = ", ".join(map(str, model.seconds)) or f"1 to {longest}"
        message = f"Invalid duration {body['seconds']!r}. Supported durations in seconds: {lengths}."
        yield Failure("invalidDuration", message)
    if fps and model.fps and fps not in model.fps:
        yield _invalid("fps", f"one of {', '.join(map(str, model.fps))}")
    if fps is not None and not 1 <= fps <= MOST_FPS:
        yield _invalid("fps", f"1 to {MOST_FPS}")
    if body.get("generate_audio") and model.sound is Sound.NONE:
        yield _unsupported("generateAudio", model)


def _about_media(body: dict[str, Any], model: CatalogModel) -> Iterator[Failure]:
    media = body.get("media") or {}
    frames = _listed(media, "frame_images") or _listed(body, "frame_images")
    references = _listed(media, "reference_images") or _listed(body, "reference_images")
    clips = _listed(media, "reference_videos")
    sounds = _listed(media, "reference_audios")
    if model.needs_first_frame and not frames:
        yield Failure("missingParameter", "The 'frameImages' parameter is required for this model.")
    if model.needs_reference and not (references or clips):
        yield Failure("missingParameter", "The 'referenceImages' parameter is required for this model.")
    if model.needs_source_video and not media.get("source_video"):
        yield Failure("missingParameter", "The 'sourceVideo' parameter is required for this model.")
    if frames and (references or clips or sounds) and model.frames_exclude_references:
        yield Failure("InvalidParameter", "The parameters 'frameImages' and 'reference…' exclude each other.")
    if model.needs_frame and not (frames or _listed(media, "frame_videos")):
        yield Failure("missingParameter", "One of 'frameImages', 'frameVideos' is required for this model.")
    if sounds and model.audios_need_reference and not (references or clips):
        yield Failure("missingParameter", "The 'referenceAudios' parameter needs an image or a video too.")
    if model.frames_published:
        yield from _about_frames(frames, model)
    if model.media_published:
        yield from _too_many(media, model, references)


def _about_frames(frames: list[Any], model: CatalogModel) -> Iterator[Failure]:
    yield from _counted("frameImages", len(frames), model.first_frame + model.last_frame, model)
    last = any(frame.get("frame") == "last" for frame in frames if isinstance(frame, dict))
    if last and not model.last_frame:
        yield _invalid("frameImages.frame", "first")


def _too_many(media: dict[str, Any], model: CatalogModel, references: list[Any]) -> Iterator[Failure]:
    counts = {
        "referenceImages": (len(references), model.reference_images),
        "referenceVideos": (len(_listed(media, "reference_videos")), model.reference_videos),
        "referenceAudios": (len(_listed(media, "reference_audios")), model.reference_audios),
        "frameVideos": (len(_listed(media, "frame_videos")), model.frame_videos),
        "audioInputs": (len(_listed(media, "audio_inputs")), model.audio_inputs),
    }
    for name, (count, most) in counts.items():
        yield from _counted(name, count, most, model)


def _counted(name: str, count: int, most: int, model: CatalogModel) -> Iterator[Failure]:
    if count and not most:
        yield _unsupported(name, model)
    if count > most:
        yield _invalid(name, f"at most {most}")


def _listed(where: dict[str, Any], name: str) -> list[Any]:
    value = where.get(name)
    return value if isinstance(value, list) else []


def _unsupported(name: str, model: CatalogModel) -> Failure:
    message = f"Unsupported use of '{name}' parameter. It is not supported for the model {model.id}."
    return Failure("unsupportedParameter", message)


def _invalid(name: str, allowed: str) -> Failure:
    message = f"The parameter `{name}` specified in the request is not valid. Allowed: {allowed}."
    return Failure("InvalidParameter", message)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_text_or_number(value: object) -> bool:
    return _is_text(value) or _is_number(value)


def _is_choice(value: object) -> bool:
    return isinstance(value, bool)


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _is_format(value: object) -> bool:
    return value in ("MP4", "WEBM")


def _is_ratio(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\d{1,2}:\d{1,2}", value) is not None


Test = tuple[str, Callable[[object], bool]]

TEXT: Test = ("a string", _is_text)
WHOLE: Test = ("an integer", _is_whole)
OBJECT: Test = ("an object", _is_object)
ARRAY: Test = ("an array", _is_list)

TYPES: dict[str, Test] = {
    **dict.fromkeys(("model", "prompt", "negative_prompt", "resolution"), TEXT),
    **dict.fromkeys(("width", "height", "fps", "steps", "seed", "output_quality"), WHOLE),
    "seconds": ("a string", _is_text_or_number),
    "guidance_scale": ("a number", _is_number),
    "generate_audio": ("a boolean", _is_choice),
    "output_format": ("MP4 or WEBM", _is_format),
    "ratio": ("a ratio like 16:9", _is_ratio),
    **dict.fromkeys(("media", "settings"), OBJECT),
    **dict.fromkeys(("frame_images", "reference_images"), ARRAY),
}
"""Field by field, what it must be and the test of it."""
