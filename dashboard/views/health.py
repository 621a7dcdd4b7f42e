"""Is it alive, and is it ready: for process managers and load balancers, without a token."""

import time

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

TICK_KEY = "dailies:tick"
"""Where the worker's tick leaves the Unix time at which it last ran."""

OLDEST_TICK = 10.0
"""Seconds after which the worker counts as away."""

TIMEOUT = 0.5
"""Seconds for each of connecting to and reading from the broker."""


@login_not_required
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """Answer 200 as long as this process answers anything."""
    return JsonResponse({"status": "alive"})


@login_not_required
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 when jobs are accepted and move on, else 503 and what is away."""
    problems = database_problem() or broker_problem(time.time())
    if problems:
        return JsonResponse({"status": "not ready", "problem": problems}, status=503)
    return JsonResponse({"status": "ready"})


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
