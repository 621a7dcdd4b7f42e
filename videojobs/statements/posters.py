"""Posters small enough for paper, from our own storage."""

from io import BytesIO
from pathlib import Path

from PIL import Image

from videojobs.models import Job

WIDEST = (280, 200)
"""Pixels; what a poster on paper can show."""

MOST_PIXELS = 40_000_000


def small(job: Job, media: Path) -> BytesIO | None:
    """Return a job's poster as a small JPEG; None where there is none or it cannot be read."""
    output = getattr(job, "output", None)
    path = (media / output.poster).resolve() if output and output.poster else None
    if path is None or not path.is_relative_to(media.resolve()):
        return None
    try:
        with Image.open(path) as poster:
            if poster.width * poster.height > MOST_PIXELS:
                return None
            picture = poster.convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError):
        return None
    picture.thumbnail(WIDEST)
    file = BytesIO()
    picture.save(file, "JPEG", quality=80)
    file.seek(0)
    return file
