"""What all tests share: real servers where they run, only loopback sockets, Chromium where there is one."""

import ipaddress
import os
import shutil
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.conf import settings
from django.core.cache import cache
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.prepared import copy_database
from tests.simulator import shared_simulator, simulator  # noqa: F401 - fixtures for everybody

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_ADVICE = "browser tests need Chromium: apt-get install chromium, or set CHROMIUM=/path/to/it"
CHROMIUM_FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)

WHOLE_FILES = (
    "tests/browser/test_main_job.py",
    "tests/dashboard/test_backup.py",
    "tests/dashboard/test_up.py",
    "tests/journeys/test_database_restarts.py",
    "tests/videojobs/money/test_older_database.py",
)
"""Files whose tests share something heavy, a running site mostly, which two workers need not make twice."""


class WholeFiles(LoadScopeScheduling):
    """Keeps such a file on one worker and shares out the other tests singly."""

    def _split_scope(self, nodeid: str) -> str:
        return next(filter(nodeid.startswith, WHOLE_FILES), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> WholeFiles:
    """Share out tests by file name: marked groups are silently lost under pytest 9.2 (pytest-xdist#1386)."""
    return WholeFiles(config, log)


def find_chromium() -> str | None:
    """Return the path of a Chromium, or None."""
    named = os.environ.get("CHROMIUM", "")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def pytest_configure(config: pytest.Config) -> None:
    """Stop at once where browser tests are required and cannot run."""
    if os.environ.get("REQUIRE_BROWSER") == "1" and find_chromium() is None:
        raise pytest.UsageError(CHROMIUM_ADVICE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what this machine or this run cannot do."""
    on_postgresql = "postgresql" in settings.DATABASES["default"]["ENGINE"]
    for item in items:
        if item.get_closest_marker("browser") and find_chromium() is None:
            item.add_marker(pytest.mark.skip(reason=CHROMIUM_ADVICE))
        if item.get_closest_marker("postgresql") and not on_postgresql:
            item.add_marker(pytest.mark.skip(reason="runs in the round on PostgreSQL"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say once how to get the browser that was missing."""
    if find_chromium() is None:
        terminalreporter.write_line(CHROMIUM_ADVICE)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Drive the distribution's Chromium, not one that Playwright would download."""
    return browser_type_launch_args | {"executable_path": find_chromium(), "args": list(CHROMIUM_FLAGS)}


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Let pytest-django go on with the database that is there; it goes away with the run's folder."""
    return True


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Put a copy of a migrated database where this process's own is to be; migrating then finds no work."""
    copy_database(settings.DATABASES["default"])


@pytest.fixture
def broker() -> Iterator["redis.Redis"]:
    """Return a client of a real, empty broker; `settings.REDIS_URL` names it."""
    if "TEST_BROKER_URL" not in os.environ:
        pytest.skip("needs a broker: run through python -m tests.servers")
    client = redis.Redis.from_url(settings.REDIS_URL)
    client.flushdb()
    yield client
    client.close()


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """Let no rate limit carry over from one test to the next."""
    yield
    cache.clear()


def is_local(address: object) -> bool:
    """Tell whether a socket address stays on this machine."""
    if not isinstance(address, tuple):
        return True
    host = str(address[0])
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail a test that would talk to another machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if not is_local(address):
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
