"""What a person says of an ended job's charge: settled by hand, not charged, corrected, credited.

The ledger says who did it in a column of its own, so no reason of ours carries a name.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from videojobs import audit
from videojobs.lifecycle.deciding import WrongAnswer
from videojobs.lifecycle.steps import Decided, note
from videojobs.models import Job, User
from videojobs.money import ledger
from videojobs.prices import plain
from videojobs.states import Charged

NONE = Decimal(0)


def settle_by_hand(job: Job, usd: Decimal, reason: str, actor: User, *, now: datetime) -> None:
    """Book what an ended job cost, in USD, as a person read it elsewhere. Raises WrongAnswer or Decided."""
    reason = _said(reason, "Say where this amount comes from.")
    with _changing(job, "charge_settled", actor, now) as fresh:
        _expect_ended(fresh)
        try:
            settled = ledger.settle(fresh.id, usd, now=now, reason=f"Settled by hand: {reason}", actor=actor)
        except ValueError as error:
            raise WrongAnswer("usd", "Type an amount above zero, in USD.") from error
        if not settled:
            raise Decided("This job is settled already.")
        Job.objects.filter(id=fresh.id).update(next_look_at=None)
        note(fresh, "settled_by_hand", f"Settled at {plain(usd)} USD: {reason}", now=now, actor=actor)


def settle_as_uncharged(job: Job, reason: str, actor: User, *, now: datetime) -> None:
    """Say that an ended job was not charged after all, and free its hold. Raises WrongAnswer or Decided.

    Should the provider report a cost later, that is booked all the same.
    """
    reason = _said(reason, "Say how you know that it was not charged.")
    with _changing(job, "charge_settled", actor, now) as fresh:
        _expect_ended(fresh)
        why = f"Not charged, said by hand: {reason}"
        if fresh.cost is not None or fresh.charged == Charged.NO:
            raise Decided("Nothing is open for this job any more.")
        # One that was looked for again after it was freed holds nothing, and may be unknown all the same.
        if not ledger.release(fresh.id, now=now, reason=why, actor=actor):
            ledger.mark_unsent(fresh.id, why=why)
        note(fresh, "said_uncharged", f"Not charged: {reason}", now=now, actor=actor)


def correct(job: Job, usd: Decimal, reason: str, actor: User, *, now: datetime) -> None:
    """Book that a settled job cost another amount in all, in USD; 0 for nothing. Raises WrongAnswer, Decided.

    Raises Decided where its cost is not the one that was read with `job`: somebody was first.
    """
    reason = _said(reason, "Say why the amount is another one.")
    with _changing(job, "charge_corrected", actor, now) as fresh:
        _expect_as_read(fresh, job)
        with _refused("usd"):
            ledger.correct(fresh.id, usd, now=now, reason=f"Corrected by hand: {reason}", actor=actor)
        why = f"From {plain(fresh.cost)} to {plain(usd)} USD: {reason}"
        note(fresh, "corrected", why, now=now, actor=actor)


def credit(job: Job, usd: Decimal, reason: str, actor: User, *, now: datetime) -> None:
    """Book what the provider gave back for a settled job, in USD. Raises WrongAnswer or Decided.

    Raises Decided where something was given back since `job` was read, so that two presses book one credit.
    """
    reason = _said(reason, "Say where the credit stands.")
    with _changing(job, "charge_credited", actor, now) as fresh:
        _expect_as_read(fresh, job)
        with _refused("usd"):
            ledger.credit(fresh.id, usd, now=now, reason=f"Credited: {reason}", actor=actor)
        note(fresh, "credited", f"{plain(usd)} USD given back: {reason}", now=now, actor=actor)


def _said(reason: str, missing: str) -> str:
    if not reason.strip():
        raise WrongAnswer("reason", missing)
    return reason.strip()


@contextmanager
def _changing(job: Job, action: str, actor: User, now: datetime) -> Iterator[Job]:
    """Lock the job for one change of its charge, and keep what it was and became in the audit log."""
    with transaction.atomic():
        fresh = Job.objects.locked().get(id=job.id)
        before = _charge_of(fresh)
        yield fresh
        after = _charge_of(Job.objects.get(id=job.id))
        audit.note(fresh.team, actor, action, fresh.id, now, before=before, after=after)


def _charge_of(job: Job) -> dict[str, Any]:
    cost = None if job.cost is None else plain(job.cost)
    charge = {"charged": job.charged, "cost": cost, "credited": plain(job.credited), "held": plain(job.held)}
    return charge | {"why": job.charged_why}


@contextmanager
def _refused(field: str) -> Iterator[None]:
    """Give the ledger's refusal the field it stands beside."""
    try:
        yield
    except ValueError as error:
        raise WrongAnswer(field, str(error)) from error


def _expect_ended(job: Job) -> None:
    if not job.is_ended:
        raise Decided(f"This job is {job.state} now; it settles by itself when it ends.")


def _expect_as_read(job: Job, read: Job) -> None:
    if job.cost is None:
        raise Decided("This job is not settled yet, so there is nothing to change.")
    if (job.cost, job.credited) != (read.cost, read.credited):
        raise Decided("Somebody was first. This is how its money stands now.")
