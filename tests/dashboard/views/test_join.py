"""Asking people in on the Team page, and coming in by the link."""

import re

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from tests.factories import NOW, Cast, create_cast, create_user, join
from videojobs.models import Invitation, Membership, User
from videojobs.rights import Role

PASSWORD = "tall ships 44"
NEW = {"email": "dora@example.org", "name": "Dora", "password": PASSWORD}


@pytest.fixture(autouse=True)
def cast(db: None) -> Cast:
    """Return Alice, Bob, Charlie and their teams."""
    return create_cast()


@pytest.fixture
def alice(cast: Cast) -> Client:
    """Return the owner's browser."""
    return browser(cast.alice)


def browser(person: User) -> Client:
    """Return somebody's browser."""
    client = Client()
    client.force_login(person)
    return client


def invited(alice: Client, **said: str) -> str:
    """Ask somebody in, and return the path of the link."""
    answer = alice.post("/team/invite/", {"role": "member", "days": "7"} | said)
    assert answer.status_code == 200, answer.context["inviting"].errors
    return "/join/" + str(answer.context["link"]).split("/join/")[1]


class TestAsking:
    """The form on the Team page."""

    def test_the_link_is_shown_once(self, alice: Client) -> None:
        secret = invited(alice).split("/")[2]
        assert secret not in alice.get("/team/").content.decode()

    def test_with_mail_and_an_address_it_is_mailed(self, alice: Client, settings: Settings) -> None:
        settings.EMAIL_CONFIGURED = True
        path = invited(alice, email="dora@example.org")
        assert mail.outbox[0].to == ["dora@example.org"]
        assert path in str(mail.outbox[0].body)

    def test_no_name_writes_a_header(self, alice: Client, cast: Cast, settings: Settings) -> None:
        settings.EMAIL_CONFIGURED = True
        User.objects.filter(pk=cast.alice.pk).update(name="A\r\nBcc: eve@example.org")
        invited(alice, email="dora@example.org")
        assert mail.outbox[0].subject.startswith("A Bcc: eve@example.org asks you into")
        assert mail.outbox[0].recipients() == ["dora@example.org"]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            *[("role", "king"), ("role", ""), ("days", "0"), ("days", "31"), ("email", "dora")],
            *[("limit", "-1"), ("limit", "ten"), ("period", "era"), ("projects", "0")],
        ],
    )
    def test_what_is_wrong_stands_beside_its_field(self, alice: Client, field: str, value: str) -> None:
        answer = alice.post("/team/invite/", {"role": "member", "days": "7", field: value})
        assert (answer.status_code, list(answer.context["inviting"].errors)) == (422, [field])
        assert not Invitation.objects.exists()

    def test_an_admin_cannot_ask_in_an_owner(self, cast: Cast) -> None:
        admin = join(create_user("eve@example.org"), cast.team, Role.ADMIN)
        answer = browser(admin.user).post("/team/invite/", {"role": "owner", "days": "7"})
        assert (answer.status_code, Invitation.objects.count()) == (422, 0)

    def test_projects_of_another_team_cannot_be_named(self, alice: Client, cast: Cast) -> None:
        theirs = cast.elsewhere.projects.create(name="Secret", is_open=False, created_at=NOW)
        answer = alice.post("/team/invite/", {"role": "member", "days": "7", "projects": str(theirs.pk)})
        assert answer.status_code == 422

    def test_one_of_another_team_cannot_be_revoked(self, alice: Client, cast: Cast) -> None:
        invited(browser(cast.charlie))
        theirs = Invitation.objects.get()
        assert alice.post(f"/team/invitations/{theirs.pk}/revoke/").status_code == 404

    def test_a_revoked_link_leads_nowhere(self, alice: Client, client: Client) -> None:
        path = invited(alice)
        alice.post(f"/team/invitations/{Invitation.objects.get().pk}/revoke/")
        assert client.get(path).status_code == 404


