"""`manage.py backup` and `restore`: what was there is there again, and nothing is bought twice."""

import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from django.db import models

from dashboard.backups import tables
from dashboard.backups.archive import BadBackup, Reader, Writer, is_safe
from tests.dashboard.running import free_port, manage
from tests.prepared import copy_site

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

FILL = """
from datetime import timedelta
from tests.factories import NOW, create_cast, create_job
from videojobs.states import State
cast = create_cast()
late = NOW + timedelta(microseconds=1)
create_job(cast.bob, cast.team, prompt="Ein Boot – 小舟", now=late)
create_job(cast.bob, cast.team, state=State.SENDING)
create_job(cast.bob, cast.team, state=State.COMPLETED)
"""
MORE = """
from tests.factories import create_job
from videojobs.models import Team, User
create_job(User.objects.get(email="bob@example.org"), Team.objects.get(slug="harbour"))
"""
SHOW = """
import json
from videojobs.models import Job, LedgerEntry, ProviderAccount, User
print(json.dumps({
    "people": sorted(User.objects.values_list("email", "password")),
    "jobs": sorted(
        [j.id, j.prompt, j.body, str(j.estimate), j.created_at.isoformat()] for j in Job.objects.all()
    ),
    "money": sorted(str(entry.pk) for entry in LedgerEntry.objects.all()),
    "states": sorted([j.state, j.decision] for j in Job.objects.all()),
    "parked": [bool(account.parked_reason) for account in ProviderAccount.objects.all()],
}))
"""


def run(command: str, *arguments: str, data: Path, database: str = "") -> str:
    """Run a command that must succeed, and return what it says."""
    python_path = str(Path(__file__).parent.parent.parent)
    done = manage(command, *arguments, data=data, DATABASE_URL=database, PYTHONPATH=python_path)
    assert done.returncode == 0, done.stderr
    return done.stdout


Shown = dict[str, list[object]]


def show(data: Path, database: str = "", *, then: str = "") -> Shown:
    """Return what a site holds, and do something more there."""
    shown: Shown = json.loads(run("shell", "--no-imports", "-c", SHOW + then, data=data, database=database))
    return shown


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data folder of a site that was used."""
    data = tmp_path_factory.mktemp("used")
    copy_site(data)
    run("shell", "--no-imports", "-c", FILL, data=data)
    (data / "media" / "clips").mkdir(parents=True)
    (data / "media" / "clips" / "clip.mp4").write_bytes(b"moving pictures" * 1000)
    (data / "journal").mkdir()
    (data / "journal" / "accepted.jsonl").write_text("{}\n")
    return data


@pytest.fixture(scope="module")
def backup(used: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a backup of it."""
    file = tmp_path_factory.mktemp("backups") / "backup.zip"
    run("backup", str(file), data=used)
    return file


@dataclass(frozen=True)
class Restored:
    """A folder that was empty before, what the command said, and what is there now."""

    data: Path
    said: str
    shown: Shown


@pytest.fixture(scope="module")
def before(used: Path) -> Shown:
    """Return what the used site holds."""
    return show(used)


@pytest.fixture(scope="module")
def restored(backup: Path, tmp_path_factory: pytest.TempPathFactory) -> Restored:
    """Return what the backup became in an empty folder."""
    data = tmp_path_factory.mktemp("restored")
    return Restored(data, run("restore", str(backup), data=data), show(data))


@pytest.fixture
def empty_postgresql() -> Iterator[str]:
    """Return the address of an empty PostgreSQL database."""
    server = os.environ.get("TEST_POSTGRESQL_URL")
    if server is None:
        pytest.skip("needs PostgreSQL: run through python -m tests.servers")
    name = f"restored_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield server.rpartition("/")[0] + f"/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_everything_is_there_again(before: Shown, restored: Restored) -> None:
    assert [before[name] == restored.shown[name] for name in ("people", "jobs", "money")] == [True] * 3
    assert "dispatch is parked" in restored.said


def test_nothing_is_sent_before_a_person_says_so(restored: Restored) -> None:
    assert restored.shown["states"] == [["completed", ""], ["unconfirmed", ""], ["waiting", "restored"]]
    assert restored.shown["parked"] == [True]


def test_media_keys_and_journal_are_there_again(used: Path, restored: Restored) -> None:
    for name in ("media/clips/clip.mp4", "keys/secret_key", "journal/accepted.jsonl"):
        assert (restored.data / name).read_bytes() == (used / name).read_bytes()
    assert (restored.data / "keys" / "secret_key").stat().st_mode & 0o777 == 0o600


