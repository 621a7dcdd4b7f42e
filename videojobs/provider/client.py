"""Three calls: create a video, once; read videos by id, many at a time; read what was billed in a month.

A create is written to the socket at most once: a fresh connection, no retries, no redirects, one overall
deadline. Whether a single byte left this machine decides whether it may ever be sent again.
"""

import asyncio
import email.utils
import logging
import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

import httpx
import uvloop
from httpx_aiohttp import AiohttpTransport

from videojobs.provider.errors import (
    AccountRefused,
    Busy,
    CreateError,
    JobMissing,
    LookError,
    LookFailed,
    LookRefused,
    LooksTooFast,
    ModelGone,
    NotSent,
    Refused,
    StaleClaim,
    Unconfirmed,
    UsageFailed,
)
from videojobs.provider.types import CreateVideoBody, CreateVideoResponse, VideoJob, decode, read_error
from videojobs.provider.types_usage import BilledLine, BilledPage

logger = logging.getLogger(__name__)

CREATE_DEADLINE = 60.0
"""Seconds for the whole create: name, connection, TLS, answer."""

LOOK_DEADLINE = 15.0
"""Seconds for one read."""

USAGE_DEADLINE = 60.0
"""Seconds for all pages of a month."""

DAYS_PER_PAGE = 7
MOST_PAGES = 50
"""More than a month can have; a cursor that leads on for ever ends here."""

LARGEST_ANSWER = 1_000_000
"""Bytes; real answers are under 2,000."""

LOOKS_AT_ONCE = 32

REFUSING = frozenset({400, 403, 404, 405, 413, 415, 422})
ACCOUNT_REFUSING = frozenset({401, 402})
BUSY_WITH_ERROR = frozenset({503, 529})

_WRITING = frozenset({"http11.send_request_headers.started", "http2.send_request_headers.started"})


@dataclass(frozen=True)
class Looked:
    """One usable answer to a read: the raw text, and what it says."""

    raw: str
    job: VideoJob


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    text: str


class Provider:
    """One provider account's calls. `origin` is scheme, host and port; `key` is never logged."""

    def __init__(self, origin: str, key: str) -> None:
        self.origin = origin
        self._headers = {
            "Authorization": f"Bearer {key}",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "dailies",
        }

    def create(
        self, body: CreateVideoBody, *, may_send: Callable[[], bool], deadline: float = CREATE_DEADLINE
    ) -> CreateVideoResponse:
        """Ask for one video with a single POST.

        `may_send` is asked when the connection stands and nothing is written yet. `deadline` is in seconds.
        Raises a CreateError that says what to do next; never anything else once bytes were written.
        """
        post = _Post(may_send)
        try:
            return read_created(self._answer(body, post, deadline))
        except CreateError:
            raise
        except Exception as error:
            raise post.failure(error) from error

    def _answer(self, body: CreateVideoBody, post: "_Post", deadline: float) -> _Answer:
        try:
            with asyncio.Runner() as runner:
                return runner.run(self._post(body, post, deadline))
        except Exception:
            # What was read counts, whatever went wrong while its connection was closed.
            if post.answer is None:
                raise
            return post.answer

    async def _post(self, body: CreateVideoBody, post: "_Post", deadline: float) -> _Answer:
        async with (
            asyncio.timeout(deadline),
            httpx.AsyncClient(timeout=None, trust_env=False, headers=self._headers) as client,  # noqa: S113  one overall deadline instead
            client.stream(
                "POST",
                f"{self.origin}/v2/videos",
                json=body.to_wire(),
                follow_redirects=False,
                extensions={"trace": post.watch},
            ) as response,
        ):
            post.answer = await _read(response)
            return post.answer

    def reader(self, *, at_once: int = LOOKS_AT_ONCE) -> "Reader":
        """Return a context that reads jobs by id over kept connections, `at_once` at a time."""
        return Reader(self.origin, self._headers, at_once=at_once)

    def look(self, provider_id: str) -> Looked:
        """Read one job. Raises a LookError."""
        with self.reader(at_once=1) as reader:
            found = reader.look([provider_id])[provider_id]
        if isinstance(found, LookError):
            raise found
        return found

    def billed(self, month: str) -> list[BilledLine]:
        """Read all that was billed on the finished days of a month ("2026-11"). Raises UsageFailed."""
        try:
            with asyncio.Runner() as runner:
                return runner.run(self._billed(month))
        except UsageFailed:
            raise
        except Exception as error:
            what = "no answer in time" if isinstance(error, TimeoutError) else _words(error)
            raise UsageFailed(f"The provider's figures could not be read: {what}.") from error

    async def _billed(self, month: str) -> list[BilledLine]:
        lines: list[BilledLine] = []
        seen = {""}
        query = {"month": month, "granularity": "day", "limit": str(DAYS_PER_PAGE)}
        async with (
            asyncio.timeout(USAGE_DEADLINE),
            httpx.AsyncClient(timeout=None, trust_env=False, headers=self._headers) as client,  # noqa: S113  one overall deadline instead
        ):
            for _page in range(MOST_PAGES):
                async with client.stream("GET", f"{self.origin}/v1/billing/usage", params=query) as response:
                    page = read_billed(await _read(response), month)
                lines += page.lines
                if not page.cursor:
                    return lines
                if page.cursor in seen:
                    break
                seen.add(page.cursor)
                query["after"] = page.cursor
        raise UsageFailed("The provider's figures have no last page.")


