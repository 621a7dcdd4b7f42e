"""The environment, read into typed values.

Every reader raises `WrongSetting` with one sentence that names the variable, what is wrong with its value
and the remedy. An empty value counts as unset. `docs/configuration.md` lists all variables in one table.
"""

import base64
import ipaddress
import os
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlencode, urlsplit

import dj_database_url

SIZE_UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
SIZE_UNITS |= {"KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off"})

FIELD_KEY_BYTES = 32
SHORTEST_SECRET = 32
"""Characters of a SECRET_KEY."""


class WrongSetting(Exception):
    """A variable of the environment has a value that cannot be used."""

    def __init__(self, name: str, problem: str, remedy: str) -> None:
        super().__init__(f"{name}: {problem}; {remedy}")
        self.name = name


class Environment:
    """Typed readers over one mapping of names to text."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def text(self, name: str, default: str = "") -> str:
        """Return the value without surrounding blanks, or the default where it is unset or empty."""
        value = self._values.get(name, "").strip()
        if not value:
            return default
        if not value.isprintable():
            raise WrongSetting(name, "it contains control characters", "set it to one plain line of text")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a yes or no."""
        word = self.text(name).lower()
        if word in TRUE_WORDS:
            return True
        if word in FALSE_WORDS:
            return False
        if word:
            raise WrongSetting(name, f"{word!r} is neither yes nor no", "set it to 1 or 0")
        return default

    def whole(self, name: str, default: int, *, smallest: int, largest: int) -> int:
        """Return a whole number within the two limits."""
        value = self.text(name, str(default))
        if not re.fullmatch(r"[0-9]{1,18}", value) or not smallest <= int(value) <= largest:
            problem = f"{value!r} is not a whole number from {smallest} to {largest}"
            raise WrongSetting(name, problem, f"set it to such a number, for example {default}")
        return int(value)

    def days_or_ever(self, name: str, *, smallest: int, largest: int) -> timedelta | None:
        """Return for how long something is kept; None for ever, which 0 and nothing say."""
        days = self.whole(name, 0, smallest=0, largest=largest)
        if 0 < days < smallest:
            remedy = f"set it to {smallest} or more, or to 0 to keep everything"
            raise WrongSetting(name, f"{days} days are too few", remedy)
        return timedelta(days=days) if days else None

    def number(self, name: str, default: float, *, smallest: float, largest: float) -> float:
        """Return a decimal number within the two limits."""
        value = self.text(name, str(default))
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value) or not smallest <= float(value) <= largest:
            problem = f"{value!r} is not a number from {smallest:g} to {largest:g}"
            raise WrongSetting(name, problem, f"set it to such a number, for example {default:g}")
        return float(value)

    def size(self, name: str, default: str) -> int:
        """Return a number of bytes, written as "5 GiB", "500MB" or 1000000."""
        value = self.text(name, default)
        match = re.fullmatch(r"([0-9]{1,15}(?:\.[0-9]{1,3})?)\s*([A-Za-z]*)", value)
        if match is None or match[2].upper() not in SIZE_UNITS:
            raise WrongSetting(name, f"{value!r} is not a size", f"write it like {default!r} or as bytes")
        return int(float(match[1]) * SIZE_UNITS[match[2].upper()])

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        """Return one of the choices, in any case of letters."""
        value = self.text(name, default).lower()
        if value not in choices:
            raise WrongSetting(name, f"{value!r} is unknown", f"set it to one of {', '.join(choices)}")
        return value

    def secret(self, name: str) -> str:
        """Return a key of printable characters without blanks, or "" where it is unset."""
        value = self.text(name)
        if not value.isascii() or " " in value:
            raise WrongSetting(name, "it contains blanks or special letters", "paste the key alone")
        return value

    def password(self, name: str) -> str:
        """Return a person's password exactly as it was set, or "" where it is unset."""
        return self._values.get(name, "")

    def signing_key(self, name: str) -> str:
        """Return a key long enough to sign with, or "" where it is unset."""
        value = self.text(name)
        if value and len(value) < SHORTEST_SECRET:
            remedy = f"use at least {SHORTEST_SECRET}, or unset it and one is made and kept in DATA_DIR"
            raise WrongSetting(name, f"{len(value)} characters are too few", remedy)
        return value

    def field_keys(self, name: str) -> list[str]:
        """Return sealing keys: 32 bytes in urlsafe base64 each, separated by commas; none where unset."""
        keys = [part.strip() for part in self.text(name).split(",") if part.strip()]
        for number, key in enumerate(keys, start=1):
            try:
                is_key = len(base64.urlsafe_b64decode(key)) == FIELD_KEY_BYTES
            except ValueError:
                is_key = False
            if not is_key:
                remedy = "make one with: manage.py new_field_key"
                raise WrongSetting(name, f"key {number} is not 32 bytes in urlsafe base64", remedy)
        return keys

    def folder(self, name: str, default: Path) -> Path:
        """Return an absolute path that is a folder or may become one."""
        path = Path(self.text(name, str(default))).expanduser().absolute()
        if path.exists() and not path.is_dir():
            raise WrongSetting(name, f"{path} is a file", "name a folder")
        return path

    def host(self, name: str, default: str) -> str:
        """Return an address to listen on: a host name or an IP address, without port."""
        value = self.text(name, default).removeprefix("[").removesuffix("]")
        if not is_host(value):
            remedy = "set it to an address of this machine such as 127.0.0.1 or 0.0.0.0"
            raise WrongSetting(name, f"{value!r} is not a host name or IP address", remedy)
        return value

    def hosts(self, name: str, default: list[str]) -> list[str]:
        """Return host names separated by commas. "*" and ".example.com" are taken as Django does."""
        names = [part.strip() for part in self.text(name).split(",") if part.strip()]
        for entry in names:
            if entry != "*" and not is_host(entry.removeprefix(".").strip("[]")):
                remedy = "list bare host names separated by commas, without scheme, port or path"
                raise WrongSetting(name, f"{entry!r} is not a host name", remedy)
        return names or default

    def origin(self, name: str, default: str, *, plain_only_on_loopback: bool) -> str:
        """Return scheme://host[:port] without anything behind it."""
        value = self.text(name, default)
        parts = split(name, value, "set it to an origin such as https://example.com")
        if parts.scheme not in {"http", "https"}:
            raise WrongSetting(name, f"{value!r} has no http or https scheme", f"write it like {default}")
        if parts.username is not None or parts.password is not None:
            raise WrongSetting(name, "it carries a user name or password", "leave them out")
        if parts.path.strip("/") or parts.query or parts.fragment:
            remedy = f"leave out the path and what follows it: {parts.scheme}://{parts.netloc}"
            raise WrongSetting(name, f"{value!r} is more than an origin", remedy)
        if plain_only_on_loopback and parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            raise WrongSetting(name, f"{value!r} would send the key unencrypted", "use https")
        return f"{parts.scheme}://{parts.netloc.lower()}"

    def issuer(self, name: str) -> str:
        """Return an OpenID provider's address without a slash at its end, or "" where it is unset."""
        value = self.text(name)
        if not value:
            return ""
        remedy = "write it as its discovery page does, such as https://login.example.com/realms/studio"
        parts = split(name, value, remedy)
        if (
            parts.scheme not in {"http", "https"}
            or parts.username is not None
            or parts.query
            or parts.fragment
        ):
            raise WrongSetting(name, f"{value!r} is not an issuer", remedy)
        if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            raise WrongSetting(name, f"{value!r} would send sign-ins unencrypted", "use https")
        return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}"

    def origins(self, name: str) -> list[str]:
        """Return origins separated by commas; none where it is unset."""
        entries = [part.strip() for part in self.text(name).split(",") if part.strip()]
        return [Environment({name: entry}).origin(name, "", plain_only_on_loopback=True) for entry in entries]

    def database(self, name: str, default: Path) -> dict[str, Any]:
        """Return Django's settings for a SQLite or PostgreSQL database."""
        value = self.text(name, f"sqlite:///{default}")
        remedy = "write sqlite:////folder/file.sqlite3 or postgresql://user:password@host:5432/name"
        scheme = value.partition(":")[0].lower()
        if scheme not in {"sqlite", "postgres", "postgresql"}:
            raise WrongSetting(name, f"the scheme {scheme!r} is not supported", remedy)
        try:
            database = dict(dj_database_url.parse(value))
        except (ValueError, KeyError) as error:
            raise WrongSetting(name, "it cannot be read as an address", remedy) from error
        if not database["NAME"] or database["NAME"] == ":memory:":
            raise WrongSetting(name, "it names no database that lasts", remedy)
        return _sqlite(database) if scheme == "sqlite" else _postgresql(database)

    def redis(self, name: str, default: Path) -> str:
        """Return a redis-py address: redis://, rediss:// or unix:///path?db=0."""
        value = self.text(name, f"unix://{default}?db=0")
        remedy = "write redis://host:6379/0, rediss://host:6379/0 or unix:///path/to.sock?db=0"
        parts = split(name, value, remedy)
        if parts.scheme not in {"redis", "rediss", "unix"}:
            raise WrongSetting(name, f"the scheme {parts.scheme!r} is not supported", remedy)
        if parts.scheme == "unix" and not parts.path.strip("/"):
            raise WrongSetting(name, "it names no socket", remedy)
        if parts.scheme != "unix" and not parts.hostname:
            raise WrongSetting(name, "it names no host", remedy)
        return value

    def broker(self, name: str, redis_url: str) -> str:
        """Return Celery's broker address; by default the Redis one in Celery's own spelling."""
        value = self.text(name)
        if not value:
            return celery_address(redis_url)
        if "://" not in value:
            remedy = "write redis://host:6379/0, amqp://user:password@host// or leave it out to use REDIS_URL"
            raise WrongSetting(name, f"{value!r} is not an address", remedy)
        return celery_address(value)

    def email(self, name: str, sender: str) -> dict[str, Any]:
        """Return Django's e-mail settings by name. Unset, nothing is mailed."""
        value = self.text(name)
        if not value:
            return {
                "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
                "DEFAULT_FROM_EMAIL": sender,
            }
        remedy = "write smtp://user:password@host:587?tls=1, smtps://user:password@host:465 or console:"
        if value.rstrip("/") == "console:":
            backend = "django.core.mail.backends.console.EmailBackend"
            return {"EMAIL_BACKEND": backend, "DEFAULT_FROM_EMAIL": sender}
        parts = split(name, value, remedy)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise WrongSetting(name, f"the scheme {parts.scheme!r} or the host cannot be used", remedy)
        return _smtp(name, parts, sender, remedy)


