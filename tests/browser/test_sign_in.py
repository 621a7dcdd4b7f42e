"""Passkeys, the second step and single sign-on in a real browser, under the strict policy."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as current
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from dashboard.identity import Provider as Registered
from dashboard.identity import form_origins, providers
from tests import identity_provider
from tests.browser.accessible import expect_accessible
from tests.browser.signed_in import PATIENCE
from tests.dashboard.views.signing import code, give_app, vouched_cast
from tests.factories import Cast
from tests.identity_provider import CLIENT_ID, CLIENT_SECRET, Provider

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HIDDEN_SCREEN = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def cast() -> Cast:
    """Return the cast."""
    return vouched_cast()


@pytest.fixture
def heard() -> list[str]:
    """Return what the browser complains of."""
    return []


@pytest.fixture
def page(browser: Browser, live_server: LiveServer, cast: Cast, heard: list[str]) -> Iterator[Page]:
    """Return a page of somebody who is not signed in, at a name, since passkeys need one."""
    context = browser.new_context(base_url=live_server.url.replace("127.0.0.1", "localhost"))
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda said: heard.append(said.text) if "Security Policy" in said.text else None)
    yield page
    context.close()


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    """Run a provider the site is registered with; the policy does not know of it yet."""
    said = {"sub": "1", "email": "bob@example.org", "email_verified": True, "name": "Bob"}
    with identity_provider.running(**said) as running:
        found = providers(registered(running), Registered("", ""))
        found["openid_connect"]["APPS"][0]["provider_id"] = current.OIDC.key
        settings.SOCIALACCOUNT_PROVIDERS = found
        yield running


def registered(provider: Provider) -> Registered:
    return Registered(CLIENT_ID, CLIENT_SECRET, name="Harbour ID", issuer=provider.url)


def sign_in(page: Page) -> None:
    page.goto("/accounts/login/?next=/accounts/security/")
    page.get_by_label("E-mail").fill("bob@example.org")
    page.get_by_label("Password").fill("bob@example.org")
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_a_passkey_is_added_and_then_signs_in_alone(page: Page, heard: list[str]) -> None:
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": HIDDEN_SCREEN})
    sign_in(page)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Password").fill("bob@example.org")
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("What do you call it?").fill("Blue key")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto("/accounts/security/")
    expect(page.get_by_text("Blue key").first).to_be_visible()
    page.context.clear_cookies()
    page.goto("/accounts/login/?next=/accounts/security/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Sign-in & security")).to_be_visible()
    assert heard == []


def test_the_second_step_takes_a_code_without_javascript(
    browser: Browser, live_server: LiveServer, cast: Cast
) -> None:
    give_app(cast.bob)
    page = browser.new_page(java_script_enabled=False, base_url=live_server.url)
    sign_in(page)
    page.get_by_label("Code").fill(code())
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Sign-in & security")).to_be_visible()
    page.close()


def test_a_form_may_lead_to_the_provider_and_back(
    page: Page, provider: Provider, settings: Settings, heard: list[str]
) -> None:
    settings.CONTENT_SECURITY_POLICY = widened(form_origins(registered(provider), Registered("", "")))
    page.goto("/accounts/login/?next=/accounts/security/")
    page.get_by_role("button", name="Continue with Harbour ID").click()
    expect(page.get_by_role("heading", name="Sign-in & security")).to_be_visible()
    assert heard == []


def test_without_the_addition_the_browser_stops_it(page: Page, provider: Provider, heard: list[str]) -> None:
    page.goto("/accounts/login/")
    with page.expect_event("console", lambda said: "form-action" in said.text):
        page.get_by_role("button", name="Continue with Harbour ID").click()
    assert "/authorize" not in provider.asked
    heard.clear()


def widened(origins: list[str]) -> dict[str, Any]:
    """Return the site's policy as it is where a provider is configured."""
    policy: dict[str, Any] = copy.deepcopy(current.CONTENT_SECURITY_POLICY)
    policy["DIRECTIVES"]["form-action"] += origins
    return policy


def test_axe_finds_nothing(browser: Browser, live_server: LiveServer, cast: Cast) -> None:
    give_app(cast.bob)
    expect_accessible(browser, cast.bob, live_server, "/accounts/security/")
