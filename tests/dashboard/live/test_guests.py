"""Who may listen, and whether they still may."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from dashboard.access import TEAM_KEY
from dashboard.live.guests import Guest, admit, still_welcome
from tests.factories import NOW, Cast, create_user, join
from videojobs.models import Project, ProjectMember, User
from videojobs.rights import Role

pytestmark = pytest.mark.django_db


def signed_in(user: User, **session: object) -> Client:
    """Sign somebody in, with more in their session."""
    client = Client()
    client.force_login(user)
    kept = client.session
    kept.update(session)
    kept.save()
    return client


def listener(user: User, **session: object) -> Guest:
    """Sign somebody in and admit them."""
    guest = admit(str(signed_in(user, **session).session.session_key))
    assert guest is not None
    return guest


def test_a_member_listens_for_their_team(cast: Cast) -> None:
    guest = listener(cast.bob)
    assert (guest.user, guest.team) == (cast.bob.pk, cast.team.pk)


def test_a_member_of_two_teams_listens_for_the_one_they_work_in(cast: Cast) -> None:
    join(cast.bob, cast.elsewhere)
    assert listener(cast.bob, **{TEAM_KEY: cast.elsewhere.pk}).team == cast.elsewhere.pk


def test_who_is_in_no_team_does_not_listen(cast: Cast) -> None:
    assert admit(str(signed_in(create_user("dora@example.org")).session.session_key)) is None


@pytest.mark.parametrize("key", ["", "x", "0" * 32])
def test_an_unknown_session_does_not_listen(key: str) -> None:
    assert admit(key) is None


def test_guests_stay_welcome(cast: Cast) -> None:
    guests = {listener(cast.bob), listener(cast.alice)}
    assert still_welcome(guests) == guests


def test_who_signed_out_is_not_welcome(cast: Cast) -> None:
    client = signed_in(cast.bob)
    guest = admit(str(client.session.session_key))
    assert guest is not None
    client.logout()
    assert still_welcome({guest}) == set()


def test_another_password_ends_the_session(cast: Cast) -> None:
    guest = listener(cast.bob)
    cast.bob.set_password("another one, please")
    cast.bob.save()
    assert still_welcome({guest}) == set()


def test_a_closed_account_is_not_welcome(cast: Cast) -> None:
    guest = listener(cast.bob)
    User.objects.filter(pk=cast.bob.pk).update(is_active=False)
    assert still_welcome({guest}) == set()


def test_who_left_the_team_is_not_welcome(cast: Cast) -> None:
    guest = listener(cast.bob)
    cast.bob.memberships.all().delete()
    assert still_welcome({guest}) == set()


def test_who_works_in_another_team_now_must_come_again(cast: Cast) -> None:
    client = signed_in(cast.bob)
    guest = admit(str(client.session.session_key))
    assert guest is not None
    join(cast.bob, cast.elsewhere)
    session = client.session
    session[TEAM_KEY] = cast.elsewhere.pk
    session.save()
    assert still_welcome({guest}) == set()


def test_another_role_ends_what_was_open(cast: Cast) -> None:
    guest = listener(cast.bob)
    cast.bob.memberships.update(role=Role.VIEWER)
    assert still_welcome({guest}) == set()
    assert listener(cast.bob).role == "viewer"


def test_a_project_that_is_closed_to_somebody_ends_what_was_open(cast: Cast) -> None:
    secret = Project.objects.create(team=cast.team, name="Secret", created_at=NOW)
    guests = {listener(cast.bob), listener(cast.alice)}
    Project.objects.filter(pk=secret.pk).update(is_open=False)
    assert [guest.user for guest in still_welcome(guests)] == [cast.alice.pk]  # an owner sees every project
    assert listener(cast.bob).hidden == {secret.pk}


def test_a_member_of_a_closed_project_hears_of_it(cast: Cast) -> None:
    secret = Project.objects.create(team=cast.team, name="Secret", is_open=False, created_at=NOW)
    ProjectMember.objects.create(project=secret, membership=cast.bob.memberships.get())
    assert listener(cast.bob).hidden == frozenset()


def test_many_guests_cost_no_more_queries(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    guests = {listener(cast.bob) for _page in range(10)} | {listener(cast.alice)}
    with django_assert_num_queries(4):
        assert still_welcome(guests) == guests
