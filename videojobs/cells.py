"""What a cell of a table for spreadsheets says: exact amounts, ISO times in UTC, and nothing it would run."""

from datetime import UTC, datetime
from decimal import Decimal

FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What makes a spreadsheet read a text as a formula; some read the wide signs as the narrow ones."""

CONTROL = ("\t", "\r", "\n")
MICROS = 1_000_000

UNSEEN = "\ufeff\u200b\u200c\u200d\u2060"
"""Signs without a width, which some spreadsheets drop before they look."""


class Exact(str):
    """A number or a moment as text: no formula, whatever it begins with."""


def usd(micros: int | None) -> Exact | None:
    """Write whole millionths of a dollar as USD with six decimals."""
    if micros is None:
        return None
    whole, fraction = divmod(abs(micros), MICROS)
    return Exact(f"{'-' if micros < 0 else ''}{whole}.{fraction:06}")


def moment(at: datetime | None) -> Exact | None:
    """Write a moment in UTC, exact to a microsecond."""
    return None if at is None else Exact(at.astimezone(UTC).isoformat(timespec="microseconds"))


def cell(value: object) -> str:
    """Return what a cell says. Unknown (None) is empty, never 0; no text is a formula."""
    if isinstance(value, Exact):
        return value
    if isinstance(value, str):
        return guarded(value)
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:.6f}"
    return str(moment(value) if isinstance(value, datetime) else value)


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    if text[:1].isalnum():  # as most texts do; the rest is looked at closely
        return text
    plain = text.lstrip().lstrip(UNSEEN).lstrip()
    return f"'{text}" if plain.startswith(FORMULA) or text.startswith(CONTROL) else text
