"""Channels: sealed, logged without their secrets, tested, switched, taken away."""

from datetime import timedelta

import pytest

from tests.factories import NOW, Cast
from tests.videojobs.notices.receivers import Receiver
from videojobs.models import AuditEntry, Channel, ChannelKind, Delivery, User
from videojobs.notices import channels
from videojobs.notices.channels import ChannelWish, TooMany, WrongAddress
from videojobs.notices.events import Event
from videojobs.sealing import unseal

pytestmark = pytest.mark.django_db


def add(
    cast: Cast, receiver: Receiver, kind: ChannelKind = ChannelKind.WEBHOOK, person: User | None = None
) -> tuple[Channel, str]:
    """Set up a channel to the receiver."""
    wish = ChannelWish(kind, "Render farm", receiver.address, frozenset({Event.PARKED}), person)
    return channels.add(cast.team, wish, cast.alice, now=NOW)


def test_address_and_secret_are_sealed_and_in_no_log(cast: Cast, receiver: Receiver) -> None:
    channel, secret = add(cast, receiver)
    assert unseal(channel.sealed_address) == receiver.address and unseal(channel.sealed_secret) == secret
    assert receiver.address not in channel.sealed_address and channel.shown == f"127.0.0.1:{receiver.port}"
    kept = str(list(AuditEntry.objects.values_list("before", "after", "subject")))
    assert "key=" not in kept and secret not in kept


def test_a_chat_has_no_secret(cast: Cast, receiver: Receiver) -> None:
    channel, secret = add(cast, receiver, ChannelKind.SLACK)
    assert (secret, channel.sealed_secret) == ("", "")


def test_a_private_address_is_refused_when_it_is_saved(cast: Cast) -> None:
    wish = ChannelWish(ChannelKind.WEBHOOK, "Inside", "https://inside.example.com/")
    with pytest.raises(WrongAddress):
        channels.add(cast.team, wish, cast.alice, now=NOW, resolve=lambda *_: ["192.168.0.7"])
    assert not Channel.objects.exists()


def test_a_test_is_sent_at_once_and_stands_in_the_log(cast: Cast, receiver: Receiver) -> None:
    channel, _secret = add(cast, receiver)
    delivery = channels.test(channel, now=NOW)
    assert (delivery.status, delivery.problem, delivery.is_test) == (200, "", True)
    (got,) = receiver.got
    assert got.said["test"] and got.said["events"] == []
    assert got.headers["Dailies-Delivery"] == delivery.batch


def test_a_failed_test_says_why(cast: Cast, receiver: Receiver) -> None:
    channel, _secret = add(cast, receiver, ChannelKind.SLACK)
    receiver.status = 404
    assert channels.test(channel, now=NOW).problem == "It answered HTTP 404."


def test_a_team_has_so_many_channels_and_no_more(cast: Cast, receiver: Receiver) -> None:
    for _ in range(channels.MOST):
        add(cast, receiver)
    with pytest.raises(TooMany):
        add(cast, receiver)
    add(cast, receiver, person=cast.bob)  # counted by themselves


def test_switching_it_twice_is_noted_once(cast: Cast, receiver: Receiver) -> None:
    channel, _secret = add(cast, receiver)
    for _ in range(2):
        channels.turn(channel, cast.alice, on=False, now=NOW)
    assert AuditEntry.objects.filter(action="channel_switched_off").count() == 1
    channels.turn(channel, cast.alice, on=True, now=NOW + timedelta(minutes=1))
    channel.refresh_from_db()
    assert channel.off_at is None and channel.off_why == ""


def test_what_it_is_told_of_can_be_changed(cast: Cast, receiver: Receiver) -> None:
    channel, _secret = add(cast, receiver)
    channels.change(channel, cast.alice, name="Farm", events=frozenset({Event.DONE}), now=NOW)
    channel.refresh_from_db()
    assert (channel.name, channel.events) == ("Farm", ["done"])
    noted = AuditEntry.objects.get(action="channel_changed")
    assert (noted.before["events"], noted.after["events"]) == ("parked", "done")


def test_it_goes_with_its_log(cast: Cast, receiver: Receiver) -> None:
    channel, _secret = add(cast, receiver)
    channels.test(channel, now=NOW)
    channels.remove(channel, cast.alice, now=NOW)
    assert not Delivery.objects.exists() and not Channel.objects.exists()
    assert AuditEntry.objects.filter(action="channel_removed").exists()
