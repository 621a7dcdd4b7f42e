"""The one door through which money is written: hold → settle → release, corrections, credits and top-ups.

Entries are append-only and chained; every sum moves with them. Each function runs inside the caller's
transaction, beside what caused it, and takes its locks in one order: the job's row, the end of the team's
chain, then counters and totals. A job's money columns are the running balance of its entries, and are
written nowhere else.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from videojobs.models.accounts import ProviderAccount
from videojobs.models.approvals import Answer, Approval
from videojobs.models.compiled import insert
from videojobs.models.fields import LARGEST, round_up, to_micros
from videojobs.models.jobs import Decision, Job
from videojobs.models.money import EntryKind, LedgerEntry
from videojobs.models.people import User
from videojobs.models.teams import Team
from videojobs.money import budgets, chain, levels, tallies
from videojobs.money.budgets import LimitRefused, Verdict
from videojobs.money.standing import Standing
from videojobs.states import Charged

__all__ = [
    "LONGEST_REASON",
    "LimitRefused",
    "Verdict",
    "check_at_claim",
    "correct",
    "credit",
    "hold",
    "mark_unknown",
    "mark_unsent",
    "moved",
    "rehold",
    "release",
    "settle",
    "top_up",
]

NONE = Decimal(0)
LONGEST_REASON = chain.LONGEST_REASON


def hold(job: Job, *, now: datetime, actor: User | None, reason: str) -> Verdict:
    """Store a new job with its estimate set aside, counted against every limit it falls under.

    Where the verdict `asks`, the job waits for somebody's yes. Raises LimitRefused where it would pass a
    limit, IntegrityError where the job is stored already.
    """
    with chain.opened(job.team_id) as head:
        verdict = budgets.admit(job, head, now=now)
        if verdict.asks:
            job.decision = Decision.APPROVAL.value
        job.held, job.counted_at = job.estimate, now
        insert(job)
        head.append(
            EntryKind.HOLD,
            job.estimate,
            job=job,
            account_id=job.account_id,
            now=now,
            actor=actor,
            reason=reason,
        )
        tallies.move(job, None, Standing.of(job), head, verdict.rooms, now=now)
    return verdict


def rehold(job: Job, columns: Mapping[str, Any], *, now: datetime, actor: User, reason: str) -> Verdict:
    """Let a locked, waiting job be another wish: its hold is given back and the new one taken, or neither.

    `columns` are what is new of its model, project and estimate. It is checked as a new job is, its old hold
    not counted. Every sum follows, also to another project or model. Raises LimitRefused.
    """
    with transaction.atomic(), chain.opened(job.team_id) as head:
        before, old = Standing.of(job), job.held
        if old > NONE:
            head.append(
                *(EntryKind.RELEASE, old),
                job=job,
                account_id=job.account_id,
                now=now,
                actor=actor,
                reason=reason,
            )
        # Gone from the row before limits are read: a counter that is made now counts what the rows say.
        _write(job, {"held": NONE})
        tallies.move(job, before, before.gone(), head)
        _write(job, columns)
        verdict = budgets.admit(job, head, now=now)
        _write(job, {"held": job.estimate})
        head.append(
            *(EntryKind.HOLD, job.estimate),
            job=job,
            account_id=job.account_id,
            now=now,
            actor=actor,
            reason=reason,
        )
        tallies.move(job, None, Standing.of(job), head, verdict.rooms, now=now)
    return verdict


def check_at_claim(job: Job, *, now: datetime) -> Verdict:
    """Check a locked, waiting job once more before it is sent; `asks` where it must be asked about now.

    Raises LimitRefused where it does not fit what is left by now.
    """
    with chain.opened(job.team_id) as head:
        if not head.has_limits:
            return Verdict()
        granted = Approval.objects.filter(job=job, answer=Answer.GRANTED).exists()
        verdict = budgets.at_claim(job, head, is_granted=granted, now=now)
        told = [(room.limit, room.window, room.counted.taken, room.counted.level) for room in verdict.rooms]
        levels.tell(job, told, at=now)
        return verdict


def moved(job: Job, before: Standing) -> None:
    """Let all sums follow a locked job whose state or day has changed since it stood as `before`."""
    after = Standing.of(job)
    if before != after:
        with chain.opened(job.team_id) as head:
            tallies.move(job, before, after, head)


def settle(job_id: str, cost: Decimal, *, now: datetime, reason: str, actor: User | None = None) -> bool:
    """Book what a job was charged, in USD, and give its hold back.

    A cost finer than a millionth is rounded up. Returns False where the job is settled already; raises
    ValueError for anything but a finite amount above zero. A cost above the hold may pass a limit: it is
    booked all the same, told, and blocks the next admission.
    """
    if not cost.is_finite() or not NONE < cost <= LARGEST:
        raise ValueError(f"not a cost: {cost}")
    job = _locked(job_id)
    if job.cost is not None:
        return False
    exact = round_up(cost)
    entries = [(EntryKind.SETTLE, exact, reason)]
    if job.held > NONE:
        entries.append((EntryKind.RELEASE, job.held, "Settled."))
    _book(job, entries, now=now, actor=actor, cost=exact, held=NONE, **_said(Charged.YES, reason))
    return True


def release(job_id: str, *, now: datetime, reason: str, actor: User | None = None) -> bool:
    """Give a job's hold back because nothing was charged. Returns False where there is no open hold."""
    job = _locked(job_id)
    if job.held == NONE or job.cost is not None:
        return False
    entries = [(EntryKind.RELEASE, job.held, reason)]
    _book(job, entries, now=now, actor=actor, held=NONE, **_said(Charged.NO, reason))
    return True


