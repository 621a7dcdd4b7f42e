"""Making an account where that is open, and changing one's address: both need a link from a letter."""

import re

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from tests.dashboard.views.signing import noted, show_again, sign_in, vouched_cast
from tests.factories import Cast
from videojobs.models import User

pytestmark = pytest.mark.django_db

DORA = {
    "name": "Dora",
    "email": "Dora@example.org",
    "password1": "tall ships 44",
    "password2": "tall ships 44",
}


@pytest.fixture(autouse=True)
def cast(db: None, settings: Settings) -> Cast:
    """Return the cast, at a site that is open and mails."""
    settings.OPEN_SIGN_UP = settings.EMAIL_CONFIGURED = True
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.PUBLIC_URL = "https://dailies.example"
    return vouched_cast()


def sign_up(client: Client, **said: str) -> str:
    """Ask for an account and return where that leads."""
    return client.post("/accounts/signup/", DORA | said).headers.get("Location", "")


def follow(client: Client) -> None:
    """Follow the link of the last letter and say yes."""
    found = re.search(r"https://dailies\.example(/accounts/email/confirm/\S+/)\n", str(mail.outbox[-1].body))
    assert found
    client.post(found[1])


class TestSigningUp:
    """Where the site is open."""

    def test_the_link_of_a_letter_comes_before_the_first_sign_in(self, client: Client) -> None:
        assert sign_up(client) == "/accounts/email/sent/"
        assert sign_in(client, "dora@example.org", "tall ships 44") == "/accounts/email/sent/"
        follow(client)
        assert sign_in(client, "dora@example.org", "tall ships 44") == "/"
        assert User.objects.get(email="dora@example.org").name == "Dora"

    def test_whether_somebody_has_an_address_is_not_told(self, client: Client, cast: Cast) -> None:
        assert sign_up(client, email="bob@example.org") == "/accounts/email/sent/"
        assert (mail.outbox[0].to, User.objects.count()) == (["bob@example.org"], 3)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"email": "dora@example.org\nBcc: all@example.org"},
            {"name": "Dora\r\nBcc: all@example.org"},
            {"password1": "12345678", "password2": "12345678"},
        ],
    )
    def test_bad_input_makes_nobody_and_mails_nothing(self, client: Client, wrong: dict[str, str]) -> None:
        sign_up(client, **wrong)
        assert (User.objects.count(), mail.outbox) == (3, [])

    def test_it_gives_no_role_whatever_is_posted(self, client: Client) -> None:
        sign_up(client, is_staff="1", is_superuser="1", role="owner")
        dora = User.objects.get(email="dora@example.org")
        assert (dora.is_staff, dora.is_superuser, dora.memberships.count()) == (False, False, 0)

    def test_unless_switched_on_it_is_closed(self, client: Client, settings: Settings) -> None:
        settings.OPEN_SIGN_UP = False
        assert "by invitation" in client.get("/accounts/signup/").content.decode()
        sign_up(client)
        assert User.objects.count() == 3

    def test_ten_in_an_hour_are_enough_from_one_browser(self, client: Client) -> None:
        for number in range(10):
            sign_up(client, email=f"dora{number}@example.org")
        assert client.post("/accounts/signup/", DORA).status_code == 429


class TestAnotherAddress:
    """Changing one's own."""

    @pytest.fixture(autouse=True)
    def _bob(self, client: Client, cast: Cast) -> None:
        client.force_login(cast.bob)
        show_again(client)

    def ask(self, client: Client, email: str) -> None:
        client.post("/accounts/email/", {"action_add": "", "email": email})

    def test_it_counts_once_its_link_was_followed(self, client: Client, cast: Cast) -> None:
        self.ask(client, "robert@example.org")
        cast.bob.refresh_from_db()
        assert (cast.bob.email, mail.outbox[0].to) == ("bob@example.org", ["robert@example.org"])
        follow(client)
        cast.bob.refresh_from_db()
        assert (cast.bob.email, noted(cast.bob)) == ("robert@example.org", ["address_changed"])

    def test_somebody_elses_is_never_taken(self, client: Client, cast: Cast) -> None:
        self.ask(client, "alice@example.org")
        for letter in mail.outbox:
            client.post(re.sub(r"(?s).*https://dailies\.example(\S+).*", r"\1", str(letter.body)))
        cast.bob.refresh_from_db()
        assert (cast.bob.email, User.objects.filter(email="alice@example.org").count()) == (
            "bob@example.org",
            1,
        )

    def test_the_password_is_asked_for_again_first(self, cast: Cast) -> None:
        later = Client()
        later.force_login(cast.bob)
        self.ask(later, "robert@example.org")
        assert mail.outbox == []
