"""A job above what its sender may spend alone asks; somebody says yes or no, or nobody answers in time.

A yes lets it be sent. A no, and no answer, cancel it: it was never sent, so nothing is charged and its hold
is free. Every answer is one conditional update under the job's lock, so that of two at once one wins.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F

from videojobs import audit
from videojobs.lifecycle.steps import Decided, Step, StepRefused, each_alone, note, take
from videojobs.lifecycle.versions import expect, locked
from videojobs.models import Answer, Approval, Decision, Job, Notice, User
from videojobs.money import ledger
from videojobs.money.asks import on_clocks
from videojobs.money.budgets import Verdict
from videojobs.prices import plain
from videojobs.states import State

MOST_AT_ONCE = 500
"""Questions one sweep closes."""


class Answered(Decided):
    """Somebody answered before, or the question is over. The message says who and when."""


class Way(StrEnum):
    """How an answer came, in the words that end its sentence."""

    SITE = ""
    LINK = " by the link in the mail"
    SCRIPT = " through the API"


def ask(job: Job, verdict: Verdict, *, now: datetime) -> Approval:
    """Ask whether a job may be sent, in the transaction that holds its money, and tell its team."""
    approval = Approval.objects.create(
        team_id=job.team_id,
        job=job,
        limit=verdict.limit,
        why=verdict.asks[:500],
        asked_at=now,
        expires_at=now + settings.ASKS_EXPIRE_AFTER,
    )
    note(job, "asked", verdict.asks, now=now)
    _audit(job, "job_asked", job.person, now, why=approval.why)
    text = f"{job.person} asks for a yes to {plain(job.held)} USD. {verdict.asks}"
    Notice.objects.tell(job.team_id, key_of(job), text, job=job, kind="approval", now=now)
    return approval


def key_of(job: Job) -> str:
    """Return the key of the notice that asks about a job."""
    return f"approval:{job.id}"


def grant(job: Job, actor: User, *, now: datetime, way: Way = Way.SITE, version: int | None = None) -> None:
    """Say yes: the job takes its turn, and no limit asks about it again. Raises Answered, or Stale."""
    with transaction.atomic():
        fresh = _asked(job, version)
        _close(fresh, Answer.GRANTED, actor, now)
        asked = Job.objects.filter(id=fresh.id, decision=Decision.APPROVAL)
        asked.update(decision="", version=F("version") + 1)
        why = f"{actor} said yes{way}."
        note(fresh, "granted", why, now=now, actor=actor)
        _audit(fresh, "job_granted", actor, now, why=why)


def refuse(
    job: Job,
    reason: str,
    actor: User,
    *,
    now: datetime,
    way: Way = Way.SITE,
    version: int | None = None,
) -> None:
    """Say no: the job is cancelled, its hold is free, and its sender is told. Raises Answered, or Stale."""
    reason = reason.strip()
    with transaction.atomic():
        fresh = _asked(job, version)
        _close(fresh, Answer.REFUSED, actor, now, reason=reason)
        why = f"{actor} said no{way}{f': {reason}' if reason else '.'}"
        _cancel(fresh, "said_no", why, actor, now)
        _audit(fresh, "job_refused", actor, now, why=why)


def sweep_asked(*, now: datetime) -> int:
    """Cancel what nobody answered in time. Returns how many."""
    due = Job.objects.waiting().filter(
        decision=Decision.APPROVAL, approval__answer=Answer.OPEN, approval__expires_at__lte=now
    )
    return each_alone(
        due.order_by("approval__expires_at", "id")[:MOST_AT_ONCE], lambda job: _expire(job, now)
    )


def _expire(job: Job, now: datetime) -> None:
    fresh = Job.objects.locked().get(id=job.id)
    over = Approval.objects.open().filter(job=fresh, expires_at__lte=now)
    if fresh.decision != Decision.APPROVAL or not over.update(answer=Answer.EXPIRED, answered_at=now):
        return  # somebody answered, or took it back, while we looked
    Notice.objects.close(fresh.team_id, key_of(fresh), now=now)
    why = "Nobody said yes in time, so it was not sent."
    _cancel(fresh, "ask_expired", why, None, now)
    _audit(fresh, "job_ask_expired", None, now, why=why)


def withdraw(job: Job, actor: User, *, now: datetime, why: str = "cancelled the job") -> None:
    """Take back the question of a job that is being cancelled or changed, if it has one, under its lock."""
    asked = Approval.objects.open().filter(job=job)
    if asked.update(answer=Answer.WITHDRAWN, answered_at=now, answered_by=actor):
        Notice.objects.close(job.team_id, key_of(job), now=now)
        _audit(job, "job_ask_withdrawn", actor, now, why=f"{actor} {why}.")


def was_granted(job: Job) -> bool:
    """Tell whether somebody said yes to a job as it is."""
    return Approval.objects.filter(job=job, answer=Answer.GRANTED).exists()


def ask_anew(job: Job, verdict: Verdict, actor: User, *, now: datetime) -> None:
    """Let a locked job that has become another wish ask about that one, or nothing; old answers are void.

    The new question is a row of its own: nobody answers it by the number of the old one.
    """
    withdraw(job, actor, now=now, why="changed the job")
    if verdict.asks:
        Approval.objects.filter(job=job).delete()
        _decide(job, Decision.APPROVAL)
        ask(job, verdict, now=now)
        return
    granted = Approval.objects.filter(job=job, answer=Answer.GRANTED)
    granted.update(answer=Answer.WITHDRAWN, answered_at=now, answered_by=actor)
    _decide(job, Decision.NONE)


def _decide(job: Job, decision: Decision) -> None:
    job.decision = decision.value
    Job.objects.filter(id=job.id).update(decision=job.decision)


def gate_of(job: Job) -> Decision:
    """Return what a waiting job still waits for once nothing else holds it: a yes, or nothing."""
    asks = Approval.objects.open().filter(job=job).exists()
    return Decision.APPROVAL if asks else Decision.NONE


def told(approval: Approval, zone: ZoneInfo) -> str:
    """Say what became of a question, on the team's clocks; "" while it is open."""
    if approval.answer == Answer.OPEN or approval.answered_at is None:
        return ""
    words = {
        Answer.GRANTED: f"{approval.answered_by} said yes",
        Answer.REFUSED: f"{approval.answered_by} said no",
        Answer.EXPIRED: "Nobody answered in time; it was over",
        Answer.WITHDRAWN: f"{approval.answered_by} took it back",
    }
    return f"{words[Answer(approval.answer)]} on {on_clocks(approval.answered_at, zone)}."


