"""Empties the tables between tests, which the guards of the ledger refuse to everybody else."""

from typing import Any

from django.core.management.commands import flush
from django.db import connections

from videojobs.money import guards


class Command(flush.Command):
    """Django's own, with the guards away for its time."""

    def handle(self, **options: Any) -> None:
        connection = connections[options["database"]]
        guards.remove(connection)
        super().handle(**options)
        guards.install(connection)
