"""What goes down the stream: server-sent events, as bytes."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from dashboard.live.replay import News

RETRY = 2_000
"""Milliseconds until a browser tries again after a lost connection."""

PING = b": ping\n\n"


def frame(name: str, data: Mapping[str, object], number: int | None = None) -> bytes:
    """Write one event. `number` is what a browser names when it comes back."""
    lines = [f"event: {name}", f"data: {json.dumps(data, separators=(',', ':'))}"]
    if number is not None:
        lines.insert(0, f"id: {number}")
    return "\n".join([*lines, "", ""]).encode()


def job(news: News) -> bytes:
    """Write that something happened to a job."""
    return frame("job", news.told(), news.event)


def beat(now: datetime, number: int | None = None) -> bytes:
    """Write that all is well: the server's time, so that a page knows how fresh it is."""
    return frame("beat", {"at": now.astimezone(UTC).isoformat(timespec="milliseconds")}, number)


def hello(now: datetime, number: int | None) -> bytes:
    """Write what every stream begins with. `number` is the newest event there is."""
    return f"retry: {RETRY}\n".encode() + beat(now, number)


def reset(number: int | None = None) -> bytes:
    """Write that too much was missed: the page reads everything again."""
    return frame("reset", {}, number)


QUEUE = frame("queue", {})
"""Writes that a queue was paused, resumed or given other places: read it again."""

DEGRADED = frame("degraded", {"message": "The broker is away; the database is read each second instead."})
RESTORED = frame("restored", {})
