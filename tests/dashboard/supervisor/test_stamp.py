"""A warm start knows that nothing is to be prepared; anything else is prepared again."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from pytest_django import Settings

from dashboard.supervisor.stamp import is_prepared, write_stamp


@pytest.fixture
def prepared(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the database of a data folder that was prepared."""
    database = tmp_path / "dailies.sqlite3"
    settings.DATA_DIR, settings.STATIC_ROOT = tmp_path, tmp_path / "static"
    named = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(database)}
    monkeypatch.setitem(settings.DATABASES, "default", named)
    settings.STATIC_ROOT.mkdir()
    change(database, "CREATE TABLE django_migrations (app TEXT, name TEXT)")
    write_stamp()
    return database


def change(database: Path, statement: str) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(statement)


def test_what_was_prepared_is_known(prepared: Path) -> None:
    assert is_prepared()


def test_another_database_is_prepared_again(prepared: Path) -> None:
    change(prepared, "INSERT INTO django_migrations VALUES ('videojobs', '0099_later')")
    assert not is_prepared()


def test_a_lost_database_is_prepared_again(prepared: Path) -> None:
    prepared.unlink()
    assert not is_prepared()


def test_lost_static_files_are_prepared_again(prepared: Path) -> None:
    (prepared.parent / "static").rmdir()
    assert not is_prepared()


def test_other_code_is_prepared_again(prepared: Path, settings: Settings, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path
    assert not is_prepared()


def test_a_torn_stamp_is_passed_over(prepared: Path) -> None:
    (prepared.parent / "run" / "prepared").write_text('{"code"')
    assert not is_prepared()
