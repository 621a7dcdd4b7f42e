"""An account's whole line as rows tell it: who is ahead of whom, which places are busy, and until when."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Protocol, TypeVar

from django.db.models import QuerySet

from videojobs import forecast_hindsight, forecast_times
from videojobs.dispatch.choosing import places_of
from videojobs.dispatch.turns import Turn, order
from videojobs.forecast import Ahead, Busy, Expected, Line, Played
from videojobs.models import Job, Pause, PlaceLimit, ProviderAccount, QueueScope
from videojobs.places import governing
from videojobs.states import State

K = TypeVar("K")

NOTHING = Decimal(0)
DEEP = 256
"""At least so many jobs are foretold at once, if so many wait."""

PAUSED_FIRST = (QueueScope.TEAM, QueueScope.PERSON, QueueScope.MODEL)
NAMED_FIRST = (QueueScope.TEAM, QueueScope.PERSON, QueueScope.EACH, QueueScope.MODEL)
"""Of several pauses or limits of places that hold a job, the one that is named."""


class Placed(Protocol):
    """What pauses and places are about: a job, a turn, or a job that may yet be made."""

    @property
    def team_id(self) -> int: ...
    @property
    def person_id(self) -> int: ...
    @property
    def model(self) -> str: ...


@dataclass(frozen=True)
class There:
    """A job at the provider: whose, of which kind, and since when it has its place."""

    team_id: int
    person_id: int
    model: str
    size: str
    since: datetime | None


class WholeLine:
    """One account's line at one moment, read in a fixed number of queries; foretold only where asked."""

    def __init__(self, account: ProviderAccount, now: datetime, also: Turn | None = None) -> None:
        self.account = account
        self.now = now
        open_pauses = Pause.objects.open().select_related("person", "paused_by")
        self.pauses = list(open_pauses.order_by("at"))  # of all teams: nowhere many hold at once
        self.turns = [turn for turn in order(account, now, also) if self.pause_of(turn) is None]
        self.place = {turn.job_id: number for number, turn in enumerate(self.turns)}
        columns = ("team_id", "person_id", "model", "size", "claimed_at")
        rows = Job.objects.of_account(account).at_provider().values_list(*columns)
        self.there = [There(*row) for row in rows]
        self.free = places_of(account) - len(self.there)

    # what holds a job

    def pause_of(self, job: Placed) -> Pause | None:
        """Return the pause that holds a job: the team's, else the person's, else the model's."""
        if not self.pauses:
            return None
        held = [
            pause
            for pause in self.pauses
            if pause.team_id == job.team_id
            and pause.person_id in {None, job.person_id}
            and pause.model in {"", job.model}
        ]
        return min(held, key=lambda pause: PAUSED_FIRST.index(QueueScope(pause.scope)), default=None)

    def full(self, job: Placed) -> PlaceLimit | None:
        """Return the limit of places that keeps a job from being sent now."""
        for name, limit in self._limits_on(job):
            if limit.at_once is not None and self._busy[name] >= limit.at_once:
                return limit
        return None

    def _limits_on(self, job: Placed) -> tuple[tuple[str, PlaceLimit], ...]:
        """Return the limits a job counts against, each with a name; *each* has one for every person."""
        if not self._limits:
            return ()
        whose = (job.team_id, job.person_id, job.model)
        if whose not in self._names:
            limits = governing(self._limits.get(job.team_id, ()), job.person_id, job.model)
            limits.sort(key=lambda limit: NAMED_FIRST.index(QueueScope(limit.scope)))
            self._names[whose] = tuple((f"{limit.pk} {_each(limit, job)}", limit) for limit in limits)
        return self._names[whose]

    @cached_property
    def _names(self) -> dict[tuple[int, int, str], tuple[tuple[str, PlaceLimit], ...]]:
        return {}

    @cached_property
    def _limits(self) -> dict[int, list[PlaceLimit]]:
        found: dict[int, list[PlaceLimit]] = {}
        in_team = PlaceLimit.objects.filter(team__in=_teams_in(self.account), at_once__isnull=False)
        for limit in in_team.select_related("person"):
            found.setdefault(limit.team_id, []).append(limit)
        return found

    @cached_property
    def _busy(self) -> Counter[str]:
        return Counter(name for job in self.there for name, _limit in self._limits_on(job))

    # until when

    def expected(self, place: int) -> Expected | None:
        """Return when the job at a place, from 0, starts and finishes; None where nobody knows."""
        if place >= len(self._played.ahead):
            # Deeper than the last time by a half at least, so that many places cost few plays.
            deep = max(place + DEEP, place * 3 // 2)
            self.__dict__["_played"] = self._line.played(deep, seed=self.account.pk)
        return self._played.expected(place)

    @cached_property
    def _played(self) -> Played:
        return self._line.played(DEEP, seed=self.account.pk)

    @cached_property
    def _line(self) -> Line:
        everybody: list[There | Turn] = [*self.there, *self.turns]
        past = forecast_times.read(
            self.account,
            ((one.model, one.size) for one in everybody),
            {one.team_id for one in everybody},
        )
        names: dict[str, int] = {}

        def limits(job: Placed) -> tuple[str, ...]:
            found = self._limits_on(job)
            names.update((name, limit.at_once) for name, limit in found if limit.at_once)
            return tuple(name for name, _limit in found)

        busy = [Busy(_kind(job), self._age(job), limits(job)) for job in self.there]
        alike: dict[tuple[int, int, str, str], Ahead] = {}
        ahead = []
        for turn in self.turns:
            of = (turn.team_id, turn.person_id, turn.model, turn.size)
            if of not in alike:
                alike[of] = Ahead(_kind(turn), limits(turn))
            ahead.append(alike[of])
        places = places_of(self.account)
        offs = forecast_hindsight.offs(past.ran, places, past.lags)
        return Line(places, busy, ahead, past.times, names, past.lags, offs)

    def _age(self, job: There) -> float:
        return max((self.now - job.since).total_seconds(), 0.0) if job.since else 0.0


def for_new(new: Turn, account: ProviderAccount, now: datetime) -> tuple[int | None, Expected | None]:
    """Return how many would go before a job that may yet be made, and when it would start and finish.

    Its id may be anything. (None, None) where it would not be sent in its turn: paused, or sending is parked.
    """
    line = WholeLine(account, now, new)
    place = line.place.get(new.job_id)
    if place is None or account.is_parked() or not account.sends:
        return None, None
    return place, line.expected(place)


def _teams_in(account: ProviderAccount) -> QuerySet[Job, Any]:
    unfinished = [State.WAITING.value, State.SENDING.value, State.QUEUED.value, State.IN_PROGRESS.value]
    return (
        Job.objects.of_account(account).filter(state__in=unfinished).order_by().values("team_id").distinct()
    )


def _each(limit: PlaceLimit, job: Placed) -> str:
    return str(job.person_id) if limit.scope == QueueScope.EACH else ""


def _kind(job: "There | Turn") -> str:
    return forecast_times.key((job.model, job.size))
