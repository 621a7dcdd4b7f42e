"""One deed on all jobs that match, however many: in batches, each job as if it were alone.

Nobody's lock is held for longer than a batch. A deed on thousands ends after some seconds and says how many
are left; asked again it goes on, since what is done matches no more. So nothing runs on unseen, and a
process that dies leaves whole jobs behind.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, F, Q, Sum

from videojobs import audit
from videojobs.bodies import BodyRefused
from videojobs.lifecycle.creating import Order, create
from videojobs.lifecycle.deciding import cancel
from videojobs.lifecycle.editing import move_to_project
from videojobs.lifecycle.ordering import expect_start, why_later
from videojobs.lifecycle.steps import Decided, note, note_all
from videojobs.lifecycle.versions import locked
from videojobs.models import Job, Priority, Project, ProviderAccount, Team, User
from videojobs.models.jobs import JobQuerySet
from videojobs.money.budgets import LimitRefused
from videojobs.places import QueueFull
from videojobs.states import AT_PROVIDER, State

BATCH = 50
PATIENCE = 8.0
"""Seconds after which a deed on many jobs stops at the end of a batch."""

UNHAPPY = frozenset({State.FAILED, State.LOST, State.CANCELLED})
"""Ended without a clip."""

HIDEABLE = UNHAPPY | AT_PROVIDER | {State.STORING}


@dataclass(frozen=True)
class Some:
    """What came of one batch: how many took the deed, the first reason of one that did not, and the end."""

    done: int
    why: str = ""
    stopped: bool = False


Again = Callable[[Job], tuple[Order, ProviderAccount]]
"""Checks and prices the wish of an ended job as of now."""


class Stopped(Exception):
    """Neither this job nor any after it can take the deed."""


@dataclass(frozen=True)
class Done:
    """How many took the deed, how many could not, and how many nobody came to; `why` is the first reason."""

    done: int
    not_done: int = 0
    left: int = 0
    why: str = ""


@dataclass(frozen=True)
class Tally:
    """How many jobs match, and what they hold or held, in USD."""

    count: int
    usd: Decimal


def cancel_all(jobs: JobQuerySet, actor: User, *, now: datetime, patience: float = PATIENCE) -> Done:
    """Take every waiting job that matches out of our queue, and free its hold.

    One that was sent meanwhile is not cancelled: the provider cannot stop it, and will charge for it.
    """

    deed = _each(lambda job: cancel(job, actor, now=now))
    return _in_batches(jobs.waiting(), deed, "jobs_cancelled", actor, now, patience)


def prioritise_all(
    jobs: JobQuerySet, priority: int, actor: User, *, now: datetime, patience: float = PATIENCE
) -> Done:
    """Give every waiting job that matches a priority in its own line."""
    label = Priority(priority).label

    def deed(rows: list[Job]) -> Some:
        _write(rows, priority=priority)
        why = f"{actor} set its priority to {label}."
        note_all(rows, "priority", lambda _job: why, now=now, actor=actor)
        return Some(len(rows))

    others = jobs.waiting().exclude(priority=priority)
    return _in_batches(others, deed, "jobs_prioritised", actor, now, patience, priority=label)


def start_all_later(
    jobs: JobQuerySet, when: datetime | None, actor: User, *, now: datetime, patience: float = PATIENCE
) -> Done:
    """Let every waiting job that matches be sent no sooner than a moment. Raises WrongAnswer."""
    expect_start(when, now)

    def deed(rows: list[Job]) -> Some:
        _write(rows, send_after=when)
        note_all(rows, "start_later", lambda job: why_later(job, when, actor), now=now, actor=actor)
        return Some(len(rows))

    same = Q(send_after=None) if when is None else Q(send_after=when, send_after__isnull=False)
    said = when.isoformat() if when else "when its turn comes"
    others = jobs.waiting().exclude(same)
    return _in_batches(others, deed, "jobs_put_off", actor, now, patience, send_after=said)


def move_all(
    jobs: JobQuerySet, project: Project, actor: User, *, now: datetime, patience: float = PATIENCE
) -> Done:
    """Let every waiting job that matches be for another project, and its hold; a limit may refuse some."""

    deed = _each(lambda job: move_to_project(job.id, project, actor, version=None, now=now))
    others = jobs.waiting().filter(team=project.team_id).exclude(project=project)
    return _in_batches(others, deed, "jobs_moved", actor, now, patience, project=project.pk)


def dismiss_all(jobs: JobQuerySet, actor: User, *, now: datetime, patience: float = PATIENCE) -> Done:
    """Put every failure that matches away, out of the queue's sight; jobs and money stay as they are."""

    def deed(rows: list[Job]) -> Some:
        _hide(rows, actor, now)
        return Some(len(rows))

    return _in_batches(troubles(jobs), deed, "jobs_dismissed", actor, now, patience)


def dismiss(job_id: str, actor: User, *, version: int | None, now: datetime) -> Job:
    """Put one failure away, or stop waiting for a job that was sent. Raises Stale or Decided.

    What was sent is watched and kept all the same, and the provider charges for it. It is out of sight
    until its clip is there; where none comes, it is shown again.
    """
    with transaction.atomic():
        job = locked(job_id, version)
        if job.state not in HIDEABLE or job.decision:
            raise Decided(
                f"This job is {job.state} now; only one that was sent or came to nothing is put away."
            )
        if job.dismissed_at is None:
            _hide([job], actor, now)
        return job


