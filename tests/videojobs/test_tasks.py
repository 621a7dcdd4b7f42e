"""Celery's doors: safe to run twice, quick where the broker is away, never stopped by one bad row."""

import time
from datetime import timedelta

import pytest
from pytest_django import Settings

from tests.factories import NOW, Cast, create_job
from tests.simulator import Simulator
from videojobs import broadcast, tasks
from videojobs.models import Job, ProviderAccount
from videojobs.states import State

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

NOBODY_THERE = "unix:///nowhere/broker.sock?db=0"


@pytest.fixture
def no_broker(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the broker away."""
    settings.REDIS_URL = NOBODY_THERE
    monkeypatch.setattr(tasks.send.app.conf, "broker_url", "redis+socket:///nowhere/broker.sock")
    monkeypatch.setattr(tasks.send.app.conf, "broker_write_url", "redis+socket:///nowhere/broker.sock")
    tasks.send.app.pool.force_close_all()
    monkeypatch.setitem(tasks._quiet, "until", 0.0)


@pytest.mark.usefixtures("no_broker")
def test_a_nudge_gives_up_within_a_second_unseen(account: ProviderAccount) -> None:
    begun = time.monotonic()
    assert not tasks.nudge(tasks.send, account.pk)
    assert time.monotonic() - begun < 1


@pytest.mark.usefixtures("no_broker")
def test_a_job_is_accepted_without_a_broker(cast: Cast) -> None:
    begun = time.monotonic()
    assert create_job(cast.alice, cast.team).state == "waiting"
    assert not broadcast.publish({"event": 1})
    assert time.monotonic() - begun < 2


def test_one_poisonous_row_does_not_stop_the_looks(
    cast: Cast, account: ProviderAccount, rehearsal: Simulator
) -> None:
    ids = [rehearsal.create(prompt=f"cat {n}").json()["id"] for n in range(3)]
    jobs = [
        create_job(cast.alice, cast.team, account=account, state=State.QUEUED, provider_id=one) for one in ids
    ]
    # Its finish cannot be booked: the ledger's constraint refuses a second release.
    jobs[0].entries.create(
        team=cast.team,
        project=cast.project,
        person=cast.alice,
        account=account,
        at=NOW,
        kind="release",
        amount=jobs[0].held,
        reason="poison",
    )
    for one in ids:
        rehearsal.ended(one)
    tasks.look(account.pk)
    states = [Job.objects.get(id=job.id).state for job in jobs]
    assert states[0] == "queued"
    assert set(states[1:]) <= {"storing", "completed"}


def test_one_failing_sweep_step_does_not_stop_the_others(
    cast: Cast, account: ProviderAccount, settings: Settings, rehearsal: Simulator
) -> None:
    (settings.DATA_DIR / "journal").write_text("a file where the folder should be")
    job = create_job(cast.alice, cast.team, account=account, state=State.SENDING)
    Job.objects.update(claimed_at=tasks.clock() - timedelta(seconds=80))
    tasks.sweep()
    job.refresh_from_db()
    assert job.state == "unconfirmed"


def test_the_tick_says_that_it_lives(broker: object) -> None:
    tasks.tick()
    said = tasks._redis().get(tasks.TICK_KEY)
    assert isinstance(said, bytes)
    assert float(said) == pytest.approx(time.time(), abs=5)


def test_what_was_forgotten_is_armed_again(cast: Cast, account: ProviderAccount) -> None:
    watched = create_job(cast.alice, cast.team, account=account, state=State.QUEUED, next_look_at=None)
    storing = create_job(cast.alice, cast.team, account=account, state=State.STORING, next_store_at=None)
    tasks.sweep()
    watched.refresh_from_db()
    storing.refresh_from_db()
    assert watched.next_look_at is not None and storing.next_store_at is not None
