"""What one person is told, and how: chosen by them, for themselves."""

import pytest
from django.test import Client
from pytest_django import Settings

from tests.factories import NOW, Cast
from videojobs.models import Channel, Membership
from videojobs.notices.choices import Choices, chosen
from videojobs.notices.events import Event

PAGE = "/notices/choices/"


@pytest.fixture
def bob(client: Client, cast: Cast) -> Client:
    """Return a member's browser."""
    client.force_login(cast.bob)
    return client


def of(cast: Cast, name: str = "bob") -> Choices:
    """Return what somebody chose."""
    return chosen(Membership.objects.get(team=cast.team, user=getattr(cast, name)))


def test_they_are_kept_for_oneself_alone(bob: Client, cast: Cast) -> None:
    before = of(cast, "alice")
    said = {"page": ["done", "parked"], "mail": ["limit"], "browser": ["failed"], "sound": "on"}
    assert bob.post(PAGE, said).status_code == 302
    mine = of(cast)
    assert mine.page == {Event.DONE, Event.PARKED} and mine.mail == {Event.LIMIT}
    assert mine.browser == {Event.FAILED} and mine.sound
    assert of(cast, "alice") == before


def test_nothing_at_all_may_be_chosen(bob: Client, cast: Cast) -> None:
    bob.post(PAGE, {})
    assert of(cast).page == of(cast).mail == frozenset()


@pytest.mark.parametrize(
    ("column", "event"), [("page", "nonsense"), ("browser", "money"), ("mail", "\0"), ("mail", "x" * 9_999)]
)
def test_what_is_no_choice_is_refused_with_its_column(
    bob: Client, cast: Cast, column: str, event: str
) -> None:
    before = of(cast)
    answer = bob.post(PAGE, {column: [event], "sound": "on"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [column]
    assert of(cast) == before


def test_the_page_shows_what_stands(bob: Client, cast: Cast) -> None:
    bob.post(PAGE, {"mail": ["drift"]})
    ticks = [tick for row in bob.get(PAGE).context["form"].rows for tick in row.ticks if tick.on]
    assert [tick.way.value for tick in ticks] == ["mail"]


def test_the_page_tells_its_script_whose_it_is_and_what_to_tell(bob: Client, cast: Cast) -> None:
    bob.post(PAGE, {"browser": ["done", "failed"], "sound": "on"})
    html = bob.get("/team/").content.decode()
    assert f'data-person="{cast.bob.pk}" data-tell="done failed sound"' in html


def test_the_browser_is_silent_until_somebody_asks(bob: Client) -> None:
    assert 'data-tell=""' in bob.get("/team/").content.decode()


def test_ones_own_channels_have_a_column(bob: Client, cast: Cast) -> None:
    assert "hook" not in bob.get(PAGE).context["form"].fields
    Channel.objects.create(
        team=cast.team, person=cast.bob, kind="slack", name="Mine", created_by=cast.bob, created_at=NOW
    )
    bob.post(PAGE, {"hook": ["done"]})
    assert of(cast).hook == {Event.DONE}


def test_a_column_that_is_not_shown_stays_as_it_stands(bob: Client, cast: Cast) -> None:
    before = of(cast).hook
    bob.post(PAGE, {"hook": []})
    assert of(cast).hook == before


def test_it_says_where_no_mail_is_sent(bob: Client, settings: Settings) -> None:
    settings.EMAIL_CONFIGURED = False
    assert "sends no mail" in bob.get(PAGE).content.decode()
