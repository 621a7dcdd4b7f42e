"""Signing in through an OpenID Connect provider that really answers."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from allauth.socialaccount.models import SocialAccount
from django.conf import settings as current
from django.contrib.auth import get_user
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from dashboard.identity import Provider as Registered
from dashboard.identity import providers
from tests import identity_provider
from tests.dashboard.views.signing import give_app, noted, show_again, vouched_cast
from tests.factories import Cast
from tests.identity_provider import CLIENT_ID, CLIENT_SECRET, Provider
from videojobs import invitations
from videojobs.invitations import InvitationWish
from videojobs.models import User
from videojobs.models.teams import digest_of
from videojobs.rights import Role

pytestmark = pytest.mark.django_db

BOB = {"sub": "248289761001", "email": "Bob@example.org", "email_verified": True, "name": "Bob Harbour"}
DORA = BOB | {"sub": "77", "email": "dora@example.org", "name": "Dora"}


@pytest.fixture(autouse=True)
def cast(db: None) -> Cast:
    """Return the cast."""
    return vouched_cast()


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    """Run a provider that the site is registered with, and at which Bob is signed in."""
    with identity_provider.running(**BOB) as running:
        settings.SOCIALACCOUNT_PROVIDERS = registered(running.url)
        yield running


def registered(url: str) -> dict[str, Any]:
    """Return the settings of a site that knows the provider at this address."""
    oidc = Registered(CLIENT_ID, CLIENT_SECRET, name="Harbour ID", issuer=url)
    found = providers(oidc, Registered("", ""))
    found["openid_connect"]["APPS"][0]["provider_id"] = current.OIDC.key
    return found


def start(client: Client, **query: str) -> str:
    """Press the button and return where the browser is sent."""
    return str(client.post("/accounts/sso/login/", query_params=query).headers["Location"])


def come_back(client: Client, address: str) -> Any:
    """Sign in there, as a browser would, and come back here."""
    back = httpx.get(address).headers["Location"]
    return client.get(back.replace("http://testserver", ""))


def sign_in(client: Client, **query: str) -> Any:
    return come_back(client, start(client, **query))


def who(client: Client) -> str:
    """Return who is signed in, by address."""
    found = get_user(client)
    return found.email if isinstance(found, User) else ""


class TestSomebodyKnown:
    """A checked address that somebody here has."""

    def test_they_are_in_and_linked(self, client: Client, provider: Provider, cast: Cast) -> None:
        assert sign_in(client).headers["Location"] == "/"
        assert who(client) == "bob@example.org"
        assert noted(cast.bob) == ["sign_in_linked"]
        assert cast.bob.has_usable_password()

    def test_later_the_link_counts_not_the_address(self, client: Client, provider: Provider) -> None:
        sign_in(client)
        provider.claims["email"] = "alice@example.org"
        again = Client()
        sign_in(again)
        assert who(again) == "bob@example.org"

    def test_the_session_is_a_new_one(self, client: Client, provider: Provider) -> None:
        address = start(client)
        before = client.session.session_key
        come_back(client, address)
        assert client.session.session_key != before

    def test_a_second_step_is_still_asked_for(self, client: Client, provider: Provider, cast: Cast) -> None:
        give_app(cast.bob)
        assert sign_in(client).headers["Location"] == "/accounts/two-step/sign-in/"
        assert client.get("/team/").status_code == 302

    def test_it_leads_back_to_the_page_that_was_asked_for(self, client: Client, provider: Provider) -> None:
        assert sign_in(client, process="login", next="/team/").headers["Location"] == "/team/"

    def test_it_leads_nowhere_else(self, client: Client, provider: Provider) -> None:
        answer = sign_in(client, process="login", next="https://evil.example/")
        assert answer.headers["Location"] == "/"

    def test_a_closed_account_stays_closed(self, client: Client, provider: Provider, cast: Cast) -> None:
        User.objects.filter(pk=cast.bob.pk).update(is_active=False)
        sign_in(client)
        assert who(client) == ""

    @pytest.mark.parametrize("checked", [False, "false", None, 0])
    def test_an_unchecked_address_is_nobodys(self, client: Client, provider: Provider, checked: Any) -> None:
        provider.claims["email_verified"] = checked
        assert sign_in(client).status_code == 403
        assert (who(client), SocialAccount.objects.count()) == ("", 0)


class TestSomebodyNew:
    """An address that nobody here has."""

    @pytest.fixture(autouse=True)
    def _dora(self, provider: Provider) -> None:
        provider.claims |= DORA

    def invite(self, client: Client, cast: Cast, email: str = "") -> None:
        wish = InvitationWish(Role.MEMBER, email)
        owner = cast.team.memberships.get(user=cast.alice)
        _invitation, secret = invitations.invite(cast.team, wish, owner, now=timezone.now())
        session = client.session
        session["invitation"] = digest_of(secret)
        session.save()

    def test_they_are_told_to_ask_for_an_invitation(self, client: Client) -> None:
        answer = sign_in(client)
        assert (answer.status_code, "dora@example.org" in answer.content.decode()) == (403, True)
        assert User.objects.count() == 3

    @pytest.mark.parametrize("meant", ["", "dora@example.org"])
    def test_an_invitation_lets_them_in(self, client: Client, cast: Cast, meant: str) -> None:
        self.invite(client, cast, meant)
        sign_in(client)
        dora = User.objects.get(email="dora@example.org")
        assert (who(client), dora.name, dora.has_usable_password()) == (dora.email, "Dora", False)
        assert client.session["invitation"]

    def test_who_follows_a_link_joins_through_the_provider(self, client: Client, cast: Cast) -> None:
        owner = cast.team.memberships.get(user=cast.alice)
        _made, secret = invitations.invite(cast.team, InvitationWish(Role.VIEWER), owner, now=timezone.now())
        page = client.get(f"/join/{secret}/", follow=True).content.decode()
        assert "/accounts/sso/login/?process=login&amp;next=%2Fjoin%2F" in page
        assert sign_in(client, process="login", next="/join/").headers["Location"] == "/join/"
        client.post("/join/")
        assert cast.team.memberships.get(user__email="dora@example.org").role == "viewer"

    def test_an_invitation_for_somebody_else_does_not(self, client: Client, cast: Cast) -> None:
        self.invite(client, cast, "emil@example.org")
        assert (sign_in(client).status_code, User.objects.count()) == (403, 3)

    def test_a_made_up_invitation_does_not(self, client: Client) -> None:
        session = client.session
        session["invitation"] = digest_of("guessed")
        session.save()
        assert sign_in(client).status_code == 403

    def test_where_sign_up_is_open_they_come_in(self, client: Client, settings: Settings) -> None:
        settings.OPEN_SIGN_UP = True
        sign_in(client)
        assert who(client) == "dora@example.org"

    def test_an_unchecked_address_makes_nobody(
        self, client: Client, settings: Settings, provider: Provider
    ) -> None:
        settings.OPEN_SIGN_UP, provider.claims["email_verified"] = True, False
        assert (sign_in(client).status_code, User.objects.count()) == (403, 3)


class TestLinking:
    """From the inside."""

    @pytest.fixture(autouse=True)
    def _alice(self, client: Client, cast: Cast, provider: Provider) -> None:
        provider.claims["email"] = "somebody@elsewhere.example"
        client.force_login(cast.alice)

    def test_it_takes_the_password_again(self, client: Client) -> None:
        assert sign_in(client, process="connect").headers["Location"] == "/accounts/reauthenticate/"
        assert SocialAccount.objects.count() == 0

    def test_then_it_signs_in(self, client: Client, cast: Cast) -> None:
        show_again(client, "alice@example.org")
        sign_in(client, process="connect")
        sign_in(other := Client())
        assert (who(other), noted(cast.alice)) == ("alice@example.org", ["sign_in_linked"])

    def test_unlinking_ends_it(self, client: Client, cast: Cast) -> None:
        show_again(client, "alice@example.org")
        sign_in(client, process="connect")
        client.post("/accounts/linked/", {"account": SocialAccount.objects.get().pk})
        assert sign_in(Client()).status_code == 403
        assert noted(cast.alice)[-1] == "sign_in_unlinked"

    def test_nobody_unlinks_somebody_elses(self, client: Client, cast: Cast) -> None:
        show_again(client, "alice@example.org")
        sign_in(client, process="connect")
        bob = Client()
        bob.force_login(cast.bob)
        show_again(bob)
        bob.post("/accounts/linked/", {"account": SocialAccount.objects.get().pk})
        assert SocialAccount.objects.count() == 1


class TestForgery:
    """What somebody could try between here and there."""

    def test_an_answer_nobody_asked_for_is_refused(self, client: Client, provider: Provider) -> None:
        answer = client.get("/accounts/sso/callback/?code=x&state=y")
        assert (answer.status_code, who(client)) == (401, "")

    def test_somebody_elses_answer_is_refused(self, client: Client, provider: Provider) -> None:
        back = httpx.get(start(Client())).headers["Location"].replace("http://testserver", "")
        assert (client.get(back).status_code, who(client)) == (401, "")

    def test_an_answer_counts_once(self, client: Client, provider: Provider) -> None:
        back = httpx.get(start(client)).headers["Location"].replace("http://testserver", "")
        client.get(back)
        client.post("/accounts/logout/")
        assert (client.get(back).status_code, who(client)) == (401, "")

    def test_a_token_for_another_site_is_refused(self, client: Client, provider: Provider) -> None:
        provider.audience = "another-site"
        assert (sign_in(client).status_code, who(client)) == (401, "")

    def test_a_link_elsewhere_does_not_start_it(self, client: Client, provider: Provider) -> None:
        assert client.get("/accounts/sso/login/").status_code == 200
        assert Client(enforce_csrf_checks=True).post("/accounts/sso/login/").status_code == 403
        assert provider.asked == []

    def test_a_provider_that_is_away_gives_a_page(self, client: Client, settings: Settings) -> None:
        settings.SOCIALACCOUNT_PROVIDERS = registered("http://127.0.0.1:1")
        answer = client.post("/accounts/sso/login/")
        assert (answer.status_code, "did not work" in answer.content.decode()) == (502, True)

    def test_giving_up_there_leads_back(self, client: Client, provider: Provider) -> None:
        state = start(client).partition("state=")[2].partition("&")[0]
        answer = client.get(f"/accounts/sso/callback/?error=access_denied&state={state}", follow=True)
        assert answer.redirect_chain[-1][0] == "/accounts/login/"


def test_the_button_stands_there_only_when_configured(client: Client, settings: Settings) -> None:
    assert "Continue with" not in client.get("/accounts/login/").content.decode()
    settings.SOCIALACCOUNT_PROVIDERS = registered("https://login.example.com")
    assert "Continue with Harbour ID" in client.get("/accounts/login/?next=/team/").content.decode()


def test_google_is_asked_under_our_own_address(client: Client, settings: Settings) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = providers(Registered("", ""), Registered("id.apps.example", "secret"))
    address = httpx.URL(client.post("/accounts/google/login/").headers["Location"])
    assert (address.host, address.params["client_id"]) == ("accounts.google.com", "id.apps.example")
    assert address.params["redirect_uri"] == "http://testserver/accounts/google/callback/"
    assert address.params["code_challenge_method"] == "S256"
