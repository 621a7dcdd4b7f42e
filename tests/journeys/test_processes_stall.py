"""Processes that stop in the middle and go on later, and messages that come twice: still one request."""

import signal
import socket
import sys
import time
from contextlib import closing
from datetime import timedelta

import httpx
import pytest
import redis
from pytest_django import Settings

from tests.factories import DIRECTOR, Cast, create_job, create_token
from tests.journeys.door import shut_door
from tests.journeys.stack import Stack, wait_for_state, wait_until
from videojobs import lifecycle, tasks
from videojobs.models import Job, ProviderAccount
from videojobs.states import State

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.mark.both_databases
def test_a_worker_that_stalls_between_claim_and_request_sends_nothing_on_the_old_claim(
    stack: Stack, cast: Cast, settings: Settings
) -> None:
    with shut_door() as door:
        settings.PROVIDER_KEY, settings.PROVIDER_BASE_URL = "a-key", door.url
        stack.extra = {"TOGETHER_API_KEY": "a-key", "TOGETHER_BASE_URL": door.url}
        account = ProviderAccount.objects.current()
        given_back, decided, cancelled = (
            create_job(cast.alice, cast.team, account=account, prompt=prompt, now=tasks.clock())
            for prompt in ("given back", "decided", "waits behind")
        )
        ProviderAccount.objects.update(places=2)
        stack.start_worker()
        stack.start_beat()
        for job in (given_back, decided):
            wait_for_state(job, "sending")
        # Without ticks it is idle but for its two requests, and no transaction stalls with it.
        stack.end("beat")
        time.sleep(0.5)
        stack.processes["worker"].send_signal(signal.SIGSTOP)
        stopped = time.monotonic()
        lifecycle.sweep_claims(now=tasks.clock() + timedelta(seconds=76))
        lifecycle.never_arrived(decided, "not in the console", cast.alice, now=tasks.clock())
        lifecycle.cancel(cancelled, cast.alice, now=tasks.clock())
        time.sleep(max(5.2 - (time.monotonic() - stopped), 0))
        door.open()
        stack.processes["worker"].send_signal(signal.SIGCONT)
        given_back = wait_for_state(given_back, "in_progress", within=60)
        assert [post["prompt"] for post in door.posts] == ["given back"]
        story = list(given_back.events.order_by("id").values_list("kind", flat=True))
        assert story[:4] == ["created", "claimed", "unconfirmed", "given_back"]
        decided.refresh_from_db()
        assert (decided.state, decided.charged, decided.held) == (State.FAILED, "no", 0)


def unacknowledged(stack: Stack) -> int:
    """Count the messages that a worker took and never finished."""
    with redis.Redis.from_url(stack.environment["REDIS_URL"]) as client:
        return int(client.hlen("unacked"))


def test_a_message_of_a_killed_worker_comes_again_and_sends_nothing(
    stack: Stack, cast: Cast, account: ProviderAccount
) -> None:
    # Redelivery after 2 s instead of an hour, and no timetable: only the old message can start anything.
    stack.extra = {"DJANGO_SETTINGS_MODULE": "tests.journeys.hasty"}
    job = create_job(
        cast.alice, cast.team, account=account, prompt="[[fault:delay-create=30]]", now=tasks.clock()
    )
    stack.start_worker()
    publish = "from videojobs import tasks; from dashboard.celery import app; tasks.send.apply_async((%d,))"
    setup = "import django; django.setup(); "
    stack.start("publisher", sys.executable, "-c", setup + publish % account.pk)
    wait_until(lambda: bool(stack.simulator.creates()), "the request")
    assert unacknowledged(stack) == 1
    stack.kill("worker")
    stack.start_worker("second")
    wait_until(lambda: unacknowledged(stack) == 0, "the message to come again")
    time.sleep(1)
    assert Job.objects.get(id=job.id).state == "sending"
    assert len(stack.simulator.creates()) == 1


def free_port() -> int:
    """Return a port nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_web_server_killed_between_its_commit_and_the_nudge_loses_no_job(stack: Stack, cast: Cast) -> None:
    # The broker takes connections and answers nobody, so that the nudge cannot have been heard.
    port, (_token, secret) = free_port(), create_token(cast.alice, cast.team)
    listen = ("--host", "127.0.0.1", "--port", str(port), "--lifespan", "off")
    stack.start("web", sys.executable, "-m", "uvicorn", "dashboard.asgi:application", *listen)
    wait_until(lambda: is_listening(port), "the web server")
    stack.processes["broker"].send_signal(signal.SIGSTOP)
    answer = httpx.post(
        f"http://127.0.0.1:{port}/api/v1/jobs",
        json={"body": {"model": DIRECTOR, "prompt": "a cat"}},
        headers={"Authorization": f"Bearer {secret}"},
        trust_env=False,
        timeout=20,
    )
    stack.kill("web")
    stack.processes["broker"].send_signal(signal.SIGCONT)
    assert answer.status_code == 201
    stack.start_worker()
    stack.start_beat()
    wait_for_state(Job.objects.get(id=answer.json()["id"]), "completed", within=60)
    assert len(stack.simulator.creates()) == 1


def is_listening(port: int) -> bool:
    """Tell whether somebody listens on a port."""
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
