"""The Ledger page: every movement, narrowed and paged, as far as one may see, and the chain verified."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from dashboard.views import ledger as page
from tests.factories import NOW, Cast, create_job, create_user, join
from tests.videojobs.statements.books import charge, correct, credit, live
from videojobs import tasks
from videojobs.models import LedgerCheck, LedgerHead, Project
from videojobs.money import ledger
from videojobs.rights import Role

pytestmark = pytest.mark.django_db


def numbers(client: Client, query: str = "") -> list[int]:
    answer = client.get(f"/spend/ledger/{query}")
    assert answer.status_code == 200
    return [row.entry.number for row in answer.context["ledger"].rows]


def text(client: Client, query: str = "") -> str:
    return client.get(f"/spend/ledger/{query}").content.decode()


def test_it_shows_every_kind_with_amount_reason_and_actor(alice: Client, cast: Cast) -> None:
    job = charge(cast.bob, cast.team, "0.300001")
    correct(job, "0.50", cast.alice)
    credit(job, "0.125", cast.alice)
    with transaction.atomic():
        ledger.top_up(cast.team, live(), Decimal(50), now=NOW, reason="By card.", actor=cast.alice)
    shown = text(alice)
    for word in ("Hold", "Settle", "Release", "Correction", "Credit", "Top-up"):
        assert f">{word}</span>" in shown
    for said in ("$0.300001", "$0.199999", "$0.125", "$50.00", "By card.", "by Alice", f"/jobs/{job.id}/"):
        assert said in shown


def test_the_newest_entry_stands_first(alice: Client, cast: Cast) -> None:
    charge(cast.bob, cast.team)
    assert numbers(alice) == [3, 2, 1]


def test_an_empty_ledger_teaches(alice: Client) -> None:
    assert "Nothing is booked yet" in text(alice)


@pytest.mark.both_databases
def test_paging_neither_skips_nor_repeats(alice: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "PAGE", 4)
    for _ in range(10):
        create_job(cast.bob, cast.team)
    first = alice.get("/spend/ledger/").context["ledger"]
    create_job(cast.bob, cast.team)
    second = alice.get(f"/spend/ledger/{first.pages.older_url}").context["ledger"]
    last = alice.get(f"/spend/ledger/{second.pages.older_url}").context["ledger"]
    assert [row.entry.number for shown in (first, second, last) for row in shown.rows] == [*range(10, 0, -1)]
    assert last.pages.older_url == ""
    assert numbers(alice, second.pages.newer_url) == [10, 9, 8, 7]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kind=settle", [2]),
        ("kind=hold&kind=hold", [4, 1]),
        ("money=rehearsal", [4]),
        ("first=2026-11-24", [4]),
        ("last=2026-11-23", [3, 2, 1]),
        ("first=2026-11-23&last=2026-11-24&kind=release", [3]),
    ],
)
def test_filters_narrow_it(alice: Client, cast: Cast, query: str, found: list[int]) -> None:
    charge(cast.bob, cast.team)
    create_job(cast.alice, cast.team, now=NOW + timedelta(days=1))
    assert numbers(alice, f"?{query}") == found


def test_project_person_and_job_narrow_it(alice: Client, cast: Cast) -> None:
    job = create_job(cast.bob, cast.team)
    create_job(cast.alice, cast.team)
    other = Project.objects.create(team=cast.team, name="Film", created_at=NOW)
    assert numbers(alice, f"?person={cast.bob.pk}") == [1]
    assert numbers(alice, f"?job={job.id}") == [1]
    assert numbers(alice, f"?project={other.pk}") == []
    assert numbers(alice, f"?project={cast.project.pk}") == [2, 1]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("first=2026-11-30&last=2026-11-01", "The last day is before the first one."),
        ("first=yesterday", "Enter a valid date."),
        ("first=0001-01-01", "Choose a day from the year 2000 on."),
        ("person=999999", "Select a valid choice."),
        ("kind=theft", "Select a valid choice."),
        ("job=%00", "Null characters are not allowed."),
    ],
)
def test_a_filter_that_makes_no_sense_says_so_beside_it(
    alice: Client, cast: Cast, query: str, said: str
) -> None:
    create_job(cast.bob, cast.team)
    shown = text(alice, f"?{query}")
    assert said in shown
    assert "Put the filters right" in shown


@pytest.mark.parametrize("query", ["after=x", "after=-1", "before=" + "9" * 40, "after=%D9%A3"])
def test_a_place_that_cannot_be_read_is_the_beginning(alice: Client, cast: Cast, query: str) -> None:
    create_job(cast.bob, cast.team)
    assert numbers(alice, f"?{query}") == [1]


def test_a_member_sees_the_entries_of_their_own_jobs_alone(client: Client, cast: Cast) -> None:
    create_job(cast.alice, cast.team)
    create_job(cast.bob, cast.team)
    client.force_login(cast.bob)
    assert numbers(client) == [2]
    assert numbers(client, f"?person={cast.alice.pk}") == [2]
    shown = text(client)
    assert "The chain" not in shown and "Statements" not in shown


def test_billing_sees_it_all(client: Client, cast: Cast) -> None:
    billing = create_user("dora@example.org")
    join(billing, cast.team, Role.BILLING)
    create_job(cast.alice, cast.team)
    client.force_login(billing)
    assert numbers(client) == [1]


def test_another_team_sees_nothing(client: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team)
    client.force_login(cast.charlie)
    assert numbers(client) == numbers(client, f"?job={job.id}") == []


def test_times_are_the_teams(alice: Client, cast: Cast) -> None:
    cast.team.time_zone = "Asia/Tokyo"
    cast.team.save()
    create_job(cast.bob, cast.team)
    shown = text(alice)
    assert "23 Nov 2026, 21:00:00" in shown
    assert "Booked, Asia/Tokyo" in shown


def test_more_entries_ask_no_more_of_the_database(
    alice: Client, cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(12):
        charge(cast.bob, cast.team)
    with django_assert_max_num_queries(20):
        text(alice)


def test_exports_are_asked_with_the_same_filters(alice: Client, cast: Cast) -> None:
    create_job(cast.bob, cast.team)
    shown = alice.get(f"/spend/ledger/?first=2026-11-01&money=rehearsal&person={cast.bob.pk}").context[
        "ledger"
    ]
    assert shown.export_query == f"person={cast.bob.pk}&from=2026-11-01&kind=rehearsal"


def test_an_export_up_to_a_day_has_all_before_it(alice: Client, cast: Cast) -> None:
    create_job(cast.bob, cast.team)
    shown = alice.get("/spend/ledger/?last=2026-11-23&money=rehearsal").context["ledger"]
    answer = alice.get(f"/spend/ledger.csv?{shown.export_query}")
    assert answer.status_code == 200
    assert b"hold" in b"".join(answer.streaming_content)  # type: ignore[attr-defined]


# --- the chain ---


def test_the_last_hash_is_shown(alice: Client, cast: Cast) -> None:
    create_job(cast.bob, cast.team)
    assert LedgerHead.objects.get(team=cast.team).hash in text(alice)


def test_verifying_keeps_what_was_found(alice: Client, cast: Cast) -> None:
    charge(cast.bob, cast.team)
    answer = alice.post("/spend/ledger/verify/", follow=True)
    check = LedgerCheck.objects.get(team=cast.team)
    assert (check.entries, check.problem) == (3, "")
    assert "All 3 entries agree" in answer.content.decode()


def test_books_that_are_off_are_named(alice: Client, cast: Cast) -> None:
    create_job(cast.bob, cast.team)
    LedgerHead.objects.update(hash="f" * 64)
    shown = alice.post("/spend/ledger/verify/", follow=True).content.decode()
    assert "Does not agree." in shown
    assert LedgerCheck.objects.get(team=cast.team).problem in shown


def test_a_member_cannot_have_it_verified(client: Client, cast: Cast) -> None:
    client.force_login(cast.bob)
    assert client.post("/spend/ledger/verify/").status_code == 403
    assert not LedgerCheck.objects.exists()


def test_a_long_chain_is_left_to_the_worker(
    alice: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(page, "AT_ONCE", 0)
    monkeypatch.setattr(tasks.verify_ledger, "apply_async", lambda arguments, **_: asked.append(arguments))
    create_job(cast.bob, cast.team)
    for _ in range(2):
        shown = alice.post("/spend/ledger/verify/", follow=True).content.decode()
    assert asked == [(cast.team.pk,)]
    assert "A verification runs since" in shown
    tasks.verify_ledger.run(cast.team.pk)
    assert LedgerCheck.objects.get(team=cast.team).problem == ""
    assert "A verification runs since" not in text(alice)


def test_without_a_worker_it_says_so(alice: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "AT_ONCE", 0)
    monkeypatch.setattr(tasks, "nudge", lambda *_: False)
    create_job(cast.bob, cast.team)
    shown = alice.post("/spend/ledger/verify/", follow=True).content.decode()
    assert "The worker cannot be reached" in shown
    assert cache.get(tasks.verifying_key(cast.team.pk)) is None


def test_a_file_says_which_money_it_holds_before_it_is_fetched(alice: Client, cast: Cast) -> None:
    charge(cast.bob, cast.team, "0.30")
    assert "A file holds one kind of money" in text(alice)
    narrowed = text(alice, "?money=live")
    assert '<input type="hidden" name="kind" value="live">' in narrowed
    assert "A file holds one kind of money" not in narrowed
