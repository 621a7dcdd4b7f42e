"""Secrets that must be used again are sealed before they are stored: provider keys, webhook addresses.

Fernet (AES-128-CBC with HMAC-SHA256) under the first of `FIELD_KEYS`; the others only open what was sealed
before a rotation.
"""

from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class CannotUnseal(Exception):
    """None of this site's field keys opens it: it was sealed with a key that is not set any more."""


def seal(secret: str) -> str:
    """Return a secret as it may be stored."""
    return _box(tuple(settings.FIELD_KEYS)).encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """Return a stored secret as it was. Raises CannotUnseal."""
    try:
        return _box(tuple(settings.FIELD_KEYS)).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise CannotUnseal("None of FIELD_KEYS opens a stored secret.") from error


def reseal(sealed: str) -> str:
    """Return a stored secret sealed anew with the first key. Raises CannotUnseal."""
    return seal(unseal(sealed))


@cache
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
