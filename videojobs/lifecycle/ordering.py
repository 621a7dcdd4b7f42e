"""A person's line is put in order: priority, place, next, later. Only the job that is moved changes version.

A line is what one person of a team has waiting in one account. Priority and place order only that line; a job
marked next comes before all others.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Q

from videojobs import audit
from videojobs.lifecycle.deciding import WrongAnswer
from videojobs.lifecycle.steps import note
from videojobs.lifecycle.versions import locked_waiting, note_of_another, write
from videojobs.models import Job, Priority, User
from videojobs.models.jobs import JobQuerySet, rank_at
from videojobs.money.asks import on_clocks
from videojobs.states import State

LONGEST_AHEAD = timedelta(days=90)
"""How far ahead a start may be put."""

GAP = 1_000_000
"""Ranks between two jobs where room is made: as if one had come a second before the other."""

Choose = Callable[[Job, JobQuerySet], int]
"""Names the place wanted, counted from 1, among the others of a line."""


def set_priority(job_id: str, priority: int, actor: User, *, version: int | None, now: datetime) -> Job:
    """Let a job come before or after the others of its own line. Raises Stale, Decided or WrongAnswer."""
    if priority not in Priority.values:
        raise WrongAnswer("priority", "Choose low, normal or high.")
    with transaction.atomic():
        job = locked_waiting(job_id, version)
        if job.priority != priority:
            facts = {"before": {"priority": job.priority}, "after": {"priority": priority}}
            write(job, {"priority": priority})
            note_of_another(job, "job_priority_set", actor, now, **facts)
            why = f"{actor} set its priority to {Priority(priority).label}."
            note(job, "priority", why, now=now, actor=actor)
        return job


def move(job_id: str, place: int, actor: User, *, version: int | None, now: datetime) -> Job:
    """Give a job a place in its own line, counted from 1; beyond the end is the end.

    Its priority follows where the place asks for another one. Raises Stale, Decided, or WrongAnswer where
    jobs marked next have the place.
    """
    if place < 1:
        raise WrongAnswer("place", "Type a place from 1 on.")
    return _move(job_id, lambda _job, _others: place, actor, version, now)


def to_top(job_id: str, actor: User, *, version: int | None, now: datetime) -> Job:
    """Let a job be the first of its own line, but for those marked next. Raises as `move`."""
    return _move(job_id, lambda _job, others: _marked(others) + 1, actor, version, now)


def to_bottom(job_id: str, actor: User, *, version: int | None, now: datetime) -> Job:
    """Let a job be the last of its own line. Raises as `move`."""
    return _move(job_id, lambda _job, others: others.count() + 1, actor, version, now)


def move_before(job_id: str, other_id: str, actor: User, *, version: int | None, now: datetime) -> Job:
    """Let a job come right before another of its line. Raises as `move`, and where the other is not in it."""
    return _move(job_id, lambda _job, others: _index(others, other_id) + 1, actor, version, now)


def move_after(job_id: str, other_id: str, actor: User, *, version: int | None, now: datetime) -> Job:
    """Let a job come right after another of its line. Raises as `move`, and where the other is not in it."""
    return _move(job_id, lambda _job, others: _index(others, other_id) + 2, actor, version, now)


def mark_next(job_id: str, actor: User, *, on: bool, version: int | None, now: datetime) -> Job:
    """Mark a job to be sent before everything else, or take the mark away. Raises Stale or Decided.

    It is charged to its own person's share all the same.
    """
    with transaction.atomic():
        job = locked_waiting(job_id, version)
        if (job.next_at is not None) == on:
            return job
        write(job, {"next_at": now if on else None, "next_by": actor if on else None})
        why = f"{actor} marked it to be sent next." if on else f"{actor} took the mark “next” away."
        note(job, "marked_next" if on else "unmarked_next", why, now=now, actor=actor)
        action = "job_marked_next" if on else "job_unmarked_next"
        audit.note(job.team, actor, action, job.id, now, before={"next": not on}, after={"next": on})
        return job


def start_later(
    job_id: str, when: datetime | None, actor: User, *, version: int | None, now: datetime
) -> Job:
    """Let a job be sent no sooner than a moment; None: when its turn comes.

    Raises Stale, Decided or WrongAnswer.
    """
    expect_start(when, now)
    with transaction.atomic():
        job = locked_waiting(job_id, version)
        if job.send_after != when:
            before, after = (None if at is None else at.isoformat() for at in (job.send_after, when))
            write(job, {"send_after": when})
            facts = {"before": {"send_after": before}, "after": {"send_after": after}}
            note_of_another(job, "job_put_off", actor, now, **facts)
            note(job, "start_later", why_later(job, when, actor), now=now, actor=actor)
        return job


def expect_start(when: datetime | None, now: datetime) -> None:
    """Raise WrongAnswer where no job may be put off to a moment."""
    if when is None:
        return
    if when <= now:
        raise WrongAnswer("send_after", "Choose a moment to come.")
    if when > now + LONGEST_AHEAD:
        raise WrongAnswer("send_after", f"Choose a moment within the next {LONGEST_AHEAD.days} days.")


def why_later(job: Job, when: datetime | None, actor: User) -> str:
    """Say who put a job off, on the team's clocks."""
    if when is None:
        return f"{actor} lets it be sent when its turn comes."
    return f"{actor} put it off: it is sent after {on_clocks(when, job.team.zone)}."


