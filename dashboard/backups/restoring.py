"""Put a backup in the place of a site that was never used. Nothing is sent before a person says so."""

import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from dashboard.backups import tables
from dashboard.backups.archive import FOLDERS, BadBackup, Reader
from dashboard.supervisor.places import unfinished
from dashboard.supervisor.stamp import stamp_file
from videojobs import lifecycle

USED_TABLE = "videojobs_user"
"""A row in here means that somebody uses the site."""

Migration = tuple[str, str]


class InUse(Exception):
    """There is a site here already; a backup goes only where nothing is lost by it."""


def restore(source: Path, *, now: datetime) -> int:
    """Take everything over from a backup. Returns how many jobs now wait for a person.

    Raises BadBackup or InUse before anything is changed.
    """
    staged = unfinished(settings.DATA_DIR)
    if not staged.exists():
        refuse_over_data()
    archive = Reader(source)
    targets = migration_targets(archive)
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(mode=0o700)
    for folder in FOLDERS:
        for name in archive.names(folder):
            archive.extract(name, staged)
    restore_database(archive, targets)
    waiting = lifecycle.after_restore(now=now)
    put_in_place(staged)
    return waiting


def refuse_over_data() -> None:
    """Raise InUse where the database has people or the media folder has files."""
    with connection.cursor() as cursor:
        if USED_TABLE in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT EXISTS(SELECT 1 FROM {USED_TABLE})")  # noqa: S608
            if cursor.fetchone()[0]:
                raise InUse(
                    "the database has accounts already; point DATABASE_URL or DATA_DIR to an empty one"
                )
    if any(path.is_file() for path in settings.MEDIA_ROOT.rglob("*")):
        raise InUse(f"{settings.MEDIA_ROOT} has files already; point DATA_DIR to an empty folder")


def migration_targets(archive: Reader) -> list[Migration]:
    """Return the migrations at which the backup was made. Raises BadBackup for unknown ones."""
    applied = {(str(app), str(name)) for app, name in archive.facts["migrations"]}
    graph = MigrationExecutor(connection).loader.graph
    unknown = sorted(applied - set(graph.nodes))
    if unknown:
        raise BadBackup(
            f"it was made by a newer version (migration {'.'.join(unknown[0])}); install that one"
        )
    return last_of(
        applied, {node: {child.key for child in graph.node_map[node].children} for node in applied}
    )


def last_of(applied: set[Migration], children: dict[Migration, set[Migration]]) -> list[Migration]:
    """Return the applied migrations that no other applied one of the same app builds on."""
    return sorted(node for node in applied if not any(c[0] == node[0] for c in children[node] & applied))


def restore_database(archive: Reader, targets: list[Migration]) -> None:
    """Make the tables as they were, fill them, and bring them up to date."""
    tables.drop_all(tables.models_of(apps), "default")
    MigrationExecutor(connection).migrate(targets)
    state = MigrationExecutor(connection).loader.project_state(targets)
    models = tables.models_of(state.apps)
    with transaction.atomic():
        fill(archive, models)
        tables.settle_sequences(models, "default")
    call_command("migrate", interactive=False, verbosity=0)
    stamp_file().unlink(missing_ok=True)


def fill(archive: Reader, models: Iterable[tables.AnyModel]) -> None:
    """Load all rows; references are checked when the transaction ends."""
    there = set(archive.names("database"))
    for model in models:
        name = f"database/{model._meta.label_lower}"
        if name not in there:
            raise BadBackup(f"{name} is missing")
        tables.load(model, "default", archive.lines(name))


def put_in_place(staged: Path) -> None:
    """Move the files to where the site looks for them, over those a first start made."""
    for folder in FOLDERS:
        if (staged / folder).is_dir():
            shutil.rmtree(settings.DATA_DIR / folder, ignore_errors=True)
            (staged / folder).rename(settings.DATA_DIR / folder)
    shutil.rmtree(staged)
    (settings.DATA_DIR / "keys" / "welcome_token").unlink(missing_ok=True)
