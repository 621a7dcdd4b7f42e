"""The safety net under a paid answer: provider ids, fsynced to this machine's disk before their commit.

If the database is away or the process dies after the provider said yes, the sweep finds the id here. Lines
are appended under a lock, and forgotten only when the database has them.
"""

import fcntl
import json
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path


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
        return datetime.fromisoformat(self.at)


class Journal:
    """An append-only file of accepted answers."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "accepted.jsonl"
        self._lock = folder / "accepted.lock"

    def append(self, accepted: Accepted) -> None:
        """Write one line and wait until it is on the disk. Raises OSError where it cannot be."""
        # A leading newline ends whatever line a crash left torn.
        line = ("\n" + json.dumps(asdict(accepted)) + "\n").encode()
        with self._locked():
            descriptor = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(descriptor, line)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            self._sync_folder()

    def entries(self) -> list[Accepted]:
        """Return what is not forgotten yet. A line torn by a crash is passed over."""
        if not self._file.exists() or self._file.stat().st_size == 0:
            return []
        with self._locked():
            return list(self._read())

    def forget(self, done: Collection[Accepted]) -> None:
        """Drop lines the database has."""
        if not done:
            return
        with self._locked():
            kept = [entry for entry in self._read() if entry not in done]
            fresh = self._file.with_suffix(".new")
            with fresh.open("wb") as file:
                file.writelines((json.dumps(asdict(entry)) + "\n").encode() for entry in kept)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._file)
            self._sync_folder()

    def _read(self) -> Iterator[Accepted]:
        if not self._file.exists():
            return
        for line in self._file.read_bytes().splitlines():
            try:
                yield Accepted(**json.loads(line))
            except (ValueError, TypeError):
                continue

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._lock.parent.mkdir(parents=True, exist_ok=True)
        with self._lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _sync_folder(self) -> None:
        descriptor = os.open(self._file.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
