"""Settings that are each fine but contradict one another stop the start here, with a hint."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from dashboard.env import is_allowed, is_loopback


@register
def check_addresses(app_configs: Sequence[AppConfig] | None, **_options: Any) -> list[CheckMessage]:
    """Refuse a site that would answer 400 at its own address, or show its insides to the network."""
    found: list[CheckMessage] = []
    if not is_allowed(settings.PUBLIC_HOST, settings.ALLOWED_HOSTS):
        found.append(
            Error(
                f"PUBLIC_URL names {settings.PUBLIC_HOST}, which ALLOWED_HOSTS does not list.",
                hint=f"Add {settings.PUBLIC_HOST} to ALLOWED_HOSTS, or leave ALLOWED_HOSTS unset.",
                id="dailies.E001",
            )
        )
    if settings.DEBUG and not is_loopback(settings.HOST):
        found.append(
            Error(
                f"DEBUG shows secrets to everybody who reaches HOST {settings.HOST}.",
                hint="Unset DEBUG, or listen on HOST=127.0.0.1.",
                id="dailies.E002",
            )
        )
    return found


@register
def check_encryption(app_configs: Sequence[AppConfig] | None, **_options: Any) -> list[CheckMessage]:
    """Warn where passwords would cross the network unencrypted."""
    if settings.SECURE or is_loopback(settings.PUBLIC_HOST):
        return []
    return [
        Warning(
            f"PUBLIC_URL {settings.PUBLIC_URL} is not encrypted: passwords can be read on the way.",
            hint="Put a reverse proxy with https before it and set PUBLIC_URL to its https:// address.",
            id="dailies.W001",
        )
    ]


@register
def check_sign_in(app_configs: Sequence[AppConfig] | None, **_options: Any) -> list[CheckMessage]:
    """Refuse ways to sign in that are half configured, or open to addresses nobody checks."""
    found: list[CheckMessage] = []
    oidc, google = settings.OIDC, settings.GOOGLE
    needed = {
        "OIDC_ISSUER": oidc.issuer,
        "OIDC_CLIENT_ID": oidc.client_id,
        "OIDC_CLIENT_SECRET": oidc.client_secret,
    }
    found += _half(needed, "dailies.E003")
    needed = {"GOOGLE_CLIENT_ID": google.client_id, "GOOGLE_CLIENT_SECRET": google.client_secret}
    found += _half(needed, "dailies.E004")
    if settings.OPEN_SIGN_UP and not settings.EMAIL_CONFIGURED:
        found.append(
            Error(
                "OPEN_SIGN_UP lets anybody in, and without EMAIL_URL under any address they like.",
                hint="Set EMAIL_URL, so that addresses are checked, or unset OPEN_SIGN_UP and invite people.",
                id="dailies.E005",
            )
        )
    return found


def _half(values: dict[str, str], id: str) -> list[CheckMessage]:
    """Find settings that are of use only together, where some are set and some are not."""
    missing = [name for name, value in values.items() if not value]
    if not missing or len(missing) == len(values):
        return []
    return [
        Error(
            f"{' and '.join(missing)} is unset, so nobody could sign in there.",
            hint=f"Set all of {', '.join(values)}, or none of them.",
            id=id,
        )
    ]
