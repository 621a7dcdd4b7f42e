"""Spend as CSV: streamed, exact, safe in a spreadsheet, and no more than one may see."""

import csv
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.test import Client

from dashboard.views.spend_export import cell
from tests.factories import NOW, Cast, create_cast, create_job, create_output, live_account
from videojobs.money import ledger
from videojobs.states import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return create_cast()


@pytest.fixture
def alice(client: Client, cast: Cast) -> Client:
    client.force_login(cast.alice)
    return client


def rows(client: Client, path: str) -> list[dict[str, str]]:
    answer = client.get(path)
    assert answer.streaming
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = answer.getvalue().decode()
    return list(csv.DictReader(text.splitlines(keepends=True)))


def test_each_job_is_a_line_with_exact_amounts(alice: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.COMPLETED)
    ledger.settle(job.id, Decimal("0.300001"), now=NOW, reason="Reported.")
    (row,) = rows(alice, "/spend/jobs.csv?kind=rehearsal&period=all")
    assert (row["job"], row["cost_usd"], row["estimate_usd"]) == (job.id, "0.300001", "0.280000")
    assert (row["held_usd"], row["unknown_usd"]) == ("", "0.000000")


def test_an_unknown_cost_is_empty_not_nothing(alice: Client, cast: Cast) -> None:
    create_job(cast.alice, cast.team, state=State.LOST, charged="unknown")
    (row,) = rows(alice, "/spend/jobs.csv?kind=rehearsal&period=all")
    assert (row["cost_usd"], row["unknown_usd"], row["charged"]) == ("", "0.280000", "unknown")


def test_the_ledger_has_every_movement(alice: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.COMPLETED)
    ledger.settle(job.id, Decimal("0.30"), now=NOW, reason="Reported.", actor=cast.bob)
    kinds = [
        (row["kind"], row["amount_usd"]) for row in rows(alice, "/spend/ledger.csv?kind=rehearsal&period=all")
    ]
    assert kinds == [("hold", "0.280000"), ("settle", "0.300000"), ("release", "0.280000")]


def test_live_and_rehearsal_are_two_files(alice: Client, cast: Cast) -> None:
    create_job(cast.alice, cast.team)
    create_job(cast.alice, cast.team, account=live_account())
    assert [row["money"] for row in rows(alice, "/spend/jobs.csv?kind=live&period=all")] == ["live"]


def test_a_member_exports_their_own(client: Client, cast: Cast) -> None:
    create_job(cast.alice, cast.team)
    mine = create_job(cast.bob, cast.team)
    client.force_login(cast.bob)
    assert [row["job"] for row in rows(client, "/spend/jobs.csv?kind=rehearsal&period=all")] == [mine.id]
    ledgers = rows(client, "/spend/ledger.csv?kind=rehearsal&period=all")
    assert {row["job"] for row in ledgers} == {mine.id}


def test_a_prompt_that_is_a_formula_stays_text(alice: Client, cast: Cast) -> None:
    create_job(cast.alice, cast.team, prompt='=HYPERLINK("https://evil.example","x")\nnext, line')
    (row,) = rows(alice, "/spend/jobs.csv?kind=rehearsal&period=all")
    assert row["prompt"] == '\'=HYPERLINK("https://evil.example","x")\nnext, line'


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "  =1", "\n=1"])
def test_no_text_begins_like_a_formula(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, ""),
        (Decimal("-0.5"), "-0.500000"),
        (7, "7"),
        ("plain", "plain"),
        (datetime(2026, 11, 23, 12, tzinfo=UTC), "2026-11-23T12:00:00.000+00:00"),
    ],
)
def test_values_are_exact(value: object, said: str) -> None:
    assert cell(value) == said


def test_many_rows_are_never_held_at_once(alice: Client, cast: Cast) -> None:
    for _ in range(3):
        create_job(cast.alice, cast.team)
    answer = alice.get("/spend/jobs.csv?kind=rehearsal&period=all")
    pieces: Iterable[bytes] = answer
    assert answer.streaming
    assert len(list(pieces)) == 4


def test_a_kept_clip_is_exported_as_long_as_it_is(alice: Client, cast: Cast) -> None:
    create_output(create_job(cast.alice, cast.team, state=State.COMPLETED, seconds=8, size="1366x768"))
    (row,) = rows(alice, "/spend/jobs.csv?kind=rehearsal&period=all")
    assert (row["seconds"], row["size"]) == ("5", "1366x768")
