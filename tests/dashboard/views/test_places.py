"""The page of places: read by the team, set by who may."""

import pytest
from django.test import Client

from tests.factories import DIRECTOR, Cast, create_job
from videojobs.models import PlaceLimit
from videojobs.states import State

pytestmark = [pytest.mark.django_db]

PAGE, SET = "/queue/places/", "/queue/places/set/"


def signed_in(person: object) -> Client:
    """Return a browser somebody is signed in with."""
    browser = Client()
    browser.force_login(person)  # type: ignore[arg-type]
    return browser


def test_it_says_how_many_are_there_now(cast: Cast) -> None:
    create_job(cast.bob, cast.team, state=State.IN_PROGRESS)
    create_job(cast.bob, cast.team)
    alice = signed_in(cast.alice)
    alice.post(SET, {"what": "each", "at_once": "1", "waiting": "20"})
    page = alice.get(PAGE).content.decode()
    assert "1 of 1 at once, all taken" in page
    assert "1 of 20 waiting" in page


def test_it_says_who_and_which_model_is_busy_without_a_limit(cast: Cast) -> None:
    create_job(cast.bob, cast.team, state=State.IN_PROGRESS)
    create_job(cast.bob, cast.team)
    page = signed_in(cast.alice).get(PAGE, {"what": f"person:{cast.bob.pk}"}).content.decode()
    assert page.count("1 at the provider · 1 waiting") == 2
    assert f'value="person:{cast.bob.pk}" selected' in page
    assert "Limit Bob" not in signed_in(cast.bob).get(PAGE).content.decode()


@pytest.mark.parametrize("what", ["team", "each", f"model:{DIRECTOR}"])
def test_places_are_set_and_taken_away(cast: Cast, what: str) -> None:
    create_job(cast.bob, cast.team)
    alice = signed_in(cast.alice)
    alice.post(SET, {"what": what, "at_once": "2", "waiting": ""})
    assert (PlaceLimit.objects.get().at_once, PlaceLimit.objects.get().waiting) == (2, None)
    assert 'value="2"' in alice.get(PAGE, {"what": what}).content.decode()
    alice.post(SET, {"what": what})
    assert not PlaceLimit.objects.exists()


@pytest.mark.parametrize("said", [{"at_once": "0"}, {"at_once": "x"}, {"waiting": "9999999999"}, {}])
def test_what_is_no_number_is_refused(cast: Cast, said: dict[str, str]) -> None:
    assert signed_in(cast.alice).post(SET, {"what": "team"} | said).status_code == 422
    assert not PlaceLimit.objects.exists()


def test_a_stranger_cannot_be_chosen(cast: Cast) -> None:
    answer = signed_in(cast.alice).post(SET, {"what": f"person:{cast.charlie.pk}", "at_once": "1"})
    assert answer.status_code == 422


def test_a_member_reads_and_may_not_set(cast: Cast) -> None:
    bob = signed_in(cast.bob)
    assert "places-form" not in bob.get(PAGE).content.decode()
    assert bob.post(SET, {"what": "team", "at_once": "1"}).status_code == 403
