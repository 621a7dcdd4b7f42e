"""Reads single values, as text from a form or as JSON from a script, into what the wire takes.

Each reader returns None and notes a problem where the value cannot be read. None and "" mean "not set".
"""

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from videojobs.bodies.problems import Problems, either

YES = {"true", "on", "yes", "1"}
EXACT_FLOATS = 2**53
NO = {"false", "off", "no", "0"}


@dataclass(frozen=True)
class Range:
    """Whole numbers from `low` to `high`, both allowed."""

    low: int
    high: int

    def __str__(self) -> str:
        return f"{self.low:,} to {self.high:,}"


def is_unset(value: object) -> bool:
    """Whether the person left it alone; blank text and empty lists count as left alone."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, list | dict | tuple) and len(value) == 0)


def text(values: Mapping[str, object], name: str, problems: Problems, *, longest: int) -> str | None:
    """Read text of at most `longest` characters, line ends as "\\n"."""
    value = values.get(name)
    if is_unset(value):
        return None
    if not isinstance(value, str):
        problems.add(name, f"Give {name} as text.", "type")
        return None
    plain = value.replace("\r\n", "\n").replace("\r", "\n")
    if len(plain) > longest:
        problems.add(name, too_long(name, len(plain), longest), "too_long")
        return None
    return clean(plain, name, problems)


def clean(value: str, field: str, problems: Problems) -> str | None:
    """Return the text unless it holds control characters or halves of characters."""
    bad = next((c for c in value if unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t"), None)
    if bad is None:
        return value
    remedy = "Delete it, or paste the text as plain text."
    problems.add(
        field, f"There is a control character (U+{ord(bad):04X}) in {field}. {remedy}", "control_characters"
    )
    return None


def too_long(name: str, length: int, longest: int) -> str:
    """Say by how much a text is over its limit, in characters."""
    over = length - longest
    return f"{name} has {length:,} characters, the limit is {longest:,}. Shorten it by {over:,}."


def whole(values: Mapping[str, object], name: str, problems: Problems, allowed: Range) -> int | None:
    """Read a whole number within `allowed`: 5, 5.0 or "5", but neither "5.0" nor True."""
    value = values.get(name)
    if is_unset(value):
        return None
    number = read_whole(value)
    if number is None:
        problems.add(name, f"Give {name} as a whole number from {allowed}.", "type")
        return None
    if not allowed.low <= number <= allowed.high:
        problems.add(name, f"{name} is out of range. Choose a whole number from {allowed}.", "out_of_range")
        return None
    return number


def read_whole(value: object) -> int | None:
    """Return the whole number meant, or None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        # Twenty digits are beyond every limit; longer text would only cost time.
        return int(value) if re.fullmatch(r"\s*[+-]?[0-9]{1,20}\s*", value) else None
    if not isinstance(value, float | Decimal) or not is_finite(value) or abs(float(value)) >= EXACT_FLOATS:
        return None
    number = int(value)
    return number if value == number else None


def is_finite(value: float | Decimal) -> bool:
    """Whether it is a number at all; a signalling NaN may be asked no other way."""
    return value.is_finite() if isinstance(value, Decimal) else math.isfinite(value)


def decimal(values: Mapping[str, object], name: str, problems: Problems, allowed: Range) -> float | None:
    """Read a finite number within `allowed`, fractions with a point."""
    value = values.get(name)
    if is_unset(value):
        return None
    number = read_decimal(value)
    if number is None:
        problems.add(name, f"Give {name} as a number such as 7.5, from {allowed}.", "type")
        return None
    if not allowed.low <= number <= allowed.high:
        problems.add(name, f"{name} is out of range. Choose a number from {allowed}.", "out_of_range")
        return None
    return float(number)


def read_decimal(value: object) -> int | float | Decimal | None:
    """Return the finite number meant, or None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float | Decimal):
        return value if is_finite(value) else None
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?[0-9]{1,12}(\.[0-9]{1,12})?\s*", value):
        return Decimal(value.strip())
    return None


def switch(values: Mapping[str, object], key: str, problems: Problems, field: str) -> bool | None:
    """Read yes or no: JSON's true and false, or a form's "on" and "off"."""
    value = values.get(key)
    if isinstance(value, bool):
        return value
    if is_unset(value):
        return None
    word = value.strip().lower() if isinstance(value, str) else ""
    if word in YES or word in NO:
        return word in YES
    problems.add(field, f"Give {field} as true or false.", "type")
    return None


def word(values: Mapping[str, object], name: str, problems: Problems, *, longest: int = 20) -> str | None:
    """Read one short word, outer blanks removed."""
    found = text(values, name, problems, longest=longest)
    if found is None:
        return None
    bare = found.strip()
    if len(bare.split()) == 1:
        return bare
    problems.add(name, f"Give {name} as one word, without blanks.", "type")
    return None


def refuse_unlisted(field: str, given: str, choices: tuple[str, ...], problems: Problems) -> bool:
    """Note that a word is not among those offered, naming the right spelling; True where it is."""
    if given in choices:
        return True
    twin = next((choice for choice in choices if choice.lower() == given.lower()), None)
    remedy = f"Write {twin}, capitals matter." if twin else f"Choose {either(list(choices))}."
    problems.add(field, f"{field} {given} is not offered. {remedy}", "not_offered")
    return False
