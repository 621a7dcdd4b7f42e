"""A change names the version it was made on; on another one it is refused, with what the other person did."""

from datetime import datetime
from typing import Any, Self

from django.db.models import F, Q

from videojobs import audit
from videojobs.lifecycle.steps import Decided
from videojobs.models import Job, JobEvent, User
from videojobs.states import State


class Stale(Decided):
    """Somebody changed the job since it was read. Nothing was done; the message says what they did.

    `job` is the job as it is now, `event` the latest change of it, None where nobody wrote one down.
    """

    def __init__(self, job: Job, event: JobEvent | None) -> None:
        self.job = job
        self.event = event
        self.sentence = _sentence(event)
        super().__init__(self.sentence)

    @classmethod
    def about(cls, job_id: str) -> Self:
        """Return it with the job as it is now."""
        job = Job.objects.select_related("account", "person", "project", "team", "keeper").get(id=job_id)
        return cls(job, latest_change(job_id))


def latest_change(job_id: str) -> JobEvent | None:
    """Return what last made another version of a job: a step, or something a person did."""
    changed = ~Q(from_state=F("to_state")) | Q(actor__isnull=False) | Q(kind="asked")
    return JobEvent.objects.filter(changed, job=job_id).select_related("actor").order_by("-id").first()


def _sentence(event: JobEvent | None) -> str:
    if event is None:
        return "This job has changed since you looked."
    who = str(event.actor) if event.actor else ""
    by = f"{who}: " if who and who not in event.plain else ""
    return f"This job has changed since you looked. {by}{event.plain}"


def locked(job_id: str, version: int | None = None) -> Job:
    """Return a job under its lock, as it is. Raises Stale where it has another version; None takes any."""
    job = Job.objects.locked().select_related("account", "person", "project", "team").get(id=job_id)
    expect(job, version)
    return job


def note_of_another(job: Job, action: str, actor: User, now: datetime, **facts: Any) -> None:
    """Keep in the audit log what somebody did with a job that is not theirs; its timeline has it anyway."""
    if actor.pk != job.whose:
        audit.note(job.team, actor, action, job.id, now, **facts)


def locked_waiting(job_id: str, version: int | None) -> Job:
    """Return a job in our queue under its lock. Raises Stale, or Decided where it is not there any more."""
    job = locked(job_id, version)
    if job.state != State.WAITING:
        raise Decided(_left(job))
    return job


def expect(job: Job, version: int | None) -> None:
    """Raise Stale where a job has another version; None takes any."""
    if version is not None and job.version != version:
        raise Stale.about(job.id)


def write(job: Job, columns: dict[str, Any]) -> None:
    """Write what a person changed of a waiting job, which becomes its next version. Raises Stale."""
    same = Job.objects.filter(id=job.id, state=State.WAITING, version=job.version)
    if not same.update(version=F("version") + 1, **columns):
        raise Stale.about(job.id)
    job.version += 1
    for name, value in columns.items():
        setattr(job, name, value)


def _left(job: Job) -> str:
    if job.is_ended:
        return f"This job has ended already: it is {job.state}."
    return "It has left the queue: it has been sent, so it can be changed no more."