def inherited(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a child process: this process's own, and these."""
    return os.environ | variables


def split(name: str, value: str, remedy: str) -> SplitResult:
    """Split an address whose host and port are well formed."""
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError as error:
        raise WrongSetting(name, f"{value!r} is not an address", remedy) from error
    if port == 0 or (parts.scheme in {"http", "https"} and not is_host(parts.hostname or "")):
        raise WrongSetting(name, f"{value!r} names no host and port that can exist", remedy)
    return parts


def is_host(value: str) -> bool:
    """Tell whether this is an IP address or could be a host name."""
    try:
        ipaddress.ip_address(value)
    except ValueError:
        label = r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
        return len(value) <= 253 and re.fullmatch(rf"{label}(\.{label})*\.?", value) is not None
    return True


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine by its very name."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def is_allowed(host: str, patterns: list[str]) -> bool:
    """Tell whether Django would answer under this host name."""
    return any(
        pattern in {"*", host, f"[{host}]"} or (pattern[:1] == "." and f".{host}".endswith(pattern))
        for pattern in patterns
    )


def celery_address(url: str) -> str:
    """Return a Redis address as Celery spells it: a Unix socket differs, the rest is alike."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    query = parse_qs(parts.query)
    options = {"virtual_host": query.get("db", ["0"])[0]}
    if parts.password:
        options["password"] = unquote(parts.password)
    return f"redis+socket://{parts.path}?{urlencode(options)}"


def _sqlite(database: dict[str, Any]) -> dict[str, Any]:
    """Writers queue up front instead of failing halfway, and every commit is on the disk."""
    database["ENGINE"] = "dashboard.sqlite3_in_turn"
    database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
    }
    database["NAME"] = str(Path(database["NAME"]).expanduser().absolute())
    database["CONN_MAX_AGE"] = None
    return database


def _postgresql(database: dict[str, Any]) -> dict[str, Any]:
    database["OPTIONS"] = {"connect_timeout": 5} | database.get("OPTIONS", {})
    database["CONN_MAX_AGE"] = 60
    database["CONN_HEALTH_CHECKS"] = True
    return database


def _smtp(name: str, parts: SplitResult, sender: str, remedy: str) -> dict[str, Any]:
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    unknown = sorted(set(query) - {"tls", "from"})
    if unknown:
        raise WrongSetting(name, f"the option {unknown[0]!r} is unknown", remedy)
    secure = parts.scheme == "smtps"
    encrypts_later = not secure and not is_loopback(parts.hostname or "")
    start_tls = Environment({name: query.get("tls", "")}).flag(name, default=encrypts_later)
    if secure and start_tls:
        raise WrongSetting(name, "smtps:// is encrypted from the start and takes no tls=1", remedy)
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if secure else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": start_tls,
        "EMAIL_USE_SSL": secure,
        "DEFAULT_FROM_EMAIL": query.get("from", sender),
    }
