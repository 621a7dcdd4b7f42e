"""What is in a kept file, read without trusting it, and its poster."""

import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Literal

import av
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image, ImageStat

from videojobs.media import space
from videojobs.media.errors import NotVideo, Truncated

Container = Literal["mp4", "webm"]

MAX_SIDE = 8192
MAX_SECONDS = 6 * 3600
MAX_FPS = 1000
POSTER_WIDTH = 640

_MAX_PACKETS = 2_000_000
_PACKETS_TO_FIRST_FRAME = 300
_POSTER_AT = 0.5
_POSTER_FRAMES = 150
_LIGHT_WIDTH = 64
_DARK = 24.0
_BROKEN_OFF = "The file breaks off before its end."

_VIDEO_DECODERS = frozenset(
    {"h264", "hevc", "av1", "libdav1d", "vp8", "libvpx", "vp9", "libvpx-vp9", "mpeg4"}
)
_AUDIO_DECODERS = frozenset({"aac", "opus", "libopus", "vorbis", "mp3", "mp3float", "flac"})

# Reading is held to one open file, a few megabytes of analysis and pictures that fit in memory.
_OPTIONS = {
    "protocol_whitelist": "none",
    "codec_whitelist": ",".join(sorted(_VIDEO_DECODERS | _AUDIO_DECODERS)),
    "probesize": "5000000",
    "analyzeduration": "5000000",
    "max_pixels": str(MAX_SIDE * MAX_SIDE),
}
_DEMUXERS: dict[Container, str] = {"mp4": "mp4", "webm": "matroska"}


@dataclass(frozen=True)
class Probed:
    """What a file holds: `width` × `height` in pixels, `duration` in seconds, `frames` as counted.

    `codec` is "h264", "vp9" and the like; `fps` is None where the file does not say or lies.
    """

    container: Container
    codec: str
    width: int
    height: int
    duration: Decimal
    fps: Decimal | None
    has_sound: bool
    frames: int


@dataclass
class _Walk:
    """What the packets tell, in seconds: the picture's span and count, the last end of picture or sound."""

    frame: VideoFrame | None = None
    frames: int = 0
    start: Fraction | None = None
    end: Fraction = Fraction(0)
    last: Fraction = Fraction(0)


def probe(path: Path) -> Probed:
    """Open a file, walk through it and decode a frame; raise NotVideo or Truncated, each with a sentence."""
    with _opened(path) as (kind, container, stream):
        walk = _walk(container, stream)
        if walk.frame is None:
            raise NotVideo("The file has no frame that can be shown.")
        _check_size(walk.frame.width, walk.frame.height)
        return Probed(
            container=kind,
            codec=stream.codec_context.codec.canonical_name,
            width=walk.frame.width,
            height=walk.frame.height,
            duration=_duration(container, stream, walk),
            fps=_fps(stream),
            has_sound=bool(container.streams.audio),
            frames=walk.frames,
        )


def make_poster(path: Path, destination: Path) -> None:
    """Write a WebP of at most 640 pixels width, from half a second in, or later where that is black.

    It appears under its name whole or not at all. Raise NotVideo, DiskFull or Unwritable.
    """
    with _opened(path) as (_, container, stream):
        image = _picture(_showable(container, stream), POSTER_WIDTH)
    encoded = io.BytesIO()
    image.save(encoded, "WEBP", quality=80)
    with space.new_file(destination) as file:
        file.write(encoded.getbuffer())
    space.keep(Path(file.name), destination)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Container, InputContainer, VideoStream]]:
    """Yield the one demuxer that fits the first bytes, and the picture's stream, its size already checked."""
    with path.open("rb") as file:
        kind = _sniffed(file.read(64))
        file.seek(0)
        try:
            with av.open(
                file, "r", format=_DEMUXERS[kind], options=dict(_OPTIONS), metadata_errors="replace"
            ) as container:
                yield kind, container, _picture_stream(container)
        except (av.FFmpegError, ValueError, ArithmeticError, MemoryError) as error:
            reason = getattr(error, "strerror", None) or "it is damaged"
            raise NotVideo(f"The file does not open as {kind}: {reason}.") from error


