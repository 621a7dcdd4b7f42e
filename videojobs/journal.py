"""The safety net under a paid answer: provider ids, fsynced to this machine's disk before their commit.

If the database is away or the process dies after the provider said yes, the sweep finds the id here. Lines
are appended under a lock, and forgotten only when the database has them.
"""

import fcntl
import json
import os
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

LOCK_PATIENCE = 2.0
"""Seconds to wait for a process that stalled under the lock; an id must not wait for its waking."""


@dataclass(frozen=True)
class Accepted:
    """One answer that carried an id. `raw` is the provider's whole answer as text."""

    job_id: str
    claim_id: str
    provider_id: str
    raw: str
    at: str

    @property
    def moment(self) -> datetime:
        """When the answer came."""
        return datetime.fromisoformat(self.at).astimezone(UTC)


class Journal:
    """An append-only file of accepted answers."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "accepted.jsonl"
        self._lock = folder / "accepted.lock"

    def append(self, accepted: Accepted) -> None:
        """Write one line and wait until it is on the disk. Raises OSError where it cannot be."""
        # A leading newline ends whatever line a crash left torn.
        line = ("\n" + json.dumps(asdict(accepted)) + "\n").encode()
        # Without the lock only somebody's `forget` at this very moment could drop the line.
        with self._locked():
            descriptor = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                _write_all(descriptor, line)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            self._sync_folder()

    def entries(self) -> list[Accepted]:
        """Return what is not forgotten yet. A line torn by a crash is passed over."""
        return [entry for entry in map(_read, self._lines()) if entry is not None]

    def forget(self, done: Collection[Accepted]) -> None:
        """Drop lines the database has; what cannot be read stays, for a person. Raises OSError."""
        if not done:
            return
        with self._locked() as alone:
            if not alone:
                raise TimeoutError("somebody holds the journal's lock")
            kept = [line for line in self._lines() if _read(line) not in done]
            fresh = self._file.with_suffix(".new")
            with fresh.open("wb") as file:
                file.writelines(line + b"\n" for line in kept)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._file)
            self._sync_folder()

    def _lines(self) -> list[bytes]:
        try:
            return [line for line in self._file.read_bytes().split(b"\n") if line]
        except FileNotFoundError:
            return []

    @contextmanager
    def _locked(self) -> Iterator[bool]:
        """Take the lock; tell whether it was free within the patience."""
        self._lock.parent.mkdir(parents=True, exist_ok=True)
        with self._lock.open("w") as lock:
            yield _taken(lock.fileno())

    def _sync_folder(self) -> None:
        descriptor = os.open(self._file.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _taken(lock: int) -> bool:
    give_up_at = time.monotonic() + LOCK_PATIENCE
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > give_up_at:
                return False
            time.sleep(0.005)
        else:
            return True


def _write_all(descriptor: int, line: bytes) -> None:
    """Write every byte: a disk that fills up takes a part without complaint, and refuses only the rest."""
    while line:
        line = line[os.write(descriptor, line) :]


def _read(line: bytes) -> Accepted | None:
    try:
        fields = json.loads(line)
        entry = Accepted(**fields)
        if not all(isinstance(value, str) for value in fields.values()):
            return None
        return entry if entry.moment else None
    except (ValueError, TypeError, RecursionError, OverflowError):
        return None
