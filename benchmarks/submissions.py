"""Submissions per second through the gateway, against a bare Django view that inserts one row."""

import asyncio
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp
import uvloop
from django.db import connection

from benchmarks import stage
from benchmarks.bare import Wish
from benchmarks.figures import Figure
from benchmarks.looks import say
from benchmarks.measuring import Run, cpu_seconds, in_turns, middle_cpu, middle_rate, middle_ratio
from benchmarks.seed import MODEL, PROMPT, create_cast
from tests.dashboard.running import free_port
from videojobs.models import Job

AT_ONCE = 8
NAKED = {"WITHOUT_MIDDLEWARE": "1"}
SERVER = (
    *("uvicorn", "--host=127.0.0.1", "--loop=uvloop", "--http=httptools", "--lifespan=off"),
    *("--no-access-log", "--log-level=warning", "--timeout-graceful-shutdown=3"),
)
PATIENCE = 60.0
"""Seconds for a server to come up."""


@dataclass(frozen=True)
class Door:
    """Where submissions go in, and the process behind it."""

    url: str
    headers: Mapping[str, str]
    pid: int


def measure(database: str, *, quick: bool) -> list[Figure]:
    """Measure both on the database this process is set up for, each served by a server of its own."""
    number, rounds = (40, 1) if quick else (600, 5)
    cast = create_cast(datetime.now(UTC))
    with connection.schema_editor() as editor:
        editor.create_model(Wish)
    with ExitStack() as servers:
        ours = servers.enter_context(serve("dashboard.asgi:application", "dashboard.settings", "/v2/videos"))
        bare, naked = (servers.enter_context(serve_bare(**options)) for options in ({}, NAKED))
        doors = {"ours": with_token(ours, cast.secret), "bare view": bare, "without middleware": naked}
        runs = in_turns({name: submitting(door, number) for name, door in doors.items()}, rounds + 1, say)
    check(Job.objects.count(), Wish.objects.count() // 2, number * (rounds + 1))
    return [figure(database, {name: of[1:] for name, of in runs.items()})]


def figure(database: str, runs: Mapping[str, list[Run]]) -> Figure:
    """Return ours beside the bare view's."""
    return Figure(
        name="submissions through the gateway",
        on=database,
        unit="/s",
        ours=middle_rate(runs["ours"]),
        reference=middle_rate(runs["bare view"]),
        reference_name="bare view of a fresh Django project that inserts one row",
        ratio=middle_ratio(runs["ours"], runs["bare view"]),
        at_least=0.3,
        details={
            "processor per submission, ms": middle_cpu(runs["ours"]),
            "processor per bare insert, ms": middle_cpu(runs["bare view"]),
            "bare view without any middleware, /s": middle_rate(runs["without middleware"]),
        },
    )


def check(jobs: int, rows: int, wanted: int) -> None:
    """Raise RuntimeError where a submission left nothing behind."""
    if (jobs, rows) != (wanted, wanted):
        raise RuntimeError(f"{jobs} jobs and {rows} bare rows instead of {wanted} each")


@contextmanager
def serve(application: str, settings_module: str, path: str, **variables: str) -> Iterator[Door]:
    """Run a server until the block ends."""
    port = free_port()
    here = {"DJANGO_SETTINGS_MODULE": settings_module, "PORT": str(port)}
    environment = os.environ | here | variables
    with stage.process(*SERVER, f"--port={port}", application, environment=environment) as program:
        origin = f"http://127.0.0.1:{port}"
        wait_for(f"{origin}/healthz")
        yield Door(f"{origin}{path}", {"Content-Type": "application/json"}, program.pid)


def serve_bare(**variables: str) -> AbstractContextManager[Door]:
    """Run the bare site's server until the block ends."""
    return serve("benchmarks.bare_server:application", "benchmarks.bare_settings", "/insert", **variables)


def with_token(door: Door, secret: str) -> Door:
    """Return a door with a key in hand."""
    return Door(door.url, {**door.headers, "Authorization": f"Bearer {secret}"}, door.pid)


def wait_for(url: str) -> None:
    """Wait until a server answers anything at all."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{url} did not come up in {PATIENCE:g} s")


def submitting(door: Door, number: int) -> Callable[[], Run]:
    """Return a run of so many submissions through a door, with the processor time of its server."""

    def run() -> Run:
        cpu, start = cpu_seconds(door.pid), time.perf_counter()
        uvloop.run(submit(door, number))
        return Run(number, time.perf_counter() - start, cpu_seconds(door.pid) - cpu)

    return run


async def submit(door: Door, number: int) -> None:
    """Send submissions, some at once, and demand a good answer to each."""
    todo = iter(range(number))
    async with aiohttp.ClientSession(headers=door.headers) as session:

        async def work() -> None:
            for index in todo:
                body = json.dumps({"model": MODEL, "prompt": f"{PROMPT}, take {index}"})
                async with session.post(door.url, data=body) as answer:
                    if answer.status != 200:
                        raise RuntimeError(f"{answer.status}: {await answer.text()}")

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
