"""The first visit's token."""

import stat
from pathlib import Path

import pytest
from pytest_django import Settings

from dashboard import first_visit
from tests.factories import NOW, create_cast
from videojobs import teams

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    """Keep the token in a folder of this test."""
    settings.DATA_DIR = tmp_path
    return tmp_path


def test_the_address_stays_the_same_until_there_is_an_owner(settings: Settings) -> None:
    address = first_visit.url()
    assert address == first_visit.url()
    assert address == f"{settings.PUBLIC_URL}/welcome/?token={first_visit.token()}"


def test_there_is_no_address_once_there_is_an_owner() -> None:
    create_cast()
    assert first_visit.url() is None


def test_only_the_token_opens_the_door() -> None:
    token = first_visit.token()
    assert first_visit.check(token)
    assert not any(first_visit.check(wrong) for wrong in ("", token[:-1], f"{token}x", "é"))


def test_the_token_is_worth_nothing_once_there_is_an_owner() -> None:
    token = first_visit.token()
    create_cast()
    assert not first_visit.check(token)


def test_the_token_is_forgotten_with_the_first_owner(folder: Path) -> None:
    first_visit.token()
    owner = teams.NewOwner("alice@example.org", "tall ships 44", team="Harbour")
    first_visit.make_owner(owner, now=NOW)
    assert not (folder / "keys" / "welcome_token").exists()


def test_only_the_process_reads_the_token(folder: Path) -> None:
    first_visit.token()
    assert stat.S_IMODE((folder / "keys" / "welcome_token").stat().st_mode) == 0o600