class _Post:
    """Watches one request on its way to the socket."""

    def __init__(self, may_send: Callable[[], bool]) -> None:
        self._may_send = may_send
        self.written = False
        self.answer: _Answer | None = None

    async def watch(self, event: str, _details: Mapping[str, Any]) -> None:
        """Stop at the last moment before the first byte, or remember that it left."""
        if event in _WRITING:
            if not self._may_send():
                raise StaleClaim("The claim grew too old before the request could be written.")
            self.written = True

    def failure(self, error: Exception) -> CreateError:
        """Say what a failed request means: nothing sent, or nobody knows."""
        what = "the deadline passed" if isinstance(error, TimeoutError) else _words(error)
        if self.written:
            return Unconfirmed(f"No usable answer came: {what}. The request may have arrived.")
        return NotSent(f"The provider could not be reached: {what}. Nothing was sent.")


def read_created(answer: _Answer) -> CreateVideoResponse:
    """Return what a create's answer says. Raises a CreateError for everything but an id."""
    if 200 <= answer.status < 300:
        try:
            return CreateVideoResponse.read(answer.text)
        except ValueError as error:
            raise Unconfirmed(
                f"The provider answered {answer.status}, but {error}.", status=answer.status, raw=answer.text
            ) from error
    raise _create_error(answer)


def read_billed(answer: _Answer, month: str) -> BilledPage:
    """Return one page of what was billed. Raises UsageFailed."""
    if answer.status != 200:
        message, code, _has_error = _sentence(answer)
        raise UsageFailed(message, status=answer.status, raw=answer.text, code=code)
    try:
        return BilledPage.read(answer.text, month)
    except ValueError as error:
        raise UsageFailed(
            f"The provider's figures cannot be read: {error}.", status=200, raw=answer.text
        ) from error


def _create_error(answer: _Answer) -> CreateError:
    message, code, has_error = _sentence(answer)
    facts: dict[str, Any] = {"status": answer.status, "raw": answer.text, "code": code}
    if answer.status == 404:
        return ModelGone(message, **facts)
    if answer.status in REFUSING:
        return Refused(message, **facts)
    if answer.status in ACCOUNT_REFUSING:
        return AccountRefused(message, **facts)
    if answer.status == 429 or (answer.status in BUSY_WITH_ERROR and has_error):
        return Busy(message, retry_after=retry_after(answer.headers), **facts)
    return Unconfirmed(f"The provider answered {answer.status}: {message}", **facts)


