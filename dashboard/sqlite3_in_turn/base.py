"""SQLite, with the writers of one process in a queue of their own.

SQLite lets one writer in at a time, and the others look again every tenth of a second: whoever came last
looks most often, so that under a burst the first may wait until they give up. Here they queue up before.
"""

import threading
from typing import Any

from django.db.backends.sqlite3 import base

PATIENCE = 10.0
"""Seconds in the queue; after them a writer takes its chance with SQLite itself."""

_turn = threading.Lock()


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that begins a transaction when it is its turn. The queue itself makes nothing fail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._has_turn = False

    def _start_transaction_under_autocommit(self) -> None:
        self._has_turn = self._has_turn or _turn.acquire(timeout=PATIENCE)
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._pass_on()
            raise

    # Below `commit`, whose hooks may wait for a broker: the next writer need not wait for those.
    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]  # the stubs leave it out
        finally:
            self._pass_on()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]  # the stubs leave it out
        finally:
            self._pass_on()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]  # the stubs leave it out
        finally:
            self._pass_on()

    def _pass_on(self) -> None:
        if self._has_turn:
            self._has_turn = False
            _turn.release()
