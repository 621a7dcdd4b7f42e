"""Settings that contradict one another are found before anything starts."""

import pytest
from pytest_django import Settings

from dashboard.checks import check_addresses, check_encryption


def test_sound_settings_pass() -> None:
    assert [*check_addresses(None), *check_encryption(None)] == []


def test_a_site_that_would_refuse_its_own_address_is_found(settings: Settings) -> None:
    settings.PUBLIC_HOST, settings.ALLOWED_HOSTS = "dailies.example.com", ["example.com"]
    (found,) = check_addresses(None)
    assert (found.id, "ALLOWED_HOSTS" in (found.hint or "")) == ("dailies.E001", True)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.2"])
def test_debug_is_for_this_machine_only(settings: Settings, host: str) -> None:
    settings.DEBUG, settings.HOST = True, host
    (found,) = check_addresses(None)
    assert (found.id, found.is_serious()) == ("dailies.E002", True)


def test_plain_http_for_others_is_warned_of(settings: Settings) -> None:
    settings.PUBLIC_HOST, settings.SECURE = "studio.local", False
    (found,) = check_encryption(None)
    assert (found.id, found.is_serious()) == ("dailies.W001", False)
