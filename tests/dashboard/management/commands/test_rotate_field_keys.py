"""Stored secrets are sealed anew after a rotation, and what nobody can open is named."""

import io

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from pytest_django import Settings

from tests.factories import NOW, create_cast
from videojobs import provider_keys, sealing
from videojobs.models import ProviderKey

pytestmark = pytest.mark.django_db

KEY = "tgp_v1_key-of-the-team-0001"


def test_it_seals_with_the_first_key(settings: Settings) -> None:
    cast, old = create_cast(), settings.FIELD_KEYS
    provider_keys.set_key(cast.team, KEY, cast.alice, now=NOW)
    fresh = printed()
    settings.FIELD_KEYS = [fresh, *old]
    said = io.StringIO()
    call_command("rotate_field_keys", stdout=said)
    assert "1 secrets are sealed" in said.getvalue()
    settings.FIELD_KEYS = [fresh]
    assert sealing.unseal(ProviderKey.objects.get().sealed) == KEY


def test_it_names_what_it_cannot_open(settings: Settings) -> None:
    cast = create_cast()
    provider_keys.set_key(cast.team, KEY, cast.alice, now=NOW)
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match="None of FIELD_KEYS opens: provider key"):
        call_command("rotate_field_keys", stdout=io.StringIO())


def printed() -> str:
    """Return a key as the command prints one."""
    said = io.StringIO()
    call_command("new_field_key", stdout=said)
    return said.getvalue().strip()
