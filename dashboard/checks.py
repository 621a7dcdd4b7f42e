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
