"""Server entry: Django's pages in threads. The event stream stands beside them."""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

from dashboard.file_sending import FileSender

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PAGE_THREADS = 8

pages = FileSender(WSGIMiddleware(get_wsgi_application(), workers=PAGE_THREADS))

# Needs the tables, which get_wsgi_application has just loaded.
from dashboard.live import stream  # noqa: E402

events = stream.EventStream()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Hand each request to what serves it."""
    if scope["type"] == "http":
        serve = events if scope["path"] == stream.PATH else pages
        await serve(scope, receive, send)
    elif scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1000})
