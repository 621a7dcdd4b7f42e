"""Nobody changes or removes an entry: the database itself refuses; a check finds where it would not."""

from collections.abc import Callable

import pytest
from django.core.checks import Error, run_checks
from django.db import DatabaseError, connection, transaction

from tests.factories import Cast, create_job
from videojobs.models import AuditEntry, LedgerEntry
from videojobs.money import guards
from videojobs.money.verifying import verify

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

TABLE = LedgerEntry._meta.db_table


def run(sql: str) -> None:
    """Say something to the database past everything of ours."""
    with connection.cursor() as cursor:
        cursor.execute(sql)


def refused(deed: Callable[[], object]) -> None:
    """Expect the database to refuse, and the entry to stand as it was."""
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        deed()


def found() -> list[str]:
    """Return what the system check finds in this database."""
    messages = run_checks(tags=["database"], databases=["default"])
    return [message.msg for message in messages if isinstance(message, Error)]


def test_every_trigger_is_there_after_all_migrations() -> None:
    deeds = ["update", "delete", "truncate" if connection.vendor == "postgresql" else "replace"]
    tables = [TABLE, AuditEntry._meta.db_table]
    assert guards.expected(connection) == [f"{table}_no_{deed}" for table in tables for deed in deeds]
    assert guards.missing(connection) == []


@pytest.mark.parametrize(
    "sql",
    [
        f"UPDATE {TABLE} SET amount = 1",
        f"UPDATE {TABLE} SET reason = 'another'",
        f"DELETE FROM {TABLE}",
    ],
)
def test_the_database_refuses_whoever_asks(cast: Cast, sql: str) -> None:
    create_job(cast.alice, cast.team)
    refused(lambda: run(sql))
    assert verify(cast.team).problem == ""


def test_an_entry_is_not_replaced_by_one_of_its_number(cast: Cast) -> None:
    create_job(cast.alice, cast.team)
    copied = ", ".join("'forged'" if name == "reason" else f'"{name}"' for name in columns())
    verb = "INSERT OR REPLACE" if connection.vendor == "sqlite" else "INSERT"
    with pytest.raises(DatabaseError), transaction.atomic():
        run(f"{verb} INTO {TABLE} SELECT {copied} FROM {TABLE}")
    assert verify(cast.team).problem == ""


def columns() -> list[str]:
    """Return the table's columns in their order."""
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, TABLE)]


@pytest.mark.postgresql
def test_the_database_refuses_to_empty_the_table(cast: Cast) -> None:
    create_job(cast.alice, cast.team)
    run("SET CONSTRAINTS ALL IMMEDIATE")  # else this transaction's own insertions stand in the way
    refused(lambda: run(f"TRUNCATE {TABLE} CASCADE"))


@pytest.mark.postgresql
def test_a_trigger_that_was_switched_off_is_found_and_set_again() -> None:
    run(f"ALTER TABLE {TABLE} DISABLE TRIGGER {TABLE}_no_delete")
    assert guards.missing(connection) == [f"{TABLE}_no_delete"]
    guards.install(connection)
    assert guards.missing(connection) == []


def test_a_check_of_the_database_finds_one_that_is_gone() -> None:
    assert found() == []
    on = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
    run(f"DROP TRIGGER {TABLE}_no_update{on}")
    (sentence,) = found()
    assert sentence.startswith(f"The trigger {TABLE}_no_update is gone")


def test_a_database_that_is_still_to_be_guarded_is_not_blamed() -> None:
    guards.remove(connection)
    run("DELETE FROM django_migrations WHERE app = 'videojobs' AND name >= '0006'")
    assert found() == []


def test_a_person_made_anonymous_leaves_the_chain_whole(cast: Cast) -> None:
    create_job(cast.alice, cast.team)
    cast.alice.name, cast.alice.email = "", "gone-1@invalid.example"
    cast.alice.save(update_fields=["name", "email"])
    assert verify(cast.team).problem == ""
