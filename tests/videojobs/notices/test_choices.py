"""What each member chose to be told, and what is usual."""

import pytest
from django.core import mail
from pytest_django import Settings

from tests.factories import NOW, Cast
from videojobs.models import Delivery, Membership, Notice
from videojobs.notices import choices
from videojobs.notices.choices import Choices, chosen
from videojobs.notices.delivery import send_due
from videojobs.notices.events import HELP, OF_JOBS, WORDS, Event, Way, event_of, kinds_of, offered, usual
from videojobs.rights import Role

pytestmark = pytest.mark.django_db

NONE: frozenset[Event] = frozenset()


@pytest.fixture(autouse=True)
def _mail_is_set_up(settings: Settings) -> None:
    settings.EMAIL_CONFIGURED = True


def choose(cast: Cast, name: str, *, page: frozenset[Event] = NONE, mail: frozenset[Event] = NONE) -> None:
    """Let somebody choose."""
    member = Membership.objects.get(user=getattr(cast, name))
    choices.choose(member, Choices(page=page, mail=mail, browser=NONE), now=NOW)


def mailed(cast: Cast, kind: str, **more: object) -> list[str]:
    """Tell the team something and return who is mailed."""
    Notice.objects.tell(cast.team.pk, "news", "News.", kind=kind, now=NOW, **more)  # type: ignore[arg-type]
    send_due(now=NOW)
    return sorted(address for letter in mail.outbox for address in letter.to)


def test_every_event_has_its_words_and_its_kinds() -> None:
    assert set(WORDS) == set(HELP) == set(Event)
    assert all(event_of(kind) == event for event in Event for kind in kinds_of(event))
    assert event_of("statement") is None


def test_what_is_chosen_is_read_again(cast: Cast) -> None:
    wanted = Choices(
        page=frozenset({Event.DONE}),
        mail=frozenset({Event.LIMIT, Event.PARKED}),
        browser=OF_JOBS,
        hook=NONE,
        sound=True,
    )
    choices.choose(Membership.objects.get(user=cast.bob), wanted, now=NOW)
    assert chosen(Membership.objects.get(user=cast.bob)) == wanted


def test_what_a_way_does_not_offer_is_left_out(cast: Cast) -> None:
    member = Membership.objects.get(user=cast.bob)
    choices.choose(member, Choices(page=NONE, mail=NONE, browser=frozenset(Event)), now=NOW)
    assert chosen(member).browser == OF_JOBS == offered(Way.BROWSER)


@pytest.mark.parametrize(
    "told", [{}, {"page": "x"}, {"mail": None}, {"sound": "yes"}, {"mail": ["nothing"], "hook": 3}]
)
def test_what_makes_no_sense_counts_as_not_chosen(cast: Cast, told: dict[str, object]) -> None:
    member = Membership.objects.get(user=cast.bob)
    member.told = told
    found = chosen(member)
    assert found.page == usual(Way.PAGE) and not found.sound
    assert found.mail in {usual(Way.MAIL), NONE}


def test_a_limits_level_is_mailed_to_whom_it_concerns(cast: Cast) -> None:
    assert mailed(cast, "limit", person_id=cast.bob.pk) == ["bob@example.org"]


def test_who_cannot_act_is_mailed_what_they_asked_for(cast: Cast) -> None:
    choose(cast, "bob", mail=frozenset({Event.PARKED}))
    assert mailed(cast, "parked") == ["alice@example.org", "bob@example.org"]


def test_who_can_act_may_ask_to_be_left_in_peace(cast: Cast) -> None:
    choose(cast, "alice")
    assert mailed(cast, "parked") == []


def test_an_admin_hears_as_an_owner_does(cast: Cast) -> None:
    Membership.objects.filter(user=cast.bob).update(role=Role.ADMIN)
    assert mailed(cast, "parked") == ["alice@example.org", "bob@example.org"]


def test_what_is_hidden_in_the_page_is_named_by_kind(cast: Cast) -> None:
    choose(cast, "bob", page=frozenset(Event) - {Event.DRIFT})
    assert chosen(Membership.objects.get(user=cast.bob)).hidden_kinds == ["drift", "price"]


def test_a_minutes_news_is_one_mail_and_the_log_knows_how_many(cast: Cast) -> None:
    for number in range(30):
        Notice.objects.tell(cast.team.pk, f"n{number}", f"News {number}.", kind="parked", now=NOW)
    assert send_due(now=NOW) == 1
    (letter,) = mail.outbox
    assert letter.subject == "Dailies, Harbour: 30 notices"
    assert "News 19." in letter.body and "News 20." not in letter.body and "And 10 more" in letter.body
    assert Delivery.objects.get().notices == 30


def test_a_teams_name_writes_no_header_of_its_own(cast: Cast) -> None:
    type(cast.team).objects.filter(pk=cast.team.pk).update(name="Harbour\r\nBcc: all@example.org")
    assert mailed(cast, "parked") == ["alice@example.org"]
    assert mail.outbox[0].message()["Bcc"] is None
    assert mail.outbox[0].subject.isprintable()


def test_who_left_meanwhile_is_not_mailed(cast: Cast, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "tests.videojobs.notices.test_delivery.DeadServer"
    mailed(cast, "parked", person_id=cast.bob.pk)
    Membership.objects.filter(user=cast.bob).delete()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_due(now=NOW.replace(hour=13)) == 0 and mail.outbox == []
