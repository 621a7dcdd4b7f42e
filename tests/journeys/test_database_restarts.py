"""A real PostgreSQL dies and comes back under a worker: the paid id lands, and nothing is sent twice."""

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest

from tests.journeys.database import Database, own_database, python
from tests.journeys.stack import Stack, wait_until
from videojobs.journal import Journal

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]

MAKE_A_JOB = """
import sys, django
django.setup()
from tests.factories import create_cast, create_job
from videojobs import tasks
from videojobs.models import Team, User
cast = None if Team.objects.exists() else create_cast()
alice, team = User.objects.get(email="alice@example.org"), Team.objects.get(slug="harbour")
print(create_job(alice, team, prompt=sys.argv[1], now=tasks.clock()).id)
"""


@pytest.fixture(scope="module")
def migrated() -> Iterator[Database]:
    """Return one cluster for this file; a short path, for a socket's address must be."""
    with TemporaryDirectory(prefix="dailies-own-") as folder, own_database(Path(folder)) as database:
        yield database


@pytest.fixture
def database(migrated: Database, stack: Stack) -> Iterator[Database]:
    """Return the cluster, running, with a worker and a timetable on it."""
    stack.extra = {"DATABASE_URL": migrated.url}
    stack.start_worker()
    stack.start_beat()
    yield migrated
    if migrated.process is None:
        migrated.start()


def make_job(database: Database, prompt: str) -> str:
    """Make a waiting job and return its id."""
    return python(["-", prompt], database, database.folder, text=MAKE_A_JOB)


def job(database: Database, job_id: str) -> tuple[object, ...]:
    """Return a job's state and the provider's id; nothing while the database is away."""
    try:
        return database.ask(f"SELECT state, provider_id FROM videojobs_job WHERE id = '{job_id}'")[0]
    except psycopg.OperationalError:
        return ("", None)


def written_down(stack: Stack) -> list[str]:
    """Return the provider ids on the worker's disk."""
    return [entry.provider_id for entry in Journal(stack.folder / "journal").entries()]


SLOWLY = "[[fault:delay-create=3]][[fault:never-finish]]"


def test_the_database_restarts_while_a_request_is_under_way(stack: Stack, database: Database) -> None:
    job_id = make_job(database, f"one {SLOWLY}")
    wait_until(lambda: bool(stack.simulator.creates()), "the request")
    database.kill()
    wait_until(lambda: bool(written_down(stack)), "the answer")
    (provider_id,) = written_down(stack)
    time.sleep(1)
    database.start()
    wait_until(lambda: job(database, job_id)[0] in {"queued", "in_progress"}, "the id to land")
    assert job(database, job_id)[1] == provider_id
    wait_until(lambda: written_down(stack) == [], "the journal to be cleared")
    assert len(stack.simulator.creates()) == 1


def test_the_worker_dies_too_before_the_database_is_back(stack: Stack, database: Database) -> None:
    job_id = make_job(database, f"two {SLOWLY}")
    wait_until(lambda: bool(stack.simulator.creates()), "the request")
    database.kill()
    wait_until(lambda: bool(written_down(stack)), "the answer")
    (provider_id,) = written_down(stack)
    stack.kill("worker")
    database.start()
    stack.start_worker("second")
    wait_until(lambda: job(database, job_id)[0] in {"queued", "in_progress"}, "the sweep to land it")
    assert job(database, job_id)[1] == provider_id
    wait_until(lambda: written_down(stack) == [], "the journal to be cleared")
    assert len(stack.simulator.creates()) == 1


def test_jobs_go_on_after_the_database_was_away_for_a_while(stack: Stack, database: Database) -> None:
    before = make_job(database, "three [[fault:never-finish]]")
    wait_until(lambda: job(database, before)[1] is not None, "the provider's id")
    database.kill()
    time.sleep(3)
    database.start()
    later = make_job(database, "four")
    wait_until(lambda: job(database, later)[0] == "completed", "the next job", within=60)
    wait_until(lambda: job(database, before)[0] == "in_progress", "the looks to go on")
