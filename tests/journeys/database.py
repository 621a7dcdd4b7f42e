"""A PostgreSQL of one's own, to be killed and started again on the same data."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.journeys.stack import ROOT
from tests.servers import INITDB_OPTIONS, NOBODY, die_with_parent, usable_binaries, wait_for


@dataclass
class Database:
    """One cluster below a folder; its commits are on the disk before they are confirmed."""

    folder: Path
    programs: Path
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def data(self) -> Path:
        """Where the cluster is, and its socket."""
        return self.folder / "cluster"

    @property
    def url(self) -> str:
        """Its address as DATABASE_URL."""
        return f"postgresql://dailies@{str(self.data).replace('/', '%2F')}/postgres"

    def start(self) -> None:
        """Start it, recovering from a kill."""
        command = [str(self.programs / "postgres"), "-D", str(self.data), "-k", str(self.data)]
        self.process = self._run([*command, "-c", "listen_addresses="])
        wait_for(self._takes_questions, self.process, "PostgreSQL")

    def _takes_questions(self) -> bool:
        """Tell whether it has recovered: its socket answers earlier than it does."""
        try:
            return self.ask("SELECT 1") == [(1,)]
        except psycopg.OperationalError:
            return False

    def kill(self) -> None:
        """End it at once, as a crash does: nothing is written any more, every connection breaks."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(20)
            self.process = None

    def ask(self, question: str) -> list[tuple[object, ...]]:
        """Return the rows of one statement."""
        with psycopg.connect(self.url) as connection:
            return connection.execute(question.encode()).fetchall()

    def create(self) -> None:
        """Make the cluster and start it."""
        self.data.mkdir(mode=0o700)
        self.folder.chmod(0o711)
        if _user() is not None:
            os.chown(self.data, NOBODY, NOBODY)
        initdb = self._run([str(self.programs / "initdb"), "-D", str(self.data), *INITDB_OPTIONS])
        assert initdb.wait(60) == 0, "initdb failed"
        self.start()

    def _run(self, command: list[str]) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=_user(),
            group=_user(),
            extra_groups=None if _user() is None else [],
            preexec_fn=die_with_parent,
            start_new_session=True,
        )


def _user() -> int | None:
    return NOBODY if os.geteuid() == 0 else None


@contextmanager
def own_database(folder: Path) -> Iterator[Database]:
    """Give a PostgreSQL with the site's tables, ended afterwards."""
    database = Database(folder, usable_binaries(folder, _user()))
    database.create()
    try:
        python(["manage.py", "migrate", "--verbosity", "0"], database, folder)
        yield database
    finally:
        database.kill()


def python(command: list[str], database: Database, folder: Path, *, text: str = "") -> str:
    """Run a program of the site on that database and return what it printed."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
        "DATABASE_URL": database.url,
        "DATA_DIR": str(folder / "site"),
    }
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment,
        input=text,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()
