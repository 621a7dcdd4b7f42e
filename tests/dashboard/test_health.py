"""Health for process managers."""

import time

import pytest
import redis
from django.test import Client

from dashboard.readiness import TICK_KEY


def test_it_is_alive_without_database_and_broker(client: Client) -> None:
    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
def test_it_is_ready_after_a_tick(client: Client, broker: "redis.Redis") -> None:
    broker.set(TICK_KEY, time.time())
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_it_is_not_ready_when_the_worker_is_silent(client: Client, broker: "redis.Redis") -> None:
    broker.set(TICK_KEY, time.time() - 11)
    answer = client.get("/readyz")
    assert (answer.status_code, "worker" in answer.json()["problem"]) == (503, True)


@pytest.mark.django_db
def test_it_is_not_ready_without_a_broker(client: Client, settings: object, tmp_path: object) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/none.sock"  # type: ignore[attr-defined]
    assert client.get("/readyz").json()["problem"] == "the broker is away"
