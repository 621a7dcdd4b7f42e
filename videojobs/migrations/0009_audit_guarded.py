"""From now on the database itself refuses to change what the audit log says."""

from typing import Any

from django.db import migrations

from videojobs.money import guards


def install(_apps: Any, schema_editor: Any) -> None:
    guards.install(schema_editor.connection)


def remove(_apps: Any, schema_editor: Any) -> None:
    guards.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("videojobs", "0008_one_queue_filled")]

    operations = [migrations.RunPython(install, remove)]
