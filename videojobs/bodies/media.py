"""Reads pictures, clips and sounds into their modern place under `media`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from videojobs.bodies.addresses import problem_with
from videojobs.bodies.problems import Problems
from videojobs.bodies.scalars import is_unset
from videojobs.provider.types import AudioAddress, FrameImage, Media, VideoAddress

MOST_OF_A_KIND = 30
"""References of one kind; no model is known to take more."""

MOVED = ("frame_images", "reference_images")
"""Deprecated at the top of the body, still read there."""

LAST_FRAME_NUMBER = 100_000


@dataclass(frozen=True)
class Item:
    """One value and where it stands."""

    value: object
    field: str


Reader = Callable[[Item, Problems], Any]


def read_media(values: Mapping[str, object], problems: Problems) -> Media | None:
    """Read everything under `media`, and what still stands at the top, into one `Media`."""
    sources = _sources(values, problems)
    kinds = [name for name in READERS if name in sources]
    found: dict[str, Any] = {name: _read(sources[name], problems, READERS[name]) for name in kinds}
    if "source_video" in sources:
        found["source_video"] = _video_or_address(sources["source_video"], problems)
    filled = {name: value for name, value in found.items() if value}
    return Media(**filled) if filled else None


def _sources(values: Mapping[str, object], problems: Problems) -> dict[str, Item]:
    """Return each kind that is set, with its place; both places at once is a conflict."""
    sources = {name: Item(values[name], name) for name in MOVED if not is_unset(values.get(name))}
    media = values.get("media")
    if is_unset(media):
        return sources
    if not isinstance(media, dict):
        problems.add("media", 'Give media as an object such as {"frame_images": […]}.', "type")
        return sources
    refuse_unknown(media, {*READERS, "source_video"}, "media.", problems)
    for name in (*READERS, "source_video"):
        if is_unset(media.get(name)):
            continue
        if name in sources:
            problems.add(
                name,
                f"{name} stands both at the top and under media. Leave out the one at the top.",
                "conflict",
            )
        sources[name] = Item(media[name], f"media.{name}")
    return sources


def refuse_unknown(given: Mapping[Any, object], known: set[str], prefix: str, problems: Problems) -> None:
    """Note keys nobody knows, by name; the first ten are enough to see what went wrong."""
    unknown = [key for key in given if not (isinstance(key, str) and key in known)]
    for key in unknown[:10]:
        name = "".join(c if c.isprintable() else "?" for c in key[:60]) if isinstance(key, str) else "?"
        problems.add(f"{prefix}{name}", f"There is no field {prefix}{name}. Leave it out.", "unknown_field")


def _read(source: Item, problems: Problems, reader: Reader) -> list[Any]:
    if not isinstance(source.value, list | tuple):
        problems.add(source.field, f"Give {source.field} as a list.", "type")
        return []
    if len(source.value) > MOST_OF_A_KIND:
        given, excess = len(source.value), len(source.value) - MOST_OF_A_KIND
        message = f"{source.field} has {given:,} entries, the limit is {MOST_OF_A_KIND}. Remove {excess:,}."
        problems.add(source.field, message, "too_many")
        return []
    items = [Item(value, f"{source.field}.{place}") for place, value in enumerate(source.value)]
    return [found for item in items if (found := reader(item, problems)) is not None]


def _address(item: Item, problems: Problems) -> str | None:
    if not isinstance(item.value, str) or not item.value.strip():
        problems.add(item.field, f"Give {item.field} as an https address.", "type")
        return None
    address = item.value.strip()
    if message := problem_with(address):
        problems.add(item.field, message, "address")
        return None
    return address


def _inside(item: Item, key: str, problems: Problems, others: frozenset[str] = frozenset()) -> str | None:
    """Read the address out of an object such as {"video": "https://…"}."""
    if not isinstance(item.value, dict):
        problems.add(item.field, f"Give {item.field} as an object with {key} in it.", "type")
        return None
    refuse_unknown(item.value, {key, *others}, f"{item.field}.", problems)
    return _address(Item(item.value.get(key), f"{item.field}.{key}"), problems)


def _frame(item: Item, problems: Problems) -> FrameImage | None:
    address = _inside(item, "input_image", problems, frozenset({"frame"}))
    frame = item.value.get("frame") if isinstance(item.value, dict) else None
    if is_unset(frame):
        return FrameImage(input_image=address) if address else None
    named = frame if isinstance(frame, str) and frame in {"first", "last"} else None
    numbered = isinstance(frame, int) and not isinstance(frame, bool) and 0 <= frame <= LAST_FRAME_NUMBER
    if named is None and not numbered:
        message = 'Write "first" or "last" in small letters, or the number of the frame.'
        problems.add(f"{item.field}.frame", message, "not_offered")
        return None
    return FrameImage.model_validate({"input_image": address, "frame": frame}) if address else None


def _video(item: Item, problems: Problems) -> VideoAddress | None:
    address = _inside(item, "video", problems)
    return VideoAddress(video=address) if address else None


def _video_or_address(item: Item, problems: Problems) -> VideoAddress | str | None:
    return _video(item, problems) if isinstance(item.value, dict) else _address(item, problems)


def _audio_or_address(item: Item, problems: Problems) -> AudioAddress | str | None:
    if not isinstance(item.value, dict):
        return _address(item, problems)
    address = _inside(item, "audio", problems)
    return AudioAddress(audio=address) if address else None


READERS: dict[str, Reader] = {
    "frame_images": _frame,
    "frame_videos": _video,
    "reference_images": _address,
    "reference_videos": _video,
    "audio_inputs": _audio_or_address,
    "reference_audios": _address,
}
