"""Celery's doors: load, call one domain function, log. The database is the list of work; these are nudges.

Every task may be lost, repeated or run twice at once: each finds its work in the database and claims it.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import redis
import structlog
from celery import Task, shared_task
from django.conf import settings
from django.core.cache import cache
from django.db.models import Q

from videojobs import audit, balance, balance_usage, dispatch, lifecycle, polling, provider_keys
from videojobs.accounts import NotConfigured, provider_for
from videojobs.journal import Journal
from videojobs.media import space
from videojobs.models import Job, ProviderAccount, Team
from videojobs.money import verifying
from videojobs.notices import delivery, folding, monthly, posting
from videojobs.stopping import stopping

TICK_KEY = "dailies:tick"
"""Where the last tick's Unix time is kept for /readyz."""


def shares(threads: int) -> tuple[int, int]:
    """Return how many of a worker's threads may send and how many may keep clips.

    Looks, mails and webhooks take one each, and one stays free where there are six: the tick must never wait
    for a slow provider, a long download, or a mail server or webhook that does not answer.
    """
    rest = threads - 4
    return max(rest * 3 // 5, 1), max(rest * 2 // 5, 1)


SENDS_AT_ONCE, STORES_AT_ONCE = shares(settings.WORKER_THREADS)
STORES_PER_TICK = 12
LEFTOVERS_AFTER = timedelta(hours=2)
"""Longer than any download may take; what is older was left by a killed worker."""

LONGEST_VERIFICATION = 1800
"""Seconds after which a verification that never ended is asked for again."""

USAGE_FROM = 2
"""The hour in UTC from which the provider should have yesterday's figures."""

VERIFIED_EVERY = timedelta(days=1)
"""How old a ledger's last verification may be."""

QUIET_AFTER_FAILURE = 5.0
"""Seconds without another nudge after the broker refused one; the tick finds the work anyway."""

REMEDY = "Type it in again on the page Provider key, or set the old FIELD_KEYS once more."

logger = logging.getLogger(__name__)

_sending = threading.BoundedSemaphore(SENDS_AT_ONCE)
_storing = threading.BoundedSemaphore(STORES_AT_ONCE)
_looking = threading.BoundedSemaphore(1)
_mailing = threading.BoundedSemaphore(1)
_hooking = threading.BoundedSemaphore(1)
_quiet = {"until": 0.0}


def clock() -> datetime:
    """Return the time now."""
    return datetime.now(UTC)


def nudge(task: "Task[..., Any]", *arguments: object) -> bool:
    """Ask a worker to start on something, or let it be found by the next tick. Never raises, at most 1 s."""
    if time.monotonic() < _quiet["until"]:
        return False
    try:
        task.apply_async(arguments, expires=60, retry=False, headers=_asked_by())
    except Exception as error:  # noqa: BLE001  whatever the broker's trouble is, the job is safe in the database
        _quiet["until"] = time.monotonic() + QUIET_AFTER_FAILURE
        logger.warning("nudge_failed: %s", type(error).__name__)
        return False
    return True


def _asked_by() -> dict[str, str]:
    """Return the request that asks, so that what a worker writes can be found by it."""
    number = structlog.contextvars.get_contextvars().get("request_id")
    return {"asked_by": number} if number else {}


def nudge_send(account: ProviderAccount) -> None:
    """Ask a worker to send what waits in an account. Call it after the commit."""
    nudge(send, account.pk)


@contextmanager
def one_of(places: threading.BoundedSemaphore) -> Iterator[bool]:
    """Take a place without waiting for one: long calls must leave threads for the tick."""
    taken = places.acquire(blocking=False)
    try:
        yield taken and not stopping.is_set()
    finally:
        if taken:
            places.release()


@shared_task(name="videojobs.tick")
def tick() -> None:
    """Once a second: find what is due and nudge it; say that we live."""
    now = clock()
    ProviderAccount.objects.current()  # made here, so that reading a page never writes
    for account in ProviderAccount.objects.sending().select_related("key").order_by("pk"):
        for _turn in range(dispatch.sendable_now(account, now, at_most=SENDS_AT_ONCE)):
            nudge(send, account.pk)
    for due in polling.accounts_with_due(now):
        nudge(look, due.pk)
    storing = Job.objects.filter(account__in=ProviderAccount.objects.configured()).due_for_store(now)
    for job_id in storing.values_list("id", flat=True)[:STORES_PER_TICK]:
        nudge(store, job_id)
    _say_alive(now)


def _say_alive(now: datetime) -> None:
    try:
        _redis().set(TICK_KEY, now.timestamp())
    except (redis.RedisError, OSError) as error:
        logger.warning("heartbeat_failed: %s", type(error).__name__)


@shared_task(name="videojobs.send")
def send(account_id: int) -> None:
    """Claim the next job of an account and send it; go on while there are more."""
    account = ProviderAccount.objects.get(id=account_id)
    if not account.sends:
        return  # the key was changed after this message was sent
    try:
        provider = provider_for(account)
    except NotConfigured as closed:
        lifecycle.park(account, f"{closed} {REMEDY}", now=clock())
        return
    with one_of(_sending) as mine:
        while mine and not stopping.is_set():
            claim = lifecycle.claim_next(account_id, dispatch.next_job, now=clock())
            if claim is None:
                return
            lifecycle.submit(claim, provider, clock=clock, journal=journal())
            logger.info("sent job=%s", claim.job.id)


@shared_task(name="videojobs.look")
def look(account_id: int) -> None:
    """Look at everything that is due in an account, a batch at a time over kept connections."""
    account = ProviderAccount.objects.get(id=account_id)
    with one_of(_looking) as mine:
        if not mine or not account.is_configured:
            return
        try:
            provider = provider_for(account)
        except NotConfigured as closed:
            polling.declare_outage(account, f"{closed} {REMEDY}", clock())
            return
        with provider.reader() as reader:
            while not stopping.is_set() and (batch := polling.claim_due(account, now=clock())):
                polling.look(account, batch, reader, lifecycle, clock=clock)
                account.refresh_from_db()
                if account.looks_wait(clock()):
                    return
    nudge_due_stores(account)


def nudge_due_stores(account: ProviderAccount) -> None:
    """Start keeping what the looks just found finished, without waiting for the tick."""
    due = Job.objects.of_account(account).due_for_store(clock())
    for job_id in due.values_list("id", flat=True)[:STORES_PER_TICK]:
        nudge(store, job_id)


@shared_task(name="videojobs.store")
def store(job_id: str) -> None:
    """Keep one finished job's clip, unless another worker does."""
    with one_of(_storing) as mine:
        configured = Job.objects.filter(id=job_id, account__in=ProviderAccount.objects.configured())
        job = lifecycle.claim_store(job_id, now=clock()) if mine and configured.exists() else None
        if job is None:
            return
        place = lifecycle.Place(media=settings.MEDIA_ROOT, max_bytes=settings.MAX_CLIP_BYTES)
        lifecycle.store(job, provider_for(job.account), place, clock=clock)


@shared_task(name="videojobs.sweep")
def sweep() -> None:
    """Every ten seconds: re-arm what was forgotten, whatever forgot it."""
    now = clock()
    steps: tuple[tuple[str, Callable[[], int]], ...] = (
        ("journal", lambda: lifecycle.sweep_journal(journal(), now=now)),
        ("claims", lambda: lifecycle.sweep_claims(now=now)),
        ("asked", lambda: lifecycle.sweep_asked(now=now)),
        ("looks", lambda: polling.sweep(now=now)),
        ("stores", lambda: polling.sweep_storing(now=now)),
        ("given_up", lambda: lifecycle.give_up_looking(now=now)),
        ("ended", lambda: folding.fold(now=now)),
    )
    for name, step in steps:
        try:
            count = step()
        except Exception:
            logger.exception("sweep_failed step=%s", name)  # the other steps must not wait for its mending
        else:
            logger.log(logging.INFO if count else logging.DEBUG, "swept %s=%d", name, count)
    if settings.EMAIL_CONFIGURED:
        nudge(mail)
    nudge(hooks)


@shared_task(name="videojobs.mail")
def mail() -> None:
    """Send what people must know by mail; a mail server that hangs takes one thread, however often we ask."""
    with one_of(_mailing) as mine:
        if mine:
            delivery.send_due(now=clock())
            monthly.send_due(now=clock())


@shared_task(name="videojobs.hooks")
def hooks() -> None:
    """Send what webhooks must know, in a thread of their own: nothing else waits for a slow receiver."""
    with one_of(_hooking) as mine:
        if mine:
            posting.send_due(now=clock())


@shared_task(name="videojobs.housekeeping")
def housekeeping() -> None:
    """Every hour: drop what nobody needs, walk long unwalked ledgers, see how long the balance lasts."""
    delivery.forget_old(now=clock())
    if settings.AUDIT_KEPT_FOR is not None:
        audit.forget_old(settings.AUDIT_KEPT_FOR, now=clock())
    provider_keys.forget_retired(now=clock())
    space.remove_leftovers(settings.MEDIA_ROOT, before=clock() - LEFTOVERS_AFTER)
    long_ago = Q(ledger_check=None) | Q(ledger_check__at__lt=clock() - VERIFIED_EVERY)
    for team_id in Team.objects.filter(long_ago).values_list("id", flat=True):
        nudge(verify_ledger, team_id)
    for account in ProviderAccount.objects.configured():
        balance.watch(account, now=clock())
    if settings.IMPORT_USAGE:
        nudge(import_usage)


@shared_task(name="videojobs.import_usage")
def import_usage() -> None:
    """Once a day, where it is wanted: take in what the provider says it billed."""
    now = clock()
    if not settings.IMPORT_USAGE or now.hour < USAGE_FROM:
        return
    for account in ProviderAccount.objects.configured():
        # Tried once a day, whatever came of it; without the cache once more does no harm.
        if cache.add(f"usage:{account.pk}:{now.date()}", 1, timeout=24 * 3600):
            taken = balance_usage.take_in(account, provider_for(account), now=now)
            logger.info("usage_import account=%d stored=%s", account.pk, taken)


@shared_task(name="videojobs.verify_ledger")
def verify_ledger(team_id: int) -> None:
    """Walk a long chain and count every sum again, in the mails' thread: the tick must never wait for it."""
    with one_of(_mailing) as mine:
        try:
            if mine:
                found = verifying.check(Team.objects.get(pk=team_id), now=clock())
                logger.info("ledger_verified team=%s entries=%d %s", team_id, found.entries, found.problem)
        finally:
            cache.delete(verifying_key(team_id))


def verifying_key(team_id: int) -> str:
    """Return where the cache says since when a team's ledger is being verified."""
    return f"ledger:verifying:{team_id}"


def journal() -> Journal:
    """Return this machine's journal of provider ids."""
    return Journal(settings.DATA_DIR / "journal")


def _redis() -> "redis.Redis":
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=0.5, socket_timeout=0.5)
