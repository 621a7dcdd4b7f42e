"""Statements by mail: once a month, in the team's zone, retried, never twice, with no header of anybody's."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from pypdf import PdfReader
from pytest_django import Settings

from tests.factories import Cast, create_cast
from tests.videojobs.statements.books import charge
from videojobs import tasks
from videojobs.models import MonthlyStatement, Notice, OutboxMessage, Project
from videojobs.notices import delivery, monthly
from videojobs.statements import paper, sums

pytestmark = pytest.mark.django_db

MADE = datetime(2026, 11, 10, 12, tzinfo=UTC)
FIRST = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _mails(settings: Settings, tmp_path: Path) -> None:
    settings.EMAIL_CONFIGURED = True
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def cast() -> Cast:
    return create_cast()


def ask(cast: Cast, *, markup: str = "0", address: str = "client@example.com") -> MonthlyStatement:
    return MonthlyStatement.objects.create(
        project=cast.team.projects.get(is_default=True),
        address=address,
        markup=Decimal(markup),
        created_by=cast.alice,
        created_at=MADE,
    )


def test_the_past_month_goes_out_as_pdf_and_csv(cast: Cast) -> None:
    ask(cast, markup="10")
    charge(cast.bob, cast.team, "0.30", now=MADE)
    assert monthly.send_due(now=FIRST) == 1
    (letter,) = mail.outbox
    assert (letter.to, letter.subject) == (
        ["client@example.com"],
        "Statement: General, November 2026, Harbour",
    )
    (pdf_name, pdf, kind), (csv_name, sheet, _) = letter.attachments
    assert (pdf_name, kind) == ("statement-general-2026-11-01-2026-11-30.pdf", "application/pdf")
    assert csv_name.endswith(".csv") and "0.330000" in str(sheet)
    assert isinstance(pdf, bytes)
    assert "$0.33" in PdfReader(BytesIO(pdf)).pages[0].extract_text()
    assert "To pay: $0.33" in letter.body


def test_who_asked_for_it_reads_that_it_went_out(cast: Cast) -> None:
    ask(cast)
    monthly.send_due(now=FIRST)
    told = Notice.objects.get()
    assert told.text == "The statement of General for November 2026 goes to client@example.com."
    assert (told.person, told.closed_at) == (cast.alice, FIRST)


def test_nothing_goes_out_before_the_month_is_over(cast: Cast) -> None:
    ask(cast)
    assert monthly.send_due(now=FIRST - timedelta(microseconds=1)) == 0


@pytest.mark.parametrize(
    ("zone", "begins"),
    [
        ("America/New_York", datetime(2026, 12, 1, 5, tzinfo=UTC)),
        ("Asia/Tokyo", datetime(2026, 11, 30, 15, tzinfo=UTC)),
    ],
)
def test_a_month_ends_where_the_team_is(cast: Cast, zone: str, begins: datetime) -> None:
    cast.team.time_zone = zone
    cast.team.save()
    ask(cast)
    assert monthly.send_due(now=begins - timedelta(seconds=1)) == 0
    assert monthly.send_due(now=begins) == 1


def test_it_goes_out_once(cast: Cast) -> None:
    one = ask(cast)
    assert [monthly.send_due(now=FIRST + timedelta(hours=hour)) for hour in range(4)] == [1, 0, 0, 0]
    one.refresh_from_db()
    assert one.sent_for == date(2026, 11, 1)


@pytest.mark.both_databases
def test_two_workers_queue_one_mail(cast: Cast) -> None:
    one = ask(cast)
    also = MonthlyStatement.objects.select_related("project__team").get(pk=one.pk)
    assert monthly.queue(one, now=FIRST)
    assert not monthly.queue(also, now=FIRST)
    assert OutboxMessage.objects.count() == 1


def test_two_workers_send_one_mail(cast: Cast) -> None:
    monthly.queue(ask(cast), now=FIRST)
    message = OutboxMessage.objects.get()
    assert delivery.claimed(message.pk, FIRST) is not None
    assert monthly.send_due(now=FIRST) == 0


def test_missed_months_are_made_up_for_one_by_one(cast: Cast) -> None:
    ask(cast)
    later = datetime(2027, 2, 3, tzinfo=UTC)
    assert [monthly.send_due(now=later) for _ in range(4)] == [1, 1, 1, 0]
    assert [letter.subject.split(", ")[1] for letter in mail.outbox] == [
        "November 2026",
        "December 2026",
        "January 2027",
    ]


def test_a_mail_server_that_is_away_is_asked_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(cast)
    with monkeypatch.context() as away:
        away.setattr(EmailMessage, "send", refuse)
        assert monthly.send_due(now=FIRST) == 0
    assert OutboxMessage.objects.get().problem == "no route"
    assert monthly.send_due(now=FIRST + timedelta(minutes=1)) == 0
    assert monthly.send_due(now=FIRST + timedelta(minutes=2)) == 1


def refuse(*_arguments: object, **_options: object) -> int:
    """Stand for a mail server that is away."""
    raise OSError("no route")


def test_who_asked_for_it_is_told_when_it_fails_for_good(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(cast)
    monkeypatch.setattr(EmailMessage, "send", refuse)
    for hour in range(delivery.ATTEMPTS + 2):
        monthly.send_due(now=FIRST + timedelta(hours=3 * hour))
    told = Notice.objects.get(kind="money")
    assert told.person == cast.alice
    assert "client@example.com" in told.text and "not tried again" in told.text


def test_one_that_cannot_be_made_does_not_stop_the_others(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(cast)
    ask(cast, address="second@example.com")
    read, broken = sums.read, iter([True, False])

    def once_broken(wish: sums.Wish, *, now: datetime) -> sums.Statement:
        if next(broken):
            raise ZeroDivisionError("a bug")
        return read(wish, now=now)

    monkeypatch.setattr(sums, "read", once_broken)
    assert monthly.send_due(now=FIRST) == 1
    assert mail.outbox[0].to == ["second@example.com"]


def test_what_was_taken_back_is_not_sent(cast: Cast) -> None:
    one = ask(cast)
    monthly.queue(one, now=FIRST)
    one.delete()
    assert monthly.send_due(now=FIRST) == 0
    assert OutboxMessage.objects.get().next_attempt_at is None


@pytest.mark.parametrize("name", ["Film\r\nBcc: thief@example.com", "Film\nX: y", "Fi\x00lm"])
def test_a_project_writes_no_header_of_its_own(cast: Cast, name: str) -> None:
    cast.project.name = name
    letter = monthly.letter_for(
        sums.Statement(
            sums.Wish(cast.project, date(2026, 11, 1), date(2026, 11, 30)), FIRST, [], [], 0, 0, "0"
        ),
        "client@example.com",
    )
    headers = letter.message()
    assert headers["Bcc"] is None and headers["X"] is None
    assert len(headers["Subject"].splitlines()) == 1


def test_without_a_mail_server_nothing_is_claimed(cast: Cast, settings: Settings) -> None:
    settings.EMAIL_CONFIGURED = False
    one = ask(cast)
    assert monthly.send_due(now=FIRST) == 0
    one.refresh_from_db()
    assert one.sent_for is None


def test_too_many_jobs_for_a_pdf_go_as_csv_alone(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "MOST_LINES", 0)
    ask(cast)
    charge(cast.bob, cast.team, now=MADE)
    monthly.send_due(now=FIRST)
    (attachment,) = mail.outbox[0].attachments
    assert attachment[0].endswith(".csv")


def test_other_mails_are_not_taken_for_statements(cast: Cast) -> None:
    monthly.queue(ask(cast), now=FIRST)
    assert delivery.send_due(now=FIRST) == 0
    assert OutboxMessage.objects.get().sent_at is None


def test_the_mail_task_sends_them(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(cast)
    monkeypatch.setattr(tasks, "clock", lambda: FIRST)
    tasks.mail.run()
    assert len(mail.outbox) == 1


def test_another_project_is_another_statement(cast: Cast) -> None:
    film = Project.objects.create(team=cast.team, name="Film", created_at=MADE)
    ask(cast)
    MonthlyStatement.objects.create(
        project=film, address="client@example.com", created_by=cast.alice, created_at=MADE
    )
    assert monthly.send_due(now=FIRST) == 2
