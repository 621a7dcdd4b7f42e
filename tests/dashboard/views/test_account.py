"""Signing in and out, and passwords."""

import re

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from dashboard.accounts import password_link
from tests.factories import Cast, create_cast
from videojobs.models import User

pytestmark = pytest.mark.django_db

NEW = {"password1": "tall ships 44", "password2": "tall ships 44"}


@pytest.fixture(autouse=True)
def cast(db: None) -> Cast:
    """Return Alice, Bob, Charlie and their teams."""
    return create_cast()


def sign_in(client: Client, email: str = "bob@example.org", password: str = "", **more: str) -> str:
    """Sign in and return where that leads, or "" where it fails."""
    answer = client.post("/accounts/login/", {"login": email, "password": password or email.lower(), **more})
    return answer.headers.get("Location", "")


def path_of(link: str) -> str:
    """Return the path of an address."""
    return "/" + link.split("/", 3)[3]


class TestSigningIn:
    """The sign-in page."""

    def test_it_leads_to_work(self, client: Client) -> None:
        assert sign_in(client) == "/"

    def test_the_case_of_the_address_does_not_matter(self, client: Client) -> None:
        assert sign_in(client, "BOB@Example.org") == "/"

    def test_it_leads_back_to_the_page_that_was_asked_for(self, client: Client) -> None:
        asked = client.get("/team/").headers["Location"]
        assert asked == "/accounts/login/?next=/team/"
        assert sign_in(client, next="/team/") == "/team/"

    @pytest.mark.parametrize(
        "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
    )
    def test_it_leads_nowhere_else(self, client: Client, elsewhere: str) -> None:
        assert sign_in(client, next=elsewhere) == "/"

    def test_a_wrong_password_and_a_stranger_read_the_same(self, client: Client) -> None:
        wrong = client.post("/accounts/login/", {"login": "bob@example.org", "password": "x"})
        nobody = client.post("/accounts/login/", {"login": "nobody@example.org", "password": "x"})
        told = [answer.context["form"].non_field_errors() for answer in (wrong, nobody)]
        assert told == [["The e-mail address or the password is wrong."]] * 2

    def test_a_closed_account_does_not_sign_in(self, client: Client, cast: Cast) -> None:
        User.objects.filter(pk=cast.bob.pk).update(is_active=False)
        sign_in(client)
        assert "_auth_user_id" not in client.session

    def test_the_session_is_a_new_one(self, client: Client) -> None:
        session = client.session
        session["kept"] = True
        session.save()
        sign_in(client)
        assert client.session.session_key != session.session_key

    def test_guessing_is_slowed_down(self, client: Client) -> None:
        for _try in range(6):
            sign_in(client, password="wrong")
        answer = client.post("/accounts/login/", {"login": "bob@example.org", "password": "bob@example.org"})
        assert "Too many tries" in answer.content.decode()

    def test_it_asks_for_a_token_against_forgery(self) -> None:
        answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a", "password": "b"})
        assert answer.status_code == 403

    def test_before_there_is_an_owner_it_leads_to_where_to_look(self, client: Client, cast: Cast) -> None:
        User.objects.update(is_active=False)
        assert client.get("/accounts/login/").headers["Location"] == "/"


class TestSigningOut:
    """The way out."""

    def test_it_takes_a_press(self, client: Client, cast: Cast) -> None:
        client.force_login(cast.bob)
        assert client.get("/accounts/logout/").status_code == 200
        assert "_auth_user_id" in client.session

    def test_it_ends_the_session(self, client: Client, cast: Cast) -> None:
        client.force_login(cast.bob)
        assert client.post("/accounts/logout/").headers["Location"] == "/"
        assert "_auth_user_id" not in client.session


