"""Writers of one process go in turn, and the queue itself makes nothing fail."""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from dashboard.sqlite3_in_turn import base
from tests.factories import create_team
from videojobs.models import Team

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _on_sqlite() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite lets its writers queue up")


def in_thread(deed: Callable[[], object]) -> threading.Thread:
    """Do something in a thread with a connection of its own."""

    def run() -> None:
        try:
            deed()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def is_free() -> bool:
    """Tell whether nobody has the turn."""
    if not base._turn.acquire(blocking=False):
        return False
    base._turn.release()
    return True


def test_a_transaction_has_the_turn_and_gives_it_back() -> None:
    with transaction.atomic():
        assert not is_free()
        with transaction.atomic():
            create_team()
        assert not is_free()
    assert is_free()


def test_a_transaction_that_fails_gives_it_back() -> None:
    with pytest.raises(ValueError, match="no"), transaction.atomic():
        raise ValueError("no")
    assert is_free()


def test_a_connection_that_is_closed_gives_it_back() -> None:
    def leave() -> None:
        connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        connection.close()

    in_thread(leave).join()
    assert is_free()


def test_a_second_writer_waits_for_the_first() -> None:
    with transaction.atomic():
        create_team("Harbour")
        thread = in_thread(lambda: create_team("Quay"))
        time.sleep(0.1)
        assert Team.objects.count() == 1
    thread.join()
    assert Team.objects.count() == 2


def test_whoever_waited_too_long_takes_their_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "PATIENCE", 0.05)
    with base._turn, transaction.atomic():  # the turn is somebody's who never gives it back
        create_team()
    assert Team.objects.exists() and is_free()
