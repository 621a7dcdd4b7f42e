"""A job is sent: claimed, committed, posted at most once."""

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from django.db import connections

from videojobs import shares
from videojobs.journal import Accepted, Journal
from videojobs.lifecycle import asking
from videojobs.lifecycle.landing import land_acceptance, land_failure
from videojobs.lifecycle.steps import DATABASE_AWAY, Step, durable, note, take
from videojobs.models import Decision, Job, ProviderAccount
from videojobs.models.limits import HELD_BACK
from videojobs.money import ledger
from videojobs.money.budgets import LimitRefused
from videojobs.provider.errors import CreateError, NotSent, Refused
from videojobs.provider.types import CreateVideoBody, CreateVideoResponse
from videojobs.states import State
from videojobs.stopping import stopping

CLAIM_FRESH = timedelta(seconds=5)
"""A request is only written while its claim is younger than this."""

KEPT_BACK_FOR = timedelta(seconds=30)
"""When a job that did not fit a limit is tried again; a limit that is raised lets it go at once."""

KEPT_BACK_AT_ONCE = 20
"""So many jobs may be found not to fit before a worker does something else."""

COMMIT_TRIES_FOR = 600.0
"""Seconds a worker keeps trying to commit an id; after that the journal has it."""

GIVE_BACK_TRIES_FOR = 60.0
"""Seconds a worker keeps trying to give back a claim whose commit nobody confirmed."""

logger = logging.getLogger(__name__)

Choose = Callable[[ProviderAccount, datetime], str | None]


class CreatesVideos(Protocol):
    """The part of the provider that sending needs."""

    def create(self, body: CreateVideoBody, *, may_send: Callable[[], bool]) -> CreateVideoResponse:
        """Ask for one video. Raises a CreateError."""
        ...


@dataclass(frozen=True)
class Claim:
    """The right to send one job, once. It grows stale by either clock."""

    job: Job
    id: str
    at: datetime
    _started: float = field(default_factory=time.monotonic)

    def is_fresh(self, now: datetime) -> bool:
        """Whether the request may still be written."""
        held = timedelta(seconds=time.monotonic() - self._started)
        return max(now - self.at, held) < CLAIM_FRESH


def claim_next(account_id: int, choose: Choose, *, now: datetime) -> Claim | None:
    """Claim the job whose turn it is. `choose` names it, under the account's lock.

    Returns None where nothing may be sent now, or somebody else was first.
    """
    claim_id = secrets.token_hex(16)
    try:
        for _turn in range(KEPT_BACK_AT_ONCE):
            # Each in a transaction of its own: the lock of a second job after the team's chain makes a ring.
            with durable():
                claim, was_kept_back = _claim(account_id, choose, claim_id, now)
            if not was_kept_back:
                return claim
    except DATABASE_AWAY:
        # The commit may have happened all the same. Nothing is sent under it, so no person need decide.
        until_committed(lambda: _give_back(account_id, claim_id, now), tries_for=GIVE_BACK_TRIES_FOR)
        raise
    return None


def _claim(account_id: int, choose: Choose, claim_id: str, now: datetime) -> tuple[Claim | None, bool]:
    """Return the claim, if any, and whether the job whose turn it is was kept back by a limit."""
    account = ProviderAccount.objects.locked().get(id=account_id)
    job_id = choose(account, now)
    if job_id is None:
        return None, False
    job = Job.objects.locked().select_related("account").get(id=job_id)
    if job.state != State.WAITING or job.decision:
        return None, False  # somebody cancelled it, or asked about it, while we waited for its lock
    if job.send_after is not None and job.send_after > now:
        return None, False  # or put it off
    if not _fits(job, now):
        return None, True
    columns = {"claim_id": claim_id, "claimed_at": now, "not_before": None, "not_before_reason": ""}
    step = Step(to=State.SENDING, kind="claimed", why="Its turn: sending it now.", columns=columns)
    # A restored job waits in the same state, and for a person.
    if take(job, step, now=now, decision="") is None:
        return None, False
    shares.charge(job)
    ledger.mark_unknown(job.id, now=now, why="It is being sent.")
    return Claim(job=job, id=claim_id, at=now), False


def _fits(job: Job, now: datetime) -> bool:
    """Check a job against its limits once more; one that does not fit waits, and says why."""
    try:
        verdict = ledger.check_at_claim(job, now=now)
    except LimitRefused as refused:
        _keep_back(job, str(refused), now)
        return False
    if verdict.asks:
        Job.objects.filter(id=job.id).update(decision=Decision.APPROVAL)
        asking.ask(job, verdict, now=now)
    return not verdict.asks


def _keep_back(job: Job, sentence: str, now: datetime) -> None:
    reason = f"{HELD_BACK}{sentence}"[:500]
    Job.objects.filter(id=job.id).update(not_before=now + KEPT_BACK_FOR, not_before_reason=reason)
    if not job.not_before_reason.startswith(HELD_BACK):
        note(job, "held_back", reason, now=now)


def _give_back(account_id: int, claim_id: str, now: datetime) -> None:
    claimed = Job.objects.filter(account_id=account_id, state=State.SENDING, claim_id=claim_id).first()
    if claimed is not None:
        land_failure(claimed.id, claim_id, NotSent("The database went away. Nothing was sent."), now=now)


def submit(claim: Claim, provider: CreatesVideos, *, clock: Callable[[], datetime], journal: Journal) -> None:
    """Send a claimed job with one POST and land what came of it."""
    try:
        answer = _post(claim, provider, clock)
    except CreateError as error:
        failed = error  # the name `error` ends with this block
        until_committed(lambda: land_failure(claim.job.id, claim.id, failed, now=clock()))
        return
    accepted = Accepted(claim.job.id, claim.id, answer.id, answer.raw, clock().isoformat())
    _write_down(journal, accepted)
    if until_committed(lambda: land_acceptance(accepted, now=clock())):
        _strike_out(journal, accepted)


def _post(claim: Claim, provider: CreatesVideos, clock: Callable[[], datetime]) -> CreateVideoResponse:
    try:
        body = claim.job.wire_body
    except ValueError as error:
        raise Refused("What it asks for cannot be read any more, so it was not sent.") from error
    return provider.create(body, may_send=lambda: claim.is_fresh(clock()))


def _write_down(journal: Journal, accepted: Accepted) -> None:
    try:
        journal.append(accepted)
    except OSError:
        # The commit below may still save it; the id must at least stand in the log.
        logger.exception("journal_failed job=%s provider_id=%s", accepted.job_id, accepted.provider_id)


def _strike_out(journal: Journal, accepted: Accepted) -> None:
    try:
        journal.forget([accepted])
    except OSError as error:
        logger.warning("journal_not_cleared: %s", error)  # the sweep lands it again, which changes nothing


def until_committed(land: Callable[[], object], *, tries_for: float = COMMIT_TRIES_FOR) -> bool:
    """Run a transaction again and again while the database is away; tell whether it was committed."""
    give_up_at = time.monotonic() + tries_for
    wait = 0.1
    while True:
        try:
            land()
        except DATABASE_AWAY:
            logger.warning("database_away: trying again in %.1f s", wait)
            if time.monotonic() + wait > give_up_at or stopping.wait(wait):
                return False
            connections.close_all()
            wait = min(wait * 2, 5.0)
        else:
            return True
