"""Which clips a person asks to see, as it stands in the address."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import ExpressionWrapper, F, Q

from videojobs.models import Kind
from videojobs.models.fields import MoneyField
from videojobs.models.jobs import JobQuerySet
from videojobs.reports import ALWAYS, Days
from videojobs.states import ACTIVE, ENDED, Charged, State

MOST_WORDS = 20
LONGEST = 300
ANY = "any"

STATES: dict[str, frozenset[State]] = {
    "": ACTIVE | {State.COMPLETED},
    ANY: frozenset(State),
    "active": ACTIVE,
    "failures": frozenset({State.FAILED, State.LOST}),
    "no_clip": ENDED - {State.COMPLETED},
    **{state.value: frozenset({state}) for state in State},
}
"""What each word in the address shows. Without one: clips, and what is still to become one."""

# Whole numbers throughout: SQLite would multiply by 1.1 as a float.
_TENTH = ExpressionWrapper(F("estimate") / 10, output_field=MoneyField())

MONEY: dict[str, Q] = {
    "held": Q(held__gt=0, state__in=list(ACTIVE)),
    "unknown": Q(held__gt=0, state__in=list(ENDED)),
    "charged": Q(cost__isnull=False),
    "free": Q(charged=Charged.NO, state__in=list(ENDED)),
    "off": Q(cost__gt=F("estimate") + _TENTH) | Q(cost__lt=F("estimate") - _TENTH),
}
"""Where a job's money is; the sums of the Spend page lead here."""


@dataclass(frozen=True)
class Filters:
    """All conditions must hold. What cannot be read is left out, as if it had not been asked.

    `made` are the days a job was asked for, `counted` those its money belongs to; both in the team's zone.
    """

    q: str = ""
    state: str = ""
    model: str = ""
    person: int | None = None
    project: int | None = None
    kind: str = ""
    money: str = ""
    made: Days = ALWAYS
    counted: Days = ALWAYS

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "Filters":
        """Read the filters from an address."""
        return cls(
            q=_line(given.get("q")),
            state=_one_of(given.get("state"), STATES),
            model=_line(given.get("model")),
            person=_id(given.get("person")),
            project=_id(given.get("project")),
            kind=_one_of(given.get("kind"), [kind.value for kind in Kind]),
            money=_one_of(given.get("money"), MONEY),
            made=Days(_day(given.get("from")), _day(given.get("to"))),
            counted=Days(_day(given.get("counted_from")), _day(given.get("counted_to"))),
        )

    def as_query(self) -> dict[str, str]:
        """Return the same as keys and words of an address, without what is not asked."""
        whole = {
            "q": self.q,
            "state": self.state,
            "model": self.model,
            "person": str(self.person or ""),
            "project": str(self.project or ""),
            "kind": self.kind,
            "money": self.money,
            "from": _iso(self.made.first),
            "to": _iso(self.made.last),
            "counted_from": _iso(self.counted.first),
            "counted_to": _iso(self.counted.last),
        }
        return {key: word for key, word in whole.items() if word}

    @property
    def states(self) -> frozenset[State]:
        """The states shown: with a question about money every state, unless one is named."""
        return STATES[self.state or (ANY if self.money or self.counted else "")]

    @property
    def splits_running(self) -> bool:
        """Whether what is still running stands first, apart from the rest."""
        return self.state in {"", ANY} and not self.money and not self.counted

    def apart_from_state(self, jobs: JobQuerySet, zone: ZoneInfo) -> JobQuerySet:
        """Return the jobs that meet every condition but the state's; days are those of a zone."""
        days = [self.made.within("created_at", zone), self.counted.within("counted_at", zone)]
        conditions = [*days, *map(holds, self.q.split()[:MOST_WORDS])]
        if self.model:
            conditions.append(Q(model=self.model))
        if self.person:
            conditions.append(Q(person_id=self.person))
        if self.project:
            conditions.append(Q(project_id=self.project))
        if self.kind:
            conditions.append(Q(account__kind=self.kind))
        if self.money:
            conditions.append(MONEY[self.money])
        readable = jobs.readable() if self.q else jobs
        return readable.filter(reduce(Q.__and__, conditions))

    def on(self, jobs: JobQuerySet, zone: ZoneInfo) -> JobQuerySet:
        """Return the jobs that meet every condition."""
        return self.apart_from_state(jobs, zone).filter(state__in=list(self.states))


def holds(word: str) -> Q:
    """Return the condition that a prompt holds a word, whatever its case."""
    if connection.vendor == "sqlite" and not word.isascii():
        # SQLite's LIKE knows no case beyond ASCII; its regular expressions are Python's.
        return Q(prompt__iregex=re.escape(word))
    return Q(prompt__icontains=word)


def _line(text: str | None) -> str:
    """Return a text on one line without control characters."""
    plain = "".join(letter if letter.isprintable() else " " for letter in (text or "")[:LONGEST])
    return " ".join(plain.split())


def _one_of(word: str | None, allowed: Collection[str]) -> str:
    return word if word and word in allowed else ""


def _id(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


def _day(text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if 2000 <= day.year <= 9000 else None


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
