"""The pages of channels: added, tested, watched, changed, taken away, by those who may."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from tests.factories import NOW, Cast, create_cast, create_user, join
from videojobs.models import AuditEntry, Channel, ChannelKind, Delivery, Notice, OutboxMessage
from videojobs.notices import channels as domain
from videojobs.notices.channels import ChannelWish
from videojobs.notices.events import Event
from videojobs.rights import Role

HOOK = "https://93.184.216.34/services/T0/SECRET-PATH"
SAID = {"whose": "team", "kind": "webhook", "name": "Shop", "address": HOOK, "events": ["done", "parked"]}


@pytest.fixture(autouse=True)
def cast(db: None) -> Cast:
    """Return Alice, Bob, Charlie and their teams."""
    return create_cast()


class Far(BaseHTTPRequestHandler):
    """A far side that takes everything."""

    def do_POST(self) -> None:
        """Answer well."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def far(settings: Settings) -> Iterator[str]:
    """Return the address of a far side on this machine."""
    settings.WEBHOOK_ALLOW_PRIVATE = True
    server = HTTPServer(("127.0.0.1", 0), Far)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    server.server_close()


def make(cast: Cast, *, own: bool = False, address: str = HOOK) -> Channel:
    """Add a channel: the team's by Alice, or Bob's own."""
    person = cast.bob if own else None
    wish = ChannelWish(ChannelKind.SLACK, "Chat", address, frozenset({Event.DONE}), person)
    return domain.add(cast.team, wish, person or cast.alice, now=NOW)[0]


def deliver(channel: Channel, **columns: object) -> Delivery:
    """Write a try of a channel into its log."""
    facts = {"kind": channel.kind, "address": channel.shown, "batch": "b1", "at": NOW, "subject": "Three"}
    return Delivery.objects.create(team=channel.team, channel=channel, **facts | columns)


def test_a_webhooks_secret_is_shown_once(alice: Client) -> None:
    made = alice.post("/team/channels/add/", SAID)
    secret = made.context["secret"]
    assert secret in made.content.decode() and "Dailies-Signature" in made.content.decode()
    assert "no-store" in made.headers["Cache-Control"]
    channel = Channel.objects.get()
    for path in ("/team/channels/", f"/team/channels/{channel.pk}/", "/team/audit/"):
        said = alice.get(path).content.decode()
        assert secret not in said and "SECRET-PATH" not in said
    assert "93.184.216.34" in alice.get("/team/channels/").content.decode()


def test_a_chat_leads_to_its_page(alice: Client) -> None:
    answer = alice.post("/team/channels/add/", SAID | {"kind": "slack"})
    assert answer.headers["Location"] == f"/team/channels/{Channel.objects.get().pk}/"


def test_a_member_adds_their_own(bob: Client, cast: Cast) -> None:
    bob.post("/team/channels/add/", SAID | {"whose": "me"})
    assert Channel.objects.get().person == cast.bob


def test_a_member_adds_none_of_the_teams(bob: Client) -> None:
    assert bob.post("/team/channels/add/", SAID).status_code == 403
    assert not Channel.objects.exists()


def test_what_names_nobody_is_the_members_own(bob: Client, cast: Cast) -> None:
    bob.post("/team/channels/add/", {key: said for key, said in SAID.items() if key != "whose"})
    assert Channel.objects.get().person == cast.bob


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("name", ""),
        ("name", "Shop\r\nBcc: charlie@example.org"),
        ("name", "x" * 81),
        ("name", "a\0b"),
        ("kind", "mail"),
        ("kind", "pigeon"),
        ("events", []),
        ("events", ["nonsense"]),
        ("whose", "everybody"),
        ("address", ""),
        ("address", "ftp://example.org/"),
        ("address", "http://127.0.0.1:6379/"),
        ("address", "https://169.254.169.254/latest"),
        ("address", "https://alice:secret@93.184.216.34/"),
        ("address", "https://93.184.216.34/\r\nHost: evil"),
        ("address", "x" * 2_000),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(alice: Client, field: str, said: object) -> None:
    answer = alice.post("/team/channels/add/", SAID | {field: said})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Channel.objects.exists() and not AuditEntry.objects.exists()


def test_too_many_are_refused_with_a_word(alice: Client, cast: Cast) -> None:
    for _number in range(domain.MOST):
        make(cast)
    answer = alice.post("/team/channels/add/", SAID)
    assert answer.status_code == 422 and "Take one away first" in answer.content.decode()


def test_it_is_renamed_and_told_of_other_things(alice: Client, cast: Cast) -> None:
    channel = make(cast)
    alice.post(f"/team/channels/{channel.pk}/", {"name": "Ops", "events": ["parked", "limit"]})
    channel.refresh_from_db()
    assert (channel.name, set(channel.events)) == ("Ops", {"parked", "limit"})


def test_a_bad_change_changes_nothing(alice: Client, cast: Cast) -> None:
    channel = make(cast)
    answer = alice.post(f"/team/channels/{channel.pk}/", {"name": "a\nb", "events": ["done"]})
    assert answer.status_code == 422
    assert Channel.objects.get().name == "Chat"


def test_ones_own_is_renamed_and_told_what_one_chose(bob: Client, cast: Cast) -> None:
    channel = make(cast, own=True)
    assert bob.post(f"/team/channels/{channel.pk}/", {"name": "Phone", "events": []}).status_code == 302
    assert (Channel.objects.get().name, Channel.objects.get().events) == ("Phone", channel.events)


def test_it_is_turned_off_and_on(alice: Client, cast: Cast) -> None:
    channel = make(cast)
    alice.post(f"/team/channels/{channel.pk}/turn/", {"on": "no"})
    assert not Channel.objects.on().exists()
    alice.post(f"/team/channels/{channel.pk}/turn/", {"on": "yes"})
    assert Channel.objects.on().exists()


