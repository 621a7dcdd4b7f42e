"""Which of a team's prices on file counts for what is asked, and which two contradict each other; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from videojobs.catalog.sizes import short_side
from videojobs.catalog.types import FiledPrice, Size

SOUNDS = ("with", "without")


@dataclass(frozen=True)
class Asked:
    """What a price is looked for by. `short_side` is the resolution's; `sound` is "" where nobody chose."""

    size: str
    short_side: int | None
    seconds: int
    sound: str = ""


class Relation(Enum):
    """How what one price is for lies to what another is for."""

    SAME = auto()
    NARROWER = auto()
    WIDER = auto()
    APART = auto()


def counting(rules: Sequence[FiledPrice], asked: Asked) -> list[FiledPrice]:
    """Return the narrowest price on file that fits; two where the sound is open and they differ by it."""
    sounds = (asked.sound,) if asked.sound else SOUNDS
    found = [_narrowest(rule for rule in rules if _fits(rule, asked, sound)) for sound in sounds]
    return list(dict.fromkeys(rule for rule in found if rule is not None))


def _fits(rule: FiledPrice, asked: Asked, sound: str) -> bool:
    return (
        rule.sound in {"", sound}
        and rule.seconds in {0, asked.seconds}
        and rule.size in {"", asked.size}
        and (not rule.resolution or short_side(rule.resolution) == asked.short_side)
    )


def _narrowest(rules: Iterable[FiledPrice]) -> FiledPrice | None:
    return max(rules, key=lambda rule: rule.narrowness, default=None)


def conflict(new: FiledPrice, old: FiledPrice, output_sizes: Mapping[str, Size]) -> str | None:
    """Return the field that keeps two prices from standing side by side, None where they can.

    They cannot where one wish fits both and neither is narrower; "" is returned for the very same scope.
    """
    by_field = {
        "size" if new.size else "resolution": _pictures(new, old, output_sizes),
        "seconds": _relation(new.seconds, old.seconds),
        "sound": _relation(new.sound, old.sound),
    }
    relations = set(by_field.values()) - {Relation.SAME}
    if Relation.APART in relations or len(relations) == 1:
        return None
    return next((field for field, relation in by_field.items() if relation is Relation.NARROWER), "")


def _relation(new: object, old: object) -> Relation:
    if new == old:
        return Relation.SAME
    if not new or not old:
        return Relation.NARROWER if new else Relation.WIDER
    return Relation.APART


def _pictures(new: FiledPrice, old: FiledPrice, output_sizes: Mapping[str, Size]) -> Relation:
    if new.size and old.resolution:
        return Relation.NARROWER if _is_of(new.size, old.resolution, output_sizes) else Relation.APART
    if new.resolution and old.size:
        return Relation.WIDER if _is_of(old.size, new.resolution, output_sizes) else Relation.APART
    if new.size or old.size:
        return _relation(new.size, old.size)
    return _relation(short_side(new.resolution), short_side(old.resolution))


def _is_of(size: str, resolution: str, output_sizes: Mapping[str, Size]) -> bool:
    """Whether a wish for this resolution may come out in this size."""
    side = short_side(resolution)
    published = (
        f"{made.width}x{made.height}"
        for word, made in output_sizes.items()
        if short_side(word.partition(" ")[0]) == side
    )
    return min(int(pixels) for pixels in size.split("x")) == side or size in published
