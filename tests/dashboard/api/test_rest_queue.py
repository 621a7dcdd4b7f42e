"""The queue over REST: in the order it goes, with place, reason and range, and no more than one may see."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.dashboard.api.scripts import Script
from tests.factories import NOW, Cast, create_job
from videojobs.models import Job, Pause, PlaceLimit, Project, Prompts, ProviderAccount
from videojobs.states import State


def queue(script: Script, query: str = "") -> dict[str, Any]:
    """Return what a script reads of the queue."""
    answer = script.get(f"/api/v1/queue{query}")
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def ids(found: dict[str, Any]) -> list[str]:
    """Return the waiting jobs' ids."""
    return [job["id"] for job in found["waiting"]]


def waiting(cast: Cast, who: str, minute: int, **columns: Any) -> Job:
    """Return a job of somebody made some minutes ago."""
    made = timezone.now() - timedelta(minutes=60 - minute)
    return create_job(getattr(cast, who), cast.team, now=made, **columns)


def done(cast: Cast, seconds: int) -> None:
    """Let a past job have taken some seconds."""
    end = NOW + timedelta(seconds=seconds)
    create_job(cast.bob, cast.team, state=State.COMPLETED, finished_at=end, ended_at=end)


def test_what_waits_stands_in_its_order_with_places_and_reasons(alice: Script, cast: Cast) -> None:
    ProviderAccount.objects.update(places=1)
    first, other = waiting(cast, "alice", 0), waiting(cast, "bob", 5)
    later = waiting(cast, "alice", 1, send_after=timezone.now() + timedelta(hours=1))
    found = queue(alice)
    assert ids(found) == [first.id, other.id, later.id]
    assert [job["place"] for job in found["waiting"]] == [1, 2, None]
    assert [job["own_place"] for job in found["waiting"]] == [1, 1, 2]
    assert found["waiting"][1]["reason"] == "1 ahead."
    assert "as you wished" in found["waiting"][2]["reason"]


def test_the_range_is_told_as_moments_and_left_out_where_nobody_knows(alice: Script, cast: Cast) -> None:
    waiting(cast, "bob", 0)
    assert queue(alice)["waiting"][0]["expected"] is None
    for seconds in range(50, 60):
        done(cast, seconds)
    expected = queue(alice)["waiting"][0]["expected"]
    assert sorted(expected, key=expected.get) == ["start_low", "start_high", "finish_low", "finish_high"]


def test_what_runs_shows_elapsed_beside_usual(alice: Script, cast: Cast) -> None:
    for seconds in range(50, 60):
        done(cast, seconds)
    since = timezone.now() - timedelta(seconds=30)
    job = create_job(cast.bob, cast.team, state=State.IN_PROGRESS, now=since)
    [running] = queue(alice)["running"]
    assert (running["id"], running["usual"]) == (job.id, 54.5)
    assert 30 <= running["elapsed"] < 90
    assert running["usual_low"] < running["usual"] < running["usual_high"]


def test_pauses_and_places_say_what_holds_it_back(alice: Script, cast: Cast) -> None:
    ProviderAccount.objects.current()
    Pause.objects.create(
        team=cast.team, scope="person", person=cast.bob, paused_by=cast.alice, at=NOW, why="x"
    )
    PlaceLimit.objects.create(team=cast.team, scope="person", person=cast.bob, at_once=2, set_at=NOW)
    create_job(cast.bob, cast.team, state=State.IN_PROGRESS)
    found = queue(alice)
    assert [(pause["person"], pause["by"], pause["why"]) for pause in found["pauses"]] == [
        ("bob@example.org", "alice@example.org", "x")
    ]
    whole, bobs = found["places"]
    assert (whole["scope"], whole["busy"]) == ("account", 1)
    assert (bobs["person"], bobs["at_once"], bobs["busy"]) == ("bob@example.org", 2, 1)


@pytest.mark.parametrize(
    ("query", "who"),
    [
        ("?person=me", "alice"),
        ("?person=BOB@example.org", "bob"),
        ("?project=launch", "bob"),
        ("?model=x", ""),
    ],
)
def test_filters_leave_places_as_they_are(alice: Script, cast: Cast, query: str, who: str) -> None:
    launch = Project.objects.create(team=cast.team, name="Launch", created_at=NOW)
    made = {"alice": waiting(cast, "alice", 0), "bob": waiting(cast, "bob", 5, project=launch)}
    found = queue(alice, query)
    assert ids(found) == ([made[who].id] if who else [])
    assert [job["place"] for job in found["waiting"]] == ([list(made).index(who) + 1] if who else [])


def test_it_is_read_a_page_at_a_time(alice: Script, cast: Cast) -> None:
    made = [waiting(cast, "bob", minute).id for minute in range(3)]
    first = queue(alice, "?limit=2")
    assert (ids(first), first["next_offset"], first["waiting_count"]) == (made[:2], 2, 3)
    last = queue(alice, "?limit=2&offset=2")
    assert (ids(last), last["next_offset"]) == (made[2:], None)


def test_prompts_a_project_keeps_are_not_told(bob: Script, alice: Script, cast: Cast) -> None:
    Project.objects.update(prompts=Prompts.HIDDEN)
    waiting(cast, "alice", 0, title="The new boat")
    create_job(cast.alice, cast.team, state=State.IN_PROGRESS)
    found = queue(bob)
    [hidden] = found["waiting"]
    assert (hidden["prompt"], hidden["body"]) == ("Prompt kept private", None)
    assert hidden["title"] == ""
    assert found["running"][0]["prompt"] == "Prompt kept private"
    assert queue(alice)["waiting"][0]["body"]["prompt"]


def test_strangers_see_nothing_of_it(charlie: Script, cast: Cast) -> None:
    waiting(cast, "alice", 0)
    create_job(cast.alice, cast.team, state=State.IN_PROGRESS)
    found = queue(charlie)
    assert (found["waiting"], found["running"], found["waiting_count"]) == ([], [], 0)


@pytest.mark.parametrize(
    "query", ["?offset=-1", "?limit=0", "?limit=101", "?offset=99999999999", "?person=%00"]
)
def test_a_wrong_page_is_refused(alice: Script, query: str) -> None:
    assert alice.get(f"/api/v1/queue{query}").status_code == 400


def test_ten_more_jobs_cost_no_more_queries(alice: Script, cast: Cast) -> None:
    def cost() -> int:
        queue(alice)
        with CaptureQueriesContext(connection) as queries:
            queue(alice)
        return len(queries)

    for seconds in range(50, 60):
        done(cast, seconds)
    (
        waiting(cast, "alice", 0),
        waiting(cast, "bob", 1),
        create_job(cast.bob, cast.team, state=State.IN_PROGRESS),
    )
    few = cost()
    for minute in range(5):
        waiting(cast, "alice", minute), waiting(cast, "bob", minute)
        create_job(cast.bob, cast.team, state=State.IN_PROGRESS)
    assert cost() == few
