"""Empties the tables between tests, which the guards of the ledger refuse to everybody else."""

from collections.abc import Iterable
from typing import Any

from django.core.management.commands import flush
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from videojobs.money import guards

KEPT = {"auth_permission", "django_content_type"}
"""What follows from the models: emptied, it would only be filled with the same again."""


class Command(flush.Command):
    """Like Django's own, with the guards away for its time, but only where there are rows.

    A test fills a handful of sixty tables, and to truncate them all takes longer than most tests.
    """

    def handle(self, **options: Any) -> None:
        connection = connections[options["database"]]
        with transaction.atomic(using=options["database"]):
            tables = sorted(set(connection.introspection.django_table_names(only_existing=True)) - KEPT)
            self._keep_writers_out(connection, tables)
            self._empty(connection, filled(connection, tables))
            if guards.missing(connection):
                guards.install(connection)

    def _keep_writers_out(self, connection: BaseDatabaseWrapper, tables: Iterable[str]) -> None:
        """Wait for whoever still writes, so that no row comes after the last look."""
        if connection.vendor == "postgresql":
            names = ", ".join(map(connection.ops.quote_name, tables))
            with connection.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE")

    def _empty(self, connection: BaseDatabaseWrapper, tables: list[str]) -> None:
        """Delete all rows; references are checked when all are gone."""
        if connection.vendor == "sqlite" and set(tables) & set(guards.tables()):
            guards.remove(connection)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(
                    "SET LOCAL session_replication_role = replica"
                )  # neither guards nor references
            for table in tables:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")


def filled(connection: BaseDatabaseWrapper, tables: Iterable[str]) -> list[str]:
    """Return the tables with rows."""
    quoted = connection.ops.quote_name
    looks = (f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {quoted(table)})" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(looks))
        return [name for (name,) in cursor.fetchall()]
