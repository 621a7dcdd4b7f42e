"""The simulator's end of the wire: one request in, one answer out, and ways to break either."""

import asyncio
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast
from urllib.parse import parse_qsl

from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, HTTPScope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

Headers = list[tuple[str, str]]


class TooLong(Exception):
    """The body has more bytes than are read."""


class BreakableProtocol(HttpToolsProtocol):
    """Lends each request its own socket, so that a fault can cut it."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {"simulator": {"transport": self.transport}}


@dataclass
class Exchange:
    """One request and the answer to it."""

    scope: HTTPScope
    receive: ASGIReceiveCallable
    send: ASGISendCallable
    origin: str = field(init=False)

    def __post_init__(self) -> None:
        self.origin = f"http://{self.headers.get('host') or '127.0.0.1'}"

    @property
    def method(self) -> str:
        return self.scope["method"]

    @property
    def path(self) -> str:
        return self.scope["path"]

    @cached_property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.scope["query_string"].decode("latin-1")))

    @cached_property
    def headers(self) -> dict[str, str]:
        """Names in lower case; of a repeated header the last one."""
        return {name.decode("latin-1"): value.decode("latin-1") for name, value in self.scope["headers"]}

    @property
    def has_key(self) -> bool:
        """Whether a bearer key came along; any will do that does not begin with "refused"."""
        scheme, _, key = self.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and bool(key.strip()) and not key.strip().startswith("refused")

    async def read(self, longest: int) -> bytes:
        """Return the whole body. Raises TooLong above `longest` bytes."""
        parts: list[bytes] = []
        total = 0
        while True:
            message = await self.receive()
            if message["type"] != "http.request":
                return b"".join(parts)
            parts.append(message["body"])
            total += len(message["body"])
            if total > longest:
                raise TooLong
            if not message["more_body"]:
                return b"".join(parts)

    async def answer(self, status: int, body: bytes, headers: Headers) -> None:
        """Answer in one piece."""
        await self.begin(status, [*headers, ("content-length", str(len(body)))])
        await self.more(b"" if self.method == "HEAD" else body, last=True)

    async def answer_half(self, status: int, body: bytes, headers: Headers) -> None:
        """Promise the whole body, send half of it and hang up."""
        await self.begin(status, [*headers, ("content-length", str(len(body)))])
        await self.more(body[: len(body) // 2])
        await self.hang_up()

    async def json(self, status: int, value: object, headers: Headers | None = None) -> None:
        """Answer with JSON; a NaN goes out as the bare word, as careless servers send it."""
        body = json.dumps(value, separators=(",", ":")).encode()
        await self.answer(status, body, [("content-type", "application/json"), *(headers or [])])

    async def text(self, status: int, body: str, kind: str = "text/html; charset=utf-8") -> None:
        """Answer with text of a kind."""
        await self.answer(status, body.encode(), [("content-type", kind)])

    async def redirect(self, status: int, target: str) -> None:
        """Send the asker elsewhere."""
        await self.answer(status, b"", [("location", target)])

    async def begin(self, status: int, headers: Headers) -> None:
        """Send the status and headers; without a length the body goes out in chunks."""
        encoded = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers]
        await self.send(
            {"type": "http.response.start", "status": status, "headers": encoded, "trailers": False}
        )

    async def more(self, part: bytes, *, last: bool = False) -> None:
        """Send a part of the body."""
        await self.send({"type": "http.response.body", "body": part, "more_body": not last})

    async def garble(self) -> None:
        """Answer with what is no HTTP at all."""
        self._transport.write(b"\x16\x03\x01 this is not the protocol you are looking for\r\n\r\n")
        await self.hang_up()

    async def drop(self) -> None:
        """Cut the connection at once, whatever was still to be sent."""
        self._transport.abort()
        await self._gone()

    async def hang_up(self) -> None:
        """Close the connection once what was sent has left."""
        self._transport.close()
        await self._gone()

    @property
    def left(self) -> bool:
        """Tell whether the asker has gone away."""
        return self._transport.is_closing()

    async def _gone(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass

    @property
    def _transport(self) -> asyncio.Transport:
        extensions = self.scope["extensions"] or {}
        return cast(asyncio.Transport, extensions["simulator"]["transport"])  # or uvloop's, much the same


def error_body(message: str, *, code: str | None = None, param: str | None = None) -> dict[str, object]:
    """Return an error in Together's published shape."""
    kind = "invalid_request_error"
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}
