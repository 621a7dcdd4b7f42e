"""When the last backup was made on this machine: a small file, because a backup changes no database."""

from datetime import datetime
from pathlib import Path

from django.conf import settings


def latest() -> datetime | None:
    """Return when, None where none was made yet or nobody can read it."""
    try:
        return datetime.fromisoformat(_stamp().read_text().strip())
    except (OSError, ValueError):
        return None


def note(now: datetime) -> None:
    """Keep that one was made."""
    _stamp().parent.mkdir(parents=True, exist_ok=True)
    _stamp().write_text(f"{now.isoformat()}\n")


def _stamp() -> Path:
    return Path(settings.DATA_DIR) / "run" / "last-backup"
