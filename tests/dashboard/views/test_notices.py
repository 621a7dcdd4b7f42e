"""What people are told, and the Resume button."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import NOW, Cast, create_cast, create_job, create_user, join, live_account
from videojobs import lifecycle
from videojobs.models import AuditEntry, Notice, ProviderAccount
from videojobs.notices.choices import choose, chosen
from videojobs.notices.events import Event
from videojobs.rights import Role


@pytest.fixture(autouse=True)
def cast(db: None) -> Cast:
    """Return Alice, Bob, Charlie and their teams."""
    return create_cast()


@pytest.fixture
def bob(client: Client, cast: Cast) -> Client:
    """Return a member's browser."""
    client.force_login(cast.bob)
    return client


@pytest.fixture
def parked(cast: Cast) -> ProviderAccount:
    """Return the rehearsal's account, parked with a waiting job."""
    account = ProviderAccount.objects.current()
    create_job(cast.bob, cast.team, account=account)
    lifecycle.park(account, "The key was refused.", now=NOW)
    return account


def tell(cast: Cast, key: str, **more: Any) -> Notice:
    """Tell the team, or one person, something."""
    at = more.pop("at", NOW)
    Notice.objects.tell(cast.team.pk, key, f"News of {key}.", **{"kind": "decision", "now": at} | more)
    return Notice.objects.get(key=key)


def shown_by_the_bell(client: Client) -> list[Notice]:
    """Return what stands behind the bell of every page."""
    notices: list[Notice] = client.get("/team/").context["frame"].notices
    return notices


def test_it_shows_the_newest_first(bob: Client, cast: Cast) -> None:
    first = tell(cast, "first")
    second = tell(cast, "second")
    Notice.objects.filter(pk=second.pk).update(at=NOW + timedelta(minutes=1))
    assert bob.get("/notices/").context["unread"] == [second, first]


def test_it_shows_nothing_of_others(bob: Client, cast: Cast) -> None:
    tell(cast, "for alice", person_id=cast.alice.pk)
    Notice.objects.tell(cast.elsewhere.pk, "theirs", "Theirs.", kind="lost", now=NOW)
    assert bob.get("/notices/").context["unread"] == []


def test_what_no_longer_holds_stands_apart(bob: Client, cast: Cast) -> None:
    over = tell(cast, "over")
    Notice.objects.close(cast.team.pk, "over", now=NOW)
    page = bob.get("/notices/")
    assert (page.context["unread"], page.context["past"]) == ([], [over])


def test_a_notice_leads_to_its_job(bob: Client, cast: Cast) -> None:
    job = create_job(cast.bob, cast.team)
    tell(cast, "unconfirmed", job=job)
    assert f"/jobs/{job.id}/" in bob.get("/notices/").content.decode()


def test_news_of_a_limit_leads_to_the_limits(bob: Client, cast: Cast) -> None:
    Notice.objects.tell(cast.team.pk, "limit", "Half of it is taken.", kind="limit", now=NOW)
    html = bob.get("/notices/").content.decode()
    assert html.count('href="/spend/#limits"') == 2


def test_what_is_read_stays_open(bob: Client, cast: Cast) -> None:
    notice = tell(cast, "news")
    assert bob.post("/notices/read/").headers["Location"] == "/notices/"
    assert bob.get("/notices/").context["read"] == [notice]


def test_one_persons_click_hides_nothing_from_others(bob: Client, cast: Cast) -> None:
    person = create_user("vera@example.org")
    join(person, cast.team, Role.VIEWER)
    for_all, for_vera = tell(cast, "all"), tell(cast, "vera", person_id=person.pk)
    vera = Client()
    vera.force_login(person)
    vera.post("/notices/read/")
    page = vera.get("/notices/")
    assert (page.context["unread"], page.context["read"]) == ([], [for_vera, for_all])
    assert bob.get("/notices/").context["unread"] == [for_all]
    assert shown_by_the_bell(bob) == [for_all] and shown_by_the_bell(vera) == []


def test_what_came_after_the_page_was_made_stays_new(bob: Client, cast: Cast) -> None:
    made = bob.get("/notices/").context["until"]
    news = tell(cast, "news", at=timezone.now())
    bob.post("/notices/read/", {"until": made})
    assert bob.get("/notices/").context["unread"] == [news]


