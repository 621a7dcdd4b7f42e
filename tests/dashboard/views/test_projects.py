"""The pages of projects, and the page where one leaves."""

from dataclasses import dataclass

import pytest
from django.test import Client

from tests.factories import (
    NOW,
    Cast,
    create_job,
    create_limit,
    create_project,
    create_token,
    create_user,
    join,
)
from videojobs.models import Job, LimitScope, Membership, Project, Token, User
from videojobs.rights import Role
from videojobs.states import State

LAUNCH = {"name": "Launch", "client": "Quay", "colour": "teal", "is_open": "team", "prompts": "visible"}


@dataclass(frozen=True)
class Browsers:
    """Alice's and Bob's."""

    alice: Client
    bob: Client


@pytest.fixture
def browsers(cast: Cast) -> Browsers:
    """Return two people's browsers."""
    alice, bob = Client(), Client()
    alice.force_login(cast.alice)
    bob.force_login(cast.bob)
    return Browsers(alice, bob)


def member(user: User, cast: Cast) -> Membership:
    """Return somebody's membership in the first team."""
    return cast.team.memberships.get(user=user)


def closed(cast: Cast) -> Project:
    """Make a project nobody is in."""
    return cast.team.projects.create(name="Secret", is_open=False, created_at=NOW)


class TestProjects:
    """The list, and one of it."""

    def test_one_is_made_and_stands_in_the_list(self, browsers: Browsers) -> None:
        assert browsers.alice.post("/projects/new/", LAUNCH).status_code == 302
        assert "Launch" in browsers.bob.get("/projects/").content.decode()

    @pytest.mark.parametrize(
        ("field", "value"),
        [("name", ""), ("name", "General"), ("colour", "mauve"), ("is_open", "x"), ("prompts", "x")],
    )
    def test_what_is_wrong_stands_beside_its_field(self, browsers: Browsers, field: str, value: str) -> None:
        answer = browsers.alice.post("/projects/new/", LAUNCH | {field: value})
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])

    def test_a_closed_one_is_not_there_for_those_outside(self, browsers: Browsers, cast: Cast) -> None:
        secret = closed(cast)
        assert browsers.bob.get(f"/projects/{secret.pk}/").status_code == 404
        assert "Secret" not in browsers.bob.get("/projects/").content.decode()

    def test_people_are_put_in(self, browsers: Browsers, cast: Cast) -> None:
        secret, bob = closed(cast), member(cast.bob, cast)
        said = LAUNCH | {"name": "Secret", "is_open": "members", "members": [str(bob.pk)]}
        assert browsers.alice.post(f"/projects/{secret.pk}/", said).status_code == 302
        assert browsers.bob.get(f"/projects/{secret.pk}/").status_code == 200

    def test_nobody_of_another_team_is_put_in(self, browsers: Browsers, cast: Cast) -> None:
        stranger = cast.elsewhere.memberships.get()
        said = LAUNCH | {"is_open": "members", "members": [str(stranger.pk)]}
        assert browsers.alice.post("/projects/new/", said).status_code == 422

    def test_a_member_changes_none(self, browsers: Browsers, cast: Cast) -> None:
        assert browsers.bob.post(f"/projects/{cast.project.pk}/", LAUNCH).status_code == 403

    def test_only_those_who_may_see_spend_see_sums(self, browsers: Browsers) -> None:
        assert browsers.bob.get("/projects/").context["current"][0].spent is None
        assert browsers.alice.get("/projects/").context["current"][0].spent == 0

    def test_the_default_one_is_not_archived(self, browsers: Browsers, cast: Cast) -> None:
        browsers.alice.post(f"/projects/{cast.project.pk}/archive/")
        cast.project.refresh_from_db()
        assert cast.project.archived_at is None

    def test_who_sent_jobs_is_ticked_before_one_is_closed(self, browsers: Browsers, cast: Cast) -> None:
        create_job(
            cast.bob, cast.team, project=(launch := cast.team.projects.create(name="L", created_at=NOW))
        )
        form = browsers.alice.get(f"/projects/{launch.pk}/").context["form"]
        assert form.initial["members"] == [member(cast.bob, cast).pk]


