"""The environment: typed values, and a sentence with the remedy for each wrong one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashboard.env import Environment, WrongSetting, celery_address, is_allowed

ORIGIN = "https://api.together.ai"
SOCKET = Path("/data/run/valkey.sock")
Read = Callable[[Environment], object]


def origin(env: Environment) -> str:
    return env.origin("TOGETHER_BASE_URL", ORIGIN, plain_only_on_loopback=True)


def public(env: Environment) -> str:
    return env.origin("PUBLIC_URL", "http://127.0.0.1:8000", plain_only_on_loopback=False)


def database(env: Environment) -> dict[str, Any]:
    return env.database("DATABASE_URL", Path("/data/dailies.sqlite3"))


def mail(env: Environment) -> dict[str, Any]:
    return env.email("EMAIL_URL", "dailies@example.com")


FIELD_KEY = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="

READERS: dict[str, Read] = {
    "TOGETHER_API_KEY": lambda env: env.secret("TOGETHER_API_KEY"),
    "TOGETHER_BASE_URL": origin,
    "PUBLIC_URL": public,
    "DATABASE_URL": database,
    "REDIS_URL": lambda env: env.redis("REDIS_URL", SOCKET),
    "CELERY_BROKER_URL": lambda env: env.broker("CELERY_BROKER_URL", "redis://localhost"),
    "DATA_DIR": lambda env: env.folder("DATA_DIR", Path("/data")),
    "HOST": lambda env: env.host("HOST", "127.0.0.1"),
    "PORT": lambda env: env.whole("PORT", 8000, smallest=1, largest=65535),
    "EMAIL_URL": mail,
    "SECRET_KEY": lambda env: env.signing_key("SECRET_KEY"),
    "FIELD_KEYS": lambda env: env.field_keys("FIELD_KEYS"),
    "AUDIT_KEEP_DAYS": lambda env: env.days_or_ever("AUDIT_KEEP_DAYS", smallest=91, largest=36_500),
    "DEBUG": lambda env: env.flag("DEBUG", default=False),
    "ALLOWED_HOSTS": lambda env: env.hosts("ALLOWED_HOSTS", ["localhost"]),
    "MIN_FREE_DISK": lambda env: env.size("MIN_FREE_DISK", "5 GiB"),
    "PROVIDER_PLACES": lambda env: env.whole("PROVIDER_PLACES", 50, smallest=1, largest=1000),
    "SIMULATOR_SPEED": lambda env: env.number("SIMULATOR_SPEED", 1.0, smallest=0.01, largest=1000),
    "LOG_LEVEL": lambda env: env.choice("LOG_LEVEL", "info", ("info", "debug")),
}


def read(name: str, value: str) -> Any:
    """Read one variable with the value."""
    return READERS[name](Environment({name: value}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOGETHER_API_KEY", "two words"),
        ("TOGETHER_API_KEY", "käse"),
        ("TOGETHER_BASE_URL", "api.together.ai"),
        ("TOGETHER_BASE_URL", "ftp://api.together.ai"),
        ("TOGETHER_BASE_URL", "http://api.together.ai"),
        ("TOGETHER_BASE_URL", "http://127.0.0.1.example.com"),
        ("TOGETHER_BASE_URL", "https://api.together.ai/v2"),
        ("TOGETHER_BASE_URL", "https://api.together.ai?key=x"),
        ("TOGETHER_BASE_URL", "https://api.together.ai#x"),
        ("TOGETHER_BASE_URL", "https://user:pass@api.together.ai"),
        ("TOGETHER_BASE_URL", "https://api.together.ai:99999"),
        ("TOGETHER_BASE_URL", "https://api.together.ai:0"),
        ("TOGETHER_BASE_URL", "https://[::1"),
        ("TOGETHER_BASE_URL", "https://"),
        ("TOGETHER_BASE_URL", "https://a b"),
        ("FIELD_KEYS", "too-short"),
        ("FIELD_KEYS", "käse"),
        ("FIELD_KEYS", f"{FIELD_KEY},short"),
        ("AUDIT_KEEP_DAYS", "-1"),
        ("AUDIT_KEEP_DAYS", "90"),
        ("AUDIT_KEEP_DAYS", "forever"),
        ("PUBLIC_URL", "dailies.example.com"),
        ("PUBLIC_URL", "https://dailies.example.com/sub"),
        ("DATABASE_URL", "mysql://localhost/dailies"),
        ("DATABASE_URL", "/data/dailies.sqlite3"),
        ("DATABASE_URL", "sqlite://:memory:"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "postgresql://localhost"),
        ("DATABASE_URL", "postgresql://localhost:port/name"),
        ("REDIS_URL", "localhost:6379"),
        ("REDIS_URL", "http://localhost"),
        ("REDIS_URL", "redis://"),
        ("REDIS_URL", "unix://"),
        ("CELERY_BROKER_URL", "localhost"),
        ("DATA_DIR", __file__),
        ("HOST", "http://127.0.0.1"),
        ("HOST", "127.0.0.1:8000"),
        ("PORT", "eighty"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("PORT", "8000.5"),
        ("EMAIL_URL", "mail.example.com"),
        ("EMAIL_URL", "imap://mail.example.com"),
        ("EMAIL_URL", "smtp://"),
        ("EMAIL_URL", "smtp://mail.example.com?ssl=1"),
        ("EMAIL_URL", "smtp://mail.example.com?tls=maybe"),
        ("EMAIL_URL", "smtps://mail.example.com?tls=1"),
        ("SECRET_KEY", "short"),
        ("DEBUG", "maybe"),
        ("ALLOWED_HOSTS", "https://example.com"),
        ("ALLOWED_HOSTS", "example.com:443"),
        ("MIN_FREE_DISK", "plenty"),
        ("MIN_FREE_DISK", "5 parsecs"),
        ("MIN_FREE_DISK", "-1"),
        ("PROVIDER_PLACES", "0"),
        ("SIMULATOR_SPEED", "nan"),
        ("LOG_LEVEL", "loud"),
        ("HOST", "a\x00b"),
    ],
)
def test_a_wrong_value_is_named_with_a_remedy(name: str, value: str) -> None:
    with pytest.raises(WrongSetting) as caught:
        read(name, value)
    variable, problem_and_remedy = str(caught.value).split(": ", 1)
    problem, remedy = problem_and_remedy.rsplit("; ", 1)
    assert (caught.value.name, variable, bool(problem), bool(remedy)) == (name, name, True, True)


@pytest.mark.parametrize("name", sorted(READERS))
def test_an_empty_value_counts_as_unset(name: str) -> None:
    assert read(name, "  ") == READERS[name](Environment({}))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://api.together.xyz", "https://api.together.xyz"),
        ("https://API.Together.xyz/", "https://api.together.xyz"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("http://localhost:9000/", "http://localhost:9000"),
        ("http://[::1]:9000", "http://[::1]:9000"),
    ],
)
def test_an_origin_is_taken_without_what_follows(value: str, expected: str) -> None:
    assert read("TOGETHER_BASE_URL", value) == expected


def test_a_public_address_may_be_plain() -> None:
    assert read("PUBLIC_URL", "http://studio.local") == "http://studio.local"


@pytest.mark.parametrize(
    ("value", "expected"),
    [("5 GiB", 5 * 2**30), ("500MB", 500_000_000), ("1.5 kb", 1500), ("1000", 1000), ("0", 0)],
)
def test_sizes_are_written_as_people_write_them(value: str, expected: int) -> None:
    assert read("MIN_FREE_DISK", value) == expected


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("Yes", True), ("off", False), ("0", False)])
def test_a_flag_is_a_yes_or_a_no(value: str, *, expected: bool) -> None:
    assert read("DEBUG", value) is expected


def test_sqlite_writes_durably_and_queues_its_writers() -> None:
    options = database(Environment({}))["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert options["init_command"] == "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"


def test_postgresql_keeps_its_own_durability() -> None:
    read_database = read("DATABASE_URL", "postgresql://user:p%40ss@db:5432/dailies?sslmode=require")
    assert (read_database["HOST"], read_database["PASSWORD"]) == ("db", "p@ss")
    assert read_database["OPTIONS"] == {"connect_timeout": 5, "sslmode": "require"}


def test_a_relative_database_is_where_the_process_started() -> None:
    assert read("DATABASE_URL", "sqlite:///own.sqlite3")["NAME"] == str(Path.cwd() / "own.sqlite3")


def test_celery_spells_a_unix_socket_differently() -> None:
    assert celery_address("unix:///run/v.sock?db=2") == "redis+socket:///run/v.sock?virtual_host=2"
    assert read("CELERY_BROKER_URL", "") == "redis://localhost"


def test_another_broker_may_carry_the_nudges() -> None:
    assert read("CELERY_BROKER_URL", "amqp://guest@rabbit//") == "amqp://guest@rabbit//"


def test_mail_is_encrypted_unless_said_otherwise() -> None:
    assert read("EMAIL_URL", "smtp://user:p%40@mail.example.com")["EMAIL_USE_TLS"] is True
    assert read("EMAIL_URL", "smtp://mail.example.com?tls=0")["EMAIL_USE_TLS"] is False
    assert read("EMAIL_URL", "smtp://localhost:1025")["EMAIL_USE_TLS"] is False
    assert read("EMAIL_URL", "smtps://mail.example.com")["EMAIL_PORT"] == 465


def test_mail_names_its_sender() -> None:
    assert (
        read("EMAIL_URL", "smtp://mail.example.com?from=us@example.com")["DEFAULT_FROM_EMAIL"]
        == "us@example.com"
    )
    assert read("EMAIL_URL", "console:")["DEFAULT_FROM_EMAIL"] == "dailies@example.com"


@pytest.mark.parametrize(
    ("host", "patterns", "allowed"),
    [
        ("example.com", ["example.com"], True),
        ("a.example.com", [".example.com"], True),
        ("example.com", [".example.com"], True),
        ("badexample.com", [".example.com"], False),
        ("::1", ["[::1]"], True),
        ("anything", ["*"], True),
        ("other", ["example.com"], False),
    ],
)
def test_hosts_match_as_django_matches_them(host: str, patterns: list[str], *, allowed: bool) -> None:
    assert is_allowed(host, patterns) is allowed


def test_field_keys_are_taken_in_their_order() -> None:
    assert read("FIELD_KEYS", f" {FIELD_KEY}, {FIELD_KEY} ") == [FIELD_KEY, FIELD_KEY]


@pytest.mark.parametrize(("days", "kept"), [("0", None), ("91", 91), ("365", 365)])
def test_days_are_kept_or_ever(days: str, kept: int | None) -> None:
    found = read("AUDIT_KEEP_DAYS", days)
    assert (found.days if found else None) == kept
