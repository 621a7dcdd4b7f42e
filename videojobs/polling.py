"""Which jobs are due for a look, and when to look again. Unchanged rows cost no write of their own."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.db import transaction
from django.db.models import Case, F, Q, Value, When

from videojobs.models import Job, ProviderAccount
from videojobs.provider.client import read_looked
from videojobs.provider.errors import JobMissing, LookError, LookRefused, LooksTooFast
from videojobs.provider.types import VideoJob
from videojobs.states import WATCHED, State

logger = logging.getLogger(__name__)

BATCH = 256
LEASE = timedelta(seconds=25)
"""How long a claimed batch stays with a silent worker."""

SHORTEST, LONGEST = 3, 30
"""Seconds between looks: a fifth of the age, within these."""

RARE_AFTER = timedelta(minutes=60)
RARE = timedelta(minutes=10)
SLOW_DOWN = timedelta(seconds=30)
"""How long an account's looks pause after a 429 that names no time."""

CLOCK_SLACK = timedelta(seconds=30)
"""How far the clocks of two machines may be apart."""

ENOUGH_TO_JUDGE = 3
"""Jobs; with fewer, missing ones say nothing about the whole account."""


class ReadsVideos(Protocol):
    """The part of the provider that polling needs."""

    def fetch(self, provider_ids: Sequence[str]) -> dict[str, str | LookError]:
        """Read each id once: the raw text, or what went wrong."""
        ...


class Outcomes(Protocol):
    """What becomes of looks that say something new; the lifecycle."""

    def observe(self, job_id: str, seen: VideoJob, raw: str, *, now: datetime) -> None:
        """Take in an answer."""
        ...

    def look_failed(self, job_id: str, error: LookError, *, now: datetime, outage: bool) -> None:
        """Take in a look that brought nothing."""
        ...

    def looked_for_cost(self, job_id: str, *, now: datetime) -> None:
        """Plan the next look for a missing cost."""
        ...


@dataclass(frozen=True)
class Due:
    """One claimed row, with just what is needed to see whether its answer is news."""

    job_id: str
    provider_id: str
    state: str
    last_answer: str
    missing_since: datetime | None

    @property
    def is_watched(self) -> bool:
        """Whether the provider still works on it, rather than owing us a cost."""
        return self.state in WATCHED

    def is_news(self, answer: str | LookError) -> bool:
        """Whether an answer says anything the row does not have."""
        same = answer == self.last_answer and self.missing_since is None
        return not (same and self.is_watched)


def accounts_with_due(now: datetime) -> list[ProviderAccount]:
    """Return the accounts this process can speak for that have looks due and may be read now."""
    accounts = ProviderAccount.objects.configured()
    return [account for account in accounts if not account.looks_wait(now) and _has_due(account, now)]


def _has_due(account: ProviderAccount, now: datetime) -> bool:
    return Job.objects.due_for_look(now).of_account(account).exists()


def claim_due(account: ProviderAccount, *, now: datetime, limit: int = BATCH) -> list[Due]:
    """Take a batch of due rows that nobody else has; they come back by themselves after the lease."""
    columns = ("id", "provider_id", "state", "last_answer", "missing_since")
    with transaction.atomic():
        due = Job.objects.due_for_look(now).of_account(account).filter(provider_id__isnull=False)
        rows = (
            due.order_by("next_look_at")
            .select_for_update(skip_locked=True, no_key=True)
            .values_list(*columns)[:limit]
        )
        batch = [Due(*row) for row in rows]
        Job.objects.filter(id__in=[row.job_id for row in batch]).update(next_look_at=now + LEASE)
    return batch


def look(
    account: ProviderAccount,
    batch: Sequence[Due],
    reader: ReadsVideos,
    outcomes: Outcomes,
    *,
    clock: Callable[[], datetime],
) -> None:
    """Look at a claimed batch: plan all next looks with one update, then take in what is news."""
    answers = reader.fetch([row.provider_id for row in batch])
    now = clock()
    plan(batch, now=now)
    for row in batch:
        answer = answers[row.provider_id]
        if isinstance(answer, str) and row.is_news(answer):
            _take_in(row, answer, outcomes, now)
    failures = {row: a for row in batch if isinstance(a := answers[row.provider_id], LookError)}
    outage = _judge(account, len(batch), list(failures.values()), now)
    for row, error in failures.items():
        _take_in(row, error, outcomes, now, outage=outage)


