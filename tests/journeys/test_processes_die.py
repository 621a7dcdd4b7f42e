"""Real workers, a real broker, kill -9 at bad moments: no job lost, none sent twice."""

import time
from collections import Counter
from datetime import timedelta

import pytest

from tests.factories import Cast, create_job
from tests.journeys.stack import Stack, wait_for_state, wait_until
from videojobs import lifecycle, tasks
from videojobs.models import Job, ProviderAccount
from videojobs.states import State

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
both = pytest.mark.both_databases


def waiting(cast: Cast, account: ProviderAccount, prompt: str = "a cat") -> Job:
    """Return Alice's job, made now."""
    return create_job(cast.alice, cast.team, account=account, prompt=prompt, now=tasks.clock())


def posts(stack: Stack) -> Counter[str]:
    """Count the creates the provider saw, by prompt."""
    return Counter(one["body"]["prompt"] for one in stack.simulator.creates())


@both
def test_a_job_goes_all_the_way_by_itself(stack: Stack, cast: Cast, account: ProviderAccount) -> None:
    stack.start_worker()
    stack.start_beat()
    job = wait_for_state(waiting(cast, account), "completed")
    assert (stack.folder / "media" / job.output.name).stat().st_size == job.output.bytes
    assert job.charged == "yes"


@both
def test_two_workers_and_two_timetables_send_each_job_once(
    stack: Stack, cast: Cast, account: ProviderAccount
) -> None:
    jobs = [waiting(cast, account, f"cat {n}") for n in range(12)]
    for name in ("one", "two"):
        stack.start_worker(f"worker-{name}")
        stack.start_beat(f"beat-{name}")
    for job in jobs:
        wait_for_state(job, "completed", within=60)
    assert posts(stack) == Counter({f"cat {n}": 1 for n in range(12)})


@both
def test_a_worker_killed_while_its_request_is_under_way(
    stack: Stack, cast: Cast, account: ProviderAccount
) -> None:
    stack.start_worker()
    stack.start_beat()
    job = waiting(cast, account, "[[fault:delay-create=30]]")
    wait_until(lambda: bool(posts(stack)), "the request")
    stack.kill("worker")
    stack.start_worker()
    time.sleep(2)
    assert Job.objects.get(id=job.id).state == "sending"
    lifecycle.sweep_claims(now=tasks.clock() + timedelta(seconds=76))
    time.sleep(2)
    assert Job.objects.get(id=job.id).state == "unconfirmed"
    assert sum(posts(stack).values()) == 1


@both
def test_a_worker_told_to_stop_finishes_its_request_and_claims_no_more(
    stack: Stack, cast: Cast, account: ProviderAccount
) -> None:
    ProviderAccount.objects.update(places=1)
    stack.start_worker()
    stack.start_beat()
    first = waiting(cast, account, "[[fault:delay-create=3]][[fault:never-finish]]")
    wait_until(lambda: bool(posts(stack)), "the request")
    second = waiting(cast, account, "second")
    ProviderAccount.objects.update(places=50)
    stack.end("beat")
    stack.end("worker")
    assert Job.objects.get(id=first.id).state in {"queued", "in_progress"}
    assert Job.objects.get(id=second.id).state == "waiting"


@both
def test_a_worker_killed_while_it_downloads(stack: Stack, cast: Cast, account: ProviderAccount) -> None:
    stack.start_worker()
    stack.start_beat()
    job = waiting(cast, account, "[[fault:delay-file=6]]")
    wait_for_state(job, "storing")
    time.sleep(1)
    stack.kill("worker")
    Job.objects.update(next_store_at=tasks.clock())  # its lease of 25 s ends
    stack.start_worker()
    job = wait_for_state(job, "completed", within=60)
    assert sum(posts(stack).values()) == 1
    assert not list((stack.folder / "media").rglob("*.clip"))


def test_the_broker_dies_and_comes_back(stack: Stack, cast: Cast, account: ProviderAccount) -> None:
    stack.start_worker()
    stack.start_beat()
    first = waiting(cast, account, "first")
    wait_for_state(first, "completed")
    stack.kill("broker")
    second = waiting(cast, account, "second")
    time.sleep(2)
    stack.start_broker()
    wait_for_state(second, "completed", within=60)
    assert posts(stack) == Counter({"first": 1, "second": 1})


def test_a_worker_without_a_timetable_loses_nothing(
    stack: Stack, cast: Cast, account: ProviderAccount
) -> None:
    job = waiting(cast, account)
    stack.start_worker()
    time.sleep(1)
    assert Job.objects.get(id=job.id).state == "waiting"
    stack.start_beat()
    wait_for_state(job, "completed")


def test_a_key_that_appears_never_sends_a_rehearsal_job_live(
    stack: Stack, cast: Cast, account: ProviderAccount
) -> None:
    job = waiting(cast, account)
    running = create_job(
        cast.alice, cast.team, account=account, state=State.QUEUED, now=tasks.clock(), provider_id="rehearsed"
    )
    stack.extra = {"TOGETHER_API_KEY": "a-real-key", "TOGETHER_BASE_URL": stack.simulator.url}
    stack.start_worker()
    stack.start_beat()
    time.sleep(5)
    assert Job.objects.get(id=job.id).state == "waiting"
    assert Job.objects.get(id=running.id).look_count == 0
    assert stack.simulator.log()["creates"] == [] and stack.simulator.log()["looks"] == {}
