"""Downloads of a team's money: streamed, exact, filtered as the Spend page is, no more than one may see."""

import csv
import json
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from dashboard.exports import streams
from tests.factories import NOW, Cast, create_job, create_output
from tests.videojobs.statements.books import charge, correct, credit, live
from videojobs.models import Project
from videojobs.states import State

pytestmark = pytest.mark.django_db

ALL = "period=all&kind=rehearsal"


def rows(client: Client, name: str, query: str = ALL) -> list[dict[str, str]]:
    answer = client.get(f"/spend/{name}.csv?{query}")
    assert answer.streaming, answer.content
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    found = list(csv.reader(answer.getvalue().decode().splitlines(keepends=True)))
    assert found[-1] == ["end", str(len(found) - 2)]
    return [dict(zip(found[0], row, strict=True)) for row in found[1:-1]]


def objects(client: Client, name: str, query: str = ALL) -> list[dict[str, Any]]:
    answer = client.get(f"/spend/{name}.json?{query}")
    assert answer["Content-Type"] == "application/json"
    found: list[dict[str, Any]] = json.loads(answer.getvalue())
    return found


def test_each_job_is_a_line_with_exact_amounts(alice: Client, cast: Cast) -> None:
    job = charge(cast.alice, cast.team, "0.300001", rehearsal=True)
    (row,) = rows(alice, "jobs")
    assert (row["job"], row["cost_usd"], row["estimate_usd"]) == (job.id, "0.300001", "0.280000")
    assert (row["held_usd"], row["unknown_usd"]) == ("", "0.000000")


def test_corrections_and_credits_are_in_what_is_left(alice: Client, cast: Cast) -> None:
    job = charge(cast.alice, cast.team, "0.30", rehearsal=True)
    correct(job, "0.50", cast.alice)
    credit(job, "0.20", cast.alice)
    (row,) = rows(alice, "jobs")
    assert (row["cost_usd"], row["credited_usd"], row["net_usd"]) == ("0.500000", "0.200000", "0.300000")


def test_an_unknown_cost_is_empty_not_nothing(alice: Client, cast: Cast) -> None:
    create_job(cast.alice, cast.team, state=State.LOST, charged="unknown")
    (row,) = rows(alice, "jobs")
    assert (row["cost_usd"], row["net_usd"], row["credited_usd"]) == ("", "", "")
    assert (row["unknown_usd"], row["charged"]) == ("0.280000", "unknown")
    (day,) = rows(alice, "days")
    assert (day["spent_usd"], day["unknown_usd"], day["unknown_jobs"]) == ("", "0.280000", "1")
    assert objects(alice, "jobs")[0]["cost_usd"] is None


def test_the_ledger_has_every_movement_and_its_chain(alice: Client, cast: Cast) -> None:
    charge(cast.alice, cast.team, "0.30", rehearsal=True)
    found = rows(alice, "ledger")
    assert [(row["kind"], row["amount_usd"]) for row in found] == [
        ("hold", "0.280000"),
        ("settle", "0.300000"),
        ("release", "0.280000"),
    ]
    assert [row["previous"] for row in found[1:]] == [row["hash"] for row in found[:-1]]


def test_a_days_totals_are_those_of_its_jobs(alice: Client, cast: Cast) -> None:
    for usd in ("0.30", "0.000001"):
        charge(cast.bob, cast.team, usd, rehearsal=True)
    (row,) = rows(alice, "days")
    assert (row["day"], row["jobs"], row["charged_jobs"]) == ("2026-11-23", "2", "2")
    assert (row["spent_usd"], row["held_usd"], row["unknown_usd"]) == ("0.300001", "0.000000", "")
    assert row["person"] == "bob@example.org"


@pytest.mark.parametrize("name", ["jobs", "ledger", "days"])
def test_json_says_the_same_as_csv(alice: Client, cast: Cast, name: str) -> None:
    charge(cast.alice, cast.team, "0.30", rehearsal=True)
    create_job(cast.bob, cast.team, state=State.LOST, charged="unknown")
    as_text = [
        {key: "" if value is None else str(value) for key, value in row.items()}
        for row in objects(alice, name)
    ]
    assert as_text == rows(alice, name)


def test_live_and_rehearsal_are_two_files(alice: Client, cast: Cast) -> None:
    create_job(cast.alice, cast.team)
    create_job(cast.alice, cast.team, account=live())
    assert [row["money"] for row in rows(alice, "jobs", "kind=live&period=all")] == ["live"]


@pytest.mark.parametrize("name", ["jobs", "ledger", "days"])
def test_a_member_exports_their_own(client: Client, cast: Cast, name: str) -> None:
    create_job(cast.alice, cast.team)
    create_job(cast.bob, cast.team)
    client.force_login(cast.bob)
    for query in (ALL, f"{ALL}&person={cast.alice.pk}"):
        assert {row["person"] for row in rows(client, name, query)} == {"bob@example.org"}


