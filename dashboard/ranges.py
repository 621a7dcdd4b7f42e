"""Which bytes of a file a `Range` header asks for; pure (RFC 9110, section 14)."""

import re
from dataclasses import dataclass

SPEC = re.compile(r"([0-9]{0,19})-([0-9]{0,19})", re.ASCII)


class Unsatisfiable(Exception):
    """The range lies wholly outside the file."""


@dataclass(frozen=True)
class Span:
    """Bytes from `start` on, `length` of them."""

    start: int
    length: int

    def content_range(self, size: int) -> str:
        """Return the Content-Range header for a file of `size` bytes."""
        return f"bytes {self.start}-{self.start + self.length - 1}/{size}"


def span(header: str, size: int) -> Span | None:
    """Return what to send of a file of `size` bytes, None for all of it.

    A header that cannot be read, another unit and several ranges at once are ignored, as the standard
    allows. Raises Unsatisfiable.
    """
    unit, _, specs = header.partition("=")
    found = SPEC.fullmatch(specs.strip())
    if unit.strip().lower() != "bytes" or found is None or found[0] == "-":
        return None
    first, last = found.groups()
    if not first:
        return _tail(int(last), size)
    start, end = int(first), min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        return None
    if start >= size:
        raise Unsatisfiable
    return Span(start, end - start + 1)


def _tail(length: int, size: int) -> Span:
    if length == 0 or size == 0:
        raise Unsatisfiable
    return Span(max(size - length, 0), min(length, size))
