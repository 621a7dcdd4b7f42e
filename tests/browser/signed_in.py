"""A page of somebody who is signed in, in a real Chromium, against the test's own server."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Browser, Page, Route
from pytest_django.live_server_helper import LiveServer

from videojobs.models import User

PATIENCE = 10_000
"""Milliseconds for one step on a busy machine."""


def page_of(browser: Browser, server: LiveServer, user: User, **options: Any) -> Page:
    """Open a page signed in as somebody."""
    options = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"} | options
    context = browser.new_context(base_url=server.url, **options)
    context.add_cookies([{"name": "dailies_session", "value": session_of(user), "url": server.url}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    return page


def session_of(user: User) -> str:
    """Make a session as signing in does, and return its key."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


@contextmanager
def held_back(page: Page, pattern: str) -> Iterator[None]:
    """Let no request to these addresses reach the server before the block has ended."""
    held: list[Route] = []
    # a lambda, because the driver writes on its handlers
    page.route(pattern, lambda route: held.append(route))
    yield
    page.unroute(pattern)
    for route in held:
        route.continue_()


def news(route: Route) -> None:
    """Answer as the event stream does while something happens to some job, again and again."""
    body = 'retry: 300\nevent: job\ndata: {"job": "any"}\n\n'
    route.fulfill(status=200, content_type="text/event-stream", body=body)
