"""SQLite is locked by somebody else for a while: a paid answer waits for its turn and lands."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from tests.factories import NOW, Cast, create_job
from tests.videojobs.lifecycle.claims import claim
from videojobs.journal import Accepted, Journal
from videojobs.lifecycle import land_acceptance
from videojobs.lifecycle.sending import until_committed
from videojobs.models import Job, ProviderAccount

pytestmark = [pytest.mark.django_db(transaction=True)]


@contextmanager
def locked(seconds: float) -> Iterator[None]:
    """Let somebody else write for some seconds."""
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite is locked as a whole")
    with closing(sqlite3.connect(connection.settings_dict["NAME"], check_same_thread=False)) as other:
        other.isolation_level = None
        other.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(seconds, other.rollback)
        timer.start()
        yield
        timer.join()


def impatient(connection: BaseDatabaseWrapper, **_signal: object) -> None:
    """Wait for a lock for a twentieth of a second instead of twenty."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout=50")


@pytest.fixture(autouse=True)
def _impatient() -> Iterator[None]:
    connection.close()
    connection_created.connect(impatient)
    yield
    connection_created.disconnect(impatient)
    connection.close()


def test_an_id_lands_once_the_lock_is_gone(cast: Cast, account: ProviderAccount, tmp_path: Path) -> None:
    create_job(cast.alice, cast.team, account=account)
    claimed, journal = claim(account), Journal(tmp_path)
    answer = Accepted(claimed.job.id, claimed.id, "video-1", '{"id": "video-1"}', NOW.isoformat())
    journal.append(answer)
    with locked(0.6):
        with pytest.raises(OperationalError, match="locked"):
            land_acceptance(answer, now=NOW)
        assert until_committed(lambda: land_acceptance(answer, now=NOW))
    assert Job.objects.get(id=claimed.job.id).provider_id == "video-1"
