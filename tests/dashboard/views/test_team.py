"""The Team page and what it does."""

import pytest
from django.core import mail
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from dashboard.access import TEAM_KEY
from tests.factories import Cast, create_cast, create_user, join
from videojobs.models import AuditEntry, Membership, Team, User
from videojobs.rights import Right, Role


@pytest.fixture(autouse=True)
def cast(db: None) -> Cast:
    """Return Alice, Bob, Charlie and their teams."""
    return create_cast()


def member(user: User, cast: Cast) -> Membership:
    """Return somebody's membership in the first team."""
    return cast.team.memberships.get(user=user)


class TestPage:
    """What it shows."""

    def test_it_names_everybody_owners_first(self, bob: Client) -> None:
        rows = bob.get("/team/").context["rows"]
        assert [(row.member.user.name, row.is_self) for row in rows] == [("Alice", False), ("Bob", True)]

    def test_it_shows_every_right_of_every_role_and_scope(self, bob: Client) -> None:
        groups = bob.get("/team/").context["groups"]
        rights = {words: carried for _name, rows in groups for words, *carried in rows}
        assert rights[Right.SEE_JOBS.value] == [[True] * 5, [True] * 3]
        assert rights[Right.MANAGE_PEOPLE.value] == [[True, True, False, False, False], [False, False, True]]
        assert len(rights) == len(Right)

    def test_a_member_is_offered_nothing_they_may_not_do(self, bob: Client) -> None:
        page = bob.get("/team/").content.decode()
        assert not any(words in page for words in ("Ask somebody in", 'id="rename"', "Take out of the team"))

    def test_an_admin_is_not_offered_to_change_owners(self, cast: Cast) -> None:
        Membership.objects.filter(user=cast.bob).update(role=Role.ADMIN)
        client = Client()
        client.force_login(cast.bob)
        rows = client.get("/team/").context["rows"]
        assert [(row.member.user.name, row.may_change) for row in rows] == [("Alice", False), ("Bob", True)]

    def test_more_people_cost_no_more_queries(
        self, alice: Client, cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        for number in range(10):
            join(create_user(f"extra{number}@example.org"), cast.team)
        with django_assert_max_num_queries(16):
            alice.get("/team/")


class TestAdding:
    """Adding a member."""

    def test_somebody_new_gets_a_link(self, alice: Client, cast: Cast) -> None:
        answer = alice.post("/team/members/add/", {"email": "Dora@example.org", "role": "viewer"})
        assert "/accounts/password/reset/key/" in answer.context["link"]
        assert "no-store" in answer["Cache-Control"]
        assert member(User.objects.get(email="dora@example.org"), cast).role == Role.VIEWER

    def test_with_mail_the_link_is_mailed_too(self, alice: Client, settings: Settings) -> None:
        settings.EMAIL_CONFIGURED = True
        answer = alice.post("/team/members/add/", {"email": "dora@example.org", "role": "member"})
        assert answer.context["link"] in str(mail.outbox[0].body)

    def test_somebody_known_gets_none(self, alice: Client) -> None:
        answer = alice.post("/team/members/add/", {"email": "charlie@example.org", "role": "member"})
        assert answer.headers["Location"] == "/team/"

    @pytest.mark.parametrize(
        ("field", "value"),
        [("email", ""), ("email", "dora"), ("email", "bob@example.org"), ("role", ""), ("role", "king")],
    )
    def test_what_is_wrong_stands_beside_its_field(self, alice: Client, field: str, value: str) -> None:
        person = {"email": "dora@example.org", "role": "member", field: value}
        answer = alice.post("/team/members/add/", person)
        assert (answer.status_code, list(answer.context["adding"].errors)) == (422, [field])
        assert Membership.objects.count() == 3

    def test_an_admin_cannot_make_an_owner(self, cast: Cast) -> None:
        Membership.objects.filter(user=cast.bob).update(role=Role.ADMIN)
        client = Client()
        client.force_login(cast.bob)
        answer = client.post("/team/members/add/", {"email": "dora@example.org", "role": "owner"})
        assert "role" in answer.context["adding"].errors


class TestChanging:
    """Another role, or out."""

    def test_a_role_changes(self, alice: Client, cast: Cast) -> None:
        bob = member(cast.bob, cast)
        alice.post(f"/team/members/{bob.pk}/role/", {"role": "admin"})
        bob.refresh_from_db()
        assert bob.role == Role.ADMIN

    def test_the_last_owner_stays_one(self, alice: Client, cast: Cast) -> None:
        answer = alice.post(f"/team/members/{member(cast.alice, cast).pk}/role/", {"role": "member"})
        assert (answer.status_code, "needs an owner" in answer.content.decode()) == (422, True)

    def test_it_asks_before_it_removes(self, alice: Client, cast: Cast) -> None:
        bob = member(cast.bob, cast)
        assert "Take Bob out" in alice.get(f"/team/members/{bob.pk}/remove/").content.decode()
        assert cast.team.memberships.count() == 2

    def test_who_is_removed_is_out_at_once(self, alice: Client, bob: Client, cast: Cast) -> None:
        alice.post(f"/team/members/{member(cast.bob, cast).pk}/remove/")
        assert bob.get("/team/").status_code == 403

    def test_the_last_owner_is_not_removed(self, alice: Client, cast: Cast) -> None:
        answer = alice.post(f"/team/members/{member(cast.alice, cast).pk}/remove/")
        assert (answer.status_code, cast.team.memberships.count()) == (409, 2)

    @pytest.mark.parametrize("deed", ["role", "remove", "link"])
    def test_members_of_other_teams_are_not_there(self, alice: Client, cast: Cast, deed: str) -> None:
        stranger = cast.elsewhere.memberships.get()
        assert alice.post(f"/team/members/{stranger.pk}/{deed}/", {"role": "viewer"}).status_code == 404


class TestPasswordLink:
    """A link for a member who forgot."""

    def test_it_is_shown_once_and_kept_in_the_audit_log(self, alice: Client, cast: Cast) -> None:
        answer = alice.post(f"/team/members/{member(cast.bob, cast).pk}/link/")
        assert "/accounts/password/reset/key/" in answer.context["link"]
        assert AuditEntry.objects.get().action == "password_link_made"

    def test_it_is_not_made_for_members_of_other_teams(self, alice: Client, cast: Cast) -> None:
        join(cast.bob, cast.elsewhere)
        answer = alice.post(f"/team/members/{member(cast.bob, cast).pk}/link/")
        assert (answer.status_code, "each of their teams" in answer.content.decode()) == (422, True)


class TestTeams:
    """More than one team."""

    def test_one_works_in_the_chosen_team(self, bob: Client, cast: Cast) -> None:
        join(cast.bob, cast.elsewhere, Role.VIEWER)
        assert bob.post("/team/choose/", {"team": str(cast.elsewhere.pk)}).headers["Location"] == "/"
        assert bob.session[TEAM_KEY] == cast.elsewhere.pk
        assert bob.get("/team/").context["frame"].team == cast.elsewhere

    @pytest.mark.parametrize("team", ["", "x", "0", "²", "9" * 30])
    def test_a_team_one_is_not_in_cannot_be_chosen(self, bob: Client, team: str) -> None:
        assert bob.post("/team/choose/", {"team": team}).status_code == 404

    def test_the_other_teams_stand_on_the_page(self, bob: Client, cast: Cast) -> None:
        join(cast.bob, cast.elsewhere)
        page = bob.get("/gallery/").content.decode()
        assert f'name="team" value="{cast.elsewhere.pk}"' in page

    def test_an_owner_renames_the_team(self, alice: Client, cast: Cast) -> None:
        alice.post("/team/rename/", {"name": "Dockside"})
        assert Team.objects.filter(pk=cast.team.pk, name="Dockside").exists()

    def test_a_name_is_needed(self, alice: Client) -> None:
        assert alice.post("/team/rename/", {"name": " "}).status_code == 422


@pytest.mark.parametrize("path", ["/team/rename/", "/team/members/add/", "/tokens/make/"])
def test_a_page_that_was_posted_may_be_opened_again(alice: Client, path: str) -> None:
    assert alice.get(path).status_code == 302


def test_names_are_text_and_never_markup(alice: Client, cast: Cast) -> None:
    User.objects.filter(pk=cast.bob.pk).update(name="<script>alert(1)</script>")
    page = alice.get("/team/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
