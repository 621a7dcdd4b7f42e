"""Files leave from the event loop: whole, in ranges, to slow readers, and never at the pages' cost."""

import os
import socket
import time
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from django.conf import settings
from django.utils import timezone

from dashboard import media_links
from tests.dashboard.api.scripts import WISH, Script
from tests.dashboard.web import stack, web
from tests.factories import Cast, create_cast, create_job, create_output
from tests.journeys.stack import Stack, wait_until
from videojobs.models import Job
from videojobs.states import State

__all__ = ["stack", "web"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

CLIP = os.urandom(2**20) * 8
PAUSED = 24
"""Players that stop reading; three times as many as there are threads for pages."""


@pytest.fixture
def cast() -> Cast:
    """Alice, Bob and Charlie."""
    return create_cast()


@pytest.fixture
def url(stack: Stack, web: str, cast: Cast) -> str:
    """The signed link of a clip of eight megabytes."""
    job = create_job(cast.alice, cast.team, state=State.COMPLETED)
    output = create_output(job)
    path = settings.MEDIA_ROOT / output.name
    path.parent.mkdir(parents=True)
    path.write_bytes(CLIP)
    return media_links.signed_url(job, output, web, now=timezone.now())


def paused(url: str) -> socket.socket:
    """Ask for a clip like a player that has buffered enough: read the head, then nothing."""
    parts = urlsplit(url)
    player = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=20)
    player.sendall(f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
    assert player.recv(12) == b"HTTP/1.1 200"
    return player


def open_clips(stack: Stack) -> int:
    """Count the clips the web server has open."""
    links = Path(f"/proc/{stack.processes['web'].pid}/fd").iterdir()
    return sum(str(link.readlink()).endswith(".mp4") for link in links if link.is_symlink())


def test_ranges_and_the_whole_come_through_the_server(url: str) -> None:
    with httpx.Client(trust_env=False) as client:
        assert client.get(url).content == CLIP
        part = client.get(url, headers={"range": "bytes=1000000-3000000"})
        assert (part.status_code, part.content) == (206, CLIP[1_000_000:3_000_001])
        assert client.get(url, headers={"range": "bytes=-5"}).content == CLIP[-5:]
        assert client.get(url, headers={"range": f"bytes={len(CLIP)}-"}).status_code == 416
        head = client.head(url)
        assert (head.headers["content-length"], head.content) == (str(len(CLIP)), b"")
        assert client.get(url, headers={"if-none-match": head.headers["etag"]}).status_code == 304


def test_paused_players_hold_no_page_and_no_file_once_they_go(stack: Stack, web: str, url: str) -> None:
    with ExitStack() as players:
        for _ in range(PAUSED):
            players.enter_context(paused(url))
        wait_until(lambda: open_clips(stack) == PAUSED, "all players to be served")
        start = time.monotonic()
        assert httpx.get(f"{web}/healthz", trust_env=False).status_code == 200
        assert httpx.get(url, trust_env=False).content == CLIP
        assert time.monotonic() - start < 5
    wait_until(lambda: open_clips(stack) == 0, "the files to be closed")


def test_ten_megabytes_are_refused_by_the_server_too(web: str, cast: Cast) -> None:
    secret = Script.of(cast.alice, cast.team).secret
    wish = WISH | {"prompt": "x" * 10_000_000}
    answer = httpx.post(
        f"{web}/v2/videos", json=wish, headers={"authorization": f"Bearer {secret}"}, trust_env=False
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")
    assert not Job.objects.exists()
