"""Settings as a process gets them from its environment."""

import json
import subprocess
import sys
import threading
from ast import literal_eval
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.test import Client

from dashboard import keys
from dashboard.settings import BASE_DIR, LONGEST_SOCKET_PATH, broker_socket
from tests.dashboard.running import clean_environment
from tests.factories import create_cast

SHOW = """
import json, sys
from dashboard import settings
print(json.dumps({name: str(getattr(settings, name)) for name in sys.argv[1:]}))
"""


def settings_of(data: Path, *names: str, **variables: str) -> dict[str, Any]:
    """Return settings of a process with these variables."""
    done = subprocess.run(
        [sys.executable, "-c", SHOW, *names],
        env=clean_environment(data, 8000, **variables),
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    shown: dict[str, Any] = json.loads(done.stdout)
    return shown


def test_without_a_key_nothing_is_bought(tmp_path: Path) -> None:
    shown = settings_of(tmp_path, "PROVIDER_KEY", "PROVIDER_BASE_URL", "EMAIL_CONFIGURED", "DEBUG")
    assert list(shown.values()) == ["", "https://api.together.ai", "False", "False"]


def test_everything_is_kept_under_one_folder(tmp_path: Path) -> None:
    shown = settings_of(tmp_path, "MEDIA_ROOT", "STATIC_ROOT", "BROKER_SOCKET")
    assert all(value.startswith((str(tmp_path), "/tmp")) for value in shown.values())


def test_an_open_address_is_shown_as_a_person_can_open_it(tmp_path: Path) -> None:
    assert settings_of(tmp_path, "LOCAL_URL", HOST="0.0.0.0")["LOCAL_URL"] == "http://127.0.0.1:8000"
    assert settings_of(tmp_path, "LOCAL_URL", HOST="::1")["LOCAL_URL"] == "http://[::1]:8000"


def test_https_makes_cookies_secure(tmp_path: Path) -> None:
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "ALLOWED_HOSTS")
    shown = settings_of(tmp_path, *names, PUBLIC_URL="https://dailies.example.com")
    assert list(shown.values())[:3] == ["True", "True", "31536000"]
    assert "dailies.example.com" in shown["ALLOWED_HOSTS"]


def test_the_signing_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    first, second = (settings_of(tmp_path, "SECRET_KEY") for _ in range(2))
    assert first == second
    assert (tmp_path / "keys" / "secret_key").stat().st_mode & 0o777 == 0o600


def test_a_given_signing_key_is_not_written_down(tmp_path: Path) -> None:
    settings_of(tmp_path, "SECRET_KEY", SECRET_KEY="k" * 40)
    assert not (tmp_path / "keys" / "secret_key").exists()


def test_given_field_keys_are_not_written_down(tmp_path: Path) -> None:
    given = urlsafe_b64encode(b"k" * 32).decode()
    settings_of(tmp_path, "FIELD_KEYS", SECRET_KEY="k" * 40, FIELD_KEYS=given)
    assert not (tmp_path / "keys").exists()


def test_a_field_key_is_made_once_and_opens_what_it_sealed(tmp_path: Path) -> None:
    first, second = (settings_of(tmp_path, "FIELD_KEYS")["FIELD_KEYS"] for _ in range(2))
    assert first == second
    assert Fernet(literal_eval(first)[0])


def test_processes_that_start_at_once_agree_on_a_key(tmp_path: Path) -> None:
    found: list[str] = []
    starts = [threading.Thread(target=lambda: found.append(keys.kept(tmp_path / "key"))) for _ in range(16)]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    assert (len(found), len(set(found)), len(list(tmp_path.iterdir()))) == (16, 1, 1)


def test_a_deep_folder_has_its_socket_elsewhere() -> None:
    assert broker_socket(Path("/data")) == Path("/data/run/valkey.sock")
    deep, other = broker_socket(Path("/d" * 100)), broker_socket(Path("/e" * 100))
    assert len(str(deep)) <= LONGEST_SOCKET_PATH
    assert deep != other


@pytest.mark.django_db
def test_pages_allow_nothing_inline_and_nothing_from_elsewhere(client: Client) -> None:
    policy = client.get("/healthz").headers["Content-Security-Policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert (rules["script-src"], rules["style-src"]) == ("'self'", "'self'")


def test_a_body_over_the_limit_is_refused_unread(client: Client) -> None:
    answer = client.post("/healthz", b"x" * 10_000_000, content_type="application/json")
    assert (answer.status_code, "10000000 bytes" in answer.json()["error"]["message"]) == (413, True)


@pytest.mark.django_db
def test_pages_are_served_while_the_broker_is_away(client: Client, settings: Any, tmp_path: Path) -> None:
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": f"unix://{tmp_path}/none.sock"}}
    create_cast()
    answer = client.post("/accounts/login/", {"login": "nobody@example.com", "password": "wrong"})
    assert answer.status_code == 200
