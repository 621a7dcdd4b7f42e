"""Webhooks are sent at least once, together, with backoff; a dead one is switched off."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from tests.factories import NOW, Cast, create_job, create_team, join
from tests.videojobs.notices.receivers import Receiver
from videojobs.models import Channel, ChannelKind, Delivery, Membership, Notice, OutboxMessage, Project, User
from videojobs.notices import channels, outbox, posting
from videojobs.notices.channels import ChannelWish
from videojobs.notices.events import Event
from videojobs.rights import Role

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def add(
    cast: Cast, receiver: Receiver, *, kind: ChannelKind = ChannelKind.WEBHOOK, person: User | None = None
) -> Channel:
    """Set up a channel that is told of everything."""
    wish = ChannelWish(kind, "Render farm", receiver.address, person=person)
    return channels.add(cast.team, wish, cast.alice, now=NOW)[0]


def tell(cast: Cast, number: int = 1, **more: object) -> None:
    """Tell the team something."""
    options = {"kind": "parked", "now": NOW} | more
    text = str(options.pop("text", f"News {number}."))
    Notice.objects.tell(cast.team.pk, f"news:{number}", text, **options)  # type: ignore[arg-type]


def test_what_a_minute_brings_goes_in_one_call(cast: Cast, receiver: Receiver) -> None:
    add(cast, receiver)
    for number in range(3):
        tell(cast, number, kind="money")
    assert [posting.send_due(now=NOW) for _ in range(2)] == [1, 0]
    (got,) = receiver.got
    assert [event["text"] for event in got.said["events"]] == ["News 0.", "News 1.", "News 2."]
    assert Delivery.objects.get().notices == 3


def test_what_comes_within_the_next_minute_waits_and_goes_together(cast: Cast, receiver: Receiver) -> None:
    add(cast, receiver)
    tell(cast, 0)
    posting.send_due(now=NOW)
    for number in (1, 2):
        tell(cast, number)
        assert posting.send_due(now=NOW + timedelta(seconds=20 * number)) == 0
    assert posting.send_due(now=NOW + MINUTE) == 1
    assert [len(got.said["events"]) for got in receiver.got] == [1, 2]


def test_of_thousands_it_says_how_many(cast: Cast, receiver: Receiver) -> None:
    add(cast, receiver)
    for number in range(60):
        tell(cast, number)
    posting.send_due(now=NOW)
    said = receiver.got[0].said
    assert (len(said["events"]), said["left_out"]) == (50, 10)


def test_a_dead_receiver_is_tried_again_rarer_and_rarer_under_one_name(
    cast: Cast, receiver: Receiver
) -> None:
    add(cast, receiver)
    receiver.status = 500
    tell(cast)
    waits, now = [], NOW
    while True:
        posting.send_due(now=now)
        message = OutboxMessage.objects.get()
        if message.next_attempt_at is None:
            break
        waits.append((message.next_attempt_at - now) // MINUTE)
        now = message.next_attempt_at
    assert waits == [2, 4, 8, 16, 32, 64, 128]
    assert len({got.headers["Dailies-Delivery"] for got in receiver.got}) == 1
    assert list(Delivery.objects.order_by("id").values_list("attempt", flat=True)) == list(range(1, 9))


def test_fresh_news_does_not_join_a_batch_that_failed(cast: Cast, receiver: Receiver) -> None:
    add(cast, receiver)
    receiver.status = 500
    tell(cast, 1)
    posting.send_due(now=NOW)
    tell(cast, 2)
    receiver.status = 200
    posting.send_due(now=NOW + 2 * MINUTE)
    assert [len(got.said["events"]) for got in receiver.got] == [1, 1, 1]


def test_who_died_before_saying_so_leads_to_a_repeat_under_the_same_name(
    cast: Cast, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(cast, receiver)
    tell(cast)
    with monkeypatch.context() as dying, pytest.raises(KeyboardInterrupt):
        dying.setattr(outbox, "mark_sent", interrupt)
        posting.send_due(now=NOW)
    assert posting.send_due(now=NOW + MINUTE) == 0  # its lease still runs
    assert posting.send_due(now=NOW + 2 * MINUTE) == 1
    first, second = receiver.got
    assert first.headers["Dailies-Delivery"] == second.headers["Dailies-Delivery"]


def interrupt(*_arguments: object, **_options: object) -> None:
    """Stand for a worker that is killed."""
    raise KeyboardInterrupt


@pytest.mark.both_databases
def test_two_workers_never_take_the_same_batch(cast: Cast, receiver: Receiver) -> None:
    add(cast, receiver)
    tell(cast)
    outbox.address_new(now=NOW)
    taken = [list(outbox.due_batches(outbox.HOOK, now=NOW)) for _worker in range(2)]
    assert [len(batches) for batches in taken] == [1, 0]
    later = NOW + outbox.LEASE
    again = [list(outbox.due_batches(outbox.HOOK, now=later)) for _worker in range(2)]
    assert [len(batches) for batches in again] == [1, 0]
    assert again[0][0].name == taken[0][0].name


def test_it_is_sent_again_on_request_under_the_same_name(cast: Cast, receiver: Receiver) -> None:
    add(cast, receiver)
    tell(cast)
    posting.send_due(now=NOW)
    delivery = Delivery.objects.get()
    assert channels.resend(delivery, cast.alice, now=NOW + MINUTE)
    assert posting.send_due(now=NOW + MINUTE) == 1
    assert len({got.headers["Dailies-Delivery"] for got in receiver.got}) == 1


def test_what_is_on_its_way_is_not_sent_again_beside_it(cast: Cast, receiver: Receiver) -> None:
    add(cast, receiver)
    receiver.status = 500
    tell(cast)
    posting.send_due(now=NOW)
    assert not channels.resend(Delivery.objects.get(), cast.alice, now=NOW)


def test_a_channel_dead_for_days_is_switched_off_and_its_maker_told(cast: Cast, receiver: Receiver) -> None:
    channel = add(cast, receiver)
    receiver.status = 500
    for day in range(4):
        tell(cast, day, now=NOW + timedelta(days=day))
        posting.send_due(now=NOW + timedelta(days=day))
    channel.refresh_from_db()
    assert channel.off_at is not None
    told = Notice.objects.get(kind="channel")
    assert told.person == cast.alice and "switched off" in told.text
    channels.turn(channel, cast.alice, on=True, now=NOW + timedelta(days=4))
    assert not Notice.objects.open().filter(kind="channel").exists()
    tell(cast, 9, now=NOW + timedelta(days=4, hours=1))
    posting.send_due(now=NOW + timedelta(days=4, hours=1))
    channel.refresh_from_db()
    assert channel.off_at is None  # counted from the mending


def test_what_waits_for_one_that_is_off_is_dropped(cast: Cast, receiver: Receiver) -> None:
    channel = add(cast, receiver)
    add(cast, receiver, person=cast.alice)
    tell(cast)
    outbox.address_new(now=NOW)
    channels.turn(channel, cast.alice, on=False, now=NOW)
    assert posting.send_due(now=NOW) == 1


def test_who_left_the_team_hears_no_more(cast: Cast, receiver: Receiver) -> None:
    add(cast, receiver, person=cast.bob)
    tell(cast, person_id=cast.bob.pk)
    outbox.address_new(now=NOW)
    Membership.objects.filter(user=cast.bob).delete()
    assert posting.send_due(now=NOW) == 0 and receiver.got == []


def test_what_holds_no_more_is_not_sent(cast: Cast, receiver: Receiver) -> None:
    add(cast, receiver)
    tell(cast)
    outbox.address_new(now=NOW)
    Notice.objects.update(closed_at=NOW)
    assert posting.send_due(now=NOW) == 0 and receiver.got == []


def test_a_channel_hears_only_its_own_team_and_what_it_asked_for(cast: Cast, receiver: Receiver) -> None:
    channel = add(cast, receiver)
    channels.change(channel, cast.alice, name="x", events=frozenset({Event.LIMIT}), now=NOW)
    tell(cast)
    Notice.objects.tell(cast.elsewhere.pk, "theirs", "Theirs.", kind="limit", now=NOW)
    assert posting.send_due(now=NOW) == 0


def test_a_team_hears_once_what_several_people_are_told(cast: Cast, receiver: Receiver) -> None:
    add(cast, receiver)
    for person in (cast.alice, cast.bob):
        tell(cast, person.pk, kind="limit", text="80 % is taken.", person_id=person.pk)
    posting.send_due(now=NOW)
    assert len(receiver.got[0].said["events"]) == 1


def test_a_teams_channel_hears_nothing_of_a_closed_project(cast: Cast, receiver: Receiver) -> None:
    add(cast, receiver)
    closed = Project.objects.create(team=cast.team, name="Secret", is_open=False, created_at=NOW)
    job = create_job(cast.bob, cast.team, project=closed)
    tell(cast, kind="decision", job=job)
    assert posting.send_due(now=NOW) == 0


def test_own_webhooks_hear_of_a_closed_project_only_inside_it(cast: Cast, receiver: Receiver) -> None:
    dora = User.objects.create_user("dora@example.org", "x")
    join(dora, cast.team, Role.MEMBER)
    Membership.objects.update(told={"hook": ["decision"]})
    add(cast, receiver, person=dora)
    closed = Project.objects.create(team=cast.team, name="Secret", is_open=False, created_at=NOW)
    tell(cast, kind="decision", job=create_job(cast.bob, cast.team, project=closed))
    assert posting.send_due(now=NOW) == 0


def test_a_name_in_a_chat_calls_nobody(cast: Cast, receiver: Receiver) -> None:
    add(cast, receiver, kind=ChannelKind.SLACK)
    tell(cast, text="<!channel> & <https://evil.example|Dailies>\r\nX-Evil: 1")
    posting.send_due(now=NOW)
    text = receiver.got[0].said["text"]
    assert "&lt;!channel&gt; &amp; &lt;https://evil.example|Dailies&gt; X-Evil: 1" in text


def test_no_prompt_leaves_the_house(cast: Cast, receiver: Receiver) -> None:
    add(cast, receiver)
    job = create_job(cast.bob, cast.team, prompt="A secret boat", title="Launch")
    tell(cast, kind="decision", job=job)
    posting.send_due(now=NOW)
    body = receiver.got[0].body.decode()
    assert job.id in body and "secret boat" not in body and "Launch" not in body


def test_one_that_cannot_be_unsealed_fails_alone(cast: Cast, receiver: Receiver) -> None:
    Channel.objects.filter(pk=add(cast, receiver).pk).update(sealed_address="torn")
    add(cast, receiver)
    tell(cast)
    assert posting.send_due(now=NOW) == 1
    assert "FIELD_KEYS" in Delivery.objects.exclude(problem="").get().problem


def test_an_address_that_turned_private_is_refused_when_sending(cast: Cast, settings: Settings) -> None:
    wish = ChannelWish(ChannelKind.WEBHOOK, "Later inside", "https://hooks.example.com/")
    channels.add(cast.team, wish, cast.alice, now=NOW, resolve=lambda *_: ["93.184.216.34"])
    tell(cast)
    assert posting.send_due(now=NOW, resolve=lambda *_: ["127.0.0.1"]) == 0
    assert "https://" in Delivery.objects.get().problem


def test_nothing_is_read_where_there_is_no_channel(cast: Cast) -> None:
    create_team("Dockside")
    tell(cast)
    assert posting.send_due(now=NOW) == 0 and not OutboxMessage.objects.exists()
