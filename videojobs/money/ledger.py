"""The one door through which money is written: hold → settle → release, append-only.

Every function runs inside the caller's transaction, beside what caused it. A job's `held`, `cost`, `charged`
and `charged_why` columns are the running balance of its entries, and are written nowhere else.
"""

from datetime import datetime
from decimal import Decimal

from django.db.models import Sum

from videojobs.models.compiled import Compiled, insert
from videojobs.models.fields import LARGEST, round_up
from videojobs.models.jobs import Job
from videojobs.models.money import EntryKind, LedgerEntry
from videojobs.models.people import User
from videojobs.models.teams import Team
from videojobs.states import Charged

NONE = Decimal(0)
LONGEST_REASON = 500
"""Characters; a provider's sentence may be longer, and is kept whole beside the job."""


class LimitRefused(Exception):
    """A hold would pass a limit. The message says whose, how much of it is taken, and by what."""


_limited = Compiled(lambda team: Team.objects.filter(id=team, spend_limit__isnull=False), int)


def check_limit(team: Team, amount: Decimal) -> None:
    """Raise LimitRefused where a team's real money would pass its limit; exactly meeting it passes.

    Takes the row lock of a team with a limit, so that two requests never pass together what fits only one.
    """
    # Asked of the table, not of `team`, which was read before the limit may have been set.
    if not _limited(team.pk):
        return
    limit = Team.objects.select_for_update(no_key=True).get(id=team.pk).spend_limit
    if limit is None:
        return
    sums = Job.objects.in_team(team).live().aggregate(spent=Sum("cost"), open=Sum("held"))
    spent, still_open = sums["spent"] or NONE, sums["open"] or NONE
    if spent + still_open + amount > limit:
        raise LimitRefused(
            f"This job's {amount:.2f} USD does not fit the limit of {team}: of {limit:.2f} USD, "
            f"{spent:.2f} are spent and {still_open:.2f} are held or unknown. An owner can raise it."
        )


def hold(job: Job, *, now: datetime, actor: User | None, reason: str) -> None:
    """Store a new job with its estimate set aside.

    Raises LimitRefused where it would pass the team's limit, IntegrityError where the job is stored already.
    """
    if not job.account.is_rehearsal:
        check_limit(job.team, job.estimate)
    job.held = job.estimate
    insert(job)
    _enter(job, EntryKind.HOLD, job.estimate, now=now, actor=actor, reason=reason)


def settle(job_id: str, cost: Decimal, *, now: datetime, reason: str, actor: User | None = None) -> bool:
    """Book what a job was charged, in USD, and give its hold back.

    A cost finer than a millionth is rounded up. Returns False where the job is settled already; raises
    ValueError for anything but a finite amount above zero.
    """
    if not cost.is_finite() or not NONE < cost <= LARGEST:
        raise ValueError(f"not a cost: {cost}")
    job = _locked(job_id)
    if job.cost is not None:
        return False
    exact = round_up(cost)
    _enter(job, EntryKind.SETTLE, exact, now=now, actor=actor, reason=reason)
    if job.held > NONE:
        _enter(job, EntryKind.RELEASE, job.held, now=now, actor=actor, reason="Settled.")
    _say(job.id, Charged.YES, reason, cost=exact, held=NONE)
    return True


def release(job_id: str, *, now: datetime, reason: str, actor: User | None = None) -> bool:
    """Give a job's hold back because nothing was charged. Returns False where there is no open hold."""
    job = _locked(job_id)
    if job.held == NONE or job.cost is not None:
        return False
    _enter(job, EntryKind.RELEASE, job.held, now=now, actor=actor, reason=reason)
    _say(job.id, Charged.NO, reason, held=NONE)
    return True


def mark_unknown(job_id: str, *, why: str) -> None:
    """Say that nobody knows whether a job was charged. Its hold stays open."""
    _say(job_id, Charged.UNKNOWN, why)


def mark_unsent(job_id: str, *, why: str) -> None:
    """Say that a job was not sent, so nothing can have been charged. Its hold stays open."""
    _say(job_id, Charged.NO, why)


def _say(job_id: str, charged: Charged, why: str, **columns: Decimal) -> None:
    """Write what is known of a charge, unless it is settled."""
    unsettled = Job.objects.filter(id=job_id, cost=None)
    unsettled.update(charged=charged, charged_why=why[:LONGEST_REASON], **columns)


def _locked(job_id: str) -> Job:
    return Job.objects.locked().get(id=job_id)


def _enter(
    job: Job, kind: EntryKind, amount: Decimal, *, now: datetime, actor: User | None, reason: str
) -> None:
    entry = LedgerEntry(
        team_id=job.team_id,
        project_id=job.project_id,
        person_id=job.person_id,
        account_id=job.account_id,
        job_id=job.id,
        at=now,
        kind=kind,
        amount=amount,
        actor=actor,
        reason=reason[:LONGEST_REASON],
    )
    insert(entry)
