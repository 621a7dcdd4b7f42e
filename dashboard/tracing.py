"""Each request by its number in every line of the log it causes, and that it came through a page."""

import logging
import re
import secrets
import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from videojobs.audit import Origin, origin

HEADER = "X-Request-ID"
GIVEN = re.compile(r"[A-Za-z0-9_-]{8,64}")
"""What a proxy in front of us may call a request; anything else gets a number of ours."""

SLOW = 1.0
"""Seconds after which a request is worth a line even if it only read."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

logger = logging.getLogger(__name__)

Answer = Callable[[HttpRequest], HttpResponse]


def traced(answer: Answer) -> Answer:
    """Give each request a number, and write a line for those that change something, fail or take long."""

    def trace(request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        number = given if GIVEN.fullmatch(given) else secrets.token_hex(8)
        came = origin.set(Origin("page"))
        began = time.monotonic()
        try:
            with structlog.contextvars.bound_contextvars(request_id=number):
                response = answer(request)
                _write(request, response.status_code, time.monotonic() - began)
        finally:
            origin.reset(came)
        response[HEADER] = number
        return response

    return trace


def _write(request: HttpRequest, status: int, took: float) -> None:
    """Name the view, never the path: paths and queries may carry what opens a door."""
    is_news = request.method not in SAFE or status >= 500 or took > SLOW
    match = request.resolver_match
    logger.log(
        logging.INFO if is_news else logging.DEBUG,
        "request view=%s method=%s status=%d ms=%d user=%s job=%s",
        match.view_name if match else "",
        request.method,
        status,
        took * 1000,
        getattr(getattr(request, "user", None), "pk", None),
        match.kwargs.get("job_id", "") if match else "",
    )