# --- places


def line_of(job: Job) -> JobQuerySet:
    """Return what waits in a job's own line, in no order."""
    return Job.objects.waiting().filter(account=job.account_id, team=job.team_id, person=job.person_id)


def place_of(job: Job) -> int | None:
    """Return a waiting job's place in its own line, counted from 1, None for any other; one query."""
    if job.state != State.WAITING:
        return None
    in_class = Q(rank__lt=job.rank) | Q(rank=job.rank, id__lt=job.id)
    ahead = Q(priority__gt=job.priority) | (Q(priority=job.priority) & in_class)
    if job.next_at is None:
        ahead = Q(next_at__isnull=False) | ahead
    else:
        ahead = Q(next_at__lt=job.next_at) | (Q(next_at=job.next_at) & ahead)
    return line_of(job).filter(ahead).count() + 1


def hold_line(job: Job) -> None:
    """Let one transaction at a time put a line in order; take it before the lock of any job of the line.

    SQLite lets one writer in at a time anyway.
    """
    if connection.vendor == "postgresql":
        key = f"line {job.account_id} {job.team_id} {job.person_id}"
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


@dataclass(frozen=True)
class Spot:
    """Where somebody of a line stands."""

    id: str
    priority: int
    rank: int


def _move(job_id: str, choose: Choose, actor: User, version: int | None, now: datetime) -> Job:
    with transaction.atomic():
        job = Job.objects.get(id=job_id)
        hold_line(job)
        others = line_of(job).exclude(id=job_id)
        if version is None or job.version == version:  # else it is refused below, whatever the place
            _make_room(others, job, choose)
        job = locked_waiting(job_id, version)
        place = _checked(choose(job, others), job, others)
        priority, rank = _where(job, *_around(others, place), now)
        write(job, {"priority": priority, "rank": rank})
        why = f"{actor} moved it to place {place} of {others.count() + 1} in {_whose(job, actor)} line."
        note(job, "moved", why, now=now, actor=actor)
        note_of_another(job, "job_moved", actor, now, after={"place": place})
        return job


def _whose(job: Job, actor: User) -> str:
    return "their own" if job.person_id == actor.pk else f"{job.person}’s"


def _checked(place: int, job: Job, others: JobQuerySet) -> int:
    """Return a place that can be reached. Raises WrongAnswer."""
    if job.next_at is not None:
        raise WrongAnswer("place", "It is marked to be sent next. Take that mark away first.")
    marked = _marked(others)
    if place <= marked:
        first = "Place 1 belongs to a job" if marked == 1 else f"The first {marked} places belong to jobs"
        raise WrongAnswer("place", f"{first} marked to be sent next. Choose place {marked + 1} or later.")
    return min(place, others.count() + 1)


def _marked(others: JobQuerySet) -> int:
    return others.filter(next_at__isnull=False).count()


def _index(others: JobQuerySet, other_id: str) -> int:
    ids = list(others.in_line().values_list("id", flat=True))
    if other_id not in ids:
        raise WrongAnswer("place", "The job beside that place is not in this line any more.")
    return ids.index(other_id)


def _around(others: JobQuerySet, place: int) -> tuple[Spot | None, Spot | None]:
    """Return who would stand right before and right after a place; nobody marked next counts as before."""
    marked = _marked(others)
    rows = others.in_line().values_list("id", "priority", "rank")
    before = rows[place - 2 : place - 1] if place - 1 > marked else ()
    after = rows[place - 1 : place]
    return next((Spot(*row) for row in before), None), next((Spot(*row) for row in after), None)


def _where(job: Job, before: Spot | None, after: Spot | None, now: datetime) -> tuple[int, int]:
    """Return the priority and the rank that bring a job between two others, as little changed as may be."""
    priority = job.priority
    if after is not None:
        priority = max(priority, after.priority)
    if before is not None:
        priority = min(priority, before.priority)
    behind = before if before is not None and before.priority == priority else None
    ahead = after if after is not None and after.priority == priority else None
    if behind and ahead:
        return priority, (behind.rank + ahead.rank) // 2
    if ahead:
        return priority, ahead.rank - GAP
    if behind:
        return priority, max(behind.rank + 1, rank_at(now))
    return priority, job.rank


def _make_room(others: JobQuerySet, job: Job, choose: Choose) -> None:
    """Part the two between whom a job is to stand, where their ranks touch: all before them move up alike.

    Neither their order nor their version changes. Rows are locked in the order of their ids, the job's own
    among them, as everywhere where many are.
    """
    before, after = _around(others, _checked(choose(job, others), job, others))
    if before is None or after is None or before.priority != after.priority:
        return
    if after.rank - before.rank > 1:
        return
    earlier = Q(rank__lt=after.rank) | Q(rank=after.rank, id__lt=after.id)
    row_before = Q(priority=after.priority, next_at=None) & earlier
    list(line_of(job).filter(row_before | Q(id=job.id)).locked().order_by("id").values_list("id"))
    others.filter(row_before).update(rank=F("rank") - GAP)
