"""A code of an app, recovery codes, and that one shows who one is before changing them."""

import json

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from dashboard.accounts import password_link
from tests.dashboard.views.signing import code, committed, give_app, noted, show_again, sign_in, vouched_cast
from tests.factories import Cast
from videojobs import sealing

pytestmark = pytest.mark.django_db

ADD = "/accounts/two-step/app/add/"


@pytest.fixture(autouse=True)
def cast(db: None) -> Cast:
    """Return the cast."""
    return vouched_cast()


@pytest.fixture
def bob(client: Client, cast: Cast) -> Client:
    """Return Bob's browser, in which he said his password a moment ago."""
    client.force_login(cast.bob)
    show_again(client)
    return client


def enrol(client: Client) -> str:
    """Add an app and return its secret."""
    secret = str(client.get(ADD).context["form"].secret)
    with committed():
        assert client.post(ADD, {"code": code(secret)}).status_code == 302
    return secret


def left_codes(client: Client) -> list[str]:
    return client.get("/accounts/two-step/codes/download/").content.decode().split()


class TestAuthenticatorApp:
    """Adding and removing one."""

    def test_it_is_on_after_its_first_code(self, bob: Client, cast: Cast) -> None:
        enrol(bob)
        assert Authenticator.objects.filter(user=cast.bob, type="totp").exists()
        assert noted(cast.bob) == ["factor_added"]

    def test_a_wrong_first_code_adds_nothing(self, bob: Client, cast: Cast) -> None:
        bob.get(ADD)
        bob.post(ADD, {"code": "000000"})
        assert not Authenticator.objects.filter(user=cast.bob).exists()

    def test_its_secret_and_the_codes_seed_are_sealed(self, bob: Client, cast: Cast) -> None:
        secret = enrol(bob)
        kept = {row.type: row.data for row in Authenticator.objects.filter(user=cast.bob)}
        assert sealing.unseal(kept["totp"]["secret"]) == secret
        assert sealing.unseal(kept["recovery_codes"]["seed"])
        assert secret not in json.dumps(kept)

    @pytest.mark.parametrize("path", [ADD, "/accounts/passkeys/add/", "/accounts/two-step/codes/new/"])
    def test_the_password_is_asked_for_again_first(self, client: Client, cast: Cast, path: str) -> None:
        client.force_login(cast.bob)
        assert client.get(path).headers["Location"].startswith("/accounts/reauthenticate/?next=")

    def test_a_wrong_password_does_not_lead_there(self, client: Client, cast: Cast) -> None:
        client.force_login(cast.bob)
        show_again(client, "wrong")
        assert client.get(ADD).status_code == 302

    def test_removing_it_takes_the_recovery_codes_with_it(self, bob: Client, cast: Cast) -> None:
        enrol(bob)
        bob.post("/accounts/two-step/app/remove/")
        assert not Authenticator.objects.filter(user=cast.bob).exists()
        assert noted(cast.bob) == ["factor_added", "factor_removed"]


class TestSigningInWithIt:
    """The second step at sign-in."""

    @pytest.fixture(autouse=True)
    def app(self, cast: Cast) -> None:
        """Put an app on Bob's account."""
        give_app(cast.bob)

    def test_the_password_alone_does_not_sign_in(self, client: Client) -> None:
        assert sign_in(client) == "/accounts/two-step/sign-in/"
        assert client.get("/team/").status_code == 302

    def test_the_code_does(self, client: Client) -> None:
        sign_in(client)
        assert client.post("/accounts/two-step/sign-in/", {"code": code()}).headers["Location"] == "/"
        assert client.get("/team/").status_code == 200

    def test_a_site_that_lost_its_field_key_says_so(self, client: Client, settings: Settings) -> None:
        settings.FIELD_KEYS = [Fernet.generate_key().decode()]
        sign_in(client)
        answer = client.post("/accounts/two-step/sign-in/", {"code": code()})
        assert "take the second step off" in answer.content.decode()

    def test_it_leads_back_to_the_page_that_was_asked_for(self, client: Client) -> None:
        sign_in(client, next="/team/")
        assert client.post("/accounts/two-step/sign-in/", {"code": code()}).headers["Location"] == "/team/"

    def test_a_code_works_once(self, client: Client) -> None:
        for browser in (client, Client()):
            sign_in(browser)
            browser.post("/accounts/two-step/sign-in/", {"code": code()})
        assert browser.get("/team/").status_code == 302

    def test_nor_again_while_clocks_that_are_off_make_it_right(self, client: Client, cast: Cast) -> None:
        early = code(steps=1)
        sign_in(client)
        client.post("/accounts/two-step/sign-in/", {"code": early})
        cache.delete(f"allauth.mfa.totp.used?user={cast.bob.pk}&code={early}")  # as after half a minute
        sign_in(thief := Client())
        thief.post("/accounts/two-step/sign-in/", {"code": f"{early[:3]} {early[3:]}"})
        assert (client.get("/team/").status_code, thief.get("/team/").status_code) == (200, 302)

    def test_guessing_is_limited_whatever_the_browser(self, client: Client) -> None:
        for number in range(5):
            sign_in(guesser := Client(REMOTE_ADDR=f"10.0.0.{number}"))
            guesser.post("/accounts/two-step/sign-in/", {"code": "000000"})
        sign_in(client)
        answer = client.post("/accounts/two-step/sign-in/", {"code": code()})
        assert "Too many tries" in answer.content.decode()
        assert client.get("/team/").status_code == 302

    def test_a_password_link_does_not_get_around_it(self, client: Client, cast: Cast) -> None:
        path = "/" + password_link(cast.bob).split("/", 3)[3]
        form = client.get(path, follow=True).redirect_chain[0][0]
        answer = client.post(form, {"password1": "tall ships 44", "password2": "tall ships 44"})
        assert answer.headers["Location"] == "/accounts/two-step/sign-in/"

    def test_one_may_start_again_as_somebody_else(self, client: Client) -> None:
        sign_in(client)
        client.post("/accounts/logout/")
        assert sign_in(client, "alice@example.org") == "/"

    def test_without_the_first_step_there_is_no_second(self, client: Client) -> None:
        answer = client.post("/accounts/two-step/sign-in/", {"code": code()})
        assert answer.headers["Location"].startswith("/accounts/login/")


class TestRecoveryCodes:
    """For when nothing else is at hand."""

    def test_each_works_once(self, bob: Client) -> None:
        enrol(bob)
        first = left_codes(bob)[0]
        for is_in in (True, False):
            sign_in(browser := Client())
            browser.post("/accounts/two-step/sign-in/", {"code": first})
            assert (browser.get("/team/").status_code == 200) is is_in

    def test_new_ones_end_the_old_ones(self, bob: Client, cast: Cast) -> None:
        enrol(bob)
        before = left_codes(bob)
        with committed():
            bob.post("/accounts/two-step/codes/new/")
        assert set(before).isdisjoint(left_codes(bob))
        assert noted(cast.bob)[-1] == "recovery_codes_made"

    def test_they_are_not_shown_to_whoever_finds_the_browser_open(self, bob: Client, cast: Cast) -> None:
        enrol(bob)
        found = Client()
        found.force_login(cast.bob)
        assert found.get("/accounts/two-step/codes/").status_code == 302
        assert found.get("/accounts/two-step/codes/download/").status_code == 302
