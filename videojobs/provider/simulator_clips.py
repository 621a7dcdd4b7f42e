"""Draws one rehearsal clip; run as a program it reads what to draw from standard input."""

import ctypes
import json
import os
import signal
import sys
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from PIL import Image, ImageDraw, ImageFont


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


def draw_clip(spec: ClipSpec) -> None:
    """Draw a clip into its file, which appears only once it is whole."""
    unfinished = Path(spec.path + ".part")
    container = av.open(str(unfinished), "w", format=spec.format.lower())
    stream = container.add_stream("libx264" if spec.format == "MP4" else "libvpx", rate=spec.fps)
    stream.width, stream.height, stream.pix_fmt = spec.width // 2 * 2, spec.height // 2 * 2, "yuv420p"
    for number in range(spec.seconds * spec.fps):
        image = Image.new("RGB", (320, 180), (40, 20, (number * 3) % 255))
        ImageDraw.Draw(image).text((20, 60), spec.prompt[:40], font=ImageFont.load_default(size=20))
        frame = av.VideoFrame.from_image(image).reformat(stream.width, stream.height, "yuv420p")
        frame.pts, frame.time_base = number, Fraction(1, spec.fps)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))
    container.close()
    unfinished.rename(spec.path)


def main() -> None:
    """Draw what standard input asks for, quietly and gone with whoever asked."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: no orphan goes on drawing
    os.nice(10)
    draw_clip(ClipSpec(**json.load(sys.stdin)))


if __name__ == "__main__":
    main()