def test_an_older_page_makes_nothing_new_again(bob: Client, cast: Cast) -> None:
    made = bob.get("/notices/").context["until"]
    tell(cast, "news", at=timezone.now())
    bob.post("/notices/read/")
    bob.post("/notices/read/", {"until": made})
    assert bob.get("/notices/").context["unread"] == []


@pytest.mark.parametrize("until", ["", "soon", "2026-01-01T00:00:00", "9999-12-31T00:00:00+00:00", "\0"])
def test_a_moment_made_up_reads_until_now_at_most(bob: Client, cast: Cast, until: str) -> None:
    bob.post("/notices/read/", {"until": until})
    read_at = cast.team.memberships.get(user=cast.bob).notices_read_at
    assert read_at is not None and read_at <= timezone.now()


def test_what_grows_is_new_again(bob: Client, cast: Cast) -> None:
    notice = tell(cast, "growing", person_id=cast.bob.pk)
    bob.post("/notices/read/")
    Notice.objects.filter(pk=notice.pk).update(at=timezone.now() + timedelta(minutes=1))
    assert bob.get("/notices/").context["unread"] == [notice]


def test_the_bell_leaves_out_what_one_does_not_want_and_the_list_has_all(bob: Client, cast: Cast) -> None:
    notice = tell(cast, "decide")
    member = cast.team.memberships.get(user=cast.bob)
    page = frozenset(Event) - {Event.DECISION}
    choose(member, replace(chosen(member), page=page), now=NOW)
    assert shown_by_the_bell(bob) == []
    assert bob.get("/notices/").context["unread"] == [notice]


def test_the_address_narrows_the_list_to_an_event(bob: Client, cast: Cast) -> None:
    decide, lost, parked = tell(cast, "a"), tell(cast, "b", kind="lost"), tell(cast, "c", kind="parked")
    assert set(bob.get("/notices/?event=decision").context["unread"]) == {decide, lost}
    assert bob.get("/notices/?event=parked").context["unread"] == [parked]
    assert len(bob.get("/notices/?event=nonsense").context["unread"]) == 3


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", ""])
def test_it_leads_nowhere_else(bob: Client, elsewhere: str) -> None:
    assert bob.post("/notices/read/", {"next": elsewhere}).headers["Location"] == "/notices/"


class TestResume:
    """The one button that lets a parked account send again."""

    def resume(self, client: Client, account: ProviderAccount) -> int:
        """Press it."""
        return client.post(f"/accounts/{account.pk}/resume", {"next": "/notices/"}).status_code

    def test_an_owner_resumes(self, client: Client, cast: Cast, parked: ProviderAccount) -> None:
        client.force_login(cast.alice)
        assert self.resume(client, parked) == 302
        parked.refresh_from_db()
        assert not parked.is_parked()
        assert AuditEntry.objects.get().action == "dispatch_resumed"
        assert not Notice.objects.open().exists()

    def test_pressing_twice_is_harmless(self, client: Client, cast: Cast, parked: ProviderAccount) -> None:
        client.force_login(cast.alice)
        assert [self.resume(client, parked) for _press in range(2)] == [302, 302]
        assert AuditEntry.objects.count() == 1

    def test_a_member_may_not(self, bob: Client, parked: ProviderAccount) -> None:
        assert self.resume(bob, parked) == 403
        parked.refresh_from_db()
        assert parked.is_parked()

    def test_another_teams_account_is_not_there(self, client: Client, cast: Cast) -> None:
        account = live_account()
        create_job(cast.charlie, cast.elsewhere, account=account)
        client.force_login(cast.alice)
        assert self.resume(client, account) == 404

    def test_every_page_offers_it_to_those_who_may(
        self, client: Client, cast: Cast, parked: ProviderAccount
    ) -> None:
        client.force_login(cast.alice)
        page = client.get("/team/").content.decode()
        assert "The key was refused." in page
        assert f"/accounts/{parked.pk}/resume" in page

    def test_others_read_who_can(self, bob: Client, parked: ProviderAccount) -> None:
        page = bob.get("/team/").content.decode()
        assert "An owner or admin can resume it." in page
        assert f"/accounts/{parked.pk}/resume" not in page

    def test_the_queue_says_it_in_its_own_lane(self, bob: Client, parked: ProviderAccount) -> None:
        assert bob.get("/queue/").content.decode().count("notice-warn") == 1

    def test_nothing_is_said_while_all_is_well(self, bob: Client) -> None:
        assert "Sending is parked" not in bob.get("/team/").content.decode()