def test_a_site_moves_to_postgresql_and_back(
    before: Shown, backup: Path, tmp_path: Path, empty_postgresql: str
) -> None:
    run("restore", str(backup), data=tmp_path / "there", database=empty_postgresql)
    assert before["jobs"] == show(tmp_path / "there", empty_postgresql, then=MORE)["jobs"]
    run("backup", str(tmp_path / "again.zip"), data=tmp_path / "there", database=empty_postgresql)
    run("restore", str(tmp_path / "again.zip"), data=tmp_path / "back")
    assert len(show(tmp_path / "back")["jobs"]) == 4


def test_only_its_owner_may_read_a_backup(backup: Path) -> None:
    assert backup.stat().st_mode & 0o777 == 0o600


def test_a_backup_overwrites_nothing(used: Path, backup: Path) -> None:
    done = manage("backup", str(backup), data=used)
    assert (done.returncode, "exists already" in done.stderr) == (1, True)


def test_a_restore_overwrites_nothing(used: Path, backup: Path) -> None:
    done = manage("restore", str(backup), data=used)
    assert (done.returncode, "has accounts already" in done.stderr) == (1, True)


def test_a_restore_goes_over_a_first_start(backup: Path, tmp_path: Path) -> None:
    copy_site(tmp_path)
    assert (tmp_path / "keys" / "welcome_token").exists()
    run("restore", str(backup), data=tmp_path)
    assert len(show(tmp_path)["people"]) == 3
    assert not (tmp_path / "keys" / "welcome_token").exists()


def test_a_restore_that_was_broken_off_must_be_finished(
    restored: Restored, backup: Path, tmp_path: Path
) -> None:
    shutil.copytree(restored.data, tmp_path, dirs_exist_ok=True)
    (tmp_path / "restoring").mkdir()
    done = manage("up", data=tmp_path, port=free_port())
    assert (done.returncode, "was not finished" in done.stderr) == (1, True)
    run("restore", str(backup), data=tmp_path)
    assert not (tmp_path / "restoring").exists()


def test_a_changed_backup_is_refused(backup: Path, tmp_path: Path) -> None:
    changed = bytearray(backup.read_bytes())
    place = changed.index(b"moving pictures")
    changed[place] ^= 1
    (tmp_path / "changed.zip").write_bytes(changed)
    done = manage("restore", str(tmp_path / "changed.zip"), data=tmp_path / "data")
    assert (done.returncode, "nothing was restored: media/clips/clip.mp4" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    "name", ["../evil", "media/../../evil", "/etc/passwd", "media//x", "media\\..\\x", "media"]
)
def test_names_that_lead_elsewhere_are_refused(name: str, tmp_path: Path) -> None:
    assert not is_safe(name)
    with Writer(tmp_path / "evil.zip") as archive:
        with archive.member(name, small=True) as output:
            output.write(b"")
        archive.finish({"migrations": []})
    with pytest.raises(BadBackup):
        Reader(tmp_path / "evil.zip")


def test_members_nobody_listed_are_refused(backup: Path, tmp_path: Path) -> None:
    more = tmp_path / "more.zip"
    more.write_bytes(backup.read_bytes())
    with zipfile.ZipFile(more, "a") as archive:
        archive.writestr("media/more", b"")
    with pytest.raises(BadBackup):
        Reader(more)


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_backup_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(BadBackup, match="is not a backup"):
        Reader(tmp_path / "file")


def test_a_failed_backup_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), Writer(tmp_path / "backup.zip"):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (models.DateTimeField(), datetime(2026, 1, 1, 1, 1, 1, 123456, tzinfo=UTC)),
        (models.DecimalField(max_digits=20, decimal_places=10), Decimal("0.1000000001")),
        (models.BooleanField(), True),
        (models.BigIntegerField(), 2**62),
        (models.JSONField(), {"text": "0", "list": [1, None, 1.5]}),
        (models.TextField(), "a\nb\0c – 小"),
        (models.TextField(null=True), None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_survive(field: "models.Field[object, object]", value: object) -> None:
    field.set_attributes_from_name("field")
    row = type("Row", (), {"field": value})()
    assert tables.decode(field, json.loads(json.dumps(tables.encode(field, row)))) == value
