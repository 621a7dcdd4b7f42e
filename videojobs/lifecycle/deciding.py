"""What a person decides about a job: cancel, resolve, look again, send after a restore.

Each takes the `version` it was decided on, None for any, and raises Stale where the job has another by now.
"""

from datetime import datetime
from typing import Protocol

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from videojobs import places
from videojobs.lifecycle import asking
from videojobs.lifecycle.creating import Created, Order, create
from videojobs.lifecycle.landing import FIRST_LOOK, tell_teams
from videojobs.lifecycle.steps import Decided, Step, StepRefused, note, take
from videojobs.lifecycle.versions import expect, note_of_another
from videojobs.lifecycle.watching import lose, observe
from videojobs.models import Decision, Job, JobEvent, Notice, ProviderAccount, User
from videojobs.money import ledger
from videojobs.provider.client import Looked
from videojobs.provider.types import read_id
from videojobs.states import State


class WrongAnswer(Exception):
    """What the person typed cannot be right. `field` names where."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


class LooksAtVideos(Protocol):
    """The part of the provider that *found it* needs."""

    def look(self, provider_id: str) -> Looked:
        """Read one job. Raises a LookError."""
        ...


def cancel(job: Job, actor: User, *, now: datetime, version: int | None = None) -> None:
    """Take a job out of our queue before it is sent, and free its hold. Raises Decided afterwards.

    One restored from a backup may have been sent since: unless somebody said it was not (`send_restored`),
    what it cost is unknown and its hold stays open.
    """
    with transaction.atomic():
        fresh = _fresh(job)
        if fresh.state != State.WAITING:
            raise Decided(_cannot_cancel(fresh))  # whatever else happened, this is what counts now
        expect(fresh, version)
        restored = fresh.decision == Decision.RESTORED
        why = _why_cancelled(restored=restored)
        asking.withdraw(fresh, actor, now=now)
        _step(fresh, Step(State.CANCELLED, "cancelled", why, {"decision": ""}, actor=actor), now)
        if restored:
            ledger.mark_unknown(fresh.id, now=now, why=why)
        else:
            ledger.release(fresh.id, now=now, reason=why, actor=actor)
        _close_notices(fresh, now)


def _why_cancelled(*, restored: bool) -> str:
    if restored:
        return "Cancelled. It may have been sent after the backup, so nobody knows what it cost."
    return "Cancelled before it was sent."


def _cannot_cancel(job: Job) -> str:
    if job.is_ended:
        return f"This job has ended already: it is {job.state}."
    return "It has been sent. The provider cannot stop it, and will still charge for it."


def found(
    job: Job,
    provider_id: str,
    actor: User,
    provider: LooksAtVideos,
    *,
    now: datetime,
    version: int | None = None,
) -> None:
    """Resolve an unconfirmed job with the provider's id, checked by one read; it is then watched as usual.

    A job that was given up without an id can be found too. Raises WrongAnswer where the id cannot be right,
    a LookError where it cannot be checked, Decided where the job is elsewhere by now.
    """
    provider_id = _checked_id(provider_id)
    _expect_findable(job)
    _refuse_taken_id(job, provider_id)
    looked = provider.look(provider_id)
    _refuse_other_model(job, looked)
    columns: dict[str, object] = {
        "provider_id": provider_id,
        "accepted_at": now,
        "watched_since": now,
        "next_look_at": now + FIRST_LOOK,
        "failure": "",
    }
    why = f"{actor} found it at the provider as {provider_id}."
    try:
        with transaction.atomic():
            fresh = _fresh(job, version)
            _expect_findable(fresh)
            if fresh.second_provider_id == provider_id:  # then there is only this one charge
                columns["second_provider_id"] = ""
                Notice.objects.close(fresh.team_id, f"second:{fresh.id}", now=now)
            _step(fresh, Step(State.QUEUED, "found", why, columns, actor=actor), now)
            _close_notices(fresh, now)
    except IntegrityError as error:
        raise WrongAnswer("provider_id", "Another job has this id already.") from error
    observe(job.id, looked.job, looked.raw, now=now)


def _expect_findable(job: Job) -> None:
    given_up = job.state == State.LOST and job.provider_id is None
    if job.state != State.UNCONFIRMED and not given_up:
        raise Decided(f"This job is {job.state} now.")


def _checked_id(provider_id: str) -> str:
    try:
        return read_id(provider_id.strip())
    except ValueError as error:
        raise WrongAnswer("provider_id", "Paste the job's id as the provider's console shows it.") from error


def _refuse_taken_id(job: Job, provider_id: str) -> None:
    others = Job.objects.filter(account=job.account_id).exclude(id=job.id)
    if others.filter(Q(provider_id=provider_id) | Q(second_provider_id=provider_id)).exists():
        raise WrongAnswer("provider_id", "Another job has this id already.")


def _refuse_other_model(job: Job, looked: Looked) -> None:
    if looked.job.model and looked.job.model.casefold() != job.model.casefold():
        raise WrongAnswer(
            "provider_id", f"That job was made with {looked.job.model}, this one asks for {job.model}."
        )


def never_arrived(job: Job, reason: str, actor: User, *, now: datetime, version: int | None = None) -> None:
    """Resolve an unconfirmed job as not arrived: hold freed, not charged. A reason is required."""
    if not reason.strip():
        raise WrongAnswer("reason", "Say how you know that it never arrived.")
    with transaction.atomic():
        fresh = _fresh(job, version)
        _expect(fresh, State.UNCONFIRMED)
        why = f"It never arrived, said by hand: {reason.strip()}"
        _step(fresh, Step(State.FAILED, "never_arrived", why, {"failure": why}, actor=actor), now)
        ledger.mark_unsent(fresh.id, why=why)
        ledger.release(fresh.id, now=now, reason=why, actor=actor)
        _close_notices(fresh, now)


def give_up(job: Job, actor: User, *, now: datetime, why: str = "", version: int | None = None) -> None:
    """Give an unconfirmed or unstorable job up. Its amount stays unknown."""
    with transaction.atomic():
        fresh = _fresh(job, version)
        if fresh.state != State.UNCONFIRMED and not (fresh.state == State.STORING and fresh.decision):
            raise Decided(f"This job is {fresh.state} now.")
        _close_notices(fresh, now)
        lose(fresh, why or "Given up: nobody could tell what became of it.", now=now, actor=actor)


def send_again(
    job: Job,
    order: Order,
    account: ProviderAccount,
    actor: User,
    *,
    now: datetime,
    version: int | None = None,
) -> Created:
    """Give an unconfirmed job up and make a new one for the same wish, with its own hold.

    The old amount stays unknown, so both may be paid. `order.retry_of` must be the old job.
    """
    with transaction.atomic():
        places.lock_account(account)
        fresh = _fresh(job)
        created = create(order, account, now=now)
        if created.is_new:  # a repeat finds what the first one made, whatever the old job became
            expect(fresh, version)
            _expect(fresh, State.UNCONFIRMED)
            give_up(fresh, actor, now=now, why=f"Given up, and sent again as {created.job.id}.")
        return created


def try_again(
    job: Job,
    order: Order,
    account: ProviderAccount,
    actor: User,
    *,
    now: datetime,
    version: int | None = None,
) -> Created:
    """Make a new job for the same wish as an ended one. Of two people who do so on what they see, one buys.

    `order.retry_of` must be the old job. Raises Decided where it goes on, Stale, and as `create`.
    """
    with transaction.atomic():
        fresh = _fresh(job)
        created = create(order, account, now=now)
        if created.is_new:  # a repeat finds what the first one made, whatever the old job became
            expect(fresh, version)
            if not fresh.is_ended:
                raise Decided(f"This job is {fresh.state} now. It can be tried again when it has ended.")
            Job.objects.filter(id=fresh.id).update(version=F("version") + 1)
            note(fresh, "retried", f"{actor} tried it again as {created.job.id}.", now=now, actor=actor)
        return created


def look_again(job: Job, actor: User, *, now: datetime, version: int | None = None) -> None:
    """Go back to a lost job, or to one whose clip could not be kept. Raises Decided elsewhere."""
    with transaction.atomic():
        fresh = _fresh(job, version)
        if fresh.state == State.STORING and fresh.decision:
            Job.objects.filter(id=fresh.id).update(
                decision="", next_store_at=now, store_attempts=0, version=F("version") + 1
            )
            note(fresh, "look_again", f"{actor} asked to try again.", now=now, actor=actor)
            _close_notices(fresh, now)
            return
        _expect(fresh, State.LOST)
        if fresh.provider_id is None:
            raise Decided("The provider never gave an id for this job, so there is nothing to look at.")
        why = f"{actor} asked to look again."
        _step(fresh, _back_from_lost(fresh, why, actor, now), now)
        _close_notices(fresh, now)


def _back_from_lost(job: Job, why: str, actor: User, now: datetime) -> Step:
    columns = {"watched_since": now, "missing_since": None, "failure": "", "store_attempts": 0}
    if job.finished_at is not None:
        return Step(State.STORING, "look_again", why, columns | {"next_store_at": now}, actor=actor)
    return Step(State.QUEUED, "look_again", why, columns | {"next_look_at": now}, actor=actor)


def send_restored(job: Job, actor: User, *, now: datetime, version: int | None = None) -> None:
    """Say of a job restored from a backup that it was not sent since, so that it may be; or asks on."""
    with transaction.atomic():
        fresh = _fresh(job, version)
        held = Job.objects.filter(id=job.id, state=State.WAITING, decision=Decision.RESTORED)
        if not held.update(decision=asking.gate_of(fresh), version=F("version") + 1):
            raise Decided("This job does not wait for that decision any more.")
        note(job, "released", f"{actor} says it was not sent after the backup.", now=now, actor=actor)
        _close_notices(job, now)


def resume(account: ProviderAccount, actor: User, *, now: datetime) -> bool:
    """Let a parked account send again, in order. Returns False where it was not parked."""
    with transaction.atomic():
        parked = ProviderAccount.objects.filter(id=account.id, parked_at__isnull=False)
        if not parked.update(parked_at=None, parked_reason=""):
            return False
        Notice.objects.filter(key=f"parked:{account.id}", closed_at=None).update(closed_at=now)
        tell_teams(account)
        return True


def _fresh(job: Job, version: int | None = None) -> Job:
    fresh = Job.objects.locked().get(id=job.id)
    expect(fresh, version)
    return fresh


def _expect(job: Job, state: State) -> None:
    if job.state != state:
        raise Decided(f"This job is {job.state} now.")


def _step(job: Job, step: Step, now: datetime) -> JobEvent:
    event = take(job, step, now=now)
    if event is None:
        raise StepRefused("Somebody else was first.")
    if step.actor is not None:
        states = {"before": {"state": event.from_state}, "after": {"state": event.to_state}}
        note_of_another(job, f"job_{step.kind}", step.actor, now, **states)
    return event


def _close_notices(job: Job, now: datetime) -> None:
    Notice.objects.filter(job=job, kind__in=["decision", "lost"], closed_at=None).update(closed_at=now)
