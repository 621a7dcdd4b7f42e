"""Text for paper: one line, without signs that steer, and with a box for each letter the font lacks."""

import unicodedata
from collections.abc import Container

BOX = "□"


class Letters:
    """Makes texts printable in one font, and counts the letters it had to replace."""

    def __init__(self, known: Container[int]) -> None:
        self._known = known
        self.replaced = 0

    def plain(self, text: str) -> str:
        """Return a text on one line in which every letter can be set."""
        words = " ".join(unicodedata.normalize("NFC", text).split())
        return "".join(self._sign(letter) for letter in words if not is_steering(letter))

    def _sign(self, letter: str) -> str:
        if ord(letter) in self._known:
            return letter
        self.replaced += 1
        return BOX


def is_steering(letter: str) -> bool:
    """Tell whether a sign shows nothing but steers: controls, directions, private use, halves of pairs."""
    return unicodedata.category(letter).startswith("C")
