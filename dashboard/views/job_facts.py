"""What the job page lists: settings as asked, the money's way, the file, each with what may be copied."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dashboard.templatetags.money import price_source, usd_exact
from dashboard.templatetags.states import model_name
from dashboard.templatetags.times import duration
from videojobs.models import Job, Output

LABELS = {
    "prompt": "Prompt",
    "negative_prompt": "Negative prompt",
    "resolution": "Resolution",
    "ratio": "Ratio",
    "seconds": "Seconds",
    "fps": "Frames per second",
    "steps": "Steps",
    "guidance_scale": "Guidance",
    "seed": "Seed",
    "output_format": "Format",
    "output_quality": "Quality",
    "generate_audio": "Sound",
    "frame_images": "Frame",
    "frame_videos": "Clip to continue",
    "reference_images": "Reference picture",
    "reference_videos": "Reference clip",
    "reference_audios": "Reference sound",
    "source_video": "Clip to change",
    "audio_inputs": "Sound track",
}
MONO = frozenset({"seed", "frame_images", "reference_images", "source_video"})
UNIT = 1024


@dataclass(frozen=True)
class Fact:
    """One line: what it is, what it says, whether a button copies it."""

    label: str
    text: str
    mono: bool = False
    copy: bool = True


def settings_of(job: Job) -> list[Fact]:
    """Return what was asked for, line by line, in the words of the form."""
    body = dict(job.body)
    facts = [Fact("Model", model_name(job.model), copy=False), Fact("Model id", job.model, mono=True)]
    if "width" in body and "height" in body:
        facts.append(Fact("Size", f"{body.pop('width')}×{body.pop('height')}"))
    media, extra = body.pop("media", None), body.pop("settings", None)
    body.pop("model", None)
    order = {name: place for place, name in enumerate(LABELS)}
    for name in sorted(body, key=lambda name: order.get(name, len(order))):
        facts.append(Fact(_label(name), _said(body[name]), mono=name in MONO))
    if isinstance(media, dict):
        facts += _media(media)
    if isinstance(extra, dict):
        facts += [Fact(_label(f"settings {name}"), _said(value)) for name, value in extra.items()]
    return facts


def _label(name: str) -> str:
    return LABELS.get(name, name.replace("_", " ").capitalize())


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)


def _media(media: dict[str, Any]) -> Iterator[Fact]:
    for name, given in media.items():
        entries = given if isinstance(given, list) else [given]
        for number, entry in enumerate(entries, start=1):
            where = _place(entry) or (f" {number}" if len(entries) > 1 else "")
            yield Fact(f"{_label(name)}{where}", _address(entry), mono=True)


def _place(entry: object) -> str:
    frame = entry.get("frame") if isinstance(entry, dict) else None
    return "" if frame is None else f" ({frame})"


def _address(entry: object) -> str:
    if isinstance(entry, dict):
        return next(
            (value for value in entry.values() if isinstance(value, str) and ":" in value), str(entry)
        )
    return str(entry)


@dataclass(frozen=True)
class Amount:
    """One line of a job's money."""

    label: str
    text: str
    note: str = ""
    tone: str = ""


def money_of(job: Job) -> list[Amount]:
    """Return a job's money from estimate to charge, every amount exact."""
    source = price_source(job.estimate_source)
    lines = [Amount(f"Estimate, {source}", usd_exact(job.estimate), job.estimate_explanation)]
    if job.held:
        word = "Unknown" if job.is_ended else "Held"
        why = "Its hold stays open: it may have been charged." if job.is_ended else "Set aside until it ends."
        lines.append(Amount(word, usd_exact(job.held), why, "unknown" if job.is_ended else ""))
    lines.append(Amount("Charged?", charged_word(job), job.charged_why, job.charged))
    return lines if job.cost is None else lines + _cost_of(job, job.cost)


def _cost_of(job: Job, cost: Decimal) -> list[Amount]:
    lines = [Amount("Cost", usd_exact(cost), "What it was charged in all.")]
    if job.credited:
        lines.append(Amount("Given back", usd_exact(-job.credited), "Credits of the provider."))
        lines.append(Amount("After credits", usd_exact(job.net), "What counts as spent."))
    return [*lines, Amount("Difference", *difference(cost, job.estimate))]


def charged_word(job: Job) -> str:
    """Answer whether a job was charged; while it goes on, nobody can know yet."""
    unknown = "Nobody knows" if job.is_ended else "Not known yet"
    return {"yes": "Yes", "no": "No"}.get(job.charged, unknown)


def difference(cost: Decimal, estimate: Decimal) -> tuple[str, str]:
    """Return how a cost differs from its estimate, as an amount and in words."""
    gap = cost - estimate
    if not gap:
        return "none", "Exactly as estimated."
    share = abs(gap) / estimate * 100
    words = "under 1 %" if share < 1 else f"{share:.0f} %"
    return (
        f"{'+' if gap > 0 else ''}{usd_exact(gap)}",
        f"{words} {'over' if gap > 0 else 'under'} the estimate.",
    )


def file_of(output: Output) -> list[Fact]:
    """Return what is in the kept file."""
    return [
        Fact("Size", f"{output.width}×{output.height}"),
        Fact("Length", f"{output.duration.normalize():f} s", copy=False),
        Fact("Kind", f"{output.container.upper()} · {output.codec}", copy=False),
        Fact("Sound", "yes" if output.has_sound else "none", copy=False),
        Fact("Bytes", f"{output.bytes:,} ({bytes_words(output.bytes)})", copy=False),
        Fact("SHA-256", output.sha256, mono=True),
        Fact("Kept", f"{output.stored_at:%-d %b %Y, %H:%M:%S} UTC", copy=False),
    ]


def bytes_words(count: int) -> str:
    """Return "1.4 MiB" for a number of bytes."""
    size = float(count)
    for unit in ("B", "KiB", "MiB"):
        if size < UNIT:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= UNIT
    return f"{size:.1f} GiB"


@dataclass(frozen=True)
class Phase:
    """One stretch of a job's way, in seconds, and where it stands on a line of 100."""

    word: str
    tone: str
    seconds: float
    x: float = 0
    width: float = 0

    @property
    def words(self) -> str:
        """Its length as people read it."""
        return f"{self.seconds:.1f} s" if self.seconds < 10 else duration(self.seconds)


def phases_of(job: Job) -> list[Phase]:
    """Return how long a job waited, was sent, was made and was kept, laid out on one line."""
    marks = (
        ("waited", "waiting", job.created_at, job.claimed_at),
        ("sent", "sending", job.claimed_at, job.accepted_at),
        ("at the provider", "in_progress", job.accepted_at, job.finished_at or job.ended_at),
        ("kept", "storing", job.finished_at, job.ended_at if job.state == "completed" else None),
    )
    lengths = [
        (word, tone, max((end - start).total_seconds(), 0))
        for word, tone, start, end in marks
        if start is not None and end is not None
    ]
    whole = sum(seconds for _word, _tone, seconds in lengths)
    phases, x = [], 0.0
    for word, tone, seconds in lengths:
        width = 100 * seconds / whole if whole else 0
        phases.append(Phase(word, tone, seconds, round(x, 2), round(width, 2)))
        x += width
    return phases
