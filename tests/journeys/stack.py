"""Real processes on the test's own database: workers and timetables that a test may kill."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings as django_settings
from django.db import connection
from pytest_django import Settings

from dashboard.supervisor.broker import find_server, server_arguments
from tests.servers import answers, die_with_parent
from tests.simulator import Simulator
from videojobs.models import Job

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Stack:
    """Starts the site's programs by name, stops them, kills them."""

    folder: Path
    simulator: Simulator
    extra: dict[str, str] = field(default_factory=dict)
    processes: "dict[str, subprocess.Popen[bytes]]" = field(default_factory=dict)

    @property
    def broker_socket(self) -> Path:
        """Where this test's broker listens."""
        return self.folder / "b.sock"

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment of every program."""
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "dashboard.settings",
            "DATA_DIR": str(self.folder),
            "DATABASE_URL": database_url(),
            "REDIS_URL": f"unix://{self.broker_socket}?db=0",
            "SIMULATOR_URL": self.simulator.url,
            "SECRET_KEY": django_settings.SECRET_KEY,
            "MIN_FREE_DISK": "1 MiB",
            **self.extra,
        }

    def start(self, name: str, *command: str) -> None:
        """Start a program under a name; its output goes to a file of that name."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    def start_broker(self) -> None:
        """Start the broker, with what it had on disk."""
        self.start("broker", *server_arguments(find_server(), self.broker_socket, self.folder))
        wait_until(lambda: answers(self.broker_socket), "the broker")

    def start_worker(self, name: str = "worker") -> None:
        """Start a worker."""
        self.start(name, sys.executable, "-m", "dashboard.celery_worker")

    def start_beat(self, name: str = "beat") -> None:
        """Start a timetable."""
        self.start(name, sys.executable, "-m", "dashboard.celery_beat")

    def kill(self, name: str) -> None:
        """Kill a program as kill -9 does."""
        self.end(name, signal.SIGKILL)

    def end(self, name: str, how: int = signal.SIGTERM) -> None:
        """Send a program a signal and wait until it has ended."""
        process = self.processes.pop(name)
        process.send_signal(how)
        process.wait(20)

    def end_all(self) -> None:
        """Kill everything."""
        for name in list(self.processes):
            self.kill(name)

    def log(self, name: str) -> str:
        """Return what a program wrote."""
        return (self.folder / f"{name}.log").read_text(errors="replace")


def database_url() -> str:
    """Return the address of the test's own database."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    return f"postgresql://{database['USER']}@{quote(database['HOST'], safe='')}/{database['NAME']}"


def wait_until(condition: Callable[[], bool], what: str, *, within: float = 30.0) -> None:
    """Wait for something to become true. Raises AssertionError where it does not."""
    end = time.monotonic() + within
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited {within} s in vain for {what}")
        time.sleep(0.05)


def wait_for_state(job: Job, *states: str, within: float = 30.0) -> Job:
    """Wait until a job is in one of these states and return it as it then is."""
    wait_until(
        lambda: Job.objects.filter(id=job.id, state__in=states).exists(),
        f"{job.id} to be {' or '.join(states)}",
        within=within,
    )
    return Job.objects.get(id=job.id)


@pytest.fixture
def stack(simulator: Simulator, settings: Settings, tmp_path: Path) -> Iterator[Stack]:
    """Return a stack with a broker of its own; everything is killed when the test ends."""
    settings.SIMULATOR_URL = simulator.url
    settings.DATA_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"
    with ExitStack() as cleaning:
        one = Stack(tmp_path, simulator)
        cleaning.callback(one.end_all)
        one.start_broker()
        yield one
