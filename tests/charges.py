"""Settled jobs for tests of prices: what they asked for, what was expected, what was charged."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from tests.factories import NOW, body, price, put
from videojobs import bodies, lifecycle, offers
from videojobs.models import Job, ProviderAccount, Team, User
from videojobs.money import ledger
from videojobs.states import State


def create_charged(
    person: User,
    team: Team,
    account: ProviderAccount,
    usd: str,
    *,
    expected: str = "0.28",
    now: datetime = NOW,
    state: State = State.COMPLETED,
    **fields: Any,
) -> Job:
    """Make a job of these wishes, settled at an amount and finished."""
    wish = body(**fields)
    shape = bodies.describe(wish, offers.named(team, account, wish.model))
    order = lifecycle.Order(
        team=team,
        project=team.projects.get(is_default=True),
        person=person,
        body=wish,
        price=price(expected),
        seconds=shape.seconds,
        size=shape.size,
    )
    job = lifecycle.create(order, account, now=now).job
    times = {"claimed_at": now, "claim_id": "c" * 32, "accepted_at": now, "finished_at": now, "ended_at": now}
    job = put(job, state=state, provider_id=f"video-{job.id}", charged="unknown", **times)
    with transaction.atomic():
        ledger.settle(job.id, Decimal(usd), now=now, reason="The provider reported this cost.")
    job.refresh_from_db()
    return job


def create_run(person: User, team: Team, account: ProviderAccount, *charges: str, **more: Any) -> list[Job]:
    """Make one settled job for each charge, a minute apart, the first one first."""
    start: datetime = more.pop("now", NOW)
    return [
        create_charged(person, team, account, usd, now=start + timedelta(minutes=minute), **more)
        for minute, usd in enumerate(charges)
    ]
