"""Where figures are measured: real servers in a folder of their own, and processes that end with this one."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from pathlib import Path

import psycopg

from tests import servers
from tests.videojobs.media.clips import make_clip

ROOT = Path(__file__).resolve().parents[1]
SQLITE, POSTGRESQL = "sqlite", "postgresql"
INHERITED = ("PATH", "HOME", "LANG", "VIRTUAL_ENV", "TMPDIR")
KEY = "a-key-for-benchmarks"
SLOWEST_START = 60
"""Seconds."""


@dataclass
class Stage:
    """Addresses of a real broker and a real PostgreSQL, and fresh places in them and on disk."""

    folder: Path
    broker_url: str
    postgresql_url: str
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @cached_property
    def inherited(self) -> dict[str, str]:
        """What is taken over from whoever started this."""
        return {name: os.environ[name] for name in INHERITED if name in os.environ}

    def place(self, database: str) -> dict[str, str]:
        """Return the environment of a site of its own on a fresh database."""
        number = next(self._numbers)
        data = self.folder / f"site-{number}"
        data.mkdir()
        here = {
            "DATA_DIR": str(data),
            "REDIS_URL": f"{self.broker_url}?db={number % 16}",
            "TOGETHER_API_KEY": KEY,
            "MIN_FREE_DISK": "100 MiB",
            "PROVIDER_PLACES": "5000",
            "LOG_LEVEL": "error",
            "DJANGO_SETTINGS_MODULE": "dashboard.settings",
        }
        if database == POSTGRESQL:
            here["DATABASE_URL"] = self._fresh_database(f"bench_{number}")
        else:
            shutil.copy(self._empty_file, data)
        return self.inherited | here

    @cached_property
    def _empty_file(self) -> Path:
        """A SQLite file with the site's tables; to make it takes longer than a quick benchmark."""
        data = self.folder / "empty"
        command = [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity", "0"]
        subprocess.run(command, env=self.inherited | {"DATA_DIR": str(data)}, check=True)
        return data / "dailies.sqlite3"

    def _fresh_database(self, name: str) -> str:
        with self._connection() as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return self.postgresql_url.removesuffix("/postgres") + f"/{name}"

    def _connection(self) -> "psycopg.Connection[tuple[object, ...]]":
        """Connect to PostgreSQL, which opens its socket a while before it answers."""
        deadline = time.monotonic() + SLOWEST_START
        while True:
            try:
                return psycopg.connect(self.postgresql_url, autocommit=True)
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)


@contextmanager
def stage() -> Iterator[Stage]:
    """Run the servers until the block ends. PostgreSQL keeps its commits on disk, as in earnest."""
    with tempfile.TemporaryDirectory(prefix="dailies-bench-") as name:
        folder = Path(name)
        with servers.broker(folder) as broker_url, servers.postgresql(folder, durable=True) as database_url:
            yield Stage(folder, broker_url, database_url)


@contextmanager
def process(
    *module_and_options: str, environment: Mapping[str, str] | None = None
) -> Iterator["subprocess.Popen[str]"]:
    """Run a module of this Python until the block ends; its words can be read."""
    program = subprocess.Popen(
        [sys.executable, "-m", *module_and_options],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=servers.die_with_parent,
        start_new_session=True,
    )
    try:
        yield program
    finally:
        end(program)


def end(program: "subprocess.Popen[str]") -> None:
    """End a process, kindly for ten seconds."""
    program.terminate()
    try:
        program.communicate(timeout=10)
    except subprocess.TimeoutExpired:
        program.kill()
        program.communicate()


@contextmanager
def far_side(folder: Path) -> Iterator[str]:
    """Run the provider's side until the block ends, and give its origin. Its clip is made in `folder`."""
    clip = make_clip(folder / "clip.mp4", size=(320, 180), frames=12)
    with process("benchmarks.far_side", f"--clip={clip}") as program:
        yield first_line(program, "far side ")


def first_line(program: "subprocess.Popen[str]", words: str) -> str:
    """Wait for a program's first line and return what follows the words."""
    assert program.stdout is not None
    line = program.stdout.readline().strip()
    if not line.startswith(words):
        raise RuntimeError(f"{program.args!r} said {line!r} instead of {words!r}")
    return line.removeprefix(words)