class TestComingIn:
    """What the link leads to."""

    def test_the_secret_leaves_the_address_at_once(self, alice: Client, client: Client) -> None:
        path = invited(alice)
        assert client.get(path).headers["Location"] == "/join/"
        assert path.split("/")[2] not in str(dict(client.session))
        page = client.get("/join/").content.decode()
        assert "Alice asks you in as a member" in page

    def test_somebody_new_makes_an_account_and_is_in(self, alice: Client, client: Client, cast: Cast) -> None:
        client.get(invited(alice))
        before = client.session.session_key
        assert client.post("/join/", NEW).headers["Location"] == "/"
        assert client.session.session_key != before
        assert client.get("/team/").context["frame"].team == cast.team

    def test_an_address_that_was_asked_in_is_fixed(self, alice: Client, client: Client) -> None:
        client.get(invited(alice, email="dora@example.org"))
        client.post("/join/", NEW | {"email": "eve@example.org"})
        assert User.objects.filter(email="dora@example.org").exists()
        assert not User.objects.filter(email="eve@example.org").exists()

    def test_a_role_in_the_form_changes_nothing(self, alice: Client, client: Client) -> None:
        client.get(invited(alice, role="viewer"))
        client.post("/join/", NEW | {"role": "owner"})
        assert Membership.objects.get(user__email="dora@example.org").role == Role.VIEWER

    def test_a_weak_password_is_refused(self, alice: Client, client: Client) -> None:
        client.get(invited(alice))
        answer = client.post("/join/", NEW | {"password": "dora"})
        assert (answer.status_code, "password" in answer.context["form"].errors) == (422, True)
        assert not User.objects.filter(email="dora@example.org").exists()

    def test_who_has_an_account_signs_in_instead(self, alice: Client, client: Client) -> None:
        client.get(invited(alice))
        answer = client.post("/join/", NEW | {"email": "charlie@example.org"})
        assert (answer.status_code, "sign in" in answer.context["problem"]) == (422, True)

    def test_who_is_signed_in_joins_as_themselves(self, alice: Client, cast: Cast) -> None:
        charlie = browser(cast.charlie)
        charlie.get(invited(alice))
        assert "Join as Charlie" in charlie.get("/join/").content.decode()
        assert charlie.post("/join/").headers["Location"] == "/"
        assert charlie.get("/team/").context["frame"].team == cast.team

    def test_somebody_elses_invitation_is_not_taken(self, alice: Client, cast: Cast) -> None:
        charlie = browser(cast.charlie)
        charlie.get(invited(alice, email="dora@example.org"))
        page = charlie.get("/join/").content.decode()
        assert "with that address can join" in page and "Join as Charlie" not in page
        answer = charlie.post("/join/")
        assert (answer.status_code, cast.team.memberships.count()) == (422, 2)

    def test_who_is_in_already_is_led_there(self, alice: Client, cast: Cast) -> None:
        bob = browser(cast.bob)
        bob.get(invited(alice))
        page = bob.get("/join/").content.decode()
        assert "You are in this team already" in page and "Go to Harbour" in page

    def test_wrong_and_used_links_say_the_same(self, alice: Client, client: Client) -> None:
        path = invited(alice)
        client.get(path)
        client.post("/join/", NEW)
        texts = [
            re.sub("nonce-[^']+", "", Client().get(where).content.decode()) for where in (path, "/join/x/")
        ]
        bodies = [re.findall("<main.*?</main>", text, re.DOTALL) for text in texts]
        assert bodies[0] == bodies[1]

    def test_guessing_is_slowed_and_right_links_cost_nothing(self, alice: Client, client: Client) -> None:
        path = invited(alice)
        assert {client.get(path).status_code for _ in range(12)} == {302}
        answers = [client.get(f"/join/guess{number}/").status_code for number in range(12)]
        assert (answers[0], answers[9], answers[10], answers[11]) == (404, 404, 429, 429)


class TestTeams:
    """Several teams, and none."""

    def test_an_owner_makes_another_team_and_works_in_it(self, alice: Client) -> None:
        alice.post("/team/new/", {"name": "Studio"})
        assert str(alice.get("/team/").context["frame"].team) == "Studio"

    def test_the_same_name_twice_is_refused(self, alice: Client) -> None:
        assert alice.post("/team/new/", {"name": "harbour"}).status_code == 422

    def test_a_member_makes_none(self, cast: Cast) -> None:
        assert browser(cast.bob).post("/team/new/", {"name": "Studio"}).status_code == 403

    def test_who_leaves_falls_back_to_another_team_or_to_none(self, cast: Cast) -> None:
        join(cast.bob, cast.elsewhere)
        bob = browser(cast.bob)
        bob.post("/team/choose/", {"team": str(cast.team.pk)})
        bob.post("/team/leave/")
        assert bob.get("/team/").context["frame"].team == cast.elsewhere
        bob.post("/team/leave/")
        answer = bob.get("/", follow=True)
        assert (answer.status_code, "You are in no team" in answer.content.decode()) == (403, True)
