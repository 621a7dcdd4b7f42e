"""The nudge leaves the request's thread, bundled, and never says anything."""

import threading
import time

import pytest

from dashboard.api.nudging import PAUSE, Nudger
from videojobs.models import ProviderAccount

ONE, OTHER = ProviderAccount(pk=1), ProviderAccount(pk=2)


class Sent:
    """Stands for the broker: keeps whose nudges came, after a moment of work."""

    def __init__(self, *, broken: bool = False) -> None:
        self.accounts: list[int] = []
        self.came = threading.Event()
        self.broken = broken

    def __call__(self, account: ProviderAccount) -> None:
        self.accounts.append(account.pk)
        self.came.set()
        if self.broken:
            raise OSError("the broker is away")


def test_who_asks_does_not_wait() -> None:
    done = threading.Event()

    def slowly(_account: ProviderAccount) -> None:
        done.wait(5)

    start = time.monotonic()
    Nudger(slowly).ask(ONE)
    assert time.monotonic() - start < 1
    done.set()


def test_a_burst_is_few_nudges_and_the_last_ask_is_heard() -> None:
    sent = Sent()
    nudger = Nudger(sent)
    for _ in range(100):
        nudger.ask(ONE)
    assert sent.came.wait(5)
    sent.came.clear()
    nudger.ask(ONE)
    assert sent.came.wait(5)
    assert len(sent.accounts) < 10


def test_each_account_is_nudged() -> None:
    sent = Sent()
    nudger = Nudger(sent)
    nudger.ask(ONE)
    nudger.ask(OTHER)
    time.sleep(4 * PAUSE)
    assert set(sent.accounts) == {1, 2}


@pytest.mark.filterwarnings("error")
def test_a_broken_broker_ends_nothing() -> None:
    sent = Sent(broken=True)
    nudger = Nudger(sent)
    for _ in range(2):
        sent.came.clear()
        nudger.ask(ONE)
        assert sent.came.wait(5)
