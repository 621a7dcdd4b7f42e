"""Each month a project's statement goes by mail to whoever is to get it.

A month is claimed by moving `sent_for` on. Whoever moves it writes the notice and its outbox row in the same
transaction, so two workers make one mail; the row is then sent like every other, at least once, with backoff.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from videojobs.models import MonthlyStatement, Notice, OutboxMessage
from videojobs.money.periods import day_of, month_of
from videojobs.notices import delivery
from videojobs.notices.letters import one_line
from videojobs.statements import paper, sheet, sums, words
from videojobs.statements.sums import Statement, Wish

CHANNEL = "statement"
KIND = "statement"
AT_ONCE = 10
"""Mails in one go: each takes a PDF to be written."""


def send_due(*, now: datetime) -> int:
    """Queue what a month's end made due and send what is due. Returns how many were sent."""
    if not settings.EMAIL_CONFIGURED:
        return 0
    for monthly in MonthlyStatement.objects.select_related("project__team").order_by("id"):
        queue(monthly, now=now)
    due = OutboxMessage.objects.filter(channel=CHANNEL, sent_at=None, next_attempt_at__lte=now)
    found = list(due.order_by("id").values_list("id", flat=True)[:AT_ONCE])
    return sum(_send(message_id, now) for message_id in found)


def due_month(monthly: MonthlyStatement, now: datetime) -> date | None:
    """Return the first day of the month that is over and not yet mailed; None where there is none.

    The first one mailed is the month in which it was asked for. Months missed are made up for one by one.
    """
    zone = monthly.project.team.zone
    running, _last = month_of(day_of(now, zone))
    if monthly.sent_for is None:
        wanted, _last = month_of(day_of(monthly.created_at, zone))
    else:
        wanted = month_of(monthly.sent_for)[1] + timedelta(days=1)
    return wanted if wanted < running else None


def queue(monthly: MonthlyStatement, *, now: datetime) -> bool:
    """Claim the next month that is due and put its mail into the outbox. False where there is none."""
    month = due_month(monthly, now)
    if month is None:
        return False
    with transaction.atomic():
        unmoved = MonthlyStatement.objects.filter(pk=monthly.pk, sent_for=monthly.sent_for)
        if not unmoved.update(sent_for=month):
            return False  # another worker was first, or it was taken back
        notice = Notice.objects.create(
            team_id=monthly.project.team_id,
            person_id=monthly.created_by_id,
            kind=KIND,
            key=f"statement:{monthly.pk}:{month}",
            text=f"The statement of {monthly.project} for {month:%B %Y} goes to {monthly.address}."[:500],
            at=now,
        )
        OutboxMessage.objects.create(
            notice=notice, channel=CHANNEL, address=monthly.address, created_at=now, next_attempt_at=now
        )
    return True


def _send(message_id: int, now: datetime) -> bool:
    message = delivery.claimed(message_id, now)
    if message is None:
        return False
    wish = _wish_of(message)
    if wish is None:
        delivery.drop(message)
        return False
    try:
        letter_for(sums.read(wish, now=now), message.address).send()
    except Exception as error:  # noqa: BLE001  one statement that cannot be made must not stop the others
        if not delivery.put_off(message, str(error), now):
            _say_failed(message, now)
        return False
    delivery.mark_sent(message, now)
    _close(message, now)
    return True


def _wish_of(message: OutboxMessage) -> Wish | None:
    """Return what a message's notice stands for; None where nobody wants it any more."""
    _kind, monthly_id, month = message.notice.key.split(":")
    found = MonthlyStatement.objects.filter(pk=int(monthly_id), address=message.address)
    monthly = found.select_related("project__team").first()
    if monthly is None:
        return None
    return Wish(monthly.project, *month_of(date.fromisoformat(month)), Decimal(monthly.markup))


def _close(message: OutboxMessage, now: datetime) -> None:
    """Let what is done stand among what is over."""
    Notice.objects.close(message.notice.team_id, message.notice.key, now=now)


def _say_failed(message: OutboxMessage, now: datetime) -> None:
    notice = message.notice
    _close(message, now)
    text = f"{notice.text} That failed {delivery.ATTEMPTS} times, and is not tried again."
    key = f"{notice.key}:failed"[:120]
    Notice.objects.tell(notice.team_id, key, text, kind="money", now=now, person_id=notice.person_id)


def letter_for(statement: Statement, address: str) -> EmailMessage:
    """Write the mail, with the statement as PDF and as CSV."""
    wish = statement.wish
    subject = one_line(f"Statement: {wish.project}, {wish.first:%B %Y}, {wish.project.team}")
    letter = EmailMessage(subject, text_for(statement), None, [address])
    try:
        pdf = paper.write(statement, Path(settings.MEDIA_ROOT))
        letter.attach(words.file_name(wish, "pdf"), pdf, "application/pdf")
    except paper.TooLong:
        pass  # so many jobs are in the CSV alone
    letter.attach(words.file_name(wish, "csv"), sheet.write(statement), "text/csv")
    return letter


def text_for(statement: Statement) -> str:
    """Say in the mail what the files say at length."""
    wish = statement.wish
    lines = [
        f"{one_line(str(wish.project))}, {words.period(wish)}",
        "",
        f"Clips and other charged jobs: {len(statement.lines):,}",
        f"Total: {words.usd(statement.total)}",
        f"To pay: ${statement.to_pay:,.2f}",
    ]
    if statement.unknown:
        lines.append(f"Charge unknown, not in the total: {len(statement.unknown):,}")
    if statement.on_their_way:
        lines.append(words.left_out(statement))
    return "\n".join([*lines, "", words.rounding(wish), "", words.tie(statement), statement.hash, ""])
