"""The simulator's jobs and its record of what it was asked, kept in one SQLite file."""

import json
import secrets
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from videojobs.provider.simulator_faults import Directive
from videojobs.provider.simulator_rules import Failure, Plan

KEPT_CREATES = 20_000
"""Creates remembered for the log; the oldest are forgotten beyond it."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (id TEXT PRIMARY KEY, created REAL NOT NULL, data TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS jobs_by_time ON jobs (created);
CREATE TABLE IF NOT EXISTS creates (number INTEGER PRIMARY KEY, data TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


class Phase(StrEnum):
    """The five words of the protocol."""

    QUEUED = "queued"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass
class Job:
    """One accepted job. What it is at a moment follows from the moment alone, plus its clip being drawn.

    Times are Unix seconds; `queued_for` and `runs_for` are seconds.
    """

    id: str
    model: str
    prompt: str
    seed: int
    plan: Plan
    created: float
    queued_for: float
    runs_for: float
    end: Phase = Phase.COMPLETED
    failure: Failure | None = None
    clip: str = ""
    directives: tuple[Directive, ...] = ()
    drawn_at: float | None = None
    looks: int = 0
    uses: Counter[str] = field(default_factory=Counter)

    @property
    def planned_end(self) -> float:
        return self.created + self.queued_for + self.runs_for

    @property
    def ended_at(self) -> float:
        """When it ended; never before its clip was drawn."""
        return max(self.planned_end, self.drawn_at or 0.0) if self.clip else self.planned_end

    def phase(self, now: float) -> Phase:
        """Return the word for this moment."""
        if now < self.created + self.queued_for:
            return Phase.QUEUED
        if now < self.planned_end or (self.clip and self.drawn_at is None):
            return Phase.IN_PROGRESS
        return self.end

    def dump(self) -> str:
        """Return what a restart needs, as JSON."""
        kept = asdict(self) | {"plan": self.plan.as_json()}
        for passing in ("drawn_at", "looks", "uses"):
            del kept[passing]
        return json.dumps(kept)

    @classmethod
    def load(cls, data: str) -> "Job":
        """Return a job as it was dumped."""
        kept = json.loads(data)
        kept["plan"] = Plan(**kept["plan"])
        kept["end"] = Phase(kept["end"])
        kept["failure"] = Failure(**kept["failure"]) if kept["failure"] else None
        kept["directives"] = tuple(Directive(**one) for one in kept["directives"])
        return cls(**kept)


def new_id(now: float) -> str:
    """Return a UUIDv7: the form the provider's ids have."""
    number = int(now * 1000) << 80 | secrets.randbits(80)
    number = number & ~(0xF << 76) | 0x7 << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    text = f"{number:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def believable_times(plan: Plan, job_id: str) -> tuple[float, float]:
    """Return seconds in the queue and seconds of work: 6 to 15 together, longer for longer clips."""
    luck = int(job_id[-4:], 16) / 0xFFFF
    queued = 1.0 + luck
    pixels = min(plan.width * plan.height / (1920 * 1080), 2.0)
    return queued, min(5.0 + 0.3 * plan.seconds + pixels + luck, 15.0 - queued)


class JobBook:
    """All jobs, written through to disk.

    Nothing is fsynced: a killed process loses nothing, only a power cut could.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._jobs: dict[str, Job] = {}
        self._database = sqlite3.connect(folder / "simulator.sqlite3", isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=OFF")
        self._database.executescript(SCHEMA)

    def add(self, job: Job) -> None:
        """Keep a new job."""
        self._jobs[job.id] = job
        self._database.execute("INSERT INTO jobs VALUES (?, ?, ?)", (job.id, job.created, job.dump()))

    def find(self, job_id: str) -> Job | None:
        """Return a job, also one made before a restart."""
        job = self._jobs.get(job_id)
        if job is None:
            row = self._database.execute("SELECT data FROM jobs WHERE id = ?", (job_id,)).fetchone()
            if row is not None:
                job = self._jobs[job_id] = Job.load(row[0])
        return job

    def made_since(self, moment: float) -> Iterator[Job]:
        """Return the jobs made after a moment in Unix seconds, oldest first."""
        rows = self._database.execute("SELECT id FROM jobs WHERE created > ? ORDER BY created", (moment,))
        for (job_id,) in rows.fetchall():
            job = self.find(job_id)
            if job is not None:
                yield job

    def note_create(self, entry: dict[str, Any]) -> int:
        """Write down a create as it came in; return its number."""
        cursor = self._database.execute("INSERT INTO creates (data) VALUES (?)", (json.dumps(entry),))
        number = cursor.lastrowid or 0
        if number % 1000 == 0:
            self._database.execute("DELETE FROM creates WHERE number <= ?", (number - KEPT_CREATES,))
        return number

    def amend_create(self, number: int, entry: dict[str, Any]) -> None:
        """Write down what became of a create."""
        self._database.execute("UPDATE creates SET data = ? WHERE number = ?", (json.dumps(entry), number))

    def creates(self) -> list[dict[str, Any]]:
        """Return every create seen, oldest first."""
        rows = self._database.execute("SELECT number, data FROM creates ORDER BY number")
        return [{"number": number, **json.loads(data)} for number, data in rows]

    def forget_creates(self) -> None:
        """Empty the log."""
        self._database.execute("DELETE FROM creates")

    def kept(self, name: str, default: str) -> str:
        """Return a small text kept across restarts, kept from now on where it was not."""
        self._database.execute("INSERT OR IGNORE INTO kept VALUES (?, ?)", (name, default))
        row = self._database.execute("SELECT value FROM kept WHERE name = ?", (name,)).fetchone()
        return str(row[0])

    def keep(self, name: str, value: str) -> None:
        """Keep a small text across restarts."""
        self._database.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (name, value))

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


def drawn_at(path: Path) -> float | None:
    """Return when a clip was drawn, in Unix seconds, or None where it is not there."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return None


def now() -> float:
    """Return Unix seconds."""
    return time.time()