class TestLeaving:
    """The page that asks what becomes of a leaver's things."""

    def test_it_shows_what_they_have(self, browsers: Browsers, cast: Cast) -> None:
        create_job(cast.bob, cast.team)
        page = browsers.alice.get(f"/team/members/{member(cast.bob, cast).pk}/remove/").content.decode()
        assert "Who takes over the job" in page and "1 waiting, holding $0.28" in page

    def test_it_says_what_else_ends(self, browsers: Browsers, cast: Cast) -> None:
        bob = member(cast.bob, cast)
        launch = create_project(cast.team, is_open=False)
        launch.members.create(membership=bob)
        create_limit(cast.team, "5", scope=LimitScope.PERSON, person=cast.bob)
        create_token(cast.bob, cast.team)
        page = browsers.bob.get("/team/leave/").content.decode()
        for words in ("API token of yours: revoked", "closed project Launch", "1 limit on you: taken away"):
            assert words in page

    def test_over_the_team_page_it_is_a_dialog(self, browsers: Browsers, cast: Cast) -> None:
        path, over = f"/team/members/{member(cast.bob, cast).pk}/remove/", {"HX-Request": "true"}
        asked = browsers.alice.get(path, headers=over).content.decode()
        assert asked.lstrip().startswith("<dialog") and f'action="{path}"' in asked
        assert browsers.alice.post(path, {"heir": "x"}, headers=over).content.lstrip()[:7] == b"<dialog"
        assert browsers.alice.post(path, {}, headers=over)["HX-Redirect"] == "/team/"

    def test_jobs_are_handed_over_and_waiting_ones_cancelled(self, browsers: Browsers, cast: Cast) -> None:
        job = create_job(cast.bob, cast.team)
        said = {"heir": str(member(cast.alice, cast).pk), "waiting": "cancel"}
        answer = browsers.alice.post(f"/team/members/{member(cast.bob, cast).pk}/remove/", said, follow=True)
        assert "1 waiting job is cancelled, which frees $0.28" in answer.content.decode()
        job = Job.objects.get(id=job.id)
        assert (job.keeper, job.state) == (cast.alice, State.CANCELLED)

    def test_an_heir_of_another_team_is_refused(self, browsers: Browsers, cast: Cast) -> None:
        create_job(cast.bob, cast.team)
        said = {"heir": str(cast.elsewhere.memberships.get().pk)}
        path = f"/team/members/{member(cast.bob, cast).pk}/remove/"
        assert browsers.alice.post(path, said).status_code == 422
        assert member(cast.bob, cast)

    def test_tokens_are_not_handed_upwards(self, browsers: Browsers, cast: Cast) -> None:
        create_token(cast.bob, cast.team)
        said = {"heir": str(member(cast.alice, cast).pk), "tokens": "hand"}
        answer = browsers.alice.post(f"/team/members/{member(cast.bob, cast).pk}/remove/", said)
        assert (answer.status_code, Token.objects.get().user) == (409, cast.bob)

    def test_one_hands_ones_own_to_a_colleague(self, browsers: Browsers, cast: Cast) -> None:
        dora = join(create_user("dora@example.org"), cast.team)
        job = create_job(cast.bob, cast.team)
        browsers.bob.post("/team/leave/", {"heir": str(dora.pk), "waiting": "keep"})
        assert Job.objects.get(id=job.id).keeper == dora.user

    def test_the_last_owner_stays(self, browsers: Browsers, cast: Cast) -> None:
        page = browsers.alice.get("/team/leave/").content.decode()
        assert "needs an owner" in page and "button-danger" not in page
        assert browsers.alice.post("/team/leave/").status_code == 409
        assert member(cast.alice, cast).role == Role.OWNER