def _asked(job: Job, version: int | None) -> Job:
    """Return the job as it is under its lock. Raises Answered unless it waits for a yes, or Stale."""
    fresh = locked(job.id)
    if fresh.state != State.WAITING or fresh.decision != Decision.APPROVAL:
        raise Answered(_why_not(fresh))
    expect(fresh, version)  # a yes is to the wish that was read
    return fresh


def _close(job: Job, answer: Answer, actor: User, now: datetime, *, reason: str = "") -> None:
    asked = Approval.objects.open().filter(job=job, expires_at__gt=now)
    if not asked.update(answer=answer, answered_at=now, answered_by=actor, reason=reason[:500]):
        raise Answered(_why_not(job))
    Notice.objects.close(job.team_id, key_of(job), now=now)


def _why_not(job: Job) -> str:
    approval = Approval.objects.filter(job=job).select_related("answered_by").first()
    if approval is None:
        return "This job asks nobody."
    if approval.answer != Answer.OPEN:
        return told(approval, job.team.zone)
    if job.decision == Decision.RESTORED:
        return "It was restored from a backup. Say first whether it was sent since."
    return "The time for an answer is over; the job is being cancelled."


def _cancel(job: Job, kind: str, why: str, actor: User | None, now: datetime) -> None:
    columns = {"decision": "", "failure": why}
    if take(job, Step(State.CANCELLED, kind, why, columns, actor=actor), now=now) is None:
        raise StepRefused("Somebody else was first.")
    # The ledger names people in a column of their own, so that its words never do.
    reason = "Not granted" if actor else "Nobody said yes"
    ledger.release(job.id, now=now, reason=f"{reason}, so it was never sent.", actor=actor)
    if actor is None or actor.pk != job.whose:
        stop = "" if why.endswith((".", "!", "?")) else "."
        text = f"{why}{stop} Your job was never sent, and nothing is charged."
        key = f"answered:{job.id}"
        Notice.objects.tell(job.team_id, key, text, job=job, kind="answer", now=now, person_id=job.whose)


def _audit(job: Job, action: str, actor: User | None, now: datetime, **after: Any) -> None:
    audit.note(job.team, actor, action, job.id, now, after=after | {"held": plain(job.held)})
