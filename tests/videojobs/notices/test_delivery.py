"""Notices are told once, and leave the house at least once where a mail server is set up."""

import threading
from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from pytest_django import Settings

from tests.factories import NOW, Cast, create_job
from videojobs.models import Notice, OutboxMessage, Team
from videojobs.notices.delivery import send_due
from videojobs.rights import Role

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture(autouse=True)
def _mail_is_set_up(settings: Settings) -> None:
    settings.EMAIL_CONFIGURED = True


class DeadServer(EmailBackend):
    """A mail server that hangs up."""

    def send_messages(self, messages: object) -> int:
        """Refuse."""
        raise SMTPServerDisconnected("Connection unexpectedly closed")


def tell(team: Team, key: str = "parked:1", *, kind: str = "parked", person_id: int | None = None) -> None:
    """Tell a team something."""
    Notice.objects.tell(
        team.pk, key, "The provider refused the account.", kind=kind, now=NOW, person_id=person_id
    )


def test_the_same_is_told_once_while_it_holds(cast: Cast) -> None:
    for _ in range(3):
        tell(cast.team)
    assert Notice.objects.count() == 1
    Notice.objects.close(cast.team.pk, "parked:1", now=NOW)
    tell(cast.team)
    assert Notice.objects.open().count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_told_by_many_at_once_is_told_once(cast: Cast) -> None:
    barrier = threading.Barrier(4)

    def run() -> None:
        barrier.wait()
        tell(cast.team)
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Notice.objects.count() == 1


def test_owners_are_mailed_once_with_a_link(cast: Cast) -> None:
    job = create_job(cast.alice, cast.team)
    Notice.objects.tell(cast.team.pk, "lost:1", "A job is lost.", kind="lost", now=NOW, job=job)
    assert [send_due(now=NOW) for _ in range(3)] == [1, 0, 0]
    (letter,) = mail.outbox
    assert letter.to == ["alice@example.org"]
    assert f"/jobs/{job.id}/" in letter.body


def test_what_concerns_one_person_goes_to_that_person(cast: Cast) -> None:
    tell(cast.team, person_id=cast.bob.pk)
    send_due(now=NOW)
    assert [letter.to for letter in mail.outbox] == [["bob@example.org"]]


@pytest.mark.parametrize("kind", ["finished", "anything"])
def test_small_news_stays_in_the_page(cast: Cast, kind: str) -> None:
    tell(cast.team, kind=kind)
    assert send_due(now=NOW) == 0


def test_nothing_is_mailed_without_a_mail_server(cast: Cast, settings: Settings) -> None:
    settings.EMAIL_CONFIGURED = False
    tell(cast.team)
    assert send_due(now=NOW) == 0 and not OutboxMessage.objects.exists()


def test_what_holds_no_more_is_not_mailed(cast: Cast, settings: Settings) -> None:
    tell(cast.team)
    settings.EMAIL_BACKEND = f"{__name__}.DeadServer"
    assert send_due(now=NOW) == 0
    Notice.objects.close(cast.team.pk, "parked:1", now=NOW)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_due(now=NOW + timedelta(hours=1)) == 0
    assert mail.outbox == []


def test_a_dead_mail_server_is_tried_again_rarer_and_rarer(cast: Cast, settings: Settings) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.DeadServer"
    tell(cast.team)
    waits, now = [], NOW
    while True:
        send_due(now=now)
        message = OutboxMessage.objects.get()
        if message.next_attempt_at is None:
            break
        waits.append((message.next_attempt_at - now).total_seconds() / 60)
        now = message.next_attempt_at
    assert waits == [2, 4, 8, 16, 32]
    assert "unexpectedly closed" in message.problem


def test_one_letter_that_cannot_be_written_holds_up_no_other(cast: Cast) -> None:
    type(cast.charlie).objects.filter(pk=cast.charlie.pk).update(email="two\nlines@example.org")
    for team in (cast.elsewhere, cast.team):
        tell(team)
    assert send_due(now=NOW) == 1
    assert [letter.to for letter in mail.outbox] == [["alice@example.org"]]


def test_a_letter_in_the_hands_of_one_worker_is_not_sent_by_another(cast: Cast) -> None:
    tell(cast.team)
    send_due(now=NOW)
    # The worker died after the server took it and before it said so: sent again, after its lease.
    OutboxMessage.objects.update(sent_at=None, next_attempt_at=NOW + timedelta(minutes=2))
    assert send_due(now=NOW + timedelta(minutes=1)) == 0
    assert send_due(now=NOW + timedelta(minutes=2)) == 1


def test_people_who_left_or_may_not_know_are_not_mailed(cast: Cast) -> None:
    cast.team.memberships.filter(user=cast.bob).update(role=Role.ADMIN)
    type(cast.alice).objects.filter(pk=cast.alice.pk).update(is_active=False)
    tell(cast.team)
    send_due(now=NOW)
    assert [letter.to for letter in mail.outbox] == [["bob@example.org"]]
