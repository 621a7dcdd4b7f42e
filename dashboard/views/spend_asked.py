"""What a Spend page's address asks for, as far as the role shows it, and the addresses it leads to."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from dashboard.http import Asker, TeamRequest
from dashboard.views.spend_span import PERIODS, Span
from videojobs.models import Kind, Team, User
from videojobs.money.periods import day_of
from videojobs.reports import By
from videojobs.rights import Right

SPLITS = (
    (By.MODEL, "By model"),
    (By.PERSON, "By person"),
    (By.PROJECT, "By project"),
    (By.DAY, "By day"),
)
KINDS = ((Kind.LIVE, "Real money"), (Kind.REHEARSAL, "Rehearsal"))
SORTS = ("name", "jobs", "seconds", "spent", "average", "failed", "held", "unknown")
OPEN: tuple[None, None] = (None, None)


@dataclass(frozen=True)
class Choice:
    """One link of a switcher."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class Asked:
    """One view of a team's money, or of one person's where the role shows no more, all in the address."""

    asker: Asker
    kind: Kind
    span: Span
    split: By
    sort: str
    now: datetime

    @classmethod
    def read(cls, request: TeamRequest) -> "Asked":
        """Read an address; what it leaves open or says wrong is as it usually is."""
        given, now = request.GET.dict(), timezone.now()
        usual = Kind(request.team.provider_account.kind)
        splits = [by for by, _label in splits_for(request.asker)]
        return cls(
            asker=request.asker,
            kind=Kind(given["kind"]) if given.get("kind") in set(Kind) else usual,
            span=Span.read(given, day_of(now, request.team.zone)),
            split=By(given["split"]) if given.get("split") in splits else By.MODEL,
            sort=given["sort"] if given.get("sort", "").removeprefix("-") in SORTS else "",
            now=now,
        )

    @property
    def team(self) -> Team:
        """Whose money it is."""
        return self.asker.team

    @property
    def sees_all(self) -> bool:
        """Whether this is the whole team's money, and not the asker's alone."""
        return self.asker.may(Right.SEE_SPEND)

    @property
    def may_send(self) -> bool:
        """Whether this person may make clips."""
        return self.asker.may(Right.SUBMIT)

    @property
    def person(self) -> User | None:
        """The one person whose money is shown; None: everybody's."""
        return None if self.sees_all else self.asker.user

    @property
    def rehearsal(self) -> bool:
        """Whether this is rehearsal money, of which none was spent."""
        return self.kind == Kind.REHEARSAL

    @property
    def whose(self) -> dict[str, Any]:
        """How reports are told whose money is asked about."""
        return {"rehearsal": self.rehearsal, "person": self.person}

    # this page's own addresses

    @cached_property
    def query(self) -> dict[str, str]:
        """All of what is asked, as keys and words of an address."""
        whole = {"kind": self.kind.value, **self.span.query, "split": self.split.value, "sort": self.sort}
        return {key: word for key, word in whole.items() if word}

    def at(self, name: str = "spend", **changes: str) -> str:
        """Return the address of this view, or of a part of it, with something changed; "" takes a key out."""
        query = {key: word for key, word in (self.query | changes).items() if word}
        return f"{reverse(name)}?{urlencode(query)}"

    @property
    def periods(self) -> list[Choice]:
        """The periods with a name."""
        named = {"from": "", "to": ""}
        return [
            Choice(label, self.at(**named, period=name), name == self.span.name) for name, label in PERIODS
        ]

    @property
    def splits(self) -> list[Choice]:
        """The ways to split the money."""
        return [
            Choice(label, self.at(split=by.value, sort=""), by == self.split)
            for by, label in splits_for(self.asker)
        ]

    @property
    def kinds(self) -> list[Choice]:
        """Real money or rehearsal."""
        return [Choice(label, self.at(kind=kind.value), kind == self.kind) for kind, label in KINDS]

    @property
    def other_url(self) -> str:
        """The same view of the other kind of money."""
        return self.at(kind=(Kind.LIVE if self.rehearsal else Kind.REHEARSAL).value)

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What goes along when a free period is asked for."""
        return [(key, word) for key, word in self.query.items() if key not in {"period", "from", "to"}]

    @property
    def export_query(self) -> str:
        """What the exports are asked with."""
        return urlencode({"kind": self.kind.value, **self.span.query})

    # the jobs behind a number

    def jobs(self, days: tuple[date | None, date | None] = OPEN, **conditions: str) -> str:
        """Return the gallery with exactly the jobs that count in some days and meet conditions."""
        query = {"kind": self.kind.value} | ({"person": str(self.person.pk)} if self.person else {})
        for key, day in zip(("counted_from", "counted_to"), days, strict=True):
            if day is not None:
                query[key] = day.isoformat()
        return f"{reverse('gallery')}?{urlencode(query | conditions)}"


def splits_for(asker: Asker) -> list[tuple[By, str]]:
    """Return the splits a role may see: who sees their own money alone needs none by person."""
    return [(by, label) for by, label in SPLITS if by != By.PERSON or asker.may(Right.SEE_SPEND)]