def correct(job_id: str, cost: Decimal, *, now: datetime, reason: str, actor: User | None) -> Decimal:
    """Book that a settled job was charged another amount in all, in USD, 0 for nothing; in its own period.

    Returns the signed difference. Raises ValueError with a sentence where it is not settled, the amount is
    the same, cannot be one, or is less than what was credited.
    """
    _refuse_amount(cost, least=NONE)
    job = _locked(job_id)
    if job.cost is None:
        raise ValueError("This job is not settled yet, so there is nothing to correct.")
    if cost < job.credited:
        raise ValueError("That is less than the provider has given back for it.")
    difference: Decimal = cost - job.cost
    if difference == NONE:
        raise ValueError("It is booked with this amount already.")
    said = _said(Charged.YES if cost else Charged.NO, reason)
    _book(job, [(EntryKind.CORRECTION, difference, reason)], now=now, actor=actor, cost=cost, **said)
    return difference


def credit(job_id: str, usd: Decimal, *, now: datetime, reason: str, actor: User | None) -> None:
    """Book what the provider gave back for a settled job, in USD; it counts in the job's own period.

    Raises ValueError with a sentence where it is not settled, or was not charged as much.
    """
    _refuse_amount(usd, least=Decimal("0.000001"))
    job = _locked(job_id)
    if job.net is None or usd > job.net:
        raise ValueError("The provider cannot give back more than it charged for this job.")
    credited = job.credited + usd
    _book(job, [(EntryKind.CREDIT, usd, reason)], now=now, actor=actor, credited=credited)


def top_up(
    team: Team, account: ProviderAccount, usd: Decimal, *, now: datetime, reason: str, actor: User | None
) -> LedgerEntry:
    """Book what was paid in to a provider account, in USD. Raises ValueError with a sentence."""
    _refuse_amount(usd, least=Decimal("0.000001"))
    with transaction.atomic(), chain.opened(team.pk) as head:
        tallies.top_up(team.pk, account.pk, usd)
        return head.append(
            EntryKind.TOP_UP, usd, job=None, account_id=account.pk, now=now, actor=actor, reason=reason
        )


def mark_unknown(job_id: str, *, now: datetime, why: str) -> None:
    """Say that nobody knows whether a job was charged. Its hold stays open.

    One that was given back is taken again, whatever limit that passes: what nobody knows is never nothing.
    """
    if Job.objects.filter(id=job_id, cost=None, held__gt=0).update(**_said(Charged.UNKNOWN, why)):
        return
    job = _locked(job_id)
    if job.cost is None:
        entries = [(EntryKind.HOLD, job.estimate, why)]
        said = _said(Charged.UNKNOWN, why)
        _book(job, entries, now=now, actor=None, held=job.estimate, **said)


def mark_unsent(job_id: str, *, why: str) -> None:
    """Say that a job was not sent, so nothing can have been charged. Its hold stays open."""
    _say(job_id, Charged.NO, why)


def _say(job_id: str, charged: Charged, why: str) -> None:
    Job.objects.filter(id=job_id, cost=None).update(**_said(charged, why))


def _said(charged: Charged, why: str) -> dict[str, str]:
    return {"charged": charged.value, "charged_why": why[:LONGEST_REASON]}


def _book(
    job: Job,
    entries: list[tuple[EntryKind, Decimal, str]],
    *,
    now: datetime,
    actor: User | None,
    **columns: Decimal | str,
) -> None:
    """Write a locked job's money columns, the entries that say why, and every sum it belongs to."""
    before = Standing.of(job)
    _write(job, columns)
    with chain.opened(job.team_id) as head:
        for kind, amount, reason in entries:
            head.append(kind, amount, job=job, account_id=job.account_id, now=now, actor=actor, reason=reason)
        tallies.move(job, before, Standing.of(job), head, now=now)


def _write(job: Job, columns: Mapping[str, Any]) -> None:
    Job.objects.filter(id=job.id).update(**columns)
    for name, value in columns.items():
        setattr(job, name, value)


def _refuse_amount(usd: Decimal, *, least: Decimal) -> None:
    try:
        to_micros(usd)
    except ValueError as error:
        raise ValueError("Type an amount in US dollars with at most 6 decimals.") from error
    if not least <= usd <= LARGEST:
        raise ValueError("Type an amount in US dollars above 0." if least else "An amount cannot be below 0.")


def _locked(job_id: str) -> Job:
    chain.demand_transaction()
    return Job.objects.locked().select_related("account").get(id=job_id)
