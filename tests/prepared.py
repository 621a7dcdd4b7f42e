"""What takes long to make and comes out the same each time: made once for a run and copied, or for a file.

`make test` takes its servers, and with them what is made here, through all three rounds.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.db import transaction
from pytest_django import DjangoDbBlocker

from tests.dashboard.running import manage

MODEL, UNFINISHED = "model_of_tests", "unfinished_model"
"""The database that all others on PostgreSQL are copied from, and what it is called until it is whole."""


@contextmanager
def alone() -> Iterator[Path]:
    """Give the folder of the whole run, to one process at a time."""
    folder = Path(os.environ["TEST_FOLDER"])
    with (folder / "prepared.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def prepared_site() -> Path:
    """Return the data folder of a site that is prepared and was never started. Nobody may write there."""
    with alone() as folder:
        data = folder / "prepared"
        if not data.exists():
            making = folder / "preparing"
            shutil.rmtree(making, ignore_errors=True)
            done = manage("prepare", data=making)
            assert done.returncode == 0, done.stderr
            making.rename(data)
        return data


@contextmanager
def lasting_rows(blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let rows made in the block stay until it ends: for a fixture of a whole file that only reads them.

    Each test's own transaction lies within this one.
    """
    with blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


def copy_site(data: Path) -> None:
    """Put the data of a prepared site where there is none yet."""
    shutil.copytree(prepared_site(), data, dirs_exist_ok=True)


def copy_database(database: dict[str, Any]) -> None:
    """Put a migrated, empty database where a test process is about to make its own."""
    if "sqlite3" in database["ENGINE"]:
        place = Path(database["TEST"]["NAME"])
        if not place.exists():
            shutil.copyfile(prepared_site() / "dailies.sqlite3", place)
    else:
        name = database["TEST"]["NAME"] or f"test_{database['NAME']}"
        copy_on_postgresql(os.environ["TEST_POSTGRESQL_URL"], name)


def copy_on_postgresql(server: str, name: str) -> None:
    """Make a database like the migrated one, where there is none of that name."""
    with alone() as folder, closing(psycopg.connect(server, autocommit=True)) as connection:
        there = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
        if MODEL not in there:
            connection.execute(f"DROP DATABASE IF EXISTS {UNFINISHED}".encode())
            connection.execute(f"CREATE DATABASE {UNFINISHED}".encode())
            address = server.rpartition("/")[0] + f"/{UNFINISHED}"
            done = manage("migrate", "--skip-checks", data=folder / "migrating", DATABASE_URL=address)
            assert done.returncode == 0, done.stderr
            connection.execute(f"ALTER DATABASE {UNFINISHED} RENAME TO {MODEL}".encode())
        if name not in there:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE {MODEL}'.encode())
