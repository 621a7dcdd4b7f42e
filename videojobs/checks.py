"""What must be true of the database itself; looked at before migrations run and by `check --database`."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from videojobs.money import guards

GUARDED_BY = ("videojobs", "0006_money_guarded")


@register(Tags.database)
def check_guards(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **_options: Any
) -> list[CheckMessage]:
    """Find triggers of the ledger that are gone: SQLite loses them unsaid where it builds the table anew."""
    found: list[CheckMessage] = []
    for name in databases or ():
        connection = connections[name]
        if GUARDED_BY not in MigrationRecorder(connection).applied_migrations():
            continue
        found += [
            Error(
                f"The trigger {trigger} is gone: the ledger can be changed or emptied unseen.",
                hint="Run `manage.py verify_ledger --guard`: it walks the books and sets the trigger again.",
                id="dailies.E003",
            )
            for trigger in guards.missing(connection)
        ]
    return found
