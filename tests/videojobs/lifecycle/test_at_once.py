"""Everybody at once, on real threads and real locks: no deadlock, no error, and the books are right."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from django.db import connection

from tests.factories import Cast, body, price
from tests.videojobs.lifecycle.rules import check_everything
from videojobs import dispatch, lifecycle, polling, tasks
from videojobs.journal import Accepted
from videojobs.lifecycle import Claim, Decided, Order, Press, StepRefused
from videojobs.models import Job, ProviderAccount
from videojobs.provider.errors import (
    AccountRefused,
    Busy,
    CreateError,
    JobMissing,
    LookError,
    LookFailed,
    NotSent,
    Refused,
    StaleClaim,
    Unconfirmed,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

LASTS = 2.5
"""Seconds."""

NOES: list[CreateError] = [
    Busy("slow down", status=429, retry_after=0),
    Busy("overloaded", status=503, retry_after=0),
    AccountRefused("no credit", status=402),
    Refused("no such size", status=422),
    NotSent("no route"),
    StaleClaim("too slow"),
    Unconfirmed("no answer"),
]


class FarSide:
    """Says anything about any job."""

    def fetch(self, provider_ids: Sequence[str]) -> dict[str, str | LookError]:
        """Return one answer for each id."""
        return {one: self._answer(one) for one in provider_ids}

    def _answer(self, provider_id: str) -> str | LookError:
        words = ["queued", "in_progress", "in_progress", "completed", "failed", "cancelled", "dreaming"]
        cost = random.choice(["0.3", "null", "0"])
        raw = f'{{"id": "{provider_id}", "status": "{random.choice(words)}", "outputs": {{"cost": {cost}}}}}'
        errors = [LookFailed("500", status=500), JobMissing("404", status=404)]
        return random.choice(errors) if random.random() < 0.4 else raw


class Crowd:
    """Everyone who does something to jobs. Each method is one deed."""

    def __init__(self, cast: Cast, account: ProviderAccount) -> None:
        self.cast = cast
        self.account = account

    def make(self) -> None:
        """Press the button, sometimes twice."""
        who = random.choice([self.cast.alice, self.cast.bob])
        press = Press(f"form:{who.pk}", str(random.random()))
        order = Order(self.cast.team, self.cast.project, who, body(), price(), press=press)
        for _press in range(random.choice([1, 2])):
            lifecycle.create(order, self.account, now=tasks.clock())

    def send(self) -> None:
        """Claim the next job and land an answer, sometimes twice, sometimes never."""
        claim = lifecycle.claim_next(self.account.pk, dispatch.next_job, now=tasks.clock())
        if claim is None or random.random() < 0.1:
            return
        if random.random() < 0.5:
            for _landing in range(random.choice([1, 2])):
                lifecycle.land_acceptance(yes(claim), now=tasks.clock())
        else:
            error = random.choice(NOES)
            lifecycle.land_failure(claim.job.id, claim.id, error, now=tasks.clock())

    def look(self) -> None:
        """Look at what is due."""
        batch = polling.claim_due(self.account, now=ahead(minutes=1), limit=20)
        polling.look(self.account, batch, FarSide(), lifecycle, clock=tasks.clock)

    def cancel(self) -> None:
        """Cancel the job that is about to be sent."""
        job_id = dispatch.next_job(self.account, tasks.clock())
        if job_id is not None:
            lifecycle.cancel(Job.objects.get(id=job_id), self.cast.alice, now=tasks.clock())

    def decide(self) -> None:
        """Answer a question."""
        job = Job.objects.filter(state__in=["unconfirmed", "lost", "failed"]).order_by("?").first()
        if job is None:
            return
        alice, now = self.cast.alice, tasks.clock()
        order = Order(self.cast.team, self.cast.project, alice, body(), price(), retry_of=job)
        deeds: list[Callable[[], object]] = [
            lambda: lifecycle.never_arrived(job, "not there", alice, now=now),
            lambda: lifecycle.give_up(job, alice, now=now),
            lambda: lifecycle.look_again(job, alice, now=now),
            lambda: lifecycle.send_again(job, order, self.account, alice, now=now),
            lambda: lifecycle.settle_by_hand(job, price().usd, "the invoice", alice, now=now),
        ]
        random.choice(deeds)()

    def sweep(self) -> None:
        """Take up what was left."""
        lifecycle.sweep_claims(now=ahead(seconds=76))
        polling.sweep(now=tasks.clock())
        lifecycle.give_up_looking(now=tasks.clock())
        lifecycle.resume(self.account, self.cast.alice, now=tasks.clock())


def yes(claim: Claim) -> Accepted:
    """Return the provider's yes to a claim, with an id that is now and then another job's."""
    number = claim.id[:2] if random.random() < 0.1 else claim.id
    return Accepted(claim.job.id, claim.id, number, f'{{"id": "{number}"}}', tasks.clock().isoformat())


def ahead(**by: int) -> datetime:
    """Return a time ahead of now."""
    return tasks.clock() + timedelta(**by)


def test_everybody_at_once(cast: Cast, account: ProviderAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd, until = Crowd(cast, account), time.monotonic() + LASTS
    problems: list[Exception] = []
    monkeypatch.setattr("videojobs.broadcast.publish", lambda _message: True)

    def keep_doing(deed: Callable[[], None]) -> None:
        try:
            while time.monotonic() < until and not problems:
                try:
                    deed()
                except (Decided, StepRefused):
                    continue
        except Exception as problem:  # noqa: BLE001  whatever it is, the test must show it
            problems.append(problem)
        finally:
            connection.close()

    deeds = [crowd.make, crowd.make, crowd.send, crowd.send, crowd.send, crowd.cancel]
    deeds += [crowd.look, crowd.look, crowd.decide, crowd.sweep]
    threads = [threading.Thread(target=keep_doing, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert Job.objects.count() > 1  # a busy machine gets less done in the same time
    check_everything()
