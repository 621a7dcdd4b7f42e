"""The list of jobs: filters, and a cursor that neither skips nor repeats."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.dashboard.api.scripts import Script
from tests.factories import NOW, Cast, create_job, create_output, live_account
from videojobs.models import Job, Project, Prompts
from videojobs.states import State


def ids(script: Script, query: str = "") -> list[str]:
    """Return the ids of one page."""
    answer = script.get(f"/api/v1/jobs?{query}")
    assert answer.status_code == 200, answer.content
    return [job["id"] for job in answer.json()["jobs"]]


def walk(script: Script, limit: int) -> list[str]:
    """Return the ids of all pages."""
    found, cursor = [], ""
    while True:
        page = script.get(f"/api/v1/jobs?limit={limit}&cursor={cursor}").json()
        found += [job["id"] for job in page["jobs"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 100])
def test_pages_hold_every_job_once_newest_first(alice: Script, cast: Cast, limit: int) -> None:
    # Three of them share one moment, so that only the id tells them apart.
    for minutes in (0, 1, 1, 1, 2):
        create_job(cast.alice, cast.team, now=NOW + timedelta(minutes=minutes))
    expected = list(Job.objects.newest_first().values_list("id", flat=True))
    assert walk(alice, limit) == expected


def test_a_job_made_meanwhile_moves_no_page(alice: Script, cast: Cast) -> None:
    old = [create_job(cast.alice, cast.team, now=NOW + timedelta(minutes=n)).id for n in range(3)]
    first = alice.get("/api/v1/jobs?limit=2").json()
    create_job(cast.alice, cast.team, now=NOW + timedelta(hours=1))
    assert ids(alice, f"cursor={first['next_cursor']}") == [old[0]]


@pytest.mark.parametrize(
    "cursor", ["x", "é", "AAAA", "MDAwMS0wMS0wMVQwMDowMDowMCsxNDowMCBqb2I", "%00", "a" * 400]
)
def test_a_cursor_that_is_none_is_refused(alice: Script, cursor: str) -> None:
    answer = alice.get(f"/api/v1/jobs?cursor={cursor}")
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["cursor"])


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "state=done",
        "since=soon",
        "until=0001-01-01",
        "q=%00",
        "rehearsal=2",
    ],
)
def test_a_filter_nobody_understands_is_named(alice: Script, query: str) -> None:
    answer = alice.get(f"/api/v1/jobs?{query}")
    assert answer.status_code == 400
    assert next(iter(answer.json()["error"]["fields"])).startswith(query.partition("=")[0])


@pytest.fixture
def mixed(cast: Cast) -> dict[str, str]:
    """Jobs that differ in everything there is a filter for, by what is special about them."""
    trailers = Project.objects.create(team=cast.team, name="Trailers", created_at=NOW)
    made = {
        "plain": create_job(cast.alice, cast.team),
        "bobs": create_job(cast.bob, cast.team),
        "failed": create_job(cast.alice, cast.team, state=State.FAILED),
        "old": create_job(cast.alice, cast.team, now=NOW - timedelta(days=2)),
        "kite": create_job(cast.alice, cast.team, prompt="A Red Kite, 100% silk"),
        "live": create_job(cast.alice, cast.team, account=live_account()),
        "trailer": create_job(cast.alice, cast.team, project=trailers),
        "wan": create_job(cast.alice, cast.team, model="Wan-AI/wan2.7-t2v"),
    }
    return {name: job.id for name, job in made.items()}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("person=BOB@example.org", {"bobs"}),
        ("state=failed", {"failed"}),
        ("state=failed&state=completed", {"failed"}),
        ("until=2026-11-22T12:00:00Z", {"old"}),
        ("until=2026-11-22", {"old"}),
        ("q=kite+red", {"kite"}),
        ("q=100%25", {"kite"}),
        ("q=green+kite", set()),
        ("rehearsal=false", {"live"}),
        ("project=trailers", {"trailer"}),
        ("model=Wan-AI/wan2.7-t2v", {"wan"}),
        ("since=2026-11-23T12:00:01Z", set()),
    ],
)
def test_filters(alice: Script, mixed: dict[str, str], query: str, names: set[str]) -> None:
    assert set(ids(alice, query)) == {mixed[name] for name in names}


def test_strangers_see_none_of_it(charlie: Script, mixed: dict[str, str]) -> None:
    assert ids(charlie) == []


def test_a_list_leaves_out_events_and_ledger(alice: Script, mixed: dict[str, str]) -> None:
    job: dict[str, Any] = alice.get("/api/v1/jobs").json()["jobs"][0]
    assert not {"events", "ledger"} & set(job)


def test_ten_more_jobs_need_no_more_queries(alice: Script, cast: Cast) -> None:
    def queries_for(count: int) -> int:
        for _ in range(count):
            create_output(create_job(cast.alice, cast.team, state=State.COMPLETED))
            create_job(cast.bob, cast.team)
        with CaptureQueriesContext(connection) as asked:
            ids(alice)
        return len(asked)

    ids(alice)
    queries_for(2)  # from a few past times on, ranges are foretold
    assert queries_for(10) == queries_for(10)


def test_words_find_nothing_in_prompts_that_are_kept(alice: Script, bob: Script, cast: Cast) -> None:
    theirs, mine = (create_job(who, cast.team, prompt="A secret kite") for who in (cast.alice, cast.bob))
    Project.objects.update(prompts=Prompts.HIDDEN)
    assert ids(bob, "q=kite") == [mine.id]
    assert set(ids(alice, "q=kite")) == {theirs.id, mine.id}
