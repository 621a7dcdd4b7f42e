"""The ledger over REST: exact, chained, narrowed, paged without a gap, and no more than one may see."""

from datetime import timedelta
from typing import Any

import pytest

from tests.dashboard.api.scripts import Script
from tests.factories import NOW, Cast, create_job
from tests.videojobs.statements.books import charge, correct, credit
from videojobs.models import LedgerEntry
from videojobs.money.canonical import hash_of

PATH = "/api/v1/ledger"


def entries(script: Script, query: str = "") -> list[dict[str, Any]]:
    """Return the entries of one page."""
    answer = script.get(f"{PATH}{query}")
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["entries"]
    return found


def test_amounts_are_text_with_six_decimals(alice: Script, cast: Cast) -> None:
    job = charge(cast.bob, cast.team, "0.300001")
    correct(job, "0.10", cast.alice)
    credit(job, "0.05", cast.alice)
    assert [(one["kind"], one["amount"]) for one in entries(alice)] == [
        ("credit", "0.050000"),
        ("correction", "-0.200001"),
        ("release", "0.280000"),
        ("settle", "0.300001"),
        ("hold", "0.280000"),
    ]


def test_a_job_shows_its_corrections_and_credits(alice: Script, cast: Cast) -> None:
    job = charge(cast.bob, cast.team, "0.30")
    correct(job, "0.10", cast.alice)
    credit(job, "0.05", cast.alice)
    found = alice.get(f"/api/v1/jobs/{job.id}").json()
    assert [(one["kind"], one["amount"]) for one in found["ledger"]][3:] == [
        ("correction", "-0.200000"),
        ("credit", "0.050000"),
    ]


def test_an_entry_says_whose_it_is_and_who_booked_it(alice: Script, cast: Cast) -> None:
    job = charge(cast.bob, cast.team)
    correct(job, "0.10", cast.alice)
    (one, *_rest) = entries(alice)
    assert (one["job"], one["person"], one["project"]) == (job.id, "bob@example.org", "General")
    assert (one["actor"], one["reason"], one["rehearsal"]) == (
        "alice@example.org",
        "The invoice says so.",
        False,
    )


def test_the_chain_can_be_walked_from_outside(alice: Script, cast: Cast) -> None:
    charge(cast.bob, cast.team)
    found = entries(alice)
    assert [one["previous"] for one in found[:-1]] == [one["hash"] for one in found[1:]]
    columns = [field.attname for field in LedgerEntry._meta.concrete_fields]
    row = LedgerEntry.objects.values(*columns).get(number=2)
    assert hash_of(row, found[1]["previous"]) == found[1]["hash"]


@pytest.mark.both_databases
def test_paging_neither_skips_nor_repeats_while_entries_are_booked(alice: Script, cast: Cast) -> None:
    for _ in range(5):
        create_job(cast.bob, cast.team)
    seen: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        page = alice.get(f"{PATH}?limit=2&cursor={cursor}").json()
        seen += [one["number"] for one in page["entries"]]
        cursor = page["next_cursor"]
        create_job(cast.bob, cast.team)
    assert seen == [5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?kind=settle", [2]),
        ("?kind=settle&kind=release", [3, 2]),
        ("?from=2026-11-24", [4]),
        ("?to=2026-11-23", [3, 2, 1]),
        ("?from=2026-11-23&to=2026-11-24", [4, 3, 2, 1]),
        ("?rehearsal=true", [4]),
        ("?rehearsal=false&kind=hold", [1]),
        ("?job=nothing", []),
    ],
)
def test_filters_narrow_it(alice: Script, cast: Cast, query: str, found: list[int]) -> None:
    charge(cast.bob, cast.team)
    create_job(cast.alice, cast.team, now=NOW + timedelta(days=1))
    assert [one["number"] for one in entries(alice, query)] == found


def test_one_jobs_entries_are_found(alice: Script, cast: Cast) -> None:
    create_job(cast.alice, cast.team)
    job = create_job(cast.bob, cast.team)
    assert [one["number"] for one in entries(alice, f"?job={job.id}")] == [2]


def test_days_begin_where_the_team_is(alice: Script, cast: Cast) -> None:
    cast.team.time_zone = "Asia/Tokyo"
    cast.team.save()
    create_job(cast.bob, cast.team, now=NOW.replace(hour=15))
    assert entries(alice, "?to=2026-11-23") == []
    assert len(entries(alice, "?from=2026-11-24")) == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?cursor=x", "cursor"),
        ("?cursor=%C3%A9", "cursor"),
        ("?cursor=ZW50cnkgLTE", "cursor"),
        ("?kind=theft", "kind.0"),
        ("?from=yesterday", "from"),
        ("?from=0001-01-01", "from"),
        ("?to=9999-12-31", "to"),
        ("?from=2026-11-30&to=2026-11-01", "to"),
        ("?limit=0", "limit"),
        ("?limit=501", "limit"),
        ("?job=%00", "job"),
    ],
)
def test_what_makes_no_sense_is_named_by_its_field(alice: Script, query: str, field: str) -> None:
    answer = alice.get(f"{PATH}{query}")
    assert answer.status_code == 400
    assert list(answer.json()["error"]["fields"]) == [field]


def test_a_member_reads_the_entries_of_their_own_jobs(bob: Script, alice: Script, cast: Cast) -> None:
    create_job(cast.alice, cast.team)
    create_job(cast.bob, cast.team)
    assert [one["number"] for one in entries(bob)] == [2]
    assert [bob.get(PATH).json()["scope"], alice.get(PATH).json()["scope"]] == ["own", "team"]


def test_another_team_reads_nothing_of_it(charlie: Script, cast: Cast) -> None:
    create_job(cast.alice, cast.team)
    assert entries(charlie) == []
