"""Whether jobs are accepted and move on: the database, the broker, and the worker behind it."""

import redis
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

TICK_KEY = "dailies:tick"
"""Where the worker's tick leaves the Unix time at which it last ran."""

OLDEST_TICK = 10.0
"""Seconds after which the worker counts as away."""

TIMEOUT = 0.5
"""Seconds for each of connecting to and reading from the broker."""


def database_problem() -> str:
    """Return what is wrong with the database, or ""."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        connection.close()
        return "the database is away"
    return ""


def broker_problem(now: float) -> str:
    """Return what is wrong with the broker or the worker behind it, or "". `now` is Unix time."""
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=TIMEOUT,
        socket_connect_timeout=TIMEOUT,
        retry=None,
    )
    try:
        with client:
            tick = client.get(TICK_KEY)
    except redis.RedisError:
        return "the broker is away"
    if not isinstance(tick, bytes) or now - float(tick) > OLDEST_TICK:
        return f"the worker has not ticked for {OLDEST_TICK:.0f} seconds"
    return ""
