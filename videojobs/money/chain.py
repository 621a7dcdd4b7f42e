"""A team's chain of entries and its end, whose lock every movement of the team's money passes through."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.transaction import TransactionManagementError

from videojobs.models import Job, LedgerEntry, LedgerHead, User
from videojobs.models.compiled import insert
from videojobs.models.fields import from_micros
from videojobs.models.money import EntryKind
from videojobs.money.canonical import hash_of

LONGEST_REASON = 500
"""Characters; a provider's sentence may be longer, and is kept whole beside the job."""

_HEAD = "SELECT number, hash, has_limits FROM videojobs_ledgerhead WHERE team_id = %s"
_LOCK = {"postgresql": " FOR NO KEY UPDATE"}  # SQLite lets one writer in at a time anyway
_TEAM = "SELECT time_zone, asks_above_job, asks_above_day FROM videojobs_team WHERE id = %s"
_GROW = "UPDATE videojobs_ledgerhead SET number = %s, hash = %s WHERE team_id = %s"


@dataclass
class Head:
    """The locked end of a team's chain, and what its team has set. Ask amounts are USD."""

    team_id: int
    number: int
    hash: str
    has_limits: bool
    zone: ZoneInfo
    asks_above_job: Decimal | None
    asks_above_day: Decimal | None

    def append(
        self,
        kind: EntryKind,
        amount: Decimal,
        *,
        job: Job | None,
        account_id: int,
        now: datetime,
        actor: User | None,
        reason: str,
    ) -> LedgerEntry:
        """Add an entry to the chain. The caller is inside `opened`, which writes the new end."""
        entry = LedgerEntry(
            team_id=self.team_id,
            number=self.number + 1,
            project_id=job.project_id if job else None,
            person_id=job.person_id if job else None,
            model=job.model if job else "",
            token_id=job.token_id if job else None,
            account_id=account_id,
            job_id=job.id if job else None,
            at=now,
            kind=kind.value,
            amount=amount,
            actor_id=actor.pk if actor else None,
            reason=reason[:LONGEST_REASON],
            previous=self.hash,
        )
        entry.hash = hash_of(entry.__dict__, self.hash)
        insert(entry)
        self.number, self.hash = entry.number, entry.hash
        return entry


def demand_transaction() -> None:
    """Raise TransactionManagementError outside a transaction, where SQLite would write the half of it."""
    if not connection.in_atomic_block:
        raise TransactionManagementError("Money is moved inside a transaction.")


@contextmanager
def opened(team_id: int) -> Iterator[Head]:
    """Lock the end of a team's chain until the transaction ends; entries appended in the block become it.

    Whoever needs locks of jobs takes them before.
    """
    demand_transaction()
    head = _locked(team_id)
    before = head.number
    yield head
    if head.number != before:
        with connection.cursor() as cursor:
            cursor.execute(_GROW, [head.number, head.hash, team_id])


def _locked(team_id: int) -> Head:
    with connection.cursor() as cursor:
        cursor.execute(_HEAD + _LOCK.get(connection.vendor, ""), [team_id])
        row = cursor.fetchone()
        if row is None:
            LedgerHead.objects.bulk_create([LedgerHead(team_id=team_id)], ignore_conflicts=True)
            return _locked(team_id)
        # Read once the lock is ours: whoever had it before may have changed these.
        cursor.execute(_TEAM, [team_id])
        zone, above_job, above_day = cursor.fetchone()
    number, last_hash, has_limits = row
    return Head(
        team_id=team_id,
        number=number,
        hash=last_hash,
        has_limits=bool(has_limits),
        zone=ZoneInfo(zone),
        asks_above_job=None if above_job is None else from_micros(above_job),
        asks_above_day=None if above_day is None else from_micros(above_day),
    )
