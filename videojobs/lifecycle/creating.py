"""A job is made: row, estimate, hold and first event in one transaction."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import IntegrityError, connection

from videojobs import places
from videojobs.lifecycle import asking
from videojobs.lifecycle.steps import Step, durable, record
from videojobs.models import Job, Project, ProviderAccount, Submission, Team, Token, User
from videojobs.models.compiled import Compiled, insert
from videojobs.models.jobs import rank_at
from videojobs.money import ledger
from videojobs.prices import Price
from videojobs.provider.types import CreateVideoBody
from videojobs.states import State

REPEAT_WINDOW = timedelta(minutes=10)
"""How long a keyless repeat of the gateway's POST means the earlier job."""

OVERTAKEN_WINDOW = timedelta(minutes=2)
"""How long a first POST may arrive after its own repeat; longer than the SDK waits for an answer."""


class KeyReused(Exception):
    """The same key came with another wish."""


@dataclass(frozen=True)
class Press:
    """What makes a repeated request harmless.

    `scope` is whose key it is, `key` the form's request id or Idempotency-Key, "" where there is none.
    `repeat` says that the caller itself calls this a repeat of an earlier request without a key.
    """

    scope: str
    key: str = ""
    repeat: bool = False


@dataclass(frozen=True)
class Order:
    """A wish, checked and priced. `seconds` and `size` are what is expected until the file is probed."""

    team: Team
    project: Project
    person: User
    body: CreateVideoBody
    price: Price
    token: Token | None = None
    press: Press | None = None
    seconds: int | None = None
    size: str = ""
    title: str = ""
    retry_of: Job | None = None
    why: str = "Asked for."
    asked: dict[str, object] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """The SHA-256 of what is asked for, whatever the order of its keys."""
        asked = {"body": self.body.to_wire(), "project": self.project.pk, **self.asked}
        return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()


@dataclass(frozen=True)
class Created:
    """A job, and whether this request made it or an earlier one did."""

    job: Job
    is_new: bool


def create(order: Order, account: ProviderAccount, *, now: datetime) -> Created:
    """Make a job in an account, or return the one the same press made before.

    A job above what its person may spend alone waits for a yes. Raises KeyReused where the key came with
    another wish, LimitRefused where the job does not fit a limit, QueueFull where no more may wait. Nothing
    is stored in these cases.
    """
    try:
        with durable():
            earlier = _earlier(order, now)
            return (
                Created(earlier, is_new=False)
                if earlier
                else Created(_make(order, account, now), is_new=True)
            )
    except IntegrityError:
        # Two presses at once: the other one committed between our look and our insert.
        earlier = _earlier(order, now)
        if earlier is None:
            raise
        return Created(earlier, is_new=False)


def _earlier(order: Order, now: datetime) -> Job | None:
    press = order.press
    if press is None:
        return None
    _one_at_a_time(press, order.digest)
    if press.key:
        return _by_key(press, order.digest)
    if press.repeat:
        return _repeat_of(press, order.digest, now)
    return _overtaken_by(press, order.digest, now)


def _one_at_a_time(press: Press, digest: str) -> None:
    """Let one of the same requests in at a time, so that a repeat sees the first one's row.

    SQLite lets one writer in at a time anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            same = f"{press.scope} {press.key or digest}"
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [same])


def _by_key(press: Press, digest: str) -> Job | None:
    found = Submission.objects.filter(scope=press.scope, key=press.key).select_related("job").first()
    if found is None:
        return None
    if found.digest != digest:
        raise KeyReused("This key was used for another request. Use a new key for a new job.")
    return found.job


def _repeat_of(press: Press, digest: str, now: datetime) -> Job | None:
    recent = Submission.objects.filter(
        scope=press.scope, digest=digest, created_at__gte=now - REPEAT_WINDOW
    ).select_related("job")
    found = recent.order_by("-created_at").first()
    return found.job if found else None


_waiting_repeats = Compiled(
    lambda scope, digest, since: (
        Submission.objects.filter(scope=scope, digest=digest, overtaken=True, created_at__gte=since)
        .select_related("job")
        .order_by("created_at")[:1]
    ),
    *(str, str, datetime),
)


def _overtaken_by(press: Press, digest: str, now: datetime) -> Job | None:
    """Return the job of a repeat that overtook this very request, once: the next one is a new wish."""
    waiting = _waiting_repeats(press.scope, digest, now - OVERTAKEN_WINDOW)
    if not waiting:
        return None
    Submission.objects.filter(id=waiting[0].pk).update(overtaken=False)
    return waiting[0].job


def _make(order: Order, account: ProviderAccount, now: datetime) -> Job:
    job = Job(
        team=order.team,
        project=order.project,
        person=order.person,
        token=order.token,
        account=account,
        retry_of=order.retry_of,
        model=order.body.model,
        title=order.title,
        prompt=order.body.prompt or "",
        body=order.body.to_wire(),
        seconds=order.seconds,
        size=order.size,
        created_at=now,
        counted_at=now,
        rank=rank_at(now),
        estimate=order.price.usd,
        estimate_source=order.price.source,
        estimate_explanation=order.price.explanation[:500],
    )
    places.admit(job)
    verdict = ledger.hold(job, now=now, actor=order.person, reason="Set aside when the job was made.")
    record(
        job, Step(to=State.WAITING, kind="created", why=order.why, actor=order.person), before=None, now=now
    )
    if order.press is not None:
        submission = Submission(
            scope=order.press.scope,
            key=order.press.key,
            digest=order.digest,
            job=job,
            created_at=now,
            overtaken=order.press.repeat,
        )
        insert(submission)
    if verdict.asks:
        asking.ask(job, verdict, now=now)
    return job
