"""What came of sending a job is landed, however late, if nobody decided about it meanwhile."""

import random
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q

from videojobs import broadcast, shares
from videojobs.journal import Accepted
from videojobs.lifecycle import watching
from videojobs.lifecycle.steps import Step, durable, note, take
from videojobs.models import Decision, GoneModel, Job, Notice, ProviderAccount
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
from videojobs.provider.types import CreateVideoResponse, ProviderStatus, VideoJob
from videojobs.states import State

FIRST_LOOK = timedelta(seconds=3)

REFUSED = "The provider refused the account"
KEY_REFUSED = f"{REFUSED} (401)"
"""How the reason begins where sending is parked because the provider does not take the key."""


def land_acceptance(accepted: Accepted, *, now: datetime) -> None:
    """Give a job the id it got from the provider, however late, if its claim still waits for one."""
    answer = _answer_in(accepted)
    try:
        with durable():
            job = _locked(accepted.job_id)
            if not _awaits(job, accepted.claim_id):
                _second_charge(job, accepted, now)
                return
            _accept(job, answer, now)
            if answer.job.status in watching.FINAL:
                watching.finish(job, answer.job, now=now)
    except IntegrityError:
        if not _is_anothers(accepted):
            raise
        with durable():
            _foreign_id(accepted, now)


def _answer_in(accepted: Accepted) -> CreateVideoResponse:
    try:
        return CreateVideoResponse.read(accepted.raw)
    except ValueError:
        # Another version wrote it down; the id is what counts, the rest is looked up.
        job = VideoJob(id=accepted.provider_id)
        return CreateVideoResponse(id=accepted.provider_id, job=job, raw=accepted.raw)


def _locked(job_id: str) -> Job:
    return Job.objects.locked().select_related("account").get(id=job_id)


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
            "failure": "",
        },
    )
    take(job, step, now=now)
    ledger.mark_unknown(job.id, now=now, why="The provider accepted it; what it costs is known when it ends.")
    _close_question(job, now)
    GoneModel.objects.filter(account_id=job.account_id, model=job.model).delete()  # it is back
    _restore_a_place(job.account_id)


def _close_question(job: Job, now: datetime) -> None:
    Notice.objects.close(job.team_id, f"unconfirmed:{job.id}", now=now)


def _second_charge(job: Job, accepted: Accepted, now: datetime) -> None:
    """Somebody resolved the job before its answer came: keep the id, it may be a second charge."""
    if accepted.provider_id in {job.provider_id, job.second_provider_id}:
        return
    columns = {"second_provider_id": accepted.provider_id}
    if job.state == State.WAITING:
        # Its claim is missing from a restored database. No machine may send it once more.
        columns["decision"] = Decision.RESTORED.value
    Job.objects.filter(id=job.id).update(**columns)
    why = (
        "The provider's answer came after this was decided: it did accept the job, as "
        f"{accepted.provider_id}. It may have charged for it."
    )
    note(job, "second_charge", why, now=now, provider_id=accepted.provider_id)
    ledger.mark_unknown(job.id, now=now, why=why)
    Notice.objects.tell(job.team_id, f"second:{job.id}", why, job=job, kind="money", now=now)


def _is_anothers(accepted: Accepted) -> bool:
    account_id = Job.objects.values_list("account_id", flat=True).get(id=accepted.job_id)
    others = Job.objects.filter(account_id=account_id, provider_id=accepted.provider_id)
    return others.exclude(id=accepted.job_id).exists()


def _foreign_id(accepted: Accepted, now: datetime) -> None:
    """The provider answered with an id another job has; which of them it means, a person must say."""
    job = _locked(accepted.job_id)
    if not _awaits(job, accepted.claim_id):
        return
    why = f"The provider answered with the id of another job, {accepted.provider_id}."
    if job.state == State.SENDING:
        become_unconfirmed(job, why, now, raw=accepted.raw)
    else:
        note(job, "foreign_id", why, now=now, provider_id=accepted.provider_id)


