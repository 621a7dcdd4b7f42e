"""Signs of life of workers and of the timetable, kept in the broker for as long as they are fresh."""

import json
import logging
import os
import socket
import threading
import time
from dataclasses import dataclass

import redis
from django.conf import settings

WORKERS = "dailies:worker:"
TIMETABLE = "dailies:beat"
EVERY = 5.0
FRESH = 20
"""Seconds for which a sign counts; then its process is away."""

TIMEOUT = 0.5

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pulse:
    """One process that lives: its name, and since when in Unix time."""

    name: str
    since: float


def beat(key: str) -> None:
    """Let this process show that it lives, from now on and until it ends."""
    since = time.time()

    def go_on() -> None:
        while True:
            _say(key, since)
            time.sleep(EVERY)

    threading.Thread(target=go_on, name="pulse", daemon=True).start()


def beat_as_worker() -> None:
    """Let this process show that it lives as a worker."""
    beat(f"{WORKERS}{socket.gethostname()}:{os.getpid()}")


def _say(key: str, since: float) -> None:
    try:
        with _client() as client:
            client.set(key, json.dumps({"since": since}), ex=FRESH)
    except (redis.RedisError, OSError) as error:
        logger.debug("pulse_failed: %s", type(error).__name__)


def workers() -> list[Pulse]:
    """Return the workers that live, by name. Raises redis.RedisError."""
    with _client() as client:
        keys = sorted(client.scan_iter(match=f"{WORKERS}*", count=1000))
        values = client.mget(keys) if keys else []
    found = ((key.decode(), value) for key, value in zip(keys, values, strict=True) if value)
    return [Pulse(key.removeprefix(WORKERS), json.loads(value)["since"]) for key, value in found]


def timetable() -> Pulse | None:
    """Return the timetable's process, None where it is away. Raises redis.RedisError."""
    with _client() as client:
        value = client.get(TIMETABLE)
    return Pulse("timetable", json.loads(value)["since"]) if isinstance(value, bytes) else None


def _client() -> "redis.Redis":
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, retry=None
    )
