"""Where a team, or one person of it, is told beyond the page: set up, tested, switched, taken away."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from videojobs import audit
from videojobs.media import addresses
from videojobs.media.addresses import Resolve
from videojobs.models import Channel, ChannelKind, Delivery, Notice, OutboxMessage, Team, User
from videojobs.notices import hooks, posting
from videojobs.notices.events import Event
from videojobs.notices.hooks import WrongAddress
from videojobs.sealing import seal

__all__ = ["ChannelWish", "TooMany", "WrongAddress", "add", "change", "remove", "resend", "test", "turn"]

MOST = 20
"""Channels of a team that are not one person's, and of one person in a team."""

SECRET_PREFIX = "whsec_"  # noqa: S105  what every signing secret begins with, so that scanners know one


class TooMany(Exception):
    """A team, or a person, has as many channels as they may."""


@dataclass(frozen=True)
class ChannelWish:
    """A channel as somebody asks for it. `person` None: the team's."""

    kind: ChannelKind
    name: str
    address: str
    events: frozenset[Event] = field(default_factory=lambda: frozenset(Event))
    person: User | None = None


def add(
    team: Team, wish: ChannelWish, actor: User, *, now: datetime, resolve: Resolve = addresses.resolve
) -> tuple[Channel, str]:
    """Keep a channel and return it with its signing secret, which is never shown again; "" for a chat.

    Raises WrongAddress for an address nothing may go to, and TooMany.
    """
    if wish.kind == ChannelKind.MAIL:
        raise WrongAddress("Mail goes to people's own addresses, as each of them chooses.")
    hooks.check(wish.address, resolve=resolve)
    secret = SECRET_PREFIX + secrets.token_urlsafe(32) if wish.kind == ChannelKind.WEBHOOK else ""
    with transaction.atomic():
        Team.objects.select_for_update().get(pk=team.pk)
        if team.channels.filter(person=wish.person).count() >= MOST:
            raise TooMany(f"There are {MOST} channels already. Take one away first.")
        channel = Channel.objects.create(
            team=team,
            person=wish.person,
            kind=wish.kind.value,
            name=wish.name,
            sealed_address=seal(wish.address.strip()),
            sealed_secret=seal(secret) if secret else "",
            shown=hooks.shown(wish.address),
            events=sorted(event.value for event in wish.events),
            created_by=actor,
            created_at=now,
        )
        audit.note(team, actor, "channel_added", channel.name, now, after=_said(channel))
    return channel, secret


def change(channel: Channel, actor: User, *, name: str, events: frozenset[Event], now: datetime) -> None:
    """Give a channel another name, and say anew of what it is told."""
    before = _said(channel)
    with transaction.atomic():
        channel.name, channel.events = name, sorted(event.value for event in events)
        channel.save(update_fields=["name", "events"])
        audit.note(
            channel.team, actor, "channel_changed", channel.name, now, before=before, after=_said(channel)
        )


def turn(channel: Channel, actor: User, *, on: bool, now: datetime) -> None:
    """Switch a channel on or off. What waits for one that is off is dropped when its turn comes."""
    columns = {"off_at": None, "off_why": ""} if on else {"off_at": now, "off_why": "Switched off."}
    with transaction.atomic():
        if not Channel.objects.filter(pk=channel.pk, off_at__isnull=not on).update(**columns):
            return  # it is so already
        Notice.objects.close(channel.team_id, f"channel:{channel.pk}", now=now)
        action = "channel_switched_on" if on else "channel_switched_off"
        audit.note(channel.team, actor, action, channel.name, now)


def remove(channel: Channel, actor: User, *, now: datetime) -> None:
    """Take a channel away, with its log and what waits for it."""
    with transaction.atomic():
        audit.note(channel.team, actor, "channel_removed", channel.name, now, before=_said(channel))
        Notice.objects.close(channel.team_id, f"channel:{channel.pk}", now=now)
        channel.delete()


def test(channel: Channel, *, now: datetime, resolve: Resolve = addresses.resolve) -> Delivery:
    """Send a word to a channel now, and return what came of it."""
    name = secrets.token_hex(16)
    return posting.deliver(channel, [], batch=name, attempt=1, now=now, resolve=resolve, is_test=True)


def resend(delivery: Delivery, actor: User, *, now: datetime) -> bool:
    """Have a delivery sent once more, under the same name. False where nothing of it is left to send."""
    channel = delivery.channel
    if channel is None or channel.off_at is not None or delivery.is_test:
        return False
    rows = OutboxMessage.objects.filter(batch=delivery.batch, hook=channel)
    with transaction.atomic():
        # A batch that is being sent this moment keeps its lease; it is under way anyway.
        if not rows.filter(next_attempt_at=None).update(sent_at=None, next_attempt_at=now, problem=""):
            return False
        audit.note(channel.team, actor, "delivery_sent_again", channel.name, now)
    return True


def _said(channel: Channel) -> dict[str, object]:
    """What the log may know of a channel: neither address nor secret."""
    return {
        "kind": channel.kind,
        "host": channel.shown,
        "events": ", ".join(channel.events),
        "whose": "one person's" if channel.person_id else "the team's",
    }
