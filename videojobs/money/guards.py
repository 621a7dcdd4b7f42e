"""Triggers with which the database itself refuses to change or remove what was written once.

SQLite drops them without a word when a migration builds the table anew, so each such migration must end with
`install`; a system check and a test look for every one.
"""

from dataclasses import dataclass

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from videojobs.models import AuditEntry, LedgerEntry

KEPT_DAYS = 90
"""Younger entries of the audit log the database removes for nobody; older ones only retention asks for."""


@dataclass(frozen=True)
class Guard:
    """A table that is only added to. `taken` tells which row an insertion would take the place of, one for
    each unique constraint; rows older than `kept_days` may be removed, None: none ever.
    """

    model: type[models.Model]
    taken: str
    kept_days: int | None = None

    @property
    def table(self) -> str:
        """The table's name."""
        return self.model._meta.db_table


GUARDED = (
    Guard(
        LedgerEntry,
        "id = NEW.id OR (team_id = NEW.team_id AND number = NEW.number) "
        "OR (job_id = NEW.job_id AND kind = 'settle' AND NEW.kind = 'settle')",
    ),
    Guard(AuditEntry, "id = NEW.id", kept_days=KEPT_DAYS),
)
DEEDS = {"postgresql": ("UPDATE", "DELETE", "TRUNCATE"), "sqlite": ("UPDATE", "DELETE", "REPLACE")}
"""What is refused. SQLite's REPLACE inserts a row and takes another away, past the trigger on DELETE."""

_FUNCTION = """
CREATE OR REPLACE FUNCTION dailies_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'append-only: no % on %', TG_OP, TG_TABLE_NAME; END $$
"""


def expected(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of all triggers there must be."""
    return [_name(guard.table, deed) for guard in GUARDED for deed in DEEDS[connection.vendor]]


def tables() -> list[str]:
    """Return the tables that are guarded."""
    return [guard.table for guard in GUARDED]


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of triggers that are not there, or that somebody switched off."""
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
    with connection.cursor() as cursor:
        cursor.execute(query)
        there = {name for (name,) in cursor.fetchall()}
    return [name for name in expected(connection) if name not in there]


def install(connection: BaseDatabaseWrapper) -> None:
    """Make every trigger anew."""
    remove(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTION)
        for guard in GUARDED:
            for deed in DEEDS[connection.vendor]:
                cursor.execute(_statement(guard, deed, connection.vendor))


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away, for a migration that must rewrite entries."""
    with connection.cursor() as cursor:
        for table in tables():
            for deed in DEEDS[connection.vendor]:
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {_name(table, deed)}{on}")


def _name(table: str, deed: str) -> str:
    return f"{table}_no_{deed.lower()}"


def _statement(guard: Guard, deed: str, vendor: str) -> str:
    table, name = guard.table, _name(guard.table, deed)
    if vendor == "postgresql":
        each = "STATEMENT" if deed == "TRUNCATE" else "ROW"
        return (
            f"CREATE TRIGGER {name} BEFORE {deed} ON {table} "
            f"FOR EACH {each} {_when(guard, deed, vendor)}EXECUTE FUNCTION dailies_append_only()"
        )
    before = f"BEFORE {deed} ON {table} {_when(guard, deed, vendor)}"
    if deed == "REPLACE":
        before = f"BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {guard.taken})"  # noqa: S608
    return (
        f"CREATE TRIGGER {name} {before} BEGIN SELECT RAISE(ABORT, 'append-only: no {deed} on {table}'); END"
    )


def _when(guard: Guard, deed: str, vendor: str) -> str:
    """Return the condition under which a deed is refused, "" for always."""
    if deed != "DELETE" or guard.kept_days is None:
        return ""
    if vendor == "postgresql":
        return f"WHEN (OLD.at > now() - interval '{guard.kept_days} days') "
    return f"WHEN OLD.at > datetime('now', '-{guard.kept_days} days') "
