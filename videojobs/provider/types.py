"""The provider's wire types: strict in what we send, tolerant in what we read.

Field names are Together's own (`togethercomputer/openapi` at 090263a, `together` 3.1.1). What is read is
checked here and nowhere else: identity and money strictly, everything else as it comes.
"""

import json
import re
from datetime import UTC, datetime
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

LONGEST_PROMPT = 32_000
"""Characters, from the published schema; models have shorter limits of their own."""

LONGEST_ID = 200
"""Characters; ids seen are 36 long."""

LONGEST_MESSAGE = 2_000
LONGEST_WORD = 100
"""Characters of a status, a code, a size or a length; what is longer is cut."""

LONGEST_LINK = 8_000
"""Characters; signed links are long, but not this long."""

DEAREST_CLIP = Decimal(1_000_000)
"""USD; a reported cost from here on is a fault, not a price."""

Address = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]


class ProviderStatus(StrEnum):
    """The five words the provider uses; any other is kept raw and means "keep looking"."""

    QUEUED = "queued"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class WireModel(BaseModel):
    """Exactly the documented fields, finite numbers only, never changed once made."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class FrameImage(WireModel):
    """A picture the clip must pass through. A numeric `frame` is seconds × frames per second."""

    input_image: Address
    frame: Literal["first", "last"] | Annotated[int, Field(ge=0, le=100_000)] | None = None


class VideoAddress(WireModel):
    """A clip by address."""

    video: Address


class AudioAddress(WireModel):
    """A sound by address."""

    audio: Address


class Media(WireModel):
    """What a model may take beside words."""

    frame_images: list[FrameImage] | None = None
    frame_videos: list[VideoAddress] | None = None
    reference_images: list[Address] | None = None
    reference_videos: list[VideoAddress] | None = None
    source_video: Address | VideoAddress | None = None
    audio_inputs: list[Address | AudioAddress] | None = None
    reference_audios: list[Address] | None = None


class Settings(WireModel):
    """Undocumented in the schema; Seedance 2.0 reads `audio` from here."""

    audio: bool | None = None


class CreateVideoBody(WireModel):
    """The body of `POST /v2/videos`. Sizes are pixels; `seconds` is text on the wire."""

    model: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    prompt: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_PROMPT)] | None = None
    negative_prompt: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_PROMPT)] | None = None
    width: Annotated[int, Field(ge=16, le=8192)] | None = None
    height: Annotated[int, Field(ge=16, le=8192)] | None = None
    resolution: Annotated[str, StringConstraints(min_length=1, max_length=20)] | None = None
    ratio: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,2}:[0-9]{1,2}$")] | None = None
    seconds: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}$")] | None = None
    fps: Annotated[int, Field(ge=1, le=120)] | None = None
    steps: Annotated[int, Field(ge=1, le=100)] | None = None
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] | None = None
    guidance_scale: Annotated[float, Field(ge=0, le=100)] | None = None
    output_format: Literal["MP4", "WEBM"] | None = None
    output_quality: Annotated[int, Field(ge=0, le=100)] | None = None
    generate_audio: bool | None = None
    frame_images: list[FrameImage] | None = None
    reference_images: list[Address] | None = None
    media: Media | None = None
    settings: Settings | None = None

    def modern(self) -> Self:
        """Return the same wish with the deprecated top-level pictures moved under `media`.

        Raises ValueError where a picture list stands in both places.
        """
        moved: dict[str, Any] = {}
        for name in ("frame_images", "reference_images"):
            old = getattr(self, name)
            if old is None:
                continue
            if self.media is not None and getattr(self.media, name) is not None:
                raise ValueError(f"{name} stands both at the top and under media; leave one out")
            moved[name] = old
        if not moved:
            return self
        media = (self.media or Media()).model_copy(update=moved)
        return self.model_copy(update={"media": media, "frame_images": None, "reference_images": None})

    def to_wire(self) -> dict[str, Any]:
        """Return what is sent: modern places, unset fields left out."""
        return self.modern().model_dump(mode="json", exclude_none=True)

    @property
    def whole_seconds(self) -> int | None:
        """The asked length in seconds, or None where the model decides."""
        return int(self.seconds) if self.seconds is not None else None


class VideoOutputs(BaseModel):
    """What a finished job carries. `cost` is USD, and None unless it is a finite number above 0."""

    model_config = ConfigDict(frozen=True)

    cost: Decimal | None = None
    raw_cost: str | None = None
    video_url: str | None = None


class VideoJob(BaseModel):
    """One answer of the provider, read as far as it can be read.

    `status` is None for a missing or unheard-of word; `raw_status` keeps the word itself.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    model: str = ""
    status: ProviderStatus | None = None
    raw_status: str = ""
    seconds: str | None = None
    size: str | None = None
    created_at: datetime | None = None
    completed_at: datetime | None = None
    outputs: VideoOutputs | None = None
    error_message: str = ""
    error_code: str = ""

    @classmethod
    def read(cls, answer: object) -> "VideoJob":
        """Read one decoded JSON answer (numbers as int or Decimal).

        Raises ValueError where it is not an object or has no usable id.
        """
        if not isinstance(answer, dict):
            raise ValueError("the answer is not a JSON object")  # noqa: TRY004 - one error for all
        message, code = read_error(answer)
        raw_status = answer.get("status")
        return cls(
            id=read_id(answer.get("id")),
            model=_word(answer.get("model")),
            status=_status(raw_status),
            raw_status=_word(raw_status),
            seconds=_word(answer.get("seconds")) or None,
            size=_word(answer.get("size")) or None,
            created_at=read_time(answer.get("created_at")),
            completed_at=read_time(answer.get("completed_at") or answer.get("done_at")),
            outputs=_outputs(answer.get("outputs")),
            error_message=message,
            error_code=code,
        )


