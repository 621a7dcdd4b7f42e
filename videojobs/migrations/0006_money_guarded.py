"""What holds from now on: numbers once, prices once, and no entry is changed or removed."""

from typing import Any

from django.db import migrations, models

from videojobs.money import guards


def install(_apps: Any, schema_editor: Any) -> None:
    guards.install(schema_editor.connection)


def remove(_apps: Any, schema_editor: Any) -> None:
    guards.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("videojobs", "0005_money_filled")]

    operations = [
        migrations.RemoveField(
            model_name='team',
            name='spend_limit',
        ),
        migrations.AddConstraint(
            model_name='ledgerentry',
            constraint=models.UniqueConstraint(fields=('team', 'number'), name='entry_number_once_per_team'),
        ),
        migrations.AddConstraint(
            model_name='priceonfile',
            constraint=models.UniqueConstraint(condition=models.Q(('retired_at', None)), fields=('team', 'model', 'resolution', 'size', 'seconds', 'sound'), name='price_on_file_once'),
        ),
        migrations.RunPython(install, remove),
    ]
