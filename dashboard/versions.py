"""Which version of a job somebody decided on, as a form or a script says, and what another did meanwhile."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.http import HttpRequest

from videojobs.lifecycle import Stale
from videojobs.models import User

FIELD = "version"
"""The hidden field every form about a job carries."""

LARGEST = 2**31 - 1

_PLAIN = re.compile(r"[0-9]{1,10}", re.ASCII)


@dataclass(frozen=True)
class Meanwhile:
    """What somebody else did to a job since it was read. `by` None: nobody, it happened by itself."""

    sentence: str
    what: str
    by: User | None
    at: datetime | None

    @classmethod
    def of(cls, stale: Stale) -> Self:
        """Read it off a refusal."""
        event = stale.event
        if event is None:
            return cls(stale.sentence, "", None, None)
        return cls(stale.sentence, event.plain, event.actor, event.at)


def posted(request: HttpRequest) -> int | None:
    """Return the version a form was made for; None where it names none, and then any will do.

    What cannot be read is no version of any job, so that a form somebody mangled changes nothing.
    """
    said = str(request.POST.get(FIELD, ""))
    return read(said) if said else None


def read(text: str) -> int:
    """Return a version as it was typed, 0 for what is none."""
    return min(int(text), LARGEST) if _PLAIN.fullmatch(text) else 0
