"""Make a backup while the site runs: one moment of the database, and the files."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections, transaction
from django.db.migrations.recorder import MigrationRecorder

from dashboard.backups import tables
from dashboard.backups.archive import Writer, files_to_keep

SNAPSHOT = "snapshot"
"""The name under which one moment of the database is read."""


def save(target: Path, *, now: datetime) -> dict[str, int]:
    """Write a backup. Returns the number of rows and of files."""
    with Writer(target) as archive, snapshot():
        rows = 0
        for model in tables.models_of(apps):
            with archive.member(f"database/{model._meta.label_lower}", small=True) as output:
                rows += tables.dump(model, SNAPSHOT, output)
        applied = sorted(MigrationRecorder(connections[SNAPSHOT]).applied_migrations())
        files = 0
        for name, path in files_to_keep(settings.DATA_DIR):
            archive.add_file(name, path)
            files += 1
        archive.finish({"made_at": now.isoformat(), "migrations": applied})
    return {"rows": rows, "files": files}


@contextmanager
def snapshot() -> Iterator[None]:
    """Let one moment of the database be read under the name SNAPSHOT, without holding up anybody."""
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR) as folder:
        connections.settings[SNAPSHOT] = _snapshot_settings(Path(folder))
        try:
            with transaction.atomic(using=SNAPSHOT):
                yield
        finally:
            connections[SNAPSHOT].close()
            del connections[SNAPSHOT]
            del connections.settings[SNAPSHOT]


def _snapshot_settings(folder: Path) -> dict[str, Any]:
    usual: dict[str, Any] = connections.settings["default"]
    if connections["default"].vendor == "postgresql":
        from_one_moment = {"isolation_level": 3}  # REPEATABLE READ
        return usual | {"OPTIONS": usual["OPTIONS"] | from_one_moment}
    copy = folder / "snapshot.sqlite3"
    with closing(sqlite3.connect(usual["NAME"])) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return usual | {"NAME": str(copy)}