def _sniffed(head: bytes) -> Container:
    if head[4:8] == b"ftyp":
        return "mp4"
    if head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head:
        return "webm"
    raise NotVideo("The file is neither MP4 nor WebM.")


def _picture_stream(container: InputContainer) -> VideoStream:
    for stream in container.streams.video:
        context = stream.codec_context
        if context is not None and context.name in _VIDEO_DECODERS:
            _check_size(context.width, context.height)
            context.thread_count = 1
            context.options = {"max_pixels": _OPTIONS["max_pixels"]}
            return stream
    raise NotVideo("The file has no picture in a known coding.")


def _check_size(width: int, height: int) -> None:
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise NotVideo(f"The file claims {width} × {height} pixels; at most {MAX_SIDE} a side are opened.")


def _walk(container: InputContainer, stream: VideoStream) -> _Walk:
    """Read every packet of picture and sound, and decode until one frame has opened."""
    walk = _Walk()
    for count, packet in enumerate(container.demux([stream, *container.streams.audio])):
        if count > _MAX_PACKETS:
            raise NotVideo("The file has more packets than a clip can have.")
        if packet.is_corrupt:
            raise Truncated(_BROKEN_OFF)
        is_picture = packet.stream_index == stream.index
        if is_picture and walk.frame is None and walk.frames < _PACKETS_TO_FIRST_FRAME:
            walk.frame = next((frame for frame in packet.decode() if isinstance(frame, VideoFrame)), None)
        if packet.pts is not None:
            _note(walk, packet, is_picture=is_picture)
    return walk


def _note(walk: _Walk, packet: "Packet[Stream]", *, is_picture: bool) -> None:
    begin = (packet.pts or 0) * packet.time_base
    end = begin + (packet.duration or 0) * packet.time_base
    walk.last = max(walk.last, end)
    if is_picture:
        walk.frames += 1
        walk.start = begin if walk.start is None else min(walk.start, begin)
        walk.end = max(walk.end, end)


def _duration(container: InputContainer, stream: VideoStream, walk: _Walk) -> Decimal:
    """Return the length that the file claims or, where it claims less or none, that its packets span."""
    if stream.duration is not None and stream.time_base is not None:
        claimed = stream.duration * stream.time_base
    else:
        claimed = Fraction(container.duration or 0, av.time_base)
    if claimed - walk.last > max(Fraction(1), claimed / 10):
        raise Truncated(_BROKEN_OFF)
    length = max(claimed, walk.end - (walk.start or 0))
    if not 0 < length <= MAX_SECONDS:
        raise NotVideo(f"The file claims to last {_rounded(length)} s.")
    return _rounded(length)


def _fps(stream: VideoStream) -> Decimal | None:
    rate = stream.average_rate
    return _rounded(rate) if rate is not None and 0 < rate <= MAX_FPS else None


def _rounded(value: Fraction) -> Decimal:
    return round(Decimal(value.numerator) / Decimal(value.denominator), 3)


def _showable(container: InputContainer, stream: VideoStream) -> VideoFrame:
    """Return the first frame from half a second on that is not dark, or the lightest of those looked at."""
    best: tuple[float, VideoFrame] | None = None
    for frame in islice(_frames(container, stream), _POSTER_FRAMES):
        light = ImageStat.Stat(_picture(frame, _LIGHT_WIDTH).convert("L")).mean[0]
        if (frame.time or 0.0) >= _POSTER_AT and light >= _DARK:
            return frame
        if best is None or light > best[0]:
            best = (light, frame)
    if best is None:
        raise NotVideo("The file has no frame that can be shown.")
    return best[1]


def _frames(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    """Decode until the end or, since a poster needs only one good frame, the first that is damaged."""
    with suppress(av.FFmpegError):
        yield from container.decode(stream)


def _picture(frame: VideoFrame, widest: int) -> Image.Image:
    _check_size(frame.width, frame.height)
    width = min(widest, frame.width)
    height = max(1, round(frame.height * width / frame.width))
    plane = frame.reformat(width=width, height=height, format="rgb24").planes[0]
    return Image.frombytes("RGB", (width, height), bytes(plane), "raw", "RGB", plane.line_size, 1)
