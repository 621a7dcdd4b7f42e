"""One page of how one signs in and where, and ending sessions."""

import pytest
from django.contrib.auth import get_user
from django.core import mail
from django.test import Client
from pytest_django import Settings

from tests.dashboard.views.signing import give_app, noted, sign_in, vouched_cast
from tests.factories import Cast, create_user, join
from videojobs.models import AuditEntry

pytestmark = pytest.mark.django_db

PAGE = "/accounts/security/"


@pytest.fixture(autouse=True)
def cast(db: None) -> Cast:
    """Return the cast."""
    return vouched_cast()


def browser(agent: str = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Firefox/150.0") -> Client:
    """Return a browser in which Bob is signed in."""
    client = Client(headers={"user-agent": agent})
    assert sign_in(client) == "/"
    return client


def is_in(client: Client) -> bool:
    return client.get("/team/").status_code == 200


class TestThePage:
    """What it shows."""

    def test_it_says_what_is_on(self, client: Client, cast: Cast) -> None:
        give_app(cast.bob)
        client.force_login(cast.bob)
        words = client.get(PAGE).content.decode()
        assert 'Remove<span class="unseen"> the authenticator app' in words

    def test_reading_it_writes_nothing(self, client: Client, cast: Cast) -> None:
        client.force_login(cast.bob)
        client.get(PAGE)
        assert noted(cast.bob) == []

    def test_somebody_in_no_team_has_it_too(self, client: Client) -> None:
        client.force_login(create_user("dora@example.org"))
        assert client.get(PAGE).status_code == 200

    def test_at_a_number_it_says_where_passkeys_work(self, client: Client, cast: Cast) -> None:
        client.force_login(cast.bob)
        words = client.get(PAGE, headers={"host": "127.0.0.1:8000"}).content.decode()
        assert "http://localhost:8000/accounts/security/" in words

    def test_without_mail_the_address_stays(self, client: Client, cast: Cast) -> None:
        client.force_login(cast.bob)
        assert 'Change<span class="unseen"> the e-mail' not in client.get(PAGE).content.decode()
        assert "sends no mail" in client.get("/accounts/email/").content.decode()


class TestSessions:
    """Where one is signed in."""

    def test_this_browser_stands_first_and_is_marked(self) -> None:
        here = browser()
        browser("Mozilla/5.0 (iPhone) Version/20.0 Safari/604.1")
        places = here.get(PAGE).context["places"]
        assert [(place.browser, place.is_this) for place in places] == [
            ("Firefox on Linux", True),
            ("Safari on iPhone", False),
        ]

    def test_one_that_is_ended_is_out_at_its_next_request(self, cast: Cast) -> None:
        here, there = browser(), browser()
        other = here.get(PAGE).context["places"][1]
        here.post(f"/accounts/security/sessions/{other.pk}/end/")
        assert (is_in(here), is_in(there)) == (True, False)
        assert noted(cast.bob) == ["session_ended"]

    def test_all_others_end_at_once_listed_or_not(self, cast: Cast) -> None:
        here, there, unlisted = browser(), browser(), Client()
        unlisted.force_login(cast.bob)
        here.post("/accounts/security/sessions/end/")
        assert (is_in(here), is_in(there), is_in(unlisted)) == (True, False, False)
        assert len(here.get(PAGE).context["places"]) == 1

    def test_other_people_are_left_alone(self, client: Client, cast: Cast) -> None:
        sign_in(client, "alice@example.org")
        theirs = client.get(PAGE).context["places"][0]
        here = browser()
        assert here.post(f"/accounts/security/sessions/{theirs.pk}/end/").status_code == 404
        here.post("/accounts/security/sessions/end/")
        assert get_user(client).pk == cast.alice.pk

    def test_ending_takes_a_token_against_forgery(self, cast: Cast) -> None:
        careful = Client(enforce_csrf_checks=True)
        careful.force_login(cast.bob)
        assert careful.post("/accounts/security/sessions/end/").status_code == 403


class TestLimits:
    """Guessing passwords."""

    def test_one_account_is_guarded_against_many_browsers(self) -> None:
        for number in range(5):
            sign_in(Client(REMOTE_ADDR=f"10.0.1.{number}"), password="wrong")
        assert sign_in(Client(REMOTE_ADDR="10.0.1.99")) == ""

    def test_one_browser_is_stopped_whatever_account_it_tries(self, client: Client) -> None:
        for number in range(10):
            sign_in(client, f"nobody{number}@example.org")
        assert sign_in(client) == ""
        assert sign_in(Client(REMOTE_ADDR="10.0.2.1")) == "/"

    def test_a_header_of_the_browsers_own_does_not_make_it_another(self, client: Client) -> None:
        for number in range(10):
            forged = {"x-forwarded-for": f"10.0.3.{number}"}
            said = {"login": f"nobody{number}@example.org", "password": "x"}
            client.post("/accounts/login/", said, headers=forged)
        assert sign_in(client) == ""


NEW = {"password1": "tall ships 44", "password2": "tall ships 44"}


class TestChanges:
    """What is kept and told of a change."""

    @pytest.fixture(autouse=True)
    def _told(self, settings: Settings) -> None:
        settings.ACCOUNT_EMAIL_NOTIFICATIONS = True

    def change(self, client: Client, cast: Cast) -> None:
        client.force_login(cast.bob)
        client.post("/accounts/password/change/", NEW | {"oldpassword": "bob@example.org"})

    def test_it_stands_in_the_log_of_each_team(self, client: Client, cast: Cast) -> None:
        join(cast.bob, cast.elsewhere)
        self.change(client, cast)
        entries = AuditEntry.objects.filter(actor=cast.bob, action="password_changed")
        assert {entry.team for entry in entries} == {cast.team, cast.elsewhere}

    def test_the_person_is_told_by_mail(self, client: Client, cast: Cast) -> None:
        self.change(client, cast)
        (letter,) = mail.outbox
        assert (letter.to, "the password was changed" in str(letter.body)) == (["bob@example.org"], True)

    def test_mail_that_fails_takes_nothing_back(self, client: Client, cast: Cast, settings: Settings) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
        self.change(client, cast)
        assert noted(cast.bob) == ["password_changed"]


def test_somebody_without_a_password_sets_one(client: Client) -> None:
    dora = create_user("dora@example.org")
    dora.set_unusable_password()
    dora.save()
    client.force_login(dora)
    answer = client.post("/accounts/password/set/", NEW)
    dora.refresh_from_db()
    assert (answer.headers["Location"], dora.check_password("tall ships 44")) == (PAGE, True)
