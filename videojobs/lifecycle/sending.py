"""A job is sent: claimed, committed, posted at most once, and whatever came of it is landed."""

import logging
import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, connections, transaction
from django.db.models import F, Q

from videojobs.journal import Accepted, Journal
from videojobs.lifecycle import watching
from videojobs.lifecycle.steps import Step, note, take
from videojobs.models import GoneModel, Job, Notice, ProviderAccount, Turn
from videojobs.money import ledger
from videojobs.provider.errors import (
    AccountRefused,
    Busy,
    CreateError,
    ModelGone,
    NotSent,
    Refused,
    StaleClaim,
)
from videojobs.provider.types import CreateVideoBody, CreateVideoResponse, ProviderStatus
from videojobs.states import State
from videojobs.stopping import stopping

CLAIM_FRESH = timedelta(seconds=5)
"""A request is only written while its claim is younger than this."""

CLAIM_LOST = timedelta(seconds=75)
"""An older claim without an answer is unconfirmed."""

FIRST_LOOK = timedelta(seconds=3)
COMMIT_TRIES_FOR = 600.0
"""Seconds a worker keeps trying to commit an id; after that the journal has it."""

logger = logging.getLogger(__name__)


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


def claim_next(
    account_id: int, choose: Callable[[ProviderAccount, datetime], str | None], *, now: datetime
) -> Claim | None:
    """Claim the job whose turn it is. `choose` names it, under the account's lock.

    Returns None where nothing may be sent now, or somebody else was first.
    """
    with transaction.atomic():
        account = ProviderAccount.objects.select_for_update().get(id=account_id)
        job_id = choose(account, now)
        if job_id is None:
            return None
        job = Job.objects.get(id=job_id)
        claim_id = secrets.token_hex(16)
        columns = {"claim_id": claim_id, "claimed_at": now, "not_before": None, "not_before_reason": ""}
        step = Step(to=State.SENDING, kind="claimed", why="Its turn: sending it now.", columns=columns)
        if take(job, step, now=now) is None:
            return None
        ledger.mark_unknown(job.id, why="It is being sent.")
        Turn.objects.update_or_create(account=account, person_id=job.person_id, defaults={"taken_at": now})
        return Claim(job=job, id=claim_id, at=now)


def submit(claim: Claim, provider: CreatesVideos, *, clock: Callable[[], datetime], journal: Journal) -> None:
    """Send a claimed job with one POST and land what came of it."""
    try:
        answer = provider.create(claim.job.wire_body, may_send=lambda: claim.is_fresh(clock()))
    except CreateError as error:
        failed = error  # the name `error` ends with this block
        until_committed(lambda: land_failure(claim.job.id, claim.id, failed, now=clock()))
        return
    accepted = Accepted(claim.job.id, claim.id, answer.id, answer.raw, clock().isoformat())
    _write_down(journal, accepted)
    if until_committed(lambda: land_acceptance(accepted, now=clock())):
        journal.forget([accepted])


def _write_down(journal: Journal, accepted: Accepted) -> None:
    try:
        journal.append(accepted)
    except OSError:
        # The commit below may still save it; the id must at least stand in the log.
        logger.exception("journal_failed job=%s provider_id=%s", accepted.job_id, accepted.provider_id)


def until_committed(land: Callable[[], object], *, tries_for: float = COMMIT_TRIES_FOR) -> bool:
    """Run a transaction again and again while the database is away; tell whether it was committed."""
    give_up_at = time.monotonic() + tries_for
    wait = 0.1
    while True:
        try:
            land()
        except (OperationalError, InterfaceError):
            logger.warning("database_away: trying again in %.1f s", wait)
            if time.monotonic() + wait > give_up_at or stopping.wait(wait):
                return False
            connections.close_all()
            wait = min(wait * 2, 5.0)
        else:
            return True