class CreateVideoResponse(BaseModel):
    """The answer to a create: the provider's id, and the rest as a `VideoJob`."""

    model_config = ConfigDict(frozen=True)

    id: str
    job: VideoJob
    raw: str

    @classmethod
    def read(cls, raw: str) -> "CreateVideoResponse":
        """Read a 2xx body. Raises ValueError where there is no usable id in it."""
        job = VideoJob.read(decode(raw))
        return cls(id=job.id, job=job, raw=raw)


def decode(raw: str) -> object:
    """Decode JSON with fractions as Decimal, so that no cost passes through a float.

    A number too large to hold is infinite, which nothing of ours takes, and spoils no id beside it. Raises
    ValueError for anything that is not JSON, nesting without end included.
    """
    try:
        return json.loads(raw, parse_float=_fraction, parse_int=_whole)
    except RecursionError as error:
        raise ValueError("the answer is nested too deeply") from error


def _fraction(text: str) -> Decimal:
    try:
        return Decimal(text)
    except ArithmeticError:
        return Decimal("Infinity")


def _whole(text: str) -> int | Decimal:
    return int(text) if len(text) <= LONGEST_WORD else Decimal("Infinity")


def read_id(value: object) -> str:
    """Return a provider's id, or raise ValueError where it cannot be one."""
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_ID:
        raise ValueError("the answer has no usable id")
    if not (value.isascii() and value.isprintable()) or any(c in value for c in "/?#% \\"):
        raise ValueError("the id in the answer has characters no id has")
    if value in {".", ".."}:
        raise ValueError("the answer has no usable id")
    return value


def read_time(value: object) -> datetime | None:
    """Read Unix seconds or ISO text; Go's zero time, nonsense and absence are None."""
    try:
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
            return None
        if isinstance(value, str):
            moment = datetime.fromisoformat(value.strip())
        else:
            moment = datetime.fromtimestamp(float(value), UTC)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC) if moment.year > 1970 else None
    except (ValueError, OverflowError, OSError):
        return None


def read_error(answer: dict[str, Any]) -> tuple[str, str]:
    """Find the provider's sentence and code: an object, plain text, or the old `info.errors`."""
    error = answer.get("error")
    if isinstance(error, dict):
        code = error.get("code") or error.get("error_type") or error.get("type")
        return _text(error.get("message")) or _text(code), _word(code)
    if isinstance(error, str) and error.strip():
        return _text(error), _word(answer.get("error_type"))
    info = answer.get("info")
    errors = info.get("errors") if isinstance(info, dict) else None
    first = errors[0] if isinstance(errors, list) and errors else errors
    if isinstance(first, str | dict) and first:
        return read_error({"error": first})
    return _text(answer.get("message")), _word(answer.get("error_type"))


def _text(value: object) -> str:
    """Return text for people: never markup's friend, never a control character, never without end."""
    if isinstance(value, float | Decimal | int):
        return _number_text(value)
    if not isinstance(value, str):
        return ""
    return "".join(c if c.isprintable() or c == "\n" else " " for c in value[:LONGEST_MESSAGE]).strip()


def _word(value: object) -> str:
    """Return a short text on one line."""
    return " ".join(_text(value).split())[:LONGEST_WORD]


def _number_text(value: float | Decimal) -> str:
    """Return a number as text, "" where it is too long to be one of ours."""
    try:
        return str(value)[:LONGEST_WORD]
    except ValueError:
        return ""


def _status(value: object) -> ProviderStatus | None:
    return ProviderStatus(value) if isinstance(value, str) and value in set(ProviderStatus) else None


def _outputs(value: object) -> VideoOutputs | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if not isinstance(value, dict):
        return None
    raw_cost = value.get("cost")
    return VideoOutputs(
        cost=read_cost(raw_cost),
        raw_cost=None if raw_cost is None else _word(raw_cost) or type(raw_cost).__name__,
        video_url=read_link(value.get("video_url")),
    )


def read_link(value: object) -> str | None:
    """Return a link's text, or None for what cannot be one; whether it may be followed is not judged here."""
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_LINK:
        return None
    link = value.strip()
    return link if link.isprintable() and " " not in link else None


def read_cost(value: object) -> Decimal | None:
    """Return a reported cost in USD, rounded up to a millionth.

    None for anything but a finite number above 0 and below a million.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    text = _number_text(value) if not isinstance(value, str) else value.strip().removeprefix("$")
    # Python's own reading would take "1_0", "Infinity" and digits of other scripts.
    if not re.fullmatch(r"[0-9]{1,30}(\.[0-9]{0,60})?([eE][+-]?[0-9]{1,3})?", text):
        return None
    cost = Decimal(text)
    return cost.quantize(Decimal("0.000001"), ROUND_CEILING) if 0 < cost < DEAREST_CLIP else None