def _take_in(
    row: Due, answer: str | LookError, outcomes: Outcomes, now: datetime, *, outage: bool = False
) -> None:
    """Hand one answer on; a row that cannot take its answer must not hold up the others."""
    try:
        found = read_looked(answer, row.provider_id) if isinstance(answer, str) else answer
        if not row.is_watched:
            outcomes.looked_for_cost(row.job_id, now=now)
        if isinstance(found, LookError):
            outcomes.look_failed(row.job_id, found, now=now, outage=outage)
        else:
            outcomes.observe(row.job_id, found.job, found.raw, now=now)
    except Exception:
        logger.exception("look_not_taken job=%s", row.job_id)


def plan(batch: Sequence[Due], *, now: datetime) -> None:
    """Count a look for a whole batch and set each row's next one by its age, in one update."""
    watched = Job.objects.watched().filter(id__in=[row.job_id for row in batch if row.is_watched])
    watched.update(look_count=F("look_count") + 1, last_look_at=now, next_look_at=next_look(now))
    owing = [row.job_id for row in batch if not row.is_watched]
    if owing:
        Job.objects.filter(id__in=owing).update(look_count=F("look_count") + 1, last_look_at=now)


def next_look(now: datetime) -> Case:
    """Return the next look by age as one SQL expression: a fifth of it, within 3–30 s, rare after an hour."""
    ages = [
        When(
            watched_since__gt=now - timedelta(seconds=5 * (wait + 1)),
            then=Value(now + timedelta(seconds=wait)),
        )
        for wait in range(SHORTEST, LONGEST)
    ]
    hour = When(watched_since__gt=now - RARE_AFTER, then=Value(now + timedelta(seconds=LONGEST)))
    return Case(*ages, hour, default=Value(now + RARE))


def _judge(account: ProviderAccount, looks: int, failures: Sequence[LookError], now: datetime) -> bool:
    """Slow down, or declare or end an outage of the whole account; tell whether there is one."""
    for error in failures:
        if isinstance(error, LooksTooFast):
            wait = min(timedelta(seconds=error.retry_after), RARE) if error.retry_after else SLOW_DOWN
            ProviderAccount.objects.filter(id=account.id).update(looks_not_before=now + wait)
            break
    refused = sum(isinstance(error, LookRefused) for error in failures)
    missing = sum(isinstance(error, JobMissing) for error in failures)
    if refused * 2 > looks:
        return declare_outage(account, "The provider refuses our key for reading.", now)
    if missing and _most_are_missing(account, missing):
        return declare_outage(account, "The provider says it does not know most of our jobs.", now)
    if account.outage_since is not None and len(failures) * 2 < looks and not _most_are_missing(account, 0):
        ProviderAccount.objects.filter(id=account.id).update(outage_since=None, outage_reason="")
    return False


def _most_are_missing(account: ProviderAccount, missing_now: int) -> bool:
    watched = Job.objects.of_account(account).watched()
    total = watched.count()
    missing = max(watched.filter(missing_since__isnull=False).count(), missing_now)
    return total >= ENOUGH_TO_JUDGE and missing * 2 > total


def declare_outage(account: ProviderAccount, reason: str, now: datetime) -> bool:
    """Say why an account cannot be read, until a look succeeds again; nothing is given up meanwhile."""
    begun = ProviderAccount.objects.filter(id=account.id, outage_since=None)
    begun.update(outage_since=now, outage_reason=reason)
    return True


def sweep(*, now: datetime) -> int:
    """Give a next look to watched jobs that somehow have none, or only beyond a clock put back.

    Returns how many.
    """
    put_back = Q(last_look_at__gt=now + CLOCK_SLACK) | Q(next_look_at__gt=now + RARE + CLOCK_SLACK)
    forgotten = Job.objects.watched().filter(put_back | Q(next_look_at=None))
    return forgotten.update(next_look_at=now)


def sweep_storing(*, now: datetime) -> int:
    """Give a next attempt to finished jobs that somehow have none, or only beyond a clock put back.

    Returns how many.
    """
    none = Q(next_store_at=None) | Q(next_store_at__gt=now + RARE + CLOCK_SLACK)
    return Job.objects.filter(none, state=State.STORING, decision="").update(next_store_at=now)
