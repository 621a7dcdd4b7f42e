"""Notices leave the house: an outbox row for each address, sent at least once, with backoff."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F

from videojobs.models import Membership, Notice, OutboxMessage, Submission
from videojobs.money import grantors
from videojobs.notices.letters import letter_for
from videojobs.rights import Role

MAILED = frozenset({"parked", "decision", "lost", "money", "approval", "answer"})
"""Kinds of notice that are worth a mail; the others stay in the page."""

LEASE = timedelta(minutes=2)
ATTEMPTS = 6
KEEP_SUBMISSIONS_FOR = timedelta(days=30)

logger = logging.getLogger(__name__)


def send_due(*, now: datetime) -> int:
    """Fill the outbox from new notices and send what is due. Returns how many were sent."""
    if not settings.EMAIL_CONFIGURED:
        return 0
    address_new(now=now)
    due = OutboxMessage.objects.filter(channel="mail", sent_at=None, next_attempt_at__lte=now)
    return sum(_send(message_id, now) for message_id in due.values_list("id", flat=True)[:50])


def address_new(*, now: datetime) -> None:
    """Write an outbox row for everyone who must know of a notice by mail, once each."""
    fresh = Notice.objects.filter(
        kind__in=MAILED, closed_at=None, messages=None, at__gte=now - timedelta(days=1)
    )
    for notice in fresh.order_by("id")[:1000]:
        messages = [
            OutboxMessage(notice=notice, channel="mail", address=address, created_at=now, next_attempt_at=now)
            for address in _addresses(notice)
        ]
        OutboxMessage.objects.bulk_create(messages, ignore_conflicts=True)


def _addresses(notice: Notice) -> list[str]:
    if notice.kind == "approval" and notice.job is not None:
        asked = grantors.grantors_of([notice.job])[notice.job.id]
        return [person.email for person in asked if person.pk != notice.job.person_id]
    members = Membership.objects.filter(team_id=notice.team_id, user__is_active=True)
    if notice.person_id is not None:
        members = members.filter(user_id=notice.person_id)
    else:
        members = members.filter(role__in=[Role.OWNER, Role.ADMIN])
    return list(members.values_list("user__email", flat=True))


def _send(message_id: int, now: datetime) -> bool:
    message = claimed(message_id, now)
    if message is None:
        return False
    letter = letter_for(message, now)
    if letter is None:
        drop(message)
        return False
    try:
        send_mail(letter.subject, letter.text, None, [message.address])
    except (OSError, ValueError) as error:  # every SMTP and socket error, and a name no header can carry
        put_off(message, str(error), now)
        return False
    mark_sent(message, now)
    return True


def claimed(message_id: int, now: datetime) -> OutboxMessage | None:
    """Take a due message for a while, so that no other worker sends it; None where another was first."""
    with transaction.atomic():
        due = OutboxMessage.objects.filter(id=message_id, sent_at=None, next_attempt_at__lte=now)
        if not due.update(next_attempt_at=now + LEASE, attempts=F("attempts") + 1):
            return None
    return OutboxMessage.objects.select_related("notice__team").get(id=message_id)


def mark_sent(message: OutboxMessage, now: datetime) -> None:
    """Keep that a message left the house."""
    OutboxMessage.objects.filter(id=message.id).update(sent_at=now, next_attempt_at=None, problem="")


def drop(message: OutboxMessage) -> None:
    """Never send a message: what it says holds no more."""
    OutboxMessage.objects.filter(id=message.id).update(next_attempt_at=None, problem="It holds no more.")


def put_off(message: OutboxMessage, problem: str, now: datetime) -> bool:
    """Try a message again later. Returns False where that was the last attempt."""
    again = now + timedelta(minutes=2**message.attempts) if message.attempts < ATTEMPTS else None
    OutboxMessage.objects.filter(id=message.id).update(next_attempt_at=again, problem=problem[:500])
    logger.warning("mail_failed message=%s attempts=%d", message.id, message.attempts)
    return again is not None


def forget_old(*, now: datetime) -> None:
    """Drop the keys of requests nobody repeats any more."""
    Submission.objects.filter(created_at__lt=now - KEEP_SUBMISSIONS_FOR).delete()
