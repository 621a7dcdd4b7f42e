"""What happened since, for pages whose stream does not get through."""

import pytest
from django.test import Client

from tests.factories import Cast, create_job, create_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def bob(client: Client, cast: Cast) -> Client:
    """Return a member's browser."""
    client.force_login(cast.bob)
    return client


def test_it_says_where_to_begin(bob: Client, cast: Cast) -> None:
    event = create_job(cast.bob, cast.team).events.get()
    assert bob.get("/live/since/").json() == {"events": [], "last": event.pk, "reset": False}


def test_it_tells_what_came_after(bob: Client, cast: Cast) -> None:
    seen = create_job(cast.bob, cast.team).events.get()
    missed = create_job(cast.bob, cast.team)
    told = bob.get(f"/live/since/?last={seen.pk}").json()
    assert told["last"] == missed.events.get().pk
    about = {"job": missed.id, "state": "waiting", "event": told["last"], "person": missed.person_id}
    assert about in told["events"]


@pytest.mark.parametrize("last", ["0", "x", "-1", "²", "9" * 40])
def test_a_number_nobody_knows_makes_the_page_read_itself_again(bob: Client, last: str) -> None:
    assert bob.get("/live/since/", {"last": last}).json()["reset"] is True


def test_another_teams_events_are_not_told(bob: Client, cast: Cast) -> None:
    theirs = create_job(cast.charlie, cast.elsewhere).events.get()
    told = bob.get(f"/live/since/?last={theirs.pk}").json()
    assert told == {"events": [], "last": None, "reset": True, "queue": False}


def test_events_of_a_closed_project_are_not_told(bob: Client, cast: Cast) -> None:
    event = create_job(cast.alice, cast.team, project=create_project(cast.team, is_open=False)).events.get()
    assert bob.get(f"/live/since/?last={event.pk}").json()["events"] == []
