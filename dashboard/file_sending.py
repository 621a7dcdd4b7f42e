"""Sends kept files from the event loop, so that a slow or paused player never holds one of the page threads.

A view opens the file and says which bytes go out; where the server is ours, `FileSender` sends them once the
view's thread is free again. Under any other WSGI server the view's own response streams them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import suppress
from typing import Any, BinaryIO

from django.http import HttpRequest

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

CHUNK = 256 * 1024
"""Bytes read and sent at once."""

TICKET = "dailies.file"
"""The key in the ASGI scope under which a view leaves what is to be sent."""


class Piece:
    """A run of bytes of an open file; closes the file."""

    def __init__(self, file: BinaryIO, start: int, length: int) -> None:
        self._file = file
        self._left = length
        file.seek(start)

    def read(self) -> bytes:
        """Return the next chunk, b"" at the end. Raises OSError where the file ends too early."""
        if not self._left:
            return b""
        chunk = self._file.read(min(CHUNK, self._left))
        if not chunk:
            raise OSError("the file is shorter than it was")
        self._left -= len(chunk)
        return chunk

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.read, b"")

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class Ticket:
    """Where a view leaves a piece for the sender."""

    piece: Piece | None = None


def hand_over(request: HttpRequest, piece: Piece) -> bool:
    """Leave a piece to the event loop. Returns False where there is none, and the view must stream it."""
    ticket = request.META.get("asgi.scope", {}).get(TICKET)
    if not isinstance(ticket, Ticket):
        return False
    ticket.piece = piece
    return True


class FileSender:
    """Wraps the application that runs the views."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        ticket = Ticket()

        async def hold_bodies_back(message: Message) -> None:
            if ticket.piece is None or message["type"] == "http.response.start":
                await send(message)

        try:
            await self._application({**scope, TICKET: ticket}, receive, hold_bodies_back)
            if ticket.piece is not None:
                await _stream(ticket.piece, receive, send)
        finally:
            if ticket.piece is not None:
                ticket.piece.close()


async def _stream(piece: Piece, receive: Receive, send: Send) -> None:
    """Send a piece as fast as its reader takes it, until they go away."""
    gone = asyncio.ensure_future(_until_gone(receive))
    try:
        while not gone.done():
            chunk = await asyncio.to_thread(piece.read)
            await send({"type": "http.response.body", "body": chunk, "more_body": bool(chunk)})
            if not chunk:
                return
    finally:
        gone.cancel()
        with suppress(asyncio.CancelledError):
            await gone


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
