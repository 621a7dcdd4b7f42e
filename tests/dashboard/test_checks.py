"""Settings that contradict one another are found before anything starts."""

import pytest
from pytest_django import Settings

from dashboard.checks import check_addresses, check_encryption, check_sign_in
from dashboard.identity import Provider


def test_sound_settings_pass() -> None:
    assert [*check_addresses(None), *check_encryption(None), *check_sign_in(None)] == []


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


@pytest.mark.parametrize(
    ("setting", "provider", "id"),
    [
        ("OIDC", Provider("dailies", ""), "dailies.E003"),
        ("OIDC", Provider("", "", issuer="https://login.example.com"), "dailies.E003"),
        ("GOOGLE", Provider("dailies", ""), "dailies.E004"),
    ],
)
def test_a_provider_that_is_half_configured_is_found(
    settings: Settings, setting: str, provider: Provider, id: str
) -> None:
    setattr(settings, setting, provider)
    (found,) = check_sign_in(None)
    assert (found.id, "SECRET" in found.msg, "Set all of" in (found.hint or "")) == (id, True, True)


def test_sign_up_that_checks_no_address_is_found(settings: Settings) -> None:
    settings.OPEN_SIGN_UP = True
    (found,) = check_sign_in(None)
    assert (found.id, "EMAIL_URL" in (found.hint or "")) == ("dailies.E005", True)
