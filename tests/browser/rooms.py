"""What browser tests of the gallery, job and spend pages share: somebody signed in, and real clips."""

import hashlib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tests.browser.signed_in import page_of
from tests.factories import NOW, Cast, create_cast, create_job
from tests.videojobs.media.clips import make_clip
from videojobs.media.probe import make_poster, probe
from videojobs.models import Job, Output, User
from videojobs.states import State


@pytest.fixture
def cast(settings: Settings, tmp_path: Path) -> Cast:
    """Alice, Bob and Charlie, with a media folder of their own."""
    settings.MEDIA_ROOT = tmp_path
    return create_cast()


@pytest.fixture
def alice(browser: Browser, cast: Cast, live_server: LiveServer) -> Iterator[Page]:
    """Alice's page, on which nothing may go wrong unseen."""
    page = page_of(browser, live_server, cast.alice)
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda said: heard.append(said.text) if "Security Policy" in said.text else None)
    yield page
    page.context.close()
    assert heard == [], heard


@pytest.fixture
def plain(browser: Browser, cast: Cast, live_server: LiveServer) -> Iterator[Page]:
    """Alice's page in a browser without JavaScript."""
    page = page_of(browser, live_server, cast.alice, java_script_enabled=False)
    yield page
    page.context.close()


def kept_clip(person: User, cast: Cast, *, prompt: str, size: tuple[int, int] = (320, 180)) -> Job:
    """Make a finished job with a real clip of two seconds and its poster."""
    job = create_job(person, cast.team, state=State.COMPLETED, prompt=prompt)
    clip = make_clip(settings.MEDIA_ROOT / f"{job.id}.mp4", size=size, options={"movflags": "+faststart"})
    make_poster(clip, settings.MEDIA_ROOT / f"{job.id}.webp")
    found = probe(clip)
    Output.objects.create(
        job=job,
        name=f"{job.id}.mp4",
        poster=f"{job.id}.webp",
        bytes=clip.stat().st_size,
        sha256=hashlib.sha256(clip.read_bytes()).hexdigest(),
        container=found.container,
        codec=found.codec,
        duration=Decimal(found.duration),
        width=found.width,
        height=found.height,
        stored_at=NOW,
    )
    return job
