"""Tiny real clips, made with the codecs a provider would use."""

from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream

FPS = 24


def make_clip(
    path: Path,
    *,
    codec: str = "libx264",
    size: tuple[int, int] = (320, 180),
    frames: int = 48,
    dark: int = 0,
    sound_seconds: float = 0,
    options: dict[str, str] | None = None,
) -> Path:
    """Write a clip of grey frames, the first `dark` of them black; its suffix says the container.

    It is silent unless `sound_seconds` is above 0.
    """
    kinds = {".mp4": "mp4", ".webm": "webm", ".mkv": "matroska", ".ts": "mpegts"}
    with av.open(path, "w", format=kinds[path.suffix], options=options) as container:
        video = _video(container, codec, size)
        audio = _audio(container, path.suffix) if sound_seconds else None
        _draw(container, video, frames, dark)
        if audio is not None:
            _hum(container, audio, seconds=sound_seconds)
    return path


def make_sound(path: Path) -> Path:
    """Write an MP4 that holds sound alone."""
    with av.open(path, "w", format="mp4") as container:
        _hum(container, _audio(container, ".mp4"), seconds=1)
    return path


def _video(container: OutputContainer, codec: str, size: tuple[int, int]) -> VideoStream:
    stream = container.add_stream(codec, rate=FPS)
    assert isinstance(stream, VideoStream)
    stream.width, stream.height = size
    stream.pix_fmt = "yuv420p"
    return stream


def _audio(container: OutputContainer, suffix: str) -> AudioStream:
    stream = container.add_stream("aac" if suffix == ".mp4" else "libopus", rate=48000)
    assert isinstance(stream, AudioStream)
    return stream


def _draw(container: OutputContainer, stream: VideoStream, frames: int, dark: int) -> None:
    for index in range(frames):
        frame = av.VideoFrame(stream.width, stream.height, "yuv420p")
        for plane, light in zip(frame.planes, (16 if index < dark else 160, 128, 128), strict=True):
            plane.update(bytes([light]) * plane.buffer_size)
        container.mux(stream.encode(frame))
    container.mux(stream.encode())


def _hum(container: OutputContainer, stream: AudioStream, seconds: float) -> None:
    for _ in range(int(seconds * 48000 / 960)):
        frame = av.AudioFrame(format="s16", layout="stereo", samples=960)
        frame.sample_rate = 48000
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        container.mux(stream.encode(frame))
    container.mux(stream.encode())