class TestChangingThePassword:
    """For those who know the old one."""

    def test_it_ends_every_other_session(self, client: Client, cast: Cast) -> None:
        other = Client()
        client.force_login(cast.bob)
        other.force_login(cast.bob)
        answer = client.post("/accounts/password/change/", NEW | {"oldpassword": "bob@example.org"})
        assert answer.headers["Location"] == "/accounts/security/"
        assert client.get("/team/").status_code == 200
        assert other.get("/team/").status_code == 302

    def test_the_old_one_is_asked_for(self, client: Client, cast: Cast) -> None:
        client.force_login(cast.bob)
        answer = client.post("/accounts/password/change/", NEW | {"oldpassword": "wrong"})
        assert "not your current password" in str(answer.context["form"].errors["oldpassword"])

    def test_a_weak_one_is_refused(self, client: Client, cast: Cast) -> None:
        client.force_login(cast.bob)
        weak = {"oldpassword": "bob@example.org", "password1": "12345678", "password2": "12345678"}
        answer = client.post("/accounts/password/change/", weak)
        assert "password1" in answer.context["form"].errors


class TestForgotten:
    """For those who do not."""

    def test_without_mail_it_says_whom_to_ask(self, client: Client) -> None:
        answer = client.get("/accounts/password/reset/")
        assert (answer.status_code, "owner or admin" in answer.content.decode()) == (200, True)

    def test_without_mail_nothing_is_mailed(self, client: Client) -> None:
        client.post("/accounts/password/reset/", {"email": "bob@example.org"})
        assert mail.outbox == []

    def test_with_mail_a_link_is_mailed_under_our_own_name(self, client: Client, settings: Settings) -> None:
        settings.EMAIL_CONFIGURED = True
        settings.PUBLIC_URL = "https://dailies.example"
        client.post("/accounts/password/reset/", {"email": "BOB@example.org"}, headers={"host": "localhost"})
        letter = mail.outbox[0]
        assert (letter.to, letter.subject) == (["bob@example.org"], "Set your password for Dailies")
        assert re.search(r"https://dailies\.example/accounts/password/reset/key/\S+/\n", str(letter.body))

    def test_with_mail_strangers_get_the_same_page_and_no_letter(
        self, client: Client, settings: Settings
    ) -> None:
        settings.EMAIL_CONFIGURED = True
        answer = client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
        assert (answer.headers["Location"], mail.outbox) == ("/accounts/password/reset/done/", [])


class TestPasswordLink:
    """A link that sets a password."""

    def set_password(self, client: Client, link: str, **fields: str) -> int:
        """Follow a link, set the password, and return the last answer's status."""
        form = client.get(path_of(link), follow=True)
        return client.post(form.redirect_chain[0][0], NEW | fields).status_code if form.redirect_chain else 0

    def test_it_sets_the_password_and_signs_in(self, client: Client, cast: Cast) -> None:
        assert self.set_password(client, password_link(cast.bob)) == 302
        cast.bob.refresh_from_db()
        assert cast.bob.check_password(NEW["password1"])
        assert client.get("/team/").status_code == 200

    def test_it_works_once(self, client: Client, cast: Cast) -> None:
        link = password_link(cast.bob)
        self.set_password(client, link)
        late = Client().get(path_of(link))
        assert (late.status_code, "used up" in late.content.decode()) == (200, True)

    def test_it_ends_with_the_next_sign_in(self, client: Client, cast: Cast) -> None:
        link = password_link(cast.bob)
        sign_in(client)
        assert "used up" in Client().get(path_of(link)).content.decode()

    def test_somebody_new_says_their_name(self, client: Client) -> None:
        person = User.objects.create_user("dora@example.org")
        link = password_link(person)
        assert self.set_password(client, link) == 200
        assert self.set_password(client, link, name="Dora") == 302
        person.refresh_from_db()
        assert person.name == "Dora"

    def test_a_weak_password_is_refused(self, client: Client, cast: Cast) -> None:
        assert self.set_password(client, password_link(cast.bob), password1="short", password2="short") == 200
        cast.bob.refresh_from_db()
        assert cast.bob.check_password("bob@example.org")


@pytest.mark.parametrize(
    "path", ["login/code/", "password/reset/code/", "phone/change/", "two-step/trust/", "passkeys/signup/"]
)
def test_the_other_pages_of_allauth_are_closed(client: Client, cast: Cast, path: str) -> None:
    client.force_login(cast.alice)
    assert client.get(f"/accounts/{path}").status_code == 404
