"""The mail that asks for a yes: to everyone who may give it, each with a link of their own."""

import re
from datetime import timedelta
from decimal import Decimal
from email.message import Message

import pytest
from django.core import mail
from pytest_django import Settings

from tests.factories import NOW, Cast, create_asking_job, create_limit, create_user, join, live_account
from videojobs import lifecycle
from videojobs.models import Job, LimitAction, Membership, Notice, OutboxMessage, Team, User
from videojobs.notices import answer_links, choices
from videojobs.notices.choices import Choices
from videojobs.notices.delivery import send_due
from videojobs.notices.events import OF_JOBS, Event
from videojobs.notices.folding import sentence
from videojobs.rights import Role

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture(autouse=True)
def _mail_is_set_up(settings: Settings) -> None:
    settings.EMAIL_CONFIGURED = True


@pytest.fixture
def dora(cast: Cast) -> User:
    """Return somebody who keeps the books of the team."""
    person = create_user("dora@example.org", name="Dora")
    join(person, cast.team, Role.BILLING)
    return person


def asked(cast: Cast, person: User | None = None) -> Job:
    return create_asking_job(person or cast.bob, cast.team, now=NOW, account=live_account())


def letters() -> dict[str, str]:
    """Send what is due and return each letter's text by its address."""
    send_due(now=NOW)
    return {letter.to[0]: str(letter.body) for letter in mail.outbox}


def token_in(text: str) -> str:
    found = re.search(r"/asks/by-mail/(\S+)/\n", text)
    assert found
    return found[1]


def test_everyone_who_may_answer_is_asked_with_a_link_of_their_own(cast: Cast, dora: User) -> None:
    job = asked(cast)
    named = {address: answer_links.read(token_in(text)) for address, text in letters().items()}
    assert {address: one.person_id for address, one in named.items()} == {
        "alice@example.org": cast.alice.pk,
        "dora@example.org": dora.pk,
    }
    assert {one.job_id for one in named.values()} == {job.id}


def test_whoever_asked_is_not_asked(cast: Cast, dora: User) -> None:
    asked(cast, cast.alice)
    assert set(letters()) == {"dora@example.org"}


def test_it_says_who_what_how_much_why_and_until_when(cast: Cast) -> None:
    asked(cast)
    text = letters()["alice@example.org"]
    for words in (
        "Bob asks for a yes to 5.60 USD. It costs 5.60 USD, and a job above 1.00 USD needs a yes.",
        "“A paper boat drifts down a rain gutter at dusk”",
        "1366x768, 5 s",
        "at most until 26 November 2026, 12:00 (UTC)",
        "/asks/\n",
    ):
        assert words in text
    assert mail.outbox[0].subject == "Dailies, Harbour: Bob asks for a yes to 5.60 USD"


def test_the_day_it_ends_is_on_the_teams_clocks(cast: Cast) -> None:
    Team.objects.filter(pk=cast.team.pk).update(time_zone="Asia/Tokyo")
    asked(cast)
    assert "26 November 2026, 21:00 (Asia/Tokyo)" in letters()["alice@example.org"]


def test_a_rehearsal_says_that_nothing_is_bought(cast: Cast) -> None:
    create_asking_job(cast.bob, cast.team, now=NOW)
    assert "nothing is bought" in letters()["alice@example.org"]


def test_the_limit_that_asks_is_named(cast: Cast) -> None:
    create_limit(cast.team, "2", action=LimitAction.ASK)
    asked(cast)
    assert "the limit of the team Harbour, 2.00 USD in total" in letters()["alice@example.org"]


@pytest.mark.parametrize("name", ["Bob\r\nBcc: all@example.org", "Bob\nSubject: hi", "Bob\u2028x\x00\x7f"])
def test_no_name_writes_a_header_of_its_own(cast: Cast, name: str) -> None:
    User.objects.filter(pk=cast.bob.pk).update(name=name.replace("\x00", ""))
    asked(cast)
    send_due(now=NOW)
    [letter] = mail.outbox
    message: Message = letter.message()
    assert letter.subject.isprintable() and "asks for a yes" in letter.subject
    assert letter.recipients() == ["alice@example.org"]
    assert len(message.get_all("Subject", [])) == 1 and message["Bcc"] is None


def test_an_answered_question_is_not_mailed_any_more(cast: Cast, dora: User) -> None:
    job = asked(cast)
    Membership.objects.filter(user=cast.alice).update(role=Role.VIEWER)
    lifecycle.refuse(job, "", dora, now=NOW)
    assert "alice@example.org" not in letters()


def test_who_lost_the_right_meanwhile_gets_no_letter(cast: Cast, dora: User, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "tests.videojobs.notices.test_delivery.DeadServer"
    asked(cast)
    assert letters() == {}
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    Membership.objects.filter(user=dora).update(role=Role.MEMBER)
    assert send_due(now=NOW + timedelta(hours=1)) == 1
    assert [letter.to for letter in mail.outbox] == [["alice@example.org"]]


def test_without_a_mail_server_the_site_alone_carries_it(cast: Cast, settings: Settings) -> None:
    settings.EMAIL_CONFIGURED = False
    asked(cast)
    assert letters() == {} and not OutboxMessage.objects.exists()


def test_a_no_reaches_whoever_asked(cast: Cast) -> None:
    job = asked(cast)
    assert job.held == Decimal("5.60")
    lifecycle.refuse(job, "Too dear.", cast.alice, now=NOW)
    text = letters()["bob@example.org"]
    assert "Alice said no: Too dear. Your job was never sent" in text
    assert text.endswith("/notices/choices/\n") and f"/jobs/{job.id}/\n" in text
    assert mail.outbox[-1].subject == "Dailies, Harbour: your job did not get a yes"


@pytest.mark.parametrize(
    ("count", "subject"), [(1, "Dailies, Harbour: a clip is done"), (3, "Dailies, Harbour: 3 clips are done")]
)
def test_the_subject_says_what_ended(cast: Cast, count: int, subject: str) -> None:
    text = sentence(Event.DONE, count)
    Notice.objects.tell(cast.team.pk, "x", text, kind="done", now=NOW, person_id=cast.bob.pk)
    member = Membership.objects.get(user=cast.bob)
    choices.choose(member, Choices(page=OF_JOBS, mail=OF_JOBS, browser=OF_JOBS), now=NOW)
    assert "/notices/\n" in letters()["bob@example.org"]
    assert [letter.subject for letter in mail.outbox] == [subject]