def land_acceptance(accepted: Accepted, *, now: datetime) -> None:
    """Give a job the id it got from the provider, however late, if its claim still waits for one."""
    answer = CreateVideoResponse.read(accepted.raw)
    try:
        with transaction.atomic():
            job = (
                Job.objects.select_for_update(of=("self",)).select_related("account").get(id=accepted.job_id)
            )
            if not _awaits(job, accepted.claim_id):
                _second_charge(job, accepted, now)
                return
            _accept(job, answer, now)
            if answer.job.status in watching.FINAL:
                watching.finish(job, answer.job, now=now)
    except IntegrityError:
        with transaction.atomic():
            _foreign_id(accepted, now)


def _awaits(job: Job, claim_id: str) -> bool:
    return job.state in {State.SENDING, State.UNCONFIRMED} and job.claim_id == claim_id


def _accept(job: Job, answer: CreateVideoResponse, now: datetime) -> None:
    working = answer.job.status == ProviderStatus.IN_PROGRESS
    step = Step(
        to=State.IN_PROGRESS if working else State.QUEUED,
        kind="accepted",
        why="The provider accepted it.",
        data={"provider_id": answer.id},
        columns={
            "provider_id": answer.id,
            "provider_status": answer.job.raw_status,
            "accepted_at": now,
            "watched_since": now,
            "next_look_at": now + FIRST_LOOK,
            "last_answer": answer.raw,
            "last_look_at": now,
            "attempts": 0,
        },
    )
    take(job, step, now=now)
    ledger.mark_unknown(job.id, why="The provider accepted it; what it costs is known when it ends.")
    Notice.objects.close(job.team_id, f"unconfirmed:{job.id}", now=now)
    GoneModel.objects.filter(account_id=job.account_id, model=job.model).delete()  # it is back
    _restore_a_place(job.account_id)


def _second_charge(job: Job, accepted: Accepted, now: datetime) -> None:
    """A person resolved the job before its answer came: keep the id, it may be a second charge."""
    if accepted.provider_id in {job.provider_id, job.second_provider_id}:
        return
    Job.objects.filter(id=job.id).update(second_provider_id=accepted.provider_id)
    why = (
        f"The provider's answer came after this was decided: it did accept the job, as {accepted.provider_id}. "
        "It may have charged for it."
    )
    note(job, "second_charge", why, now=now, provider_id=accepted.provider_id)
    ledger.mark_unknown(job.id, why=why)
    Notice.objects.tell(job.team_id, f"second:{job.id}", why, job=job, kind="money", now=now)


def _foreign_id(accepted: Accepted, now: datetime) -> None:
    """The provider answered with an id another job has; which of them it means, a person must say."""
    job = Job.objects.select_for_update().get(id=accepted.job_id)
    why = f"The provider answered with the id of another job, {accepted.provider_id}."
    if job.state == State.SENDING and job.claim_id == accepted.claim_id:
        become_unconfirmed(job, why, now)


def land_failure(job_id: str, claim_id: str, error: CreateError, *, now: datetime) -> None:
    """Land a create that brought no id, if the job still waits for it under the same claim."""
    with transaction.atomic():
        job = Job.objects.select_for_update(of=("self",)).select_related("account").get(id=job_id)
        if not _awaits(job, claim_id):
            return
        match error:
            case Refused():
                _refuse(job, error, now)
            case NotSent() | StaleClaim() | Busy() | AccountRefused():
                _back_to_waiting(job, error, now)
            case _ if job.state == State.SENDING:
                become_unconfirmed(job, error.message, now, status=error.status, raw=error.raw)


def _refuse(job: Job, error: Refused, now: datetime) -> None:
    columns = {"failure": error.message, "failure_code": error.code, "last_answer": error.raw}
    take(job, Step(State.FAILED, "refused", error.message, columns, {"status": error.status}), now=now)
    ledger.mark_unsent(job.id, why="The provider refused it before any work began.")
    ledger.release(job.id, now=now, reason="The provider refused it before any work began.")
    if isinstance(error, ModelGone):
        GoneModel.objects.get_or_create(
            account=job.account, model=job.model, defaults={"since": now, "message": error.message}
        )


