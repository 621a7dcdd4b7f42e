"""Mails leave the house: what one address is told within a minute in one, at least once, with backoff."""

import logging
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F

from videojobs.models import Delivery, Membership, Notice, OutboxMessage, Submission
from videojobs.notices import outbox
from videojobs.notices.letters import Letter, digest, letter_for
from videojobs.notices.outbox import LEASE, MAIL, Batch

ATTEMPTS = 6
KEEP_SUBMISSIONS_FOR = timedelta(days=30)
KEEP_DELIVERIES_FOR = timedelta(days=90)

logger = logging.getLogger(__name__)


def send_due(*, now: datetime) -> int:
    """Fill the outbox from new notices and send the mails that are due. Returns how many were sent."""
    if not settings.EMAIL_CONFIGURED:
        return 0
    outbox.address_new(now=now)
    return sum(_send(batch, now) for batch in outbox.due_batches(MAIL, now=now))


def _send(batch: Batch, now: datetime) -> bool:
    if _has_left(batch):
        outbox.drop(batch.messages)
        return False
    letters = {message: letter_for(message, now) for message in batch.messages}
    outbox.drop(message for message, letter in letters.items() if letter is None)
    held = {message: letter for message, letter in letters.items() if letter is not None}
    if not held:
        return False
    kept = Batch(batch.name, list(held), batch.attempt)
    team = kept.messages[0].notice.team
    letter = digest(str(team), list(held.values()))
    begun = time.monotonic()
    try:
        send_mail(letter.subject, letter.text, None, [kept.address])
    except Exception as error:  # noqa: BLE001  whatever is wrong with one letter must not hold up the others
        _keep(kept, letter, begun, now, str(error))
        outbox.put_off(kept, str(error), most=ATTEMPTS, now=now)
        logger.warning("mail_failed batch=%s attempts=%d", kept.name, kept.attempt)
        return False
    outbox.mark_sent(kept, now=now)
    _keep(kept, letter, begun, now, "")
    return True


def _has_left(batch: Batch) -> bool:
    """Tell whether the address is no member's any more: nothing of the team goes there."""
    members = Membership.objects.filter(team=batch.messages[0].notice.team_id, user__is_active=True)
    return not members.filter(user__email=batch.address).exists()


def _keep(batch: Batch, letter: Letter, begun: float, now: datetime, problem: str) -> None:
    Delivery.objects.create(
        team=batch.messages[0].notice.team,
        kind=MAIL,
        address=batch.address,
        batch=batch.name,
        at=now,
        notices=len(batch.messages),
        subject=letter.subject[:300],
        attempt=batch.attempt,
        took_ms=int((time.monotonic() - begun) * 1000),
        problem=problem[:500],
    )


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
    OutboxMessage.objects.filter(id=message.id).update(next_attempt_at=None, problem=OutboxMessage.DROPPED)


def put_off(message: OutboxMessage, problem: str, now: datetime) -> bool:
    """Try a message again later. Returns False where that was the last attempt."""
    again = now + timedelta(minutes=2**message.attempts) if message.attempts < ATTEMPTS else None
    OutboxMessage.objects.filter(id=message.id).update(next_attempt_at=again, problem=problem[:500])
    logger.warning("mail_failed message=%s attempts=%d", message.id, message.attempts)
    return again is not None


def forget_old(*, now: datetime) -> None:
    """Drop the keys of requests nobody repeats any more, and what is long delivered."""
    Delivery.objects.filter(at__lt=now - KEEP_DELIVERIES_FOR).delete()
    # Nothing closes these: what has ended has ended.
    Notice.objects.filter(kind__in=["done", "failed"], at__lt=now - KEEP_DELIVERIES_FOR).delete()
    Submission.objects.filter(created_at__lt=now - KEEP_SUBMISSIONS_FOR).delete()
