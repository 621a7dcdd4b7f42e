"""The first visit: whoever holds the one-time token makes the owner account."""

import secrets
from datetime import datetime
from pathlib import Path

from django.conf import settings

from dashboard import keys
from videojobs import teams
from videojobs.models import Membership


def is_open() -> bool:
    """Tell whether the site still waits for its first owner."""
    return not Membership.objects.owners().exists()


def token() -> str:
    """Return the token, the same until an owner exists."""
    return keys.kept(_path(), 24)


def url() -> str | None:
    """Return the address that makes the owner account, or None once there is an owner."""
    return f"{settings.PUBLIC_URL}/welcome/?token={token()}" if is_open() else None


def check(candidate: str) -> bool:
    """Tell whether this is the token of a first visit that is still open."""
    return is_open() and secrets.compare_digest(candidate.encode(), token().encode())


def make_owner(wish: teams.NewOwner, *, now: datetime) -> Membership:
    """Make the owner account and its team, and end the first visit. Raises teams.Refused."""
    owner = teams.create_first_owner(wish, now=now)
    close()
    return owner


def close() -> None:
    """Forget the token, once there is an owner."""
    _path().unlink(missing_ok=True)


def _path() -> Path:
    return Path(settings.DATA_DIR) / "keys" / "welcome_token"