class Reader:
    """Reads jobs by id over kept connections; a context manager with an event loop of its own."""

    def __init__(self, origin: str, headers: Mapping[str, str], *, at_once: int) -> None:
        self._origin = origin
        self._headers = headers
        self._at_once = at_once

    def __enter__(self) -> Self:
        self._runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        limits = httpx.Limits(max_connections=self._at_once, keepalive_expiry=30)
        context = ssl.create_default_context() if self._origin.startswith("https:") else False
        # The transport alone: a read needs nothing else of httpx's client, which is half of its cost.
        self._transport = AiohttpTransport(verify=context, trust_env=False, limits=limits)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._runner, suppress(Exception):
            self._runner.run(self._transport.aclose())

    def look(self, provider_ids: Sequence[str]) -> dict[str, Looked | LookError]:
        """Read each id once. An answer equal to what was known need not be parsed: see `fetch`."""
        return {
            provider_id: found if isinstance(found, LookError) else read_looked(found, provider_id)
            for provider_id, found in self.fetch(provider_ids).items()
        }

    def fetch(self, provider_ids: Sequence[str]) -> dict[str, str | LookError]:
        """Read each id once and return the raw texts of good answers, unparsed, or what went wrong."""
        return self._runner.run(self._fetch_all(provider_ids))

    async def _fetch_all(self, provider_ids: Sequence[str]) -> dict[str, str | LookError]:
        found: dict[str, str | LookError] = {}
        todo = iter(provider_ids)

        async def work() -> None:
            for provider_id in todo:
                found[provider_id] = await self._fetch(provider_id)

        await asyncio.gather(*(work() for _ in range(min(self._at_once, len(provider_ids)))))
        return found

    async def _fetch(self, provider_id: str) -> str | LookError:
        try:
            request = httpx.Request("GET", f"{self._origin}/v2/videos/{provider_id}", headers=self._headers)
            async with (
                asyncio.timeout(LOOK_DEADLINE),
                aclosing(await self._transport.handle_async_request(request)) as response,
            ):
                answer = await _read(response)
            return answer.text if answer.status == 200 else _look_error(answer)
        except Exception as error:  # noqa: BLE001  one bad answer must not end the batch
            what = "no answer in time" if isinstance(error, TimeoutError) else _words(error)
            return LookFailed(f"The provider could not be read: {what}.")


def read_looked(raw: str, provider_id: str) -> Looked | LookError:
    """Read one good answer's text; an unreadable one, or one about another job, is a LookFailed."""
    try:
        job = VideoJob.read(decode(raw))
    except ValueError as error:
        return LookFailed(f"The provider's answer cannot be read: {error}.", status=200, raw=raw)
    if job.id != provider_id:
        return LookFailed("The provider answered about another job.", status=200, raw=raw)
    return Looked(raw=raw, job=job)


def _look_error(answer: _Answer) -> LookError:
    message, code, _has_error = _sentence(answer)
    facts: dict[str, Any] = {"status": answer.status, "raw": answer.text, "code": code}
    if answer.status == 404:
        return JobMissing(message, **facts)
    if answer.status in {401, 403}:
        return LookRefused(message, **facts)
    if answer.status == 429:
        return LooksTooFast(message, retry_after=retry_after(answer.headers), **facts)
    return LookFailed(message, **facts)


async def _read(response: httpx.Response) -> _Answer:
    parts = bytearray()
    async for part in response.aiter_bytes():
        parts += part
        if len(parts) > LARGEST_ANSWER:
            raise httpx.DecodingError("the answer is larger than any real one")
    text = parts.decode("utf-8", "replace").replace("\x00", "\ufffd")  # no database keeps a NUL in a text
    return _Answer(response.status_code, response.headers, text)


def _sentence(answer: _Answer) -> tuple[str, str, bool]:
    """Return the provider's sentence, its code, and whether it was a JSON error at all."""
    try:
        decoded = decode(answer.text)
    except ValueError:
        decoded = None
    message, code = read_error(decoded) if isinstance(decoded, dict) else ("", "")
    fallback = f"The provider answered {answer.status} without a reason."
    return message or fallback, code, bool(message or code)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the wait the provider asks for, in seconds: `Retry-After`, else `x-ratelimit-reset`."""
    for name in ("retry-after", "x-ratelimit-reset"):
        wait = _seconds(headers.get(name, ""))
        if wait is not None:
            return min(wait, 3600.0)
    return None


def _seconds(value: str) -> float | None:
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = email.utils.parsedate_to_datetime(value)
        except (ValueError, OverflowError):
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - datetime.now(UTC)).total_seconds()
    return max(seconds, 0.0) if seconds == seconds else None


WORDS: tuple[tuple[type[Exception], str], ...] = (
    (httpx.TimeoutException, "no answer in time"),
    (httpx.ConnectError, "no connection"),
    (httpx.NetworkError, "the connection broke"),
    (httpx.RemoteProtocolError, "the connection broke off or carried no HTTP"),
    (httpx.DecodingError, "the answer cannot be read"),
)
"""What a person reads instead of a library's name; the log has that."""


def _words(error: Exception) -> str:
    logger.info("provider_trouble: %s: %s", type(error).__name__, error)
    return next((words for kind, words in WORDS if isinstance(error, kind)), "something unexpected happened")
