"""The watch: start the children, start them again when they die, end them together."""

import http.client
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType

from dashboard.supervisor.children import Child, Program, Say, end_all, spawn

ENDING = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
WATCHED = ENDING | {signal.SIGCHLD}

PATIENCE = 8.5
"""Seconds for the children to end by themselves: a POST in flight gets 8."""

PATIENCE_WITH_SERVERS = 0.8
"""Seconds for the broker and the simulator, which end after those they serve."""

ONE_PRESS = 1.0
"""Seconds within which a second SIGINT belongs to the first."""

PROBE_PAUSE = 0.05
PROBE_TIMEOUT = 1.0


class AskedToEnd(Exception):
    """A signal asks this process to end."""


class Watch(AbstractContextManager["Watch"]):
    """The children of one start. Leaving the block ends them all within 10 s.

    `variables` are what all children find in their environment besides this process's own.
    """

    def __init__(self, say: Say, variables: dict[str, str]) -> None:
        self._variables = variables
        self.children: list[Child] = []
        self._say = say

    def __enter__(self) -> "Watch":
        signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        ordinary = [child for child in self.children if not child.program.serves_others]
        servers = [child for child in self.children if child.program.serves_others]
        pressed_again = impatience()
        end_all(ordinary, PATIENCE, pressed_again)
        end_all(servers, PATIENCE_WITH_SERVERS, pressed_again)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)

    def start(self, *programs: Program) -> None:
        """Start programs and watch them from now on."""
        for program in programs:
            child = Child(program, self._variables)
            self.children.append(child)
            child.start()

    def until(self, condition: Callable[[], bool], pause: float | None) -> None:
        """Keep watch until the condition holds, asked every `pause` seconds and whenever a child ends.

        Raises AskedToEnd.
        """
        while not condition():
            self._one_look(pause)

    def until_asked_to_end(self) -> None:
        """Keep watch, asleep while nothing happens, until AskedToEnd."""
        self.until(lambda: False, None)

    def run_once(self, arguments: tuple[str, ...]) -> str | None:
        """Run a program to its end and return what it wrote, or None where it failed. Raises AskedToEnd."""
        process = spawn(arguments, self._variables, subprocess.PIPE)
        try:
            self.until(lambda: process.poll() is not None, None)
        finally:
            process.kill()
            output, _ = process.communicate()
        return None if process.returncode else output.decode().strip()

    def _one_look(self, pause: float | None) -> None:
        """Sleep until something happens, at most `pause` seconds, and look after the children."""
        starts = [child.start_at for child in self.children if child.start_at is not None]
        if starts:
            until_start = max(min(starts) - time.monotonic(), 0)
            pause = until_start if pause is None else min(pause, until_start)
        received = signal.sigwaitinfo(WATCHED) if pause is None else signal.sigtimedwait(WATCHED, pause)
        if received is not None and received.si_signo in ENDING:
            raise AskedToEnd
        now = time.monotonic()
        for child in self.children:
            child.look_after(now, self._say)


def impatience() -> Callable[[], bool]:
    """Return what tells, without waiting, whether a person presses Ctrl-C once more.

    The signal that began the end may arrive twice, from the terminal and from make; that is no impatience.
    """
    begun = time.monotonic()

    def pressed_again() -> bool:
        received = signal.sigtimedwait({signal.SIGINT}, 0)
        return received is not None and time.monotonic() - begun > ONE_PRESS

    return pressed_again


def page_answers(host: str, port: int, public_host: str) -> bool:
    """Tell whether the site serves pages yet."""
    connection = http.client.HTTPConnection(host, port, timeout=PROBE_TIMEOUT)
    try:
        connection.request("GET", "/healthz", headers={"Host": public_host})
        return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
