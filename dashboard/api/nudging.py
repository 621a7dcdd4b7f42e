"""Nudges the workers from a thread of its own: no script waits for the broker, and a burst is one nudge."""

import logging
import threading
import time
from collections.abc import Callable

from videojobs.models import ProviderAccount

PAUSE = 0.05
"""Seconds between two nudges; a worker takes everything that waits, so a burst needs no more."""

logger = logging.getLogger(__name__)


class Nudger:
    """Sends the nudge soon after it is asked to, and once more if it is asked meanwhile. Never raises."""

    def __init__(self, send: Callable[[ProviderAccount], None]) -> None:
        self._send = send
        self._asked: dict[int, ProviderAccount] = {}
        self._change = threading.Condition()
        self._thread: threading.Thread | None = None

    def ask(self, account: ProviderAccount) -> None:
        """Let the workers be nudged for an account."""
        with self._change:
            self._asked[account.pk] = account
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="nudger", daemon=True)
                self._thread.start()
            self._change.notify()

    def _run(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._asked)
                asked, self._asked = list(self._asked.values()), {}
            for account in asked:
                self._nudge(account)
            time.sleep(PAUSE)

    def _nudge(self, account: ProviderAccount) -> None:
        try:
            self._send(account)
        except Exception:
            logger.exception("nudge_failed")