def test_it_asks_before_it_is_removed(alice: Client, cast: Cast) -> None:
    channel = make(cast)
    assert "Remove “Chat”?" in alice.get(f"/team/channels/{channel.pk}/remove/").content.decode()
    assert Channel.objects.exists()
    alice.post(f"/team/channels/{channel.pk}/remove/")
    assert not Channel.objects.exists()


def test_a_test_says_that_it_arrived(alice: Client, cast: Cast, far: str) -> None:
    channel = make(cast, address=far)
    said = alice.post(f"/team/channels/{channel.pk}/test/", follow=True).content.decode()
    assert "The test arrived" in said and "answered 204" in said


def test_a_test_says_why_it_did_not(alice: Client, cast: Cast, far: str, settings: Settings) -> None:
    channel = make(cast, address=far)
    settings.WEBHOOK_ALLOW_PRIVATE = False
    said = alice.post(f"/team/channels/{channel.pk}/test/", follow=True).content.decode()
    assert "The test did not arrive: This address cannot be used" in said


def test_the_log_says_what_came_of_each_try(alice: Client, cast: Cast) -> None:
    channel = make(cast)
    deliver(channel, status=500, took_ms=83, attempt=2, problem="It answered HTTP 500.")
    said = " ".join(alice.get(f"/team/channels/{channel.pk}/").content.decode().split())
    assert "It answered HTTP 500." in said and "answered 500 in 83 ms · try 2" in said


def test_what_failed_is_sent_again(alice: Client, cast: Cast) -> None:
    channel = make(cast)
    notice = Notice.objects.create(team=cast.team, kind="parked", key="k", text="Parked.", at=NOW)
    delivery = deliver(channel, problem="It answered HTTP 500.")
    OutboxMessage.objects.create(
        notice=notice, channel="hook", address="a", hook=channel, batch=delivery.batch, created_at=NOW
    )
    again = f"/team/channels/{channel.pk}/deliveries/{delivery.pk}/resend/"
    assert "goes out again" in alice.post(again, follow=True).content.decode()
    assert OutboxMessage.objects.get().next_attempt_at is not None
    # Pressed twice: it is on its way already.
    assert "cannot go out again" in alice.post(again, follow=True).content.decode()


def test_another_channels_delivery_is_not_there(alice: Client, cast: Cast) -> None:
    mine, theirs = make(cast), make(cast, own=True)
    delivery = deliver(theirs)
    answer = alice.post(f"/team/channels/{mine.pk}/deliveries/{delivery.pk}/resend/")
    assert answer.status_code == 404


DEEDS = ["", "turn/", "test/", "remove/", "deliveries/1/resend/"]


@pytest.mark.parametrize("deed", DEEDS)
def test_a_member_touches_none_of_the_teams(bob: Client, cast: Cast, deed: str) -> None:
    channel = make(cast)
    assert bob.post(f"/team/channels/{channel.pk}/{deed}").status_code == 403
    assert Channel.objects.on().filter(name="Chat").exists()


@pytest.mark.parametrize("deed", DEEDS)
def test_nobody_finds_somebody_elses_own(alice: Client, cast: Cast, deed: str) -> None:
    channel = make(cast, own=True)
    assert alice.post(f"/team/channels/{channel.pk}/{deed}").status_code == 404


@pytest.mark.parametrize("deed", DEEDS)
def test_another_team_finds_nothing(client: Client, cast: Cast, deed: str) -> None:
    channel = make(cast)
    client.force_login(cast.charlie)
    assert client.post(f"/team/channels/{channel.pk}/{deed}").status_code == 404


def test_ones_own_stay_in_their_team(client: Client, cast: Cast) -> None:
    channel = make(cast, own=True)
    vera = create_user("vera@example.org")
    join(vera, cast.team, Role.VIEWER)
    client.force_login(vera)
    assert client.get("/team/channels/").context["own"] == []
    assert "Chat" not in client.get("/team/channels/").content.decode()
    assert client.get(f"/team/channels/{channel.pk}/").status_code == 404


def test_members_see_what_the_team_has_and_not_what_came_of_it(bob: Client, cast: Cast) -> None:
    deliver(make(cast), problem="It answered HTTP 500.")
    said = bob.get("/team/channels/").content.decode()
    assert "Chat" in said and "93.184.216.34" in said and "HTTP 500" not in said


def test_the_list_costs_the_same_for_many(
    alice: Client, cast: Cast, django_assert_max_num_queries: object
) -> None:
    for _number in range(12):
        deliver(make(cast))
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        alice.get("/team/channels/")


def test_the_log_of_mails_says_to_whom_and_of_what_and_what_became_of_them(alice: Client, cast: Cast) -> None:
    states: tuple[tuple[dict[str, Any], str], ...] = (
        ({"sent_at": NOW}, "Left"),
        ({"next_attempt_at": NOW}, "Waits"),
        ({"next_attempt_at": NOW, "problem": "Refused", "attempts": 2}, "tried again by itself"),
        ({"problem": "Refused", "attempts": 6}, "Given up"),
        ({"problem": OutboxMessage.DROPPED}, "Never sent"),
    )
    Notice.objects.tell(cast.team.pk, "x", "The words of it.", kind="parked", now=NOW)
    for number, (columns, words) in enumerate(states):
        OutboxMessage.objects.all().delete()
        OutboxMessage.objects.create(
            notice=Notice.objects.get(),
            channel="mail",
            address=f"{number}@example.org",
            created_at=NOW,
            **columns,
        )
        page = alice.get("/team/channels/mails/").content.decode()
        assert words in page and f"{number}@example.org" in page and "Sending is parked" in page
        assert "The words of it" not in page.partition("<main")[2]
