"""The whole site on its real server, asked to end while pages listen."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from django.conf import settings

from tests.dashboard.live.site import Site
from tests.factories import Cast, create_job
from tests.journeys.stack import ROOT, database_url, wait_until
from tests.servers import die_with_parent

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]


@dataclass
class Server(Site):
    """The site's own process."""

    process: "subprocess.Popen[bytes]"


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def server(transactional_db: None, broker: object) -> Iterator[Server]:
    """Return the site on uvicorn, as the supervisor starts it."""
    port = free_port()
    variables = {
        "DATABASE_URL": database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "DATA_DIR": str(settings.DATA_DIR),
    }
    options = ("--lifespan", "off", "--log-level", "warning", "--timeout-graceful-shutdown", "3")
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "dashboard.asgi:application", "--port", str(port), *options],
        cwd=ROOT,
        env=os.environ | variables | {"DJANGO_SETTINGS_MODULE": "dashboard.settings", "PORT": str(port)},
        stderr=subprocess.PIPE,
        preexec_fn=die_with_parent,
    )
    server = Server(f"http://127.0.0.1:{port}", process)
    wait_until(lambda: answers(server), "the site")
    yield server
    process.kill()
    process.communicate()


def answers(server: Server) -> bool:
    """Tell whether pages are served."""
    try:
        return httpx.get(f"{server.url}/healthz").status_code == 200
    except httpx.TransportError:
        return False


def test_streams_end_with_the_server_and_hold_nothing_up(server: Server, cast: Cast) -> None:
    with server.page(cast.bob) as page, server.page(cast.alice) as other:
        page.wait_for("beat")
        other.wait_for("beat")
        create_job(cast.bob, cast.team)
        page.wait_for("job")
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        page.wait_for_end()
        other.wait_for_end()
        _output, errors = server.process.communicate(timeout=5)
    assert time.monotonic() - began < 2
    assert b"timeout graceful shutdown exceeded" not in errors
    assert server.process.returncode in {0, -signal.SIGTERM}
