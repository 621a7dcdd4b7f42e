"""Loading many rows by SQL: indexes and references are laid aside, and built and checked again at the end."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection, models

from videojobs.money import guards

POSTGRESQL_REFERENCES = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s)
"""
POSTGRESQL_INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes
    WHERE tablename = ANY(%s) AND indexname NOT IN (SELECT conname FROM pg_constraint)
"""
SQLITE_INDEXES = """
    SELECT name, sql FROM sqlite_master
    WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN (SELECT value FROM json_each(%s))
"""


class ReferencesBroken(Exception):
    """A row points to one that does not exist."""


@contextmanager
def bulk_load(tables: Sequence[type[models.Model]]) -> Iterator[None]:
    """Let the block insert at full speed; every constraint holds when it ends.

    Raises an error where a row breaks one.
    """
    names = [model._meta.db_table for model in tables]
    load = _postgresql(names) if connection.vendor == "postgresql" else _sqlite(names)
    with load, unguarded():
        yield


@contextmanager
def unguarded() -> Iterator[None]:
    """Let the block change and remove ledger entries, which the database itself refuses otherwise."""
    guards.remove(connection)
    try:
        yield
    finally:
        guards.install(connection)


@contextmanager
def _postgresql(names: list[str]) -> Iterator[None]:
    references, indexes = rows(POSTGRESQL_REFERENCES, [names]), rows(POSTGRESQL_INDEXES, [names])
    run("SET maintenance_work_mem = '512MB'", "SET synchronous_commit = off")
    run(*(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"' for table, name, _definition in references))
    run(*(f'DROP INDEX "{name}"' for name, _definition in indexes))
    yield
    run(*(definition for _name, definition in indexes))
    run(
        *(
            f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}'
            for table, name, definition in references
        )
    )
    # In earnest autovacuum does this; nothing does it for SQLite.
    run("RESET maintenance_work_mem", "RESET synchronous_commit", "VACUUM ANALYZE")


@contextmanager
def _sqlite(names: list[str]) -> Iterator[None]:
    quoted = ", ".join(f'"{name}"' for name in names)
    indexes = rows(SQLITE_INDEXES, [f"[{quoted}]"])
    run("PRAGMA cache_size = -1000000", "PRAGMA synchronous = OFF", "PRAGMA foreign_keys = OFF")
    run(*(f'DROP INDEX "{name}"' for name, _definition in indexes))
    try:
        yield
        run(*(definition for _name, definition in indexes))
        for name in names:
            if broken := rows(f'PRAGMA foreign_key_check("{name}")'):
                raise ReferencesBroken(f"{len(broken)} rows of {name}")
    finally:
        run("PRAGMA cache_size = -2000", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON")


def run(*statements: str) -> None:
    """Run statements that answer nothing."""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def rows(query: str, values: Sequence[str | list[str]] = ()) -> list[tuple[str, ...]]:
    """Return all rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return [tuple(row) for row in cursor.fetchall()]