def bring_back(job_id: str, actor: User, *, version: int | None, now: datetime) -> Job:
    """Show a job again that was put away. Raises Stale."""
    with transaction.atomic():
        job = locked(job_id, version)
        if job.dismissed_at is not None:
            _write([job], dismissed_at=None)
            note(job, "brought_back", f"{actor} brought it back.", now=now, actor=actor)
        return job


def retry_all(
    jobs: JobQuerySet, again: Again, actor: User, *, now: datetime, patience: float = PATIENCE
) -> Done:
    """Make a new job for every failure that matches, oldest first, until a limit refuses.

    Making one puts its failure away in the same transaction, under its lock: a second press, or another
    person's, finds nothing to do. One that was tried again by itself is left out.
    """

    def retry(job: Job) -> None:
        order, account = again(job)
        if job.account.is_rehearsal and not account.is_rehearsal:
            raise Decided("It was a rehearsal, and new jobs are bought now; try it again by itself.")
        try:
            created = create(order, account, now=now)
        except (LimitRefused, QueueFull) as refused:
            raise Stopped(str(refused)) from refused
        _write([job], dismissed_at=now)
        note(job, "retried", f"{actor} tried it again as {created.job.id}.", now=now, actor=actor)

    failures = troubles(jobs).filter(retries=None).order_by("created_at", "id")
    return _in_batches(failures, _each(retry), "jobs_retried", actor, now, patience, size=1)


def troubles(jobs: JobQuerySet) -> JobQuerySet:
    """Return those that ended without a clip and were not put away."""
    return jobs.filter(state__in=list(UNHAPPY), dismissed_at=None)


def of_one_kind(jobs: JobQuerySet, like: Job) -> JobQuerySet:
    """Return the failures that read the same as one: same end, same reason, same charge."""
    return troubles(jobs).filter(
        state=like.state, failure=like.failure, failure_code=like.failure_code, charged=like.charged
    )


def summed(jobs: JobQuerySet, *, column: str = "held") -> Tally:
    """Return how many jobs match and what they hold, or what `column` says, in USD."""
    found = jobs.order_by().aggregate(count=Count("pk"), usd=Sum(column))
    return Tally(found["count"], found["usd"] or Decimal(0))


def _write(rows: list[Job], **columns: object) -> None:
    """Write columns of locked jobs, each of which becomes its next version."""
    ids = [job.id for job in rows]
    Job.objects.filter(id__in=ids).update(version=F("version") + 1, **columns)
    for job in rows:
        job.version += 1
        for name, value in columns.items():
            setattr(job, name, value)


def _hide(rows: list[Job], actor: User, now: datetime) -> None:
    _write(rows, dismissed_at=now)

    def why(job: Job) -> str:
        if job.state in UNHAPPY:
            return f"{actor} put it away."
        return f"{actor} waits for it no more; it is kept when it comes."

    note_all(rows, "dismissed", why, now=now, actor=actor)


def _in_batches(
    jobs: JobQuerySet,
    deed: Callable[[list[Job]], Some],
    action: str,
    actor: User,
    now: datetime,
    patience: float,
    *,
    size: int | None = None,
    **after: object,
) -> Done:
    """Do something to every job that matches now and still does when its turn comes."""
    until, size = time.monotonic() + patience, size or BATCH
    ids = list((jobs if jobs.ordered else jobs.order_by("id")).values_list("id", flat=True))
    done, looked, why = 0, 0, ""
    for start in range(0, len(ids), size):
        batch = ids[start : start + size]
        some = _batch(jobs, batch, deed)
        done, why = done + some.done, why or some.why
        looked += 0 if some.stopped else len(batch)
        if some.stopped or time.monotonic() > until:
            break
    if done:
        team = Team.objects.get(jobs=ids[0])
        audit.note(team, actor, action, f"{done} jobs", now, after=after | {"jobs": done})
    return Done(done, looked - done, len(ids) - looked, why)


def _batch(jobs: JobQuerySet, ids: list[str], deed: Callable[[list[Job]], Some]) -> Some:
    """Do something to a batch in one transaction.

    All rows are locked first and in one order: a row's lock after the chain's would make a ring.
    """
    with transaction.atomic():
        list(Job.objects.filter(id__in=ids).locked().order_by("id").values_list("id"))
        still = list(jobs.filter(id__in=ids).values_list("id", flat=True))
        # Read as they are: what the asker sees of them may be veiled.
        whole = Job.objects.select_related("account", "person", "project", "team").in_bulk(still)
        return deed([whole[job_id] for job_id in still])


def _each(deed: Callable[[Job], object]) -> Callable[[list[Job]], Some]:
    """Return a deed on a batch that does something to each job by itself, with a savepoint of its own."""

    def all_of(rows: list[Job]) -> Some:
        done, why = 0, ""
        for job in rows:
            try:
                with transaction.atomic():
                    deed(job)
            except Stopped as stopped:
                return Some(done, str(stopped), stopped=True)
            except (BodyRefused, Decided, LimitRefused, QueueFull) as refused:
                why = why or str(refused)
            else:
                done += 1
        return Some(done, why)

    return all_of
