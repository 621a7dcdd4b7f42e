"""Webhooks leave the house: what is due for a channel in one call, at least once, with backoff and a log."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Max, Min

from videojobs import audit
from videojobs.media import addresses
from videojobs.media.addresses import Resolve
from videojobs.models import Channel, ChannelKind, Delivery, Membership, Notice
from videojobs.notices import bodies, hooks, outbox
from videojobs.notices.hooks import Answered
from videojobs.notices.outbox import HOOK, Batch
from videojobs.sealing import CannotUnseal, unseal

ATTEMPTS = 8
"""Tries for one batch, two minutes apart and then twice as long each time: a good four hours."""

OFF_AFTER = timedelta(days=3)
"""A channel that took nothing for so long is switched off."""

logger = logging.getLogger(__name__)


def send_due(*, now: datetime, resolve: Resolve = addresses.resolve) -> int:
    """Fill the outbox from new notices and send the webhooks that are due. Returns how many were taken."""
    if not Channel.objects.on().exists():
        return 0
    outbox.address_new(now=now)
    return sum(_send(batch, now, resolve) for batch in outbox.due_batches(HOOK, now=now))


def _send(batch: Batch, now: datetime, resolve: Resolve) -> bool:
    channel = batch.messages[0].hook
    if channel is None or channel.off_at is not None or _has_left(channel):
        outbox.drop(batch.messages)
        return False
    over = [m for m in batch.messages if m.notice.closed_at is not None and batch.attempt == 1]
    outbox.drop(over)
    held = [message for message in batch.messages if message not in over]
    if not held:
        return False
    kept = Batch(batch.name, held, batch.attempt)
    delivery = deliver(
        channel, [m.notice for m in held], batch=batch.name, attempt=batch.attempt, now=now, resolve=resolve
    )
    if not delivery.problem:
        outbox.mark_sent(kept, now=now)
        return True
    outbox.put_off(kept, delivery.problem, most=ATTEMPTS, now=now)
    _switch_off_the_dead(channel, now=now)
    return False


def _has_left(channel: Channel) -> bool:
    """Tell whether somebody's own channel outlived their membership: nothing of the team goes there."""
    if channel.person_id is None:
        return False
    members = Membership.objects.filter(team_id=channel.team_id, user_id=channel.person_id)
    return not members.filter(user__is_active=True).exists()


def deliver(
    channel: Channel,
    notices: Sequence[Notice],
    *,
    batch: str,
    attempt: int,
    now: datetime,
    resolve: Resolve = addresses.resolve,
    is_test: bool = False,
) -> Delivery:
    """Make one call to a channel, whatever comes of it, and keep that in the log."""
    body = bodies.body_of(channel, notices, delivery=batch, now=now, is_test=is_test)
    answered = _posted(channel, body, batch, now, resolve)
    if not answered.is_taken:
        logger.warning("hook_failed channel=%s batch=%s attempt=%d", channel.pk, batch, attempt)
    return Delivery.objects.create(
        team_id=channel.team_id,
        channel=channel,
        kind=channel.kind,
        address=channel.shown,
        batch=batch,
        at=now,
        notices=max(len(notices), 1),
        subject=bodies.subject_of(notices, is_test=is_test),
        attempt=attempt,
        status=answered.status,
        took_ms=answered.took_ms,
        problem=answered.problem,
        is_test=is_test,
    )


def _posted(channel: Channel, body: bytes, batch: str, now: datetime, resolve: Resolve) -> Answered:
    try:
        address = unseal(channel.sealed_address)
        secret = unseal(channel.sealed_secret) if channel.sealed_secret else ""
    except CannotUnseal:
        return Answered(None, "Its address cannot be read with this site's FIELD_KEYS.", 0)
    headers = {}
    if channel.kind == ChannelKind.WEBHOOK:
        timestamp = str(int(now.timestamp()))
        headers = {
            "Dailies-Delivery": batch,
            "Dailies-Timestamp": timestamp,
            "Dailies-Signature": hooks.sign(secret, timestamp, body),
        }
    return hooks.post(address, body, headers, resolve=resolve)


def _switch_off_the_dead(channel: Channel, *, now: datetime) -> None:
    """Switch off a channel that has failed for days, and tell who made it. One worker does."""
    log = Delivery.objects.filter(channel=channel)
    taken = log.filter(problem="").aggregate(at=Max("at"))["at"]
    told = Notice.objects.filter(team_id=channel.team_id, key=f"channel:{channel.pk}")
    mended = told.aggregate(at=Max("closed_at"))["at"]  # when somebody switched it on again
    since = max(filter(None, (taken, mended, channel.created_at)))
    failed = log.filter(at__gte=since, is_test=False).exclude(problem="")
    first = failed.aggregate(at=Min("at"))["at"]
    if first is None or now - first < OFF_AFTER:
        return
    why = f"It took nothing since {first:%Y-%m-%d}."
    if not Channel.objects.on().filter(pk=channel.pk).update(off_at=now, off_why=why):
        return
    audit.note(channel.team, None, "channel_switched_off", channel.name, now, after={"why": why})
    text = f"The channel {channel.name} was switched off: {why} Mend it, then switch it on again."
    Notice.objects.tell(
        channel.team_id,
        f"channel:{channel.pk}",
        text,
        kind="channel",
        now=now,
        person_id=channel.created_by_id,
    )
