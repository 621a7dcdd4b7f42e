"""The event stream on a real server, and pages that listen to it over real HTTP."""

import asyncio
import json
import queue
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import uvicorn
from django.test import Client

from dashboard.live.stream import EventStream
from tests.journeys.stack import wait_until
from videojobs.models import User

BEAT = 0.1
"""Seconds; quicker than in earnest, so that tests need not wait."""


@dataclass(frozen=True)
class Heard:
    """One event of a stream; `number` is its id."""

    name: str
    data: dict[str, Any]
    number: int | None


@dataclass
class Page:
    """One open page: hears until it is closed."""

    status: int
    headers: httpx.Headers
    heard: "queue.Queue[Heard | None]" = field(default_factory=queue.Queue)

    def wait_for(self, name: str, within: float = 15.0) -> Heard:
        """Return the next event of a name. Raises AssertionError at the end of the stream or of patience."""
        return self.wait_until(lambda heard: heard.name == name, name, within)

    def wait_until(self, condition: Callable[[Heard], bool], what: str, within: float = 15.0) -> Heard:
        """Return the next event that meets a condition."""
        end = threading.Event()
        timer = threading.Timer(within, end.set)
        timer.start()
        try:
            while not end.is_set():
                try:
                    heard = self.heard.get(timeout=0.05)
                except queue.Empty:
                    continue
                assert heard is not None, f"the stream ended before {what}"
                if condition(heard):
                    return heard
        finally:
            timer.cancel()
        raise AssertionError(f"no {what} within {within} s")

    def jobs_until_beat(self) -> list[str]:
        """Return the jobs that were told of before two more signs of life."""
        told = []
        beats = 0
        while beats < 2:
            heard = self.heard.get(timeout=15)
            assert heard is not None
            beats += heard.name == "beat"
            if heard.name == "job":
                told.append(heard.data["job"])
        return told

    def wait_for_end(self, within: float = 15.0) -> None:
        """Wait until the server ends the stream."""
        while self.heard.get(timeout=within) is not None:
            pass


def parse(lines: Iterator[str]) -> Iterator[Heard]:
    """Read server-sent events."""
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _colon, value = line.partition(":")
            fields[name] = value.strip()
        elif "event" in fields:
            number = int(fields["id"]) if "id" in fields else None
            yield Heard(fields["event"], json.loads(fields["data"]), number)
            fields = {}


@dataclass
class Site:
    """The stream at an address."""

    url: str

    @contextmanager
    def page(self, user: User | None = None, path: str = "/events/", **headers: str) -> Iterator[Page]:
        """Open a page as somebody and listen; an answer that is no stream has no events."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if user is not None:
            sent["Cookie"] = f"dailies_session={session_of(user)}"
        with httpx.Client(timeout=httpx.Timeout(5, read=30)) as client:
            with client.stream("GET", f"{self.url}{path}", headers=sent) as answer:
                page = Page(answer.status_code, answer.headers)
                listening = threading.Thread(target=listen, args=(answer, page), daemon=True)
                listening.start()
                yield page
                shut(answer)
            listening.join(5)


def listen(answer: httpx.Response, page: Page) -> None:
    """Put what is heard where the test finds it, and None at the end."""
    with suppress(httpx.HTTPError, httpx.StreamError, OSError):
        for heard in parse(answer.iter_lines()):
            page.heard.put(heard)
    page.heard.put(None)


def shut(answer: httpx.Response) -> None:
    """Close the connection under a thread that reads from it, as a browser does that goes away."""
    line = answer.extensions["network_stream"].get_extra_info("socket")
    with suppress(OSError):  # the server may have been first
        line.shutdown(socket.SHUT_RDWR)


def session_of(user: User) -> str:
    """Sign somebody in and return the key of their session."""
    client = Client()
    client.force_login(user)
    return str(client.session.session_key)


@contextmanager
def serving(application: EventStream) -> Iterator[Site]:
    """Serve the stream from a thread of this process."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(application, lifespan="off", log_level="error", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=asyncio.run, args=(server.serve([listener]),), daemon=True)
        thread.start()
        wait_until(lambda: server.started, "the server", within=10)
        try:
            yield Site(f"http://127.0.0.1:{listener.getsockname()[1]}")
        finally:
            application.end()
            server.should_exit = True
            thread.join(5)


@pytest.fixture
def site(transactional_db: None, broker: object) -> Iterator[Site]:
    """Return the stream on a server, with a broker."""
    with serving(EventStream(BEAT)) as site:
        yield site
