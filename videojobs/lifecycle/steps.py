"""The one way a job's state changes: a conditional update and an event, in one transaction."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F

from videojobs import broadcast
from videojobs.models import Job, JobEvent, User
from videojobs.models.compiled import insert
from videojobs.money import ledger
from videojobs.money.standing import Standing
from videojobs.states import ENDED, State, may_step

DATABASE_AWAY = (OperationalError, InterfaceError)
"""What Django raises where the database is away, restarts, is locked or gave up on a deadlock."""

_COUNTS_FROM = frozenset({State.SENDING, State.WAITING})
"""A claim fixes the period a job's money belongs to; back in the queue it has none but its birth's."""

_MOVES_MONEY = ENDED | {State.WAITING}
"""Coming or going here, a job's open hold is counted otherwise."""

_NEEDS_EYES = (ENDED - {State.COMPLETED}) | {State.WAITING, State.UNCONFIRMED}
"""A job that comes here is shown again, whoever had put it away while it was under way."""

logger = logging.getLogger(__name__)


class StepRefused(Exception):
    """The table has no such step from where the job is now, or somebody else was first."""


class Decided(Exception):
    """The job is no longer where this decision applies. The message says where it is."""


@dataclass(frozen=True)
class Step:
    """What is about to happen to a job: where to, why in a person's words, and what is written beside it."""

    to: State
    kind: str
    why: str
    columns: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    actor: User | None = None


def take(job: Job, step: Step, *, now: datetime, **still: Any) -> JobEvent | None:
    """Move a job one step if it is still in the state it was read in (and `still` holds).

    Must run inside a transaction. Returns the event, or None where somebody else was first. Raises
    StepRefused where the table has no such step.
    """
    before = State(job.state)
    if not may_step(before, step.to):
        raise StepRefused(f"A job that is {before} cannot become {step.to}.")
    columns = step.columns | {"state": step.to, "ended_at": now if step.to in ENDED else None}
    if step.to in _COUNTS_FROM:
        columns["counted_at"] = now if step.to == State.SENDING else job.created_at
    if step.to in _NEEDS_EYES:
        columns["dismissed_at"] = None
    # The row as it is, not as the caller read it: money may have moved since.
    stood = _locked(job) if {before, step.to} & _MOVES_MONEY else None
    was = Standing.of(stood) if stood else None
    if not Job.objects.filter(id=job.id, state=before, **still).update(version=F("version") + 1, **columns):
        return None
    for row in filter(None, (job, stood)):
        row.version += 1
        for name, value in columns.items():
            setattr(row, name, value)
    if stood and was:
        ledger.moved(stood, was)
    return record(job, step, before=before, now=now)


def _locked(job: Job) -> Job:
    return Job.objects.locked().select_related("account").get(id=job.id)


def note(job: Job, kind: str, why: str, *, now: datetime, actor: User | None = None, **data: Any) -> JobEvent:
    """Record something that happened to a job without changing its state."""
    state = State(job.state)
    return record(job, Step(to=state, kind=kind, why=why, data=data, actor=actor), before=state, now=now)


def note_all(
    jobs: Sequence[Job], kind: str, why: Callable[[Job], str], *, now: datetime, actor: User
) -> None:
    """Record the same of many jobs, with one statement."""
    events = [
        JobEvent(
            job_id=job.id,
            team_id=job.team_id,
            at=now,
            kind=kind,
            from_state=job.state,
            to_state=job.state,
            why=why(job),
            actor=actor,
        )
        for job in jobs
    ]
    for job, event in zip(jobs, JobEvent.objects.bulk_create(events), strict=True):
        _tell(job, event)


def record(job: Job, step: Step, *, before: State | None, now: datetime) -> JobEvent:
    """Write the event, and tell open pages once it is committed."""
    event = JobEvent(
        job_id=job.id,
        team_id=job.team_id,
        at=now,
        kind=step.kind,
        from_state=before or "",
        to_state=step.to,
        why=step.why,
        actor=step.actor,
        data=step.data,
    )
    insert(event)
    _tell(job, event)
    return event


def _tell(job: Job, event: JobEvent) -> None:
    message = {
        "event": event.id,
        "team": job.team_id,
        "job": job.id,
        "state": str(event.to_state),
        "project": job.project_id,
        "person": job.whose,
        "again": event.from_state == event.to_state,
    }
    transaction.on_commit(lambda: broadcast.publish(message), robust=True)


@contextmanager
def durable() -> Iterator[None]:
    """A transaction that is on the disk once the block has ended, whatever the server's default is."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL synchronous_commit TO on")
        yield


def each_alone(jobs: Iterable[Job], deed: Callable[[Job], object]) -> int:
    """Do something to each job in a transaction of its own; one that cannot take it holds up no other.

    Returns how many were done.
    """
    done = 0
    for job in jobs:
        try:
            with transaction.atomic():
                deed(job)
        except DATABASE_AWAY:
            raise
        except Exception:
            logger.exception("step_failed job=%s", job.id)
        else:
            done += 1
    return done
