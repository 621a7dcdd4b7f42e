"""What a page missed, read from the database."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Case, F, When
from django.db.models.functions import Coalesce

from videojobs.audit import QUEUE_DEEDS
from videojobs.models import AuditEntry, JobEvent

OVERLAP = timedelta(seconds=10)
"""Ids are not commit order on PostgreSQL, so older events are told again. A repeated event is harmless."""

MOST = 500
"""Events; beyond them reading the whole page again is cheaper."""


@dataclass(frozen=True)
class News:
    """Something happened to a job of a team. `event` is its number, `state` where the job was after it.

    `project` is whose jobs it is one of: not every page of the team may hear of it. `person` is who looks
    after it, so that a browser can tell people of their own; `again` says that it was in that state before.
    """

    event: int
    team: int
    job: str
    state: str
    project: int
    person: int
    again: bool = False

    def told(self) -> dict[str, object]:
        """Return what pages hear of it."""
        told = {"job": self.job, "state": self.state, "event": self.event, "person": self.person}
        return told | ({"again": True} if self.again else {})


@dataclass(frozen=True)
class Replay:
    """What was missed, oldest first; `newest` is the team's newest event. Incomplete: read the page again.

    `queue` says that the queue changed meanwhile without an event of a job.
    """

    news: tuple[News, ...]
    newest: int | None
    is_complete: bool = True
    queue: bool = False

    def without(self, projects: Collection[int]) -> "Replay":
        """Return what somebody may hear who may not see some projects."""
        heard = tuple(news for news in self.news if news.project not in projects)
        return replace(self, news=heard) if projects else self


def newest(team_id: int) -> int | None:
    """Return the number of a team's newest event."""
    events = JobEvent.objects.filter(team_id=team_id).order_by("-at", "-id")
    return events.values_list("id", flat=True).first()


def after(team_id: int, number: int) -> Replay:
    """Return what a team's page missed that had seen this event, and a little more."""
    seen_at = JobEvent.objects.filter(id=number, team_id=team_id).values_list("at", flat=True).first()
    if seen_at is None:
        return Replay((), newest(team_id), is_complete=False)
    return since(team_id, seen_at - OVERLAP)


def since(team_id: int, moment: datetime) -> Replay:
    """Return what happened in a team since a moment."""
    news = read([team_id], moment)
    if news is None:
        return Replay((), newest(team_id), is_complete=False)
    queue = bool(read_queue([team_id], moment))
    return Replay(tuple(news), news[-1].event if news else newest(team_id), queue=queue)


def read(team_ids: Collection[int], moment: datetime, most: int = MOST) -> list[News] | None:
    """Return what happened in some teams since a moment, oldest first, or None where it is over `most`."""
    events = JobEvent.objects.filter(team_id__in=team_ids).since(moment)
    again = Case(When(from_state=F("to_state"), then=True), default=False)
    whose = Coalesce("job__keeper_id", "job__person_id")
    columns = ("id", "team_id", "job_id", "to_state", "job__project_id")
    rows = events.values_list(*columns, whose, again)[: most + 1]
    news = [News(*row) for row in rows]
    return None if len(news) > most else news


def read_queue(team_ids: Collection[int], moment: datetime) -> list[tuple[int, int]]:
    """Return the number and team of each change of a queue since a moment that is no event of a job."""
    deeds = AuditEntry.objects.filter(team_id__in=team_ids, action__in=QUEUE_DEEDS, at__gte=moment)
    return [(number, team) for number, team in deeds.values_list("id", "team_id") if team is not None]
