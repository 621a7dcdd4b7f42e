"""Whether the tables and static files are those of this very code, told without loading the site."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings

from dashboard.keys import make_private_folder

PACKAGES_WITH_TABLES = ("django", "django-allauth")


def is_prepared() -> bool:
    """Tell whether nothing is to be done. False also where telling would take as long as doing."""
    applied = applied_migrations()
    if applied is None or not settings.STATIC_ROOT.is_dir():
        return False
    try:
        kept = json.loads(stamp_file().read_text())
    except (OSError, ValueError):
        return False
    return bool(kept == {"code": code_digest(), "migrations": applied})


def write_stamp() -> None:
    """Remember what was prepared."""
    facts = {"code": code_digest(), "migrations": applied_migrations()}
    make_private_folder(stamp_file().parent)
    stamp_file().write_text(json.dumps(facts))


def stamp_file() -> Path:
    """Return where the stamp is kept."""
    data: Path = settings.DATA_DIR
    return data / "run" / "prepared"


def applied_migrations() -> str | None:
    """Return a digest of the applied migrations of a SQLite file, or None."""
    database: dict[str, Any] = settings.DATABASES["default"]
    if "sqlite3" not in database["ENGINE"] or not Path(database["NAME"]).exists():
        return None
    address = f"{Path(database['NAME']).as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=5)) as connection:
            rows = connection.execute("SELECT app, name FROM django_migrations ORDER BY app, name").fetchall()
    except sqlite3.Error:
        return None
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def code_digest() -> str:
    """Return a digest that changes with the migrations, the static files and the packages that bring some."""
    lines = [f"{package} {version(package)}" for package in PACKAGES_WITH_TABLES]
    lines += sorted(f"{file} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in watched_files())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def watched_files() -> Iterator[Path]:
    """Give our own files whose change asks for preparation."""
    for package in ("videojobs", "dashboard"):
        yield from (settings.BASE_DIR / package / "migrations").glob("*.py")
        yield from (file for file in (settings.BASE_DIR / package / "static").rglob("*") if file.is_file())
