"""What lines of filters are made of: what is in force, and what may be chosen, each a plain link."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Link:
    """One choice; `count` is how many there are, where that is said."""

    label: str
    url: str
    current: bool
    count: int | None = None


@dataclass(frozen=True)
class Menu:
    """One filter that is not in force, with its choices."""

    label: str
    links: list[Link]


@dataclass(frozen=True)
class Chip:
    """One filter in force, and the address without it."""

    label: str
    value: str
    clear_url: str
