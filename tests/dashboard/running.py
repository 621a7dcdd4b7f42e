"""The whole site as a process, for tests: start it, read what it says, look at its children, kill them."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Self, TypeVar

from django.conf import settings

Answer = TypeVar("Answer")

PATIENCE = 90.0
"""Seconds for anything to happen on a busy machine."""

CHILDREN = {
    "broker": "unixsocket",
    "web": "uvicorn",
    "worker": "celery_worker",
    "beat": "celery_beat",
    "simulator": "simulator",
}
INHERITED = ("PATH", "HOME", "LANG", "VIRTUAL_ENV", "TMPDIR")


def free_port() -> int:
    """Return a loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(look: Callable[[], Answer], patience: float = PATIENCE) -> Answer:
    """Return the first true answer. Fails the test where none comes in time."""
    end = time.monotonic() + patience
    while True:
        answer = look()
        if answer:
            return answer
        assert time.monotonic() < end, f"nothing came of it in {patience:g} s"
        time.sleep(0.02)


def clean_environment(data: Path, port: int, **variables: str) -> dict[str, str]:
    """Return the environment of a person who has just opened a terminal."""
    kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return kept | {"DATA_DIR": str(data), "PORT": str(port), "SIMULATOR_SPEED": "100"} | variables


def manage(
    *arguments: str, data: Path, port: int = 8000, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run one of the site's commands to its end."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]
    environment = clean_environment(data, port, **variables)
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE
    )


class Site:
    """`manage.py up` in a folder of its own, ended with the block."""

    def __init__(self, data: Path, **variables: str) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, str(settings.BASE_DIR / "manage.py"), "up"],
            env=clean_environment(data, self.port, **variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_problem: object) -> None:
        if self.process.poll() is None:
            self.end()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            self.lines.extend(line.rstrip() for line in iter(output.readline, ""))

    def said(self, words: str) -> str:
        """Return the first line that contains the words, once it is there."""
        try:
            return eventually(lambda: self._line_with(words))
        except AssertionError as error:
            raise AssertionError(f"it never said {words!r}, only: {self.lines}") from error

    def _line_with(self, words: str) -> str:
        found = next((line for line in self.lines if words in line), "")
        assert found or self.process.poll() is None, "it has ended"
        return found

    def pids(self) -> dict[str, int]:
        """Return the children by name."""
        found: dict[str, int] = {}
        for pid in children_of(self.process.pid):
            command = command_of(pid)
            found |= {name: pid for name, word in CHILDREN.items() if word in command}
        return found

    def complete(self) -> dict[str, int]:
        """Return all children by name, once all are there."""
        return eventually(lambda: found if len(found := self.pids()) == len(CHILDREN) else {})

    def replaced(self, name: str, killed: int) -> int:
        """Return the process that took the place of a killed child."""
        return eventually(lambda: pid if (pid := self.pids().get(name, killed)) != killed else 0)

    def status(self, path: str) -> int:
        """Return the status of a page, or 0 where nothing answers."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def end(self, number: int = signal.SIGTERM) -> float:
        """Signal the supervisor and return the seconds it took to end."""
        start = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(30)
        return time.monotonic() - start


def children_of(parent: int) -> list[int]:
    """Return the processes whose parent this is."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and stat_of(int(entry.name))[1:2] == [str(parent)]:
            found.append(int(entry.name))
    return found


def stat_of(pid: int) -> list[str]:
    """Return a process's state, parent and so on, or nothing where it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def command_of(pid: int) -> str:
    """Return a process's command line."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def runs(pid: int) -> bool:
    """Tell whether a process still runs; one that waits to be reaped does not."""
    return stat_of(pid)[:1] not in ([], ["Z"])