def _back_to_waiting(job: Job, error: CreateError, now: datetime) -> None:
    wait = wait_before_next(job.attempts, error)
    columns = {
        "claim_id": "",
        "claimed_at": None,
        "attempts": F("attempts") + 1,
        "not_before": now + wait if wait else None,
        "not_before_reason": error.message[:500] if wait else "",
    }
    kind = "given_back" if isinstance(error, StaleClaim) else "put_off"
    claimed_at = job.claimed_at
    if (
        take(job, Step(State.WAITING, kind, error.message, columns, {"status": error.status}), now=now)
        is None
    ):
        return
    ledger.mark_unsent(job.id, why="It was not sent, or the provider refused it before any work began.")
    if isinstance(error, AccountRefused):
        park(job.account, f"The provider refused the account ({error.status}): {error.message}", now=now)
    if isinstance(error, Busy) and error.status == 429 and claimed_at is not None:
        _halve_places(job.account_id, claimed_at, now)


def wait_before_next(attempts: int, error: CreateError) -> timedelta:
    """How long a job waits after a send that did not happen: the provider's word, or doubling with jitter."""
    if isinstance(error, StaleClaim | AccountRefused):
        return timedelta(0)
    if isinstance(error, Busy) and error.retry_after is not None:
        return timedelta(seconds=max(error.retry_after, 1.0))
    longest = 300.0 if isinstance(error, Busy) else 30.0
    return timedelta(seconds=min(longest, 2.0 * 2 ** min(attempts, 10)) * random.uniform(0.75, 1.0))  # noqa: S311


def park(account: ProviderAccount, reason: str, *, now: datetime) -> None:
    """Stop sending for an account until a person resumes it; every team with work in it is told once."""
    parked = ProviderAccount.objects.filter(id=account.id, parked_at=None)
    if not parked.update(parked_at=now, parked_reason=reason[:500]):
        return
    for team_id in Job.objects.of_account(account).active().values_list("team_id", flat=True).distinct():
        Notice.objects.tell(team_id, f"parked:{account.id}", reason, kind="parked", now=now)


def _halve_places(account_id: int, claimed_at: datetime, now: datetime) -> None:
    """Halve once per burst: requests claimed before the last halving say nothing new."""
    ProviderAccount.objects.filter(
        Q(places_halved_at=None) | Q(places_halved_at__lt=claimed_at), id=account_id, places__gt=1
    ).update(places=F("places") / 2, places_halved_at=now)


def _restore_a_place(account_id: int) -> None:
    ProviderAccount.objects.filter(id=account_id, places__lt=settings.PROVIDER_PLACES).update(
        places=F("places") + 1
    )


def become_unconfirmed(
    job: Job, why: str, now: datetime, *, status: int | None = None, raw: str = ""
) -> None:
    """Say of a claimed job that nobody knows whether it arrived; every team member is told."""
    columns = {"failure": why, "last_answer": raw}
    if take(job, Step(State.UNCONFIRMED, "unconfirmed", why, columns, {"status": status}), now=now) is None:
        return
    ledger.mark_unknown(job.id, why="It may have reached the provider; nobody knows.")
    text = "A job may have been sent, and no usable answer came. It needs a decision."
    Notice.objects.tell(job.team_id, f"unconfirmed:{job.id}", text, job=job, kind="decision", now=now)


def sweep_claims(*, now: datetime) -> int:
    """Make claims nobody answered for unconfirmed. Returns how many."""
    stale = Job.objects.filter(state=State.SENDING, claimed_at__lte=now - CLAIM_LOST)
    why = "The request was begun, and no answer came within 75 seconds. It may have arrived."
    count = 0
    for job in stale[:500]:
        with transaction.atomic():
            become_unconfirmed(job, why, now)
        count += 1
    return count


def sweep_journal(journal: Journal, *, now: datetime) -> int:
    """Land every id this machine wrote down and the database does not have yet. Returns how many."""
    landed = []
    for accepted in journal.entries():
        if now - accepted.moment.astimezone(UTC) < FIRST_LOOK:
            continue  # its own worker is about to commit it
        if Job.objects.filter(id=accepted.job_id).exists():
            land_acceptance(accepted, now=now)
            landed.append(accepted)  # the id of a job this database never had stays written down
    journal.forget(landed)
    return len(landed)
