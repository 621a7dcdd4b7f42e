"""Rows as lines of JSON, the same from SQLite and PostgreSQL, exact to the last digit and microsecond."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Protocol, TypeAlias

from django.apps.registry import Apps
from django.core.management.color import no_style
from django.db import connections, models, transaction
from django.db.models.sql import InsertQuery

BATCH = 500
"""Rows per statement, at most."""

AnyModel = type[models.Model]
AnyField: TypeAlias = "models.Field[Any, Any]"


class Output(Protocol):
    """What bytes are written to."""

    def write(self, data: bytes, /) -> int:
        """Write on."""


def models_of(apps: Apps) -> list[AnyModel]:
    """Return all models with a table of their own, join tables included."""
    found = apps.get_models(include_auto_created=True)
    return sorted(
        (m for m in found if m._meta.managed and not m._meta.proxy), key=lambda m: m._meta.label_lower
    )


def fields_of(model: AnyModel) -> list[AnyField]:
    """Return the columns of a model's table, those the database computes left out."""
    return [field for field in model._meta.local_concrete_fields if not field.generated]


def dump(model: AnyModel, using: str, output: Output) -> int:
    """Write a line that names the columns, then a line per row. Return the number of rows."""
    fields = fields_of(model)
    output.write(_line([field.attname for field in fields]))
    count = 0
    for row in model._base_manager.using(using).order_by("pk").iterator(chunk_size=BATCH):
        output.write(_line([encode(field, row) for field in fields]))
        count += 1
    return count


def _line(values: list[Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def encode(field: AnyField, row: models.Model) -> Any:
    """Return a column's value as JSON can hold it: text, or the very JSON a column holds."""
    value = field.value_from_object(row)
    if value is None:
        return None
    if isinstance(field, models.JSONField):
        return json.loads(json.dumps(value, cls=field.encoder))
    return field.value_to_string(row)


def decode(field: AnyField, value: Any) -> Any:
    """Return what `encode` was given."""
    if value is None:
        return None
    if isinstance(field, models.JSONField):
        return json.loads(json.dumps(value), cls=field.decoder)
    return field.to_python(value)


def load(model: AnyModel, using: str, lines: Iterable[bytes]) -> int:
    """Insert the rows as they were written, and return how many. Raises ValueError for columns it has not."""
    rest = iter(lines)
    names = json.loads(next(rest))
    known = {field.attname: field for field in fields_of(model)}
    if set(names) != set(known):
        raise ValueError(f"{model._meta.label} has other columns than the backup")
    fields = [known[name] for name in names]
    size = connections[using].ops.bulk_batch_size(fields, [None] * BATCH)
    count = 0
    while batch := list(islice(rest, min(size, BATCH))):
        rows = [_row(model, fields, json.loads(line)) for line in batch]
        # Raw: what a column held is kept, "now" by itself is not put in its place.
        query = InsertQuery(model)
        query.insert_values(fields, rows, raw=True)
        query.get_compiler(using=using).execute_sql()
        count += len(rows)
    return count


def _row(model: AnyModel, fields: list[AnyField], values: list[Any]) -> models.Model:
    row = model()
    for field, value in zip(fields, values, strict=True):
        setattr(row, field.attname, decode(field, value))
    return row


def settle_sequences(tables: list[AnyModel], using: str) -> None:
    """Let the next row get a number no loaded row has."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), tables):
            cursor.execute(statement)


def drop_all(tables: list[AnyModel], using: str) -> None:
    """Remove the tables of a site that was never used."""
    connection = connections[using]
    ours = {model._meta.db_table for model in tables} | {"django_migrations"}
    with connection.constraint_checks_disabled(), transaction.atomic(using), connection.cursor() as cursor:
        for name in existing(ours, connection.introspection.table_names(cursor)):
            cascade = " CASCADE" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(name)}{cascade}")


def existing(wanted: set[str], there: list[str]) -> Iterator[str]:
    """Give the tables that are both wanted and there."""
    yield from sorted(wanted & set(there))
