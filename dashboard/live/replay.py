"""What a page missed, read from the database."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from videojobs.models import JobEvent

OVERLAP = timedelta(seconds=10)
"""Ids are not commit order on PostgreSQL, so older events are told again. A repeated event is harmless."""

MOST = 500
"""Events; beyond them reading the whole page again is cheaper."""


@dataclass(frozen=True)
class News:
    """Something happened to a job of a team. `event` is its number, `state` where the job was after it."""

    event: int
    team: int
    job: str
    state: str

    def told(self) -> dict[str, object]:
        """Return what pages hear of it."""
        return {"job": self.job, "state": self.state, "event": self.event}


@dataclass(frozen=True)
class Replay:
    """What was missed, oldest first; `newest` is the team's newest event. Incomplete: read the page again."""

    news: tuple[News, ...]
    newest: int | None
    is_complete: bool = True


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
    return Replay(tuple(news), news[-1].event if news else newest(team_id))


def read(team_ids: Collection[int], moment: datetime, most: int = MOST) -> list[News] | None:
    """Return what happened in some teams since a moment, oldest first, or None where it is over `most`."""
    events = JobEvent.objects.filter(team_id__in=team_ids).since(moment)
    rows = events.values_list("id", "team_id", "job_id", "to_state")[: most + 1]
    news = [News(event=event, team=team, job=job, state=state) for event, team, job, state in rows]
    return None if len(news) > most else news
