"""Children: started again when they die, ended with grace, killed without."""

import signal
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from dashboard.supervisor.children import Child, Program, end_all, manner, pause_before_start

POLITE = "import time; time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
BRIEF = "raise SystemExit(3)"

Start = Callable[[str], Child]


@pytest.fixture
def start(capfd: pytest.CaptureFixture[str]) -> Iterator[Start]:
    """Return what starts a child that runs a line of Python."""
    children: list[Child] = []

    def start_child(code: str) -> Child:
        child = Child(Program("child", (sys.executable, "-c", code)), {})
        children.append(child)
        with capfd.disabled():
            child.start()
        return child

    yield start_child
    end_all(children, 0, lambda: True)


def wait_for_end(child: Child) -> None:
    assert child.process is not None
    child.process.wait(10)


def test_the_first_restart_is_at_once_and_later_ones_wait_at_most_five_seconds() -> None:
    assert [pause_before_start(failures) for failures in range(7)] == [0, 0.5, 1, 2, 4, 5, 5]


def test_an_end_is_told_and_followed_by_a_start(start: Start) -> None:
    child, said = start(BRIEF), list[str]()
    wait_for_end(child)
    child.look_after(time.monotonic(), said.append)
    assert [line.partition(") ")[2] for line in said] == ["ended with code 3; started again at once"]
    assert child.process is not None


def test_a_child_that_keeps_dying_is_given_time(start: Start) -> None:
    child, said = start(BRIEF), list[str]()
    for _ in range(2):
        wait_for_end(child)
        child.look_after(time.monotonic(), said.append)
    assert said[-1].endswith("started again in 0.5 s")
    assert not child.running


def test_a_polite_child_ends_when_asked(start: Start) -> None:
    child = start(POLITE)
    end_all([child], 10, lambda: False)
    assert child.process is not None
    assert child.process.returncode == -signal.SIGTERM


def test_a_stubborn_child_is_killed_when_patience_ends(start: Start) -> None:
    child = start(STUBBORN)
    time.sleep(0.5)
    begun = time.monotonic()
    end_all([child], 0.3, lambda: False)
    assert child.process is not None
    assert (child.process.returncode, time.monotonic() - begun < 3) == (-signal.SIGKILL, True)


def test_pressing_again_ends_the_waiting(start: Start) -> None:
    child = start(STUBBORN)
    time.sleep(0.5)
    begun = time.monotonic()
    end_all([child], 60, lambda: True)
    assert time.monotonic() - begun < 3


def test_a_child_that_was_asked_to_end_is_not_started_again(start: Start) -> None:
    child = start(POLITE)
    end_all([child], 10, lambda: False)
    assert child.start_at is None


@pytest.mark.parametrize(("code", "words"), [(0, "with code 0"), (1, "with code 1"), (-9, "by SIGKILL")])
def test_the_manner_of_an_end_is_said(code: int, words: str) -> None:
    assert manner(code) == words
