"""What may be read and done through access, and where strangers are led."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails

from dashboard import access
from dashboard.http import Asker
from tests.factories import Cast, create_cast, create_job
from videojobs.models import User
from videojobs.rights import Right, Role


@pytest.fixture
def cast(db: None) -> Cast:
    """Return Alice, Bob, Charlie and their teams."""
    return create_cast()


def asker_of(user: User, role: Role | None = None) -> Asker:
    """Return somebody as an asker in their team, in another role where one is named."""
    membership = user.memberships.select_related("team").get()
    membership.role = role or membership.role
    return Asker(user=user, team=membership.team, membership=membership)


class TestRows:
    """Rows through access."""

    def test_a_team_sees_its_own_jobs(self, cast: Cast) -> None:
        ours = create_job(cast.bob, cast.team)
        create_job(cast.charlie, cast.elsewhere)
        assert list(access.visible_jobs(asker_of(cast.alice))) == [ours]

    def test_a_job_of_another_team_is_not_there(self, cast: Cast) -> None:
        theirs = create_job(cast.charlie, cast.elsewhere)
        with pytest.raises(Http404):
            access.job_or_404(asker_of(cast.alice), theirs.id)

    @pytest.mark.parametrize("job_id", ["", "x", "job_", "\x00", "9" * 400])
    def test_an_id_that_cannot_be_is_not_there(self, cast: Cast, job_id: str) -> None:
        with pytest.raises(Http404):
            access.job_or_404(asker_of(cast.alice), job_id)

    @pytest.mark.parametrize(
        ("role", "own", "others"),
        [
            *((Role.OWNER, True, True), (Role.ADMIN, True, True), (Role.MEMBER, True, False)),
            *((Role.VIEWER, False, False), (Role.BILLING, False, False)),
        ],
    )
    def test_roles_change_their_own_or_any(self, cast: Cast, role: Role, *, own: bool, others: bool) -> None:
        asker = asker_of(cast.bob, role)
        jobs = create_job(cast.bob, cast.team), create_job(cast.alice, cast.team)
        may = [access.may_change(asker, job, Right.CANCEL_OWN, Right.CANCEL_ANY) for job in jobs]
        assert may == [own, others]

    def test_without_a_right_of_its_own_only_any_counts(self, cast: Cast) -> None:
        job = create_job(cast.bob, cast.team)
        assert not access.may_change(asker_of(cast.bob), job, None, Right.RESOLVE)

    def test_a_refusal_says_role_and_right(self, cast: Cast) -> None:
        with pytest.raises(PermissionDenied, match="your role is viewer, which may not send jobs"):
            access.demand(asker_of(cast.bob, Role.VIEWER), Right.SUBMIT)


class TestSignIn:
    """Where strangers are led."""

    def test_a_page_is_come_back_to(self) -> None:
        answer = access.to_sign_in(RequestFactory().get("/queue/?mine=1"))
        assert answer["Location"] == "/accounts/login/?next=/queue/%3Fmine%3D1"

    def test_what_was_posted_is_not_repeated(self) -> None:
        assert access.to_sign_in(RequestFactory().post("/queue/"))["Location"] == "/accounts/login/?next=/"

    def test_a_fragment_sends_the_whole_page_there(self) -> None:
        request = RequestFactory().get(
            "/frame/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/queue/"}
        )
        request.user = AnonymousUser()
        request.htmx = HtmxDetails(request)  # type: ignore[attr-defined]
        assert access.to_sign_in(request)["HX-Redirect"] == "/accounts/login/?next=/queue/"
