"""`manage.py up`, as a person meets it."""

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.dashboard.running import Site, eventually, free_port, manage, runs
from tests.prepared import copy_site

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("site") / "data"


@pytest.fixture(scope="module")
def site(data: Path) -> Iterator[Site]:
    with Site(data) as site:
        site.said("first visit")
        yield site


def test_it_says_where_pages_are_served(site: Site) -> None:
    assert site.said("ready") == f"ready {site.url}"
    assert site.status("/healthz") == 200


def test_it_says_where_the_owner_is_made(site: Site) -> None:
    token = (site.data / "keys" / "welcome_token").read_text().strip()
    assert site.said("first visit") == f"first visit {site.url}/welcome/?token={token}"


def test_it_is_ready_once_the_worker_ticks(site: Site) -> None:
    assert eventually(lambda: site.status("/readyz") == 200)


def test_what_it_keeps_is_private(site: Site) -> None:
    modes = {path.name: path.stat().st_mode & 0o777 for path in (site.data / "keys").iterdir()}
    assert set(modes.values()) == {0o600}


@pytest.mark.parametrize("name", ["web", "worker", "beat", "simulator", "broker"])
def test_a_killed_child_is_started_again(site: Site, name: str) -> None:
    killed = site.complete()[name]
    os.kill(killed, signal.SIGKILL)
    assert site.said(f"{name} (process {killed}) ended by SIGKILL; started again at once")
    assert site.replaced(name, killed)


def test_pages_and_ticks_come_back_after_all_that(site: Site) -> None:
    assert eventually(lambda: site.status("/healthz") == 200)
    site.complete()
    assert eventually(lambda: site.status("/readyz") == 200)


def test_a_second_start_on_the_same_data_is_refused(site: Site) -> None:
    done = manage("up", data=site.data, port=free_port())
    assert done.returncode != 0
    assert done.stderr.strip() == (
        f"dailies: DATA_DIR: {site.data} is in use by process {site.process.pid}; "
        "stop that one, or name another folder"
    )


def test_a_taken_port_is_named(site: Site, tmp_path: Path) -> None:
    done = manage("up", data=tmp_path, port=site.port)
    assert done.returncode != 0
    assert f"PORT: {site.port} is already taken on 127.0.0.1" in done.stderr
    assert f"PORT={site.port + 1} make run" in done.stderr


def test_restoring_is_refused_while_it_runs(site: Site, tmp_path: Path) -> None:
    backup = tmp_path / "backup.tar"
    assert manage("backup", str(backup), data=site.data).returncode == 0
    done = manage("restore", str(backup), data=site.data)
    assert (done.returncode != 0, "is in use by process" in done.stderr) == (True, True)


def test_no_child_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    copy_site(tmp_path)
    with Site(tmp_path) as site:
        site.said("ready")
        pids = site.complete().values()
        site.end(signal.SIGKILL)
    eventually(lambda: not any(map(runs, pids)), patience=5)


def test_ctrl_c_is_heeded_while_tables_are_made(tmp_path: Path) -> None:
    with Site(tmp_path) as site:
        eventually((tmp_path / "dailies.sqlite3").exists)
        assert site.end(signal.SIGINT) < 10


def test_a_wrong_value_stops_the_start(tmp_path: Path) -> None:
    done = manage("up", data=tmp_path, TOGETHER_BASE_URL="http://example.com")
    assert done.returncode != 0
    assert (
        done.stderr
        == "dailies: TOGETHER_BASE_URL: 'http://example.com' would send the key unencrypted; use https\n"
    )


def test_contradictions_stop_the_start(tmp_path: Path) -> None:
    done = manage("up", data=tmp_path, DEBUG="1", HOST="0.0.0.0")
    assert (done.returncode != 0, "DEBUG shows secrets" in done.stderr) == (True, True)


def test_a_database_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "dailies.sqlite3").mkdir()
    done = manage("up", data=tmp_path, port=free_port())
    assert (done.returncode, "DATABASE_URL: the database cannot be used" in done.stderr) == (1, True)


def test_a_deep_folder_gets_a_socket_nearby(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    copy_site(deep)
    with Site(deep) as site:
        site.said("ready")
        assert eventually(lambda: site.status("/readyz") == 200)


def test_the_real_provider_needs_no_simulator(tmp_path: Path) -> None:
    copy_site(tmp_path)
    with Site(tmp_path, TOGETHER_API_KEY="key") as site:
        site.said("ready")
        assert "simulator" not in site.pids()


def test_sqlite_is_left_in_order(site: Site) -> None:
    with closing(sqlite3.connect(site.data / "dailies.sqlite3")) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_sigterm_ends_everything_and_a_second_start_finds_the_data(site: Site) -> None:
    pids = site.complete().values()
    assert (site.end() < 10, site.process.returncode) == (True, 0)
    assert not any(map(runs, pids))
    with Site(site.data) as again:
        assert again.said("first visit").endswith(site.said("first visit").partition("?")[2])
        assert not [line for line in again.lines if "bringing the database" in line]
        assert again.end(signal.SIGINT) < 10
