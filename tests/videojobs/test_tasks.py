"""Celery's doors: safe to run twice, quick where the broker is away, never stopped by one bad row."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from tempfile import TemporaryDirectory

import pytest
import redis
from pytest_django import Settings

from tests.factories import NOW, Cast, create_entry, create_job, live_account
from tests.simulator import Simulator
from videojobs import broadcast, tasks
from videojobs.models import EntryKind, Job, ProviderAccount
from videojobs.states import State

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


@pytest.fixture(params=["away", "silent"])
def no_broker(
    request: pytest.FixtureRequest, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Take the broker away, or let it take connections and never answer."""
    with TemporaryDirectory() as folder, closing(socket.socket(socket.AF_UNIX)) as server:
        path = f"{folder}/broker.sock"
        if request.param == "silent":
            server.bind(path)
            server.listen(64)
        app = tasks.send.app
        settings.REDIS_URL = f"unix://{path}?db=0"
        monkeypatch.setattr(app.conf, "broker_url", f"redis+socket://{path}")
        monkeypatch.setattr(app.conf, "broker_write_url", f"redis+socket://{path}")
        # Pools are kept by address; this one's must not be the one of an earlier test.
        monkeypatch.setattr(app, "_pool", None)
        monkeypatch.setattr(app.amqp, "_producer_pool", None)
        monkeypatch.setitem(tasks._quiet, "until", 0.0)
        yield


@pytest.mark.usefixtures("no_broker")
def test_a_nudge_gives_up_within_a_second_unseen(account: ProviderAccount) -> None:
    begun = time.monotonic()
    assert not tasks.nudge(tasks.send, account.pk)
    assert time.monotonic() - begun < 1


@pytest.mark.usefixtures("no_broker")
def test_the_tick_goes_on_without_a_broker(cast: Cast, account: ProviderAccount) -> None:
    create_job(cast.alice, cast.team, account=account)
    begun = time.monotonic()
    tasks.tick()
    assert time.monotonic() - begun < 3


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
    # Its finish cannot be booked: the ledger's constraint refuses a second settlement.
    create_entry(jobs[0], EntryKind.SETTLE)
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


@pytest.mark.parametrize("threads", [6, 7, 8, 16, 100])
def test_slow_calls_leave_a_thread_for_the_tick(threads: int) -> None:
    sends, stores = tasks.shares(threads)
    assert min(sends, stores) >= 1
    assert sends + stores + 3 < threads


def test_the_smallest_worker_still_does_everything() -> None:
    assert tasks.shares(1) == (1, 1)


def test_a_message_that_comes_again_while_its_thread_is_busy_gives_way(account: ProviderAccount) -> None:
    with tasks.one_of(tasks._looking) as mine, tasks.one_of(tasks._looking) as another:
        assert mine and not another
    with tasks.one_of(tasks._looking) as free:
        assert free


def test_the_tick_finds_what_a_killed_web_server_never_nudged(
    cast: Cast, account: ProviderAccount, broker: "redis.Redis"
) -> None:
    create_job(cast.alice, cast.team, account=account)
    tasks.tick()
    queued = [json.loads(message)["headers"]["task"] for message in broker.lrange("dailies", 0, -1)]
    assert queued == ["videojobs.send"]


@pytest.mark.parametrize("state", [State.WAITING, State.IN_PROGRESS, State.STORING])
def test_messages_from_before_the_key_was_changed_do_nothing(
    cast: Cast, rehearsal: Simulator, state: State
) -> None:
    account = live_account(rehearsal.url)
    job = create_job(cast.alice, cast.team, account=account, state=state, provider_id="bought")
    Job.objects.filter(id=job.id, next_look_at__isnull=False).update(next_look_at=NOW)
    tasks.send(account.pk)
    tasks.look(account.pk)
    tasks.store(job.id)
    tasks.tick()
    tasks.sweep()
    after = Job.objects.get(id=job.id)
    assert (after.state, after.look_count, after.store_attempts) == (state, 0, 0)
    assert rehearsal.log()["creates"] == [] and rehearsal.log()["looks"] == {}