@pytest.mark.parametrize("name", ["jobs", "ledger", "days"])
def test_another_teams_rows_are_in_no_file(client: Client, cast: Cast, name: str) -> None:
    create_job(cast.alice, cast.team)
    client.force_login(cast.charlie)
    assert rows(client, name) == []


@pytest.mark.parametrize(
    ("query", "count"),
    [("from=2026-11-23&to=2026-11-23", 1), ("from=2026-11-01&to=2026-11-22", 0), ("model=nobody/none", 0)],
)
def test_days_and_models_narrow_it(alice: Client, cast: Cast, query: str, count: int) -> None:
    create_job(cast.alice, cast.team)
    for name in ("jobs", "ledger", "days"):
        assert len(rows(alice, name, f"period=all&kind=rehearsal&{query}")) == count


def test_project_and_person_narrow_it(alice: Client, cast: Cast) -> None:
    other = Project.objects.create(team=cast.team, name="Film", created_at=NOW)
    create_job(cast.bob, cast.team)
    assert rows(alice, "jobs", f"{ALL}&project={other.pk}") == []
    assert len(rows(alice, "jobs", f"{ALL}&project={cast.project.pk}&person={cast.bob.pk}")) == 1


@pytest.mark.parametrize(
    "query", ["from=x&to=y", "from=2026-11-30&to=2026-11-01", "person=abc", "project=-1", f"person={10**30}"]
)
def test_what_makes_no_sense_is_refused_and_not_answered_with_another_file(
    alice: Client, cast: Cast, query: str
) -> None:
    answer = alice.get(f"/spend/jobs.csv?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (400, "text/plain; charset=utf-8")


def test_a_prompt_that_is_a_formula_stays_text(alice: Client, cast: Cast) -> None:
    create_job(cast.alice, cast.team, prompt='=HYPERLINK("https://evil.example","x")\nnext, line')
    (row,) = rows(alice, "jobs")
    assert row["prompt"] == '\'=HYPERLINK("https://evil.example","x")\nnext, line'


def test_a_name_that_is_a_formula_stays_text(alice: Client, cast: Cast) -> None:
    Project.objects.update(name="@SUM(A1)")
    create_job(cast.alice, cast.team)
    assert rows(alice, "ledger")[0]["project"] == "'@SUM(A1)"


def test_a_kept_clip_is_exported_as_long_as_it_is(alice: Client, cast: Cast) -> None:
    create_output(create_job(cast.alice, cast.team, state=State.COMPLETED, seconds=8, size="1366x768"))
    (row,) = rows(alice, "jobs")
    assert (row["seconds"], row["size"]) == ("5", "1366x768")


def test_more_rows_ask_no_more_of_the_database(
    alice: Client, cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(30):
        create_job(cast.bob, cast.team)
    for name in ("jobs", "ledger", "days"):
        with django_assert_max_num_queries(12):
            rows(alice, name)


def test_too_many_at_once_are_asked_to_come_again(
    alice: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = [streams.Stream(streams.as_csv((), ())) for _ in range(streams.AT_ONCE)]
    answer = alice.get(f"/spend/jobs.csv?{ALL}")
    for stream in running:
        stream.close()
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")


def test_a_head_request_reads_nothing(alice: Client, cast: Cast) -> None:
    answer = alice.head(f"/spend/jobs.csv?{ALL}")
    assert answer["Content-Disposition"] == 'attachment; filename="dailies-jobs-rehearsal-all.csv"'
    assert not answer.streaming


@pytest.mark.both_databases
def test_sums_of_the_files_tie(alice: Client, cast: Cast) -> None:
    for number in range(1, 6):
        job = charge(cast.bob, cast.team, f"0.{number}00001", rehearsal=True)
        correct(job, f"0.{number}5", cast.alice)
        credit(job, f"0.0{number}", cast.alice)
    signs = {"settle": 1, "correction": 1, "credit": -1}
    entries = sum(
        (Decimal(row["amount_usd"]) * signs.get(row["kind"], 0) for row in rows(alice, "ledger")), Decimal(0)
    )
    jobs = sum((Decimal(row["net_usd"]) for row in rows(alice, "jobs")), Decimal(0))
    totals = sum((Decimal(row["spent_usd"]) for row in rows(alice, "days")), Decimal(0))
    assert entries == jobs == totals == Decimal("1.60")


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_a_download_given_up_leaves_the_connection_to_the_next_request(alice: Client, cast: Cast) -> None:
    for _ in range(3):
        charge(cast.bob, cast.team, rehearsal=True)
    given_up: Any = alice.get(f"/spend/ledger.csv?{ALL}")
    next(iter(given_up.streaming_content))
    given_up.close()
    charge(cast.bob, cast.team, rehearsal=True)
    assert len(rows(alice, "ledger")) == 12
