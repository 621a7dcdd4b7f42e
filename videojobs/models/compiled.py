"""Statements whose SQL is written once: Django writes it anew each time, most of what a small one costs.

For the few statements that every submission runs; what they do is what the ORM does.
"""

import copy
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.sql import InsertQuery

Row = TypeVar("Row")
Value = str | int | datetime

STAND_INS: dict[type, Callable[[int], Value]] = {
    str: lambda number: f"\x02{number}\x03",
    int: lambda number: 7_205_759_403_792_000 + number,
    datetime: lambda number: datetime(1971, 1, 1, microsecond=number, tzinfo=UTC),
}
"""Values that stand for an argument while the SQL is written, and occur nowhere else."""

_own = threading.local()
"""A statement belongs to its thread's connection."""


class Compiled(Generic[Row]):
    """A read that `build` makes from arguments of the given types. Called, it returns all rows as a list."""

    def __init__(self, build: "Callable[..., models.QuerySet[Any, Row]]", *types: type) -> None:
        self._build = build
        self._types = types

    def __call__(self, *values: Value) -> list[Row]:
        read = _kept(self, self._written)
        rows, compiler = read.queryset.all(), copy.copy(read.compiler)
        statement = read.sql, read.filled(values)
        compiler.as_sql = lambda *_, **__: statement
        rows.query.get_compiler = lambda *_, **__: compiler
        return list(rows)

    def _written(self) -> "_Read":
        stand_ins = [STAND_INS[kind](number) for number, kind in enumerate(self._types)]
        queryset = self._build(*stand_ins)
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        places = {prepared(value): number for number, value in enumerate(stand_ins)}
        return _Read(queryset, compiler, sql, tuple(parameters), tuple(map(places.get, parameters)))


@dataclass(frozen=True)
class _Read:
    queryset: Any
    compiler: Any
    sql: str
    parameters: tuple[Any, ...]
    places: tuple[int | None, ...]

    def filled(self, values: tuple[Value, ...]) -> tuple[Any, ...]:
        """Return the parameters with arguments where stand-ins were."""
        given = [prepared(value) for value in values]
        pairs = zip(self.parameters, self.places, strict=True)
        return tuple(fixed if place is None else given[place] for fixed, place in pairs)


def prepared(value: Value) -> Any:
    """Return a value as it goes to the database."""
    if isinstance(value, datetime):
        return connections[DEFAULT_DB_ALIAS].ops.adapt_datetimefield_value(value)
    return value


@dataclass(frozen=True)
class _Insertion:
    compiler: Any
    sql: str
    is_numbered: bool


def insert(row: models.Model) -> None:
    """Insert a new row of plain values; it gets the number the database gives it. Sends no signals."""
    insertion = _kept(type(row), lambda: _insertion(row))
    prepare = insertion.compiler.prepare_value
    values = [prepare(field, field.pre_save(row, True)) for field in insertion.compiler.query.fields]
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(insertion.sql, values)
        if insertion.is_numbered:
            row.pk = cursor.fetchone()[0]
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def _insertion(row: models.Model) -> _Insertion:
    meta = row._meta
    query = InsertQuery(type(row))
    query.insert_values([field for field in meta.concrete_fields if field is not meta.auto_field], [row])
    compiler = query.get_compiler(DEFAULT_DB_ALIAS)
    compiler.returning_fields = meta.db_returning_fields
    ((sql, _values),) = compiler.as_sql()
    return _Insertion(compiler, sql, bool(meta.db_returning_fields))


def _kept(key: object, write: Callable[[], Any]) -> Any:
    """Return this thread's statement for a key, written again where the thread has another connection."""
    database = connections[DEFAULT_DB_ALIAS]
    if getattr(_own, "database", None) is not database:
        _own.database, _own.statements = database, {}
    statements: dict[object, Any] = _own.statements
    if key not in statements:
        statements[key] = write()
    return statements[key]
