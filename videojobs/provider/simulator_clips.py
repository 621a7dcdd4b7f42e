"""Draws one rehearsal clip; run as a program it reads what to draw from standard input.

The landscape is drawn small and scaled; only the words are drawn at full size, once.
"""

import ctypes
import json
import math
import os
import signal
import sys
from array import array
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.filter import Graph
from av.filter.context import FilterContext
from av.video.format import VideoFormat
from av.video.stream import VideoStream
from PIL import Image

from videojobs.provider.simulator_scene import Scene
from videojobs.provider.simulator_titles import Ruler, clock, progress_line, prompt_block, stamp

MOST_DRAWN = {"MP4": 1_600_000_000, "WEBM": 1_000_000_000}
"""Pixels drawn per clip; beyond it each picture stays for several frames, which WebM simply leaves out."""

BT709 = 1
"""The colour description browsers assume, by its number in H.273."""

SAMPLE_RATE = 48_000
CHORD = (110, 165, 220, 277, 330)
"""Whole hertz, so that one second repeats without a seam."""

MP4_OPTIONS = {"preset": "ultrafast", "crf": "21"}
WEBM_OPTIONS = {"deadline": "realtime", "cpu-used": "8", "crf": "24", "b": "4M", "row-mt": "1"}


@dataclass(frozen=True)
class ClipSpec:
    """What to draw: pixels, seconds, frames per second."""

    prompt: str
    model: str
    seed: int
    width: int
    height: int
    seconds: int
    fps: int
    format: str
    sound: bool
    path: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def file_size(self) -> tuple[int, int]:
        """The size the file has: H.264 carries even sizes only in the colours browsers play."""
        step = 2 if self.format == "MP4" else 1
        return max(16, self.width // step * step), max(16, self.height // step * step)


def draw_clip(spec: ClipSpec) -> None:
    """Draw a clip into its file, which appears only once it is whole."""
    unfinished = Path(spec.path + ".part")
    options = {"movflags": "+faststart"} if spec.format == "MP4" else {}
    with av.open(str(unfinished), "w", format=spec.format.lower(), options=options) as container:
        video = add_video(container, spec)
        audio = add_audio(container, spec) if spec.sound else None
        heard = 0
        for number, frame in pictures(spec):
            frame.pts, frame.time_base = number, tick(spec)
            container.mux(video.encode(frame))
            while audio is not None and heard * spec.fps <= number:
                hum(container, audio, heard, spec.seconds)
                heard += 1
        container.mux(video.encode(None))
        if audio is not None:
            container.mux(audio.encode(None))
    unfinished.rename(spec.path)


def add_video(container: OutputContainer, spec: ClipSpec) -> VideoStream:
    """Add the picture track."""
    is_mp4 = spec.format == "MP4"
    options = MP4_OPTIONS if is_mp4 else WEBM_OPTIONS
    stream = container.add_stream("libx264" if is_mp4 else "libvpx-vp9", rate=spec.fps, options=options)
    assert isinstance(stream, VideoStream)
    stream.width, stream.height = spec.file_size
    stream.pix_fmt = "yuv420p"
    stream.gop_size = spec.fps * 2
    context = stream.codec_context
    context.colorspace = context.color_primaries = context.color_trc = BT709
    return stream


def pictures(spec: ClipSpec) -> Iterator[tuple[int, av.VideoFrame]]:
    """Yield the frames to encode, by their numbers."""
    width, height = spec.file_size
    scene = Scene(spec.seed, width, height, spec.seconds)
    graph, inlet = composition(spec, scene)
    count = spec.seconds * spec.fps
    hold = max(1, math.ceil(count * width * height / MOST_DRAWN[spec.format]))
    frame = av.VideoFrame()
    for number in range(count):
        if number % hold == 0:
            push(inlet, scene.frame(number / spec.fps), number, spec)
            frame = graph.vpull()
        if number % hold == 0 or spec.format == "MP4" or number == count - 1:
            yield number, frame


def composition(spec: ClipSpec, scene: Scene) -> tuple[Graph, FilterContext]:
    """Return the machine that scales the landscape and lays the words over it, and its inlet."""
    width, height = spec.file_size
    graph = Graph()
    inlet = graph.add_buffer(
        width=scene.width, height=scene.height, format=VideoFormat("rgb24"), time_base=tick(spec)
    )
    scaled = graph.add("scale", f"{width}:{height}:flags=bicubic:out_color_matrix=bt709:out_range=tv")
    inlet.link_to(scaled)
    last = graph.add("format", "yuv420p")
    scaled.link_to(last)
    covers: list[tuple[FilterContext, list[Image.Image]]] = []
    for left, top, images in words(spec):
        source = graph.add_buffer(
            width=images[0].width, height=images[0].height, format=VideoFormat("rgba"), time_base=tick(spec)
        )
        cover = graph.add("overlay", f"x={left}:y={top}:format=yuv420:eof_action=repeat")
        last.link_to(cover, 0, 0)
        source.link_to(cover, 0, 1)
        covers.append((source, images))
        last = cover
    last.link_to(graph.add("buffersink"))
    graph.configure()
    for source, images in covers:
        for second, image in enumerate(images):
            push(source, image, second * spec.fps, spec)
        source.push(None)
    return graph, inlet


def words(spec: ClipSpec) -> Iterator[tuple[str, int, list[Image.Image]]]:
    """Yield what lies over the landscape: left, top, and a picture for good or one for each second."""
    width, height = spec.file_size
    ruler = Ruler(width, height)
    size, length = f"{spec.width} x {spec.height}", f"{spec.seconds} s"
    facts = "  ·  ".join((spec.model, f"seed {spec.seed}", size, f"{spec.fps} fps", length))
    for title in (prompt_block(ruler, spec.prompt, facts), stamp(ruler)):
        yield str(title.left), title.top, [title.image]
    clocks = [clock(ruler, second, spec.seconds) for second in range(spec.seconds)]
    yield str(clocks[0].left), clocks[0].top, [each.image for each in clocks]
    line = progress_line(ruler)
    yield f"-w+w*t/{spec.seconds}", height - line.height, [line]


def tick(spec: ClipSpec) -> Fraction:
    """Return how long one frame is, in seconds."""
    return Fraction(1, spec.fps)


def push(inlet: FilterContext, image: Image.Image, number: int, spec: ClipSpec) -> None:
    """Send a picture in, to be shown from frame `number` on."""
    if image.mode == "RGBA":
        frame = av.VideoFrame.from_bytes(image.tobytes(), image.width, image.height, "rgba")
    else:
        frame = av.VideoFrame.from_image(image)  # type: ignore[no-untyped-call]
    frame.pts, frame.time_base = number, tick(spec)
    inlet.push(frame)


def add_audio(container: OutputContainer, spec: ClipSpec) -> AudioStream:
    """Add the sound track."""
    stream = container.add_stream("aac" if spec.format == "MP4" else "libopus", rate=SAMPLE_RATE)
    assert isinstance(stream, AudioStream)
    stream.bit_rate = 96_000
    return stream


def hum(container: OutputContainer, stream: AudioStream, second: int, seconds: int) -> None:
    """Add one second of a quiet chord that rises at the start and fades at the end."""
    samples = chord()[:]
    for place in range(SAMPLE_RATE if second == 0 or second == seconds - 1 else 0):
        edge = place if second == 0 else SAMPLE_RATE - place
        samples[place] *= edge / SAMPLE_RATE
    frame = av.AudioFrame("flt", "mono", SAMPLE_RATE)
    frame.planes[0].update(samples.tobytes())
    frame.sample_rate, frame.pts, frame.time_base = (
        SAMPLE_RATE,
        second * SAMPLE_RATE,
        Fraction(1, SAMPLE_RATE),
    )
    container.mux(stream.encode(frame))


@cache
def chord() -> "array[float]":
    """Return one second of sound, softly beating."""
    samples = array("f")
    for place in range(SAMPLE_RATE):
        turn = 2 * math.pi * place / SAMPLE_RATE
        swell = 0.8 + 0.2 * math.cos(turn)
        samples.append(0.012 * swell * sum(math.sin(turn * pitch) for pitch in CHORD))
    return samples


def main() -> None:
    """Draw what standard input asks for, quietly and gone with whoever asked."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: no orphan goes on drawing
    os.nice(10)
    draw_clip(ClipSpec(**json.load(sys.stdin)))


if __name__ == "__main__":
    main()
