"""Programs run as children: each in its own process group, none of which outlives this process."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from dashboard.env import inherited

PR_SET_PDEATHSIG = 1
STEADY = 30.0
"""Seconds after which a child counts as well again."""

LONGEST_PAUSE = 5.0
"""Seconds between two starts of a child that keeps dying, at most."""

_libc = ctypes.CDLL(None, use_errno=True)

Say = Callable[[str], None]


@dataclass(frozen=True)
class Program:
    """What is run. A program with `serves_others` ends after those that may still need it."""

    name: str
    arguments: tuple[str, ...]
    serves_others: bool = False


def die_with_parent(parent: int) -> None:
    """Ask the kernel to kill this process when its parent ends, however that comes. Runs in the child."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    # The parent may have ended before the request was made.
    if os.getppid() != parent:
        os._exit(1)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def spawn(arguments: tuple[str, ...], variables: dict[str, str], output: int) -> subprocess.Popen[bytes]:
    """Start a process in a group of its own, which ends with this one. `output` is a file descriptor."""
    return subprocess.Popen(
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=output,
        env=inherited(variables),
        start_new_session=True,
        preexec_fn=partial(die_with_parent, os.getpid()),
    )


def pause_before_start(failures: int) -> float:
    """Return the seconds to wait after that many quick deaths in a row: none, then more and more."""
    return 0.0 if failures == 0 else min(0.5 * 2 ** (failures - 1), LONGEST_PAUSE)


class Child:
    """One program, started again whenever it ends."""

    def __init__(self, program: Program, variables: dict[str, str]) -> None:
        self.program = program
        self._variables = variables | {"PROCESS_NAME": program.name, "CELERY_SKIP_CHECKS": "1"}
        self.process: subprocess.Popen[bytes] | None = None
        self.start_at: float | None = 0.0
        self._started_at = 0.0
        self._failures = 0

    def start(self) -> None:
        """Run the program. Its words go where this process's errors go."""
        self.start_at = None
        self._started_at = time.monotonic()
        self.process = spawn(self.program.arguments, self._variables, sys.stderr.fileno())

    @property
    def running(self) -> bool:
        """Whether it was started and has not been seen to end."""
        return self.process is not None and self.process.poll() is None

    def look_after(self, now: float, say: Say) -> None:
        """Notice an end, plan the next start, and start what is due. `now` is monotonic seconds."""
        if self.process is not None and self.process.poll() is not None:
            self._plan_restart(self.process, now, say)
        if self.start_at is not None and now >= self.start_at:
            self.start()

    def _plan_restart(self, process: "subprocess.Popen[bytes]", now: float, say: Say) -> None:
        if now - self._started_at > STEADY:
            self._failures = 0
        pause = pause_before_start(self._failures)
        self._failures += 1
        self.process, self.start_at = None, now + pause
        when = f"again in {pause:g} s" if pause else "again at once"
        say(f"{self.program.name} (process {process.pid}) ended {manner(process.returncode)}; started {when}")

    def send(self, number: signal.Signals) -> None:
        """Signal the whole group of the child, if it still runs."""
        if self.process is not None and self.running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def ask_to_end(self) -> None:
        """Send the one SIGTERM, to the program itself."""
        self.start_at = None
        if self.process is not None and self.running:
            self.process.terminate()


def manner(code: int) -> str:
    """Say how a process ended."""
    return f"by {signal.Signals(-code).name}" if code < 0 else f"with code {code}"


def end_all(children: list[Child], patience: float, interrupted: Callable[[], bool]) -> None:
    """Ask all to end, wait up to `patience` seconds, then kill what is left, groups and all.

    `interrupted` tells whether the person asked again and waiting is over.
    """
    for child in children:
        child.ask_to_end()
    end = time.monotonic() + patience
    while any(child.running for child in children) and time.monotonic() < end and not interrupted():
        time.sleep(0.02)
    for child in children:
        child.send(signal.SIGKILL)
    for child in children:
        if child.process is not None:
            child.process.wait()
