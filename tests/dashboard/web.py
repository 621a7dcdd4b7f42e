"""The real web server beside a test, on the test's own database."""

import socket
import sys
from collections.abc import Iterator

import httpx
import pytest

from tests.journeys.stack import Stack, stack, wait_until

__all__ = ["stack", "web"]


@pytest.fixture
def web(stack: Stack) -> Iterator[str]:
    """Run uvicorn with the site's own server entry; give its origin."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    stack.extra["PORT"] = port
    entry = ("dashboard.asgi:application", "--port", port, "--loop", "uvloop", "--http", "httptools")
    stack.start("web", sys.executable, "-m", "uvicorn", *entry, "--lifespan", "off")
    origin = f"http://127.0.0.1:{port}"
    wait_until(lambda: is_up(origin), "the web server")
    yield origin


def is_up(origin: str) -> bool:
    """Tell whether it answers."""
    try:
        return httpx.get(f"{origin}/healthz", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
