"""The door of the event stream, in raw ASGI: a page's stream costs no thread."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.db import Error as DatabaseError
from django.http import parse_cookie
from django.http.request import split_domain_port, validate_host

from dashboard.live import frames, replay
from dashboard.live.guests import Guest, admit
from dashboard.live.hub import Listener
from dashboard.live.replay import Replay
from dashboard.live.station import BEAT, Station
from dashboard.live.threads import in_thread

logger = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PATH = "/events/"

PAGES_PER_PERSON = 20
STUCK = 30.0
"""Seconds a page may take to accept what it is sent."""

FRESH = timedelta(seconds=60)
"""How old a page may be that says when it was made; an older one has to read itself again anyway."""

HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


class Refused(Exception):
    """This stream is not opened."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class Knock:
    """What a request for the stream says."""

    def __init__(self, scope: Scope) -> None:
        self.method: str = scope["method"]
        self.headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        self.query = parse_qs(scope.get("query_string", b"").decode("latin-1"))

    @property
    def session(self) -> str:
        """The key of the session, or ""."""
        return parse_cookie(self.headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME, "")

    @property
    def is_from_here(self) -> bool:
        """Whether one of our own pages asks, or no page at all."""
        host = self.headers.get("host", "")
        if not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
            return False
        origin = self.headers.get("origin")
        if origin is not None and origin != settings.PUBLIC_URL and urlsplit(origin).netloc != host:
            return False
        return self.headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}

    @property
    def last(self) -> int | None:
        """The newest event this page has seen; 0 where that makes no sense."""
        said = self.headers.get("last-event-id") or self._first("last")
        if not said:
            return None
        return int(said) if said.isascii() and said.isdecimal() and len(said) < 19 else 0

    @property
    def made_at(self) -> datetime | None:
        """When this page was made, if that was just now. Unix seconds on the way."""
        said = self._first("since")
        if not said.isascii() or not said.isdecimal() or len(said) > 12:
            return None
        moment, now = datetime.fromtimestamp(int(said), UTC), datetime.now(UTC)
        return moment if now - FRESH < moment <= now else None

    def _first(self, name: str) -> str:
        return str(self.query.get(name, [""])[0])


class EventStream:
    """One endpoint; one station per event loop. `beat`: seconds between two signs of life."""

    def __init__(self, beat: float = BEAT) -> None:
        self._beat = beat
        self._station: Station | None = None

    @property
    def station(self) -> Station:
        """The station of the running loop, opened when it is first needed."""
        if self._station is None or not self._station.is_fit:
            self._station = Station(self._beat)
        return self._station

    def end(self) -> None:
        """End every stream, from any thread."""
        if self._station is not None and not self._station.loop.is_closed():
            self._station.loop.call_soon_threadsafe(self._station.end)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one stream until either side ends it."""
        knock = Knock(scope)
        try:
            guest = await self._admitted(knock)
        except Refused as refused:
            await answer(send, refused)
            return
        listener = self.station.join(guest)
        try:
            # The box is open before the replay is read, so nothing falls between them.
            await self._begin(knock, guest, send)
            await pump(listener, receive, send)
        finally:
            self.station.hub.leave(listener)

    async def _admitted(self, knock: Knock) -> Guest:
        """Return who listens. Raises Refused."""
        if knock.method != "GET":
            raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, "Only GET opens the stream.")
        if not knock.is_from_here:
            raise Refused(HTTPStatus.FORBIDDEN, "Only this site's own pages may listen.")
        try:
            guest = await in_thread(admit, knock.session) if knock.session else None
        except DatabaseError as error:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "The database is away.") from error
        if guest is None:
            raise Refused(HTTPStatus.UNAUTHORIZED, "Sign in to listen.")
        if self.station.has_ended:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "The server is about to end.")
        if self.station.hub.pages_of(guest.user) >= PAGES_PER_PERSON:
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, f"At most {PAGES_PER_PERSON} pages listen at once.")
        return guest

    async def _begin(self, knock: Knock, guest: Guest, send: Send) -> None:
        """Say hello, and tell what was missed."""
        await send({"type": "http.response.start", "status": HTTPStatus.OK, "headers": HEADERS})
        await self.station.wire.settled.wait()
        try:
            missed = await in_thread(find_missed, knock, guest)
        except DatabaseError:
            missed = Replay((), None, is_complete=False)
        await send(body(opening(missed, is_degraded=self.station.wire.is_degraded)))


def find_missed(knock: Knock, guest: Guest) -> Replay:
    """Return what happened since this page saw the last event, or since it was made."""
    if knock.last is not None:
        return replay.after(guest.team, knock.last).without(guest.hidden)
    if knock.made_at is not None:
        # A page's second begins before the page does, so this overlaps a little.
        return replay.since(guest.team, knock.made_at - timedelta(seconds=1)).without(guest.hidden)
    return Replay((), replay.newest(guest.team))


def opening(missed: Replay, *, is_degraded: bool) -> bytes:
    """Return the first bytes of a stream."""
    parts = [frames.hello(datetime.now(UTC), missed.newest)]
    if is_degraded:
        parts.append(frames.DEGRADED)
    if not missed.is_complete:
        parts.append(frames.reset(missed.newest))
    if missed.queue:
        parts.append(frames.QUEUE)
    parts.extend(frames.job(news) for news in missed.news)
    return b"".join(parts)


async def pump(listener: Listener, receive: Receive, send: Send) -> None:
    """Send what comes into the box until the page goes away or the box is closed."""
    watching = asyncio.create_task(watch(listener, receive))
    try:
        while waiting := await listener.take():
            async with asyncio.timeout(STUCK):
                await send(body(waiting))
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    except TimeoutError:
        logger.info("live_stuck user=%d", listener.guest.user)
    finally:
        watching.cancel()


async def watch(listener: Listener, receive: Receive) -> None:
    """Close the box once the page is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.end()


def body(data: bytes) -> Message:
    """Return a piece of an answer that goes on."""
    return {"type": "http.response.body", "body": data, "more_body": True}


async def answer(send: Send, refused: Refused) -> None:
    """Answer with a refusal."""
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    text = json.dumps({"error": {"message": refused.message}}).encode()
    await send({"type": "http.response.body", "body": text, "more_body": False})
