"""Charged jobs for statements, exports and ledgers."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from tests.factories import NOW, create_job, live_account
from videojobs.models import Job, ProviderAccount, Team, User
from videojobs.models.accounts import Kind
from videojobs.money import ledger
from videojobs.states import State


def live() -> ProviderAccount:
    """Return the account that buys, one for all."""
    return ProviderAccount.objects.filter(kind=Kind.LIVE).first() or live_account()


def charge(
    person: User,
    team: Team,
    usd: str = "0.28",
    *,
    now: datetime = NOW,
    rehearsal: bool = False,
    **columns: Any,
) -> Job:
    """Make a finished job whose charge is known."""
    if not rehearsal:
        columns.setdefault("account", live())
    job = create_job(person, team, state=State.COMPLETED, now=now, **columns)
    with transaction.atomic():
        ledger.settle(job.id, Decimal(usd), now=now, reason="Reported.")
    job.refresh_from_db()
    return job


def correct(job: Job, usd: str, actor: User, *, now: datetime = NOW) -> None:
    """Say what a job cost in truth."""
    with transaction.atomic():
        ledger.correct(job.id, Decimal(usd), now=now, reason="The invoice says so.", actor=actor)


def credit(job: Job, usd: str, actor: User, *, now: datetime = NOW) -> None:
    """Give something back."""
    with transaction.atomic():
        ledger.credit(job.id, Decimal(usd), now=now, reason="They gave it back.", actor=actor)
