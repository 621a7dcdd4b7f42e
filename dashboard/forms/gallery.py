"""Which clips a person asks to see, as it stands in the address."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce

from django.db import connection
from django.db.models import Q

from videojobs.models import Kind
from videojobs.models.jobs import JobQuerySet
from videojobs.models.money import EntryKind
from videojobs.reports import Period
from videojobs.states import ACTIVE, ENDED, Charged, State

MOST_WORDS = 20
LONGEST = 300
ANY = "any"

STATES: dict[str, frozenset[State]] = {
    "": ACTIVE | {State.COMPLETED},
    ANY: frozenset(State),
    "active": ACTIVE,
    "failures": frozenset({State.FAILED, State.LOST}),
    **{state.value: frozenset({state}) for state in State},
}
"""What each word in the address shows. Without one: clips, and what is still to become one."""

MONEY: dict[str, Q] = {
    "held": Q(held__gt=0, state__in=list(ACTIVE)),
    "unknown": Q(held__gt=0, state__in=list(ENDED)),
    "charged": Q(cost__isnull=False),
    "free": Q(charged=Charged.NO, state__in=list(ENDED)),
}
"""Where a job's money is; the sums of the Spend page lead here."""


@dataclass(frozen=True)
class Days:
    """Days in UTC, both ends included; None leaves that end open."""

    first: date | None = None
    last: date | None = None

    @classmethod
    def read(cls, given: Mapping[str, str], first: str, last: str) -> "Days":
        """Read two days from an address; what is no day is left out."""
        return cls(_day(given.get(first)), _day(given.get(last)))

    def __bool__(self) -> bool:
        return self.first is not None or self.last is not None

    def __str__(self) -> str:
        first, last = (f"{day.day} {day:%b %Y}" if day else "" for day in (self.first, self.last))
        if first and last:
            return first if first == last else f"{first} – {last}"
        return f"since {first}" if first else f"until {last}"

    @property
    def period(self) -> Period:
        """The same from moment to moment."""
        since = Period.days(self.first, self.first).since if self.first else None
        until = Period.days(self.last, self.last).until if self.last else None
        return Period(since, until)


@dataclass(frozen=True)
class Filters:
    """All conditions must hold. What cannot be read is left out, as if it had not been asked."""

    q: str = ""
    state: str = ""
    model: str = ""
    person: int | None = None
    kind: str = ""
    money: str = ""
    made: Days = Days()
    charged: Days = Days()

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "Filters":
        """Read the filters from an address."""
        person = given.get("person", "")
        return cls(
            q=_line(given.get("q")),
            state=_one_of(given.get("state"), STATES),
            model=_line(given.get("model")),
            person=int(person) if person.isascii() and person.isdigit() and len(person) < 10 else None,
            kind=_one_of(given.get("kind"), [kind.value for kind in Kind]),
            money=_one_of(given.get("money"), MONEY),
            made=Days.read(given, "from", "to"),
            charged=Days.read(given, "charged_from", "charged_to"),
        )

    def as_query(self) -> dict[str, str]:
        """Return the same as keys and words of an address, without what is not asked."""
        whole = {
            "q": self.q,
            "state": self.state,
            "model": self.model,
            "person": str(self.person or ""),
            "kind": self.kind,
            "money": self.money,
            "from": _iso(self.made.first),
            "to": _iso(self.made.last),
            "charged_from": _iso(self.charged.first),
            "charged_to": _iso(self.charged.last),
        }
        return {key: word for key, word in whole.items() if word}

    @property
    def states(self) -> frozenset[State]:
        """The states shown: with a question about money every state, unless one is named."""
        return STATES[self.state or (ANY if self.money or self.charged else "")]

    @property
    def splits_running(self) -> bool:
        """Whether what is still running stands first, apart from the rest."""
        return self.state in {"", ANY} and not self.money and not self.charged

    def apart_from_state(self, jobs: JobQuerySet) -> JobQuerySet:
        """Return the jobs that meet every condition but the state's."""
        conditions = [self.made.period.within("created_at"), *map(holds, self.q.split()[:MOST_WORDS])]
        if self.model:
            conditions.append(Q(model=self.model))
        if self.person:
            conditions.append(Q(person_id=self.person))
        if self.kind:
            conditions.append(Q(account__kind=self.kind))
        if self.money:
            conditions.append(MONEY[self.money])
        if self.charged:
            settled = Q(entries__kind=EntryKind.SETTLE.value)
            conditions.append(settled & self.charged.period.within("entries__at"))
        return jobs.filter(reduce(Q.__and__, conditions))

    def on(self, jobs: JobQuerySet) -> JobQuerySet:
        """Return the jobs that meet every condition."""
        return self.apart_from_state(jobs).filter(state__in=list(self.states))


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


def _day(text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if 2000 <= day.year <= 9000 else None


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
