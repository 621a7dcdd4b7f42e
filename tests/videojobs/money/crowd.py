"""Several people at once, on real threads with connections of their own."""

import threading
import time
from collections.abc import Callable, Iterable

from django.db import connection


def at_once(deeds: Iterable[Callable[[], object]]) -> list[Exception]:
    """Do everything at once and return what went wrong, in no order."""
    deeds = list(deeds)
    problems: list[Exception] = []
    gate = threading.Barrier(len(deeds))

    def do(deed: Callable[[], object]) -> None:
        try:
            gate.wait()
            deed()
        except Exception as problem:  # noqa: BLE001  whatever it is, the test must see it
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return problems


def again_and_again(
    deed: Callable[[], object], seconds: float, *, but: tuple[type[Exception], ...] = ()
) -> Callable[[], None]:
    """Return a deed that is done over and over for a while; what `but` names is no trouble."""

    def keep_doing() -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                deed()
            except but:
                continue

    return keep_doing