def land_failure(job_id: str, claim_id: str, error: CreateError, *, now: datetime) -> None:
    """Land a create that brought no id, if the job still waits for it under the same claim."""
    with durable():
        _lock_account_of(job_id)
        job = _locked(job_id)
        if not _awaits(job, claim_id):
            return
        match error:
            case Refused():
                _refuse(job, error, now)
            case NotSent() | StaleClaim() | Busy() | AccountRefused():
                _back_to_waiting(job, error, now)
            case _ if job.state == State.SENDING:
                become_unconfirmed(job, error.message, now, status=error.status, raw=error.raw)


def _lock_account_of(job_id: str) -> None:
    """Lock the account before the job, as a claim does: its shares are given back what the job paid."""
    account_id = Job.objects.values_list("account_id", flat=True).get(id=job_id)
    ProviderAccount.objects.locked().get(id=account_id)


def _refuse(job: Job, error: Refused, now: datetime) -> None:
    columns = {"failure": error.message, "failure_code": error.code, "last_answer": error.raw}
    take(job, Step(State.FAILED, "refused", error.message, columns, {"status": error.status}), now=now)
    why = "It was not sent." if error.status is None else "The provider refused it before any work began."
    ledger.mark_unsent(job.id, why=why)
    ledger.release(job.id, now=now, reason=why)
    _close_question(job, now)
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
        "failure": "",
    }
    kind = "given_back" if isinstance(error, StaleClaim) else "put_off"
    claimed_at = job.claimed_at
    # The account before the team's chain, as a claim locks them; two orders would wait for each other.
    if isinstance(error, AccountRefused) and not _resumed_since(job):
        park(job.account, _why_parked(job.account, error), now=now)
    if isinstance(error, Busy) and error.status == 429 and claimed_at is not None:
        _halve_places(job.account_id, claimed_at, now)
    step = Step(State.WAITING, kind, error.message, columns, {"status": error.status})
    if take(job, step, now=now) is None:
        return
    shares.give_back(job)
    ledger.mark_unsent(job.id, why="It was not sent, or the provider refused it before any work began.")
    _close_question(job, now)


def _why_parked(account: ProviderAccount, error: AccountRefused) -> str:
    """Say it without the provider's words, which may repeat a prompt: all teams of the account read it.

    They stand on the job's own timeline.
    """
    if error.status != 401:
        return f"{REFUSED} ({error.status}): no credit is left, or a spending limit there is reached."
    return f"{KEY_REFUSED}: its key is not taken.{'' if account.is_default else ' See Team, Provider key.'}"


def _resumed_since(job: Job) -> bool:
    """Tell whether somebody let the account send again after this request was claimed.

    A refusal of before says nothing about the credit of now; the next request will tell.
    """
    ended = Notice.objects.filter(key=f"parked:{job.account_id}", closed_at__gt=job.claimed_at)
    return ended.exists()


def wait_before_next(attempts: int, error: CreateError) -> timedelta:
    """How long a job waits after a send that did not happen: the provider's word, or doubling with jitter."""
    if isinstance(error, AccountRefused) or (isinstance(error, StaleClaim) and attempts == 0):
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
    for team_id in teams_with_work(account):
        Notice.objects.tell(team_id, f"parked:{account.id}", reason, kind="parked", now=now)
    tell_teams(account)


def teams_with_work(account: ProviderAccount) -> set[int]:
    """Return the teams whose jobs an account has under way, by id."""
    jobs = Job.objects.of_account(account).active().order_by()
    return set(jobs.values_list("team_id", flat=True).distinct())


def tell_teams(account: ProviderAccount) -> None:
    """Let open pages of all teams with work in an account read their queue again, after the commit."""
    teams = teams_with_work(account)
    transaction.on_commit(lambda: [broadcast.queue_changed(team) for team in teams], robust=True)


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
    step = Step(
        State.UNCONFIRMED, "unconfirmed", why, {"failure": why, "last_answer": raw}, {"status": status}
    )
    # Under another claim it is another request, which is young.
    if take(job, step, now=now, claim_id=job.claim_id) is None:
        return
    ledger.mark_unknown(job.id, now=now, why="It may have reached the provider; nobody knows.")
    text = "A job may have been sent, and no usable answer came. It needs a decision."
    Notice.objects.tell(job.team_id, f"unconfirmed:{job.id}", text, job=job, kind="decision", now=now)
