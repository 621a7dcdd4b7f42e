"""One deed on many jobs over REST: counted first, done to one's own or to anybody's, and a repeat goes on."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.dashboard.api.scripts import Script
from tests.factories import DIRECTOR, NOW, Cast, create_job, put
from videojobs.models import Job, Project, Prompts, ProviderAccount
from videojobs.states import State


@pytest.fixture
def jobs(cast: Cast) -> list[Job]:
    """Return two waiting jobs of Bob's, one of Alice's, and one of another team."""
    account = ProviderAccount.objects.current()
    people = [(cast.bob, cast.team)] * 2 + [(cast.alice, cast.team), (cast.charlie, cast.elsewhere)]
    return [create_job(who, team, account=account) for who, team in people]


@pytest.fixture
def failures(cast: Cast) -> list[Job]:
    """Return three failures of Bob's, two of them alike."""
    account, words = ProviderAccount.objects.current(), ["no such size", "no such size", "blocked"]
    made = [create_job(cast.bob, cast.team, account=account) for _ in words]
    ended = {"state": State.FAILED, "ended_at": NOW}
    return [put(job, failure=word, **ended) for job, word in zip(made, words, strict=True)]


def bulk(script: Script, deed: str, conditions: dict[str, Any] | None = None, **more: Any) -> Any:
    """Ask for one deed."""
    return script.post("/api/v1/queue/bulk", {"deed": deed, "filter": conditions or {}} | more)


def states() -> list[str]:
    return sorted(Job.objects.values_list("state", flat=True))


def test_a_dry_run_counts_and_does_nothing(alice: Script, jobs: list[Job]) -> None:
    answer = bulk(alice, "cancel", dry_run=True).json()
    assert (answer["matches"], answer["usd"], answer["done"], answer["left"]) == (3, "0.840000", 0, 3)
    assert states() == ["waiting"] * 4


def test_whoever_may_change_any_cancels_the_teams(alice: Script, jobs: list[Job]) -> None:
    answer = bulk(alice, "cancel").json()
    assert (answer["done"], answer["not_done"], answer["left"], answer["why"]) == (3, 0, 0, None)
    assert states() == ["cancelled"] * 3 + ["waiting"]
    assert Job.objects.get(id=jobs[3].id).state == State.WAITING


def test_a_member_cancels_their_own(bob: Script, jobs: list[Job]) -> None:
    assert bulk(bob, "cancel").json()["done"] == 2
    assert Job.objects.get(id=jobs[2].id).state == State.WAITING


def test_what_a_member_took_over_is_their_own(bob: Script, jobs: list[Job], cast: Cast) -> None:
    put(jobs[2], keeper=cast.bob)
    assert bulk(bob, "cancel", dry_run=True).json()["matches"] == 3


def test_a_reader_may_not(viewer: Script, jobs: list[Job]) -> None:
    assert bulk(viewer, "cancel").status_code == 403


def test_ids_of_another_team_match_nothing(alice: Script, jobs: list[Job]) -> None:
    assert bulk(alice, "cancel", {"ids": [jobs[3].id]}).json()["matches"] == 0
    assert states() == ["waiting"] * 4


@pytest.mark.parametrize(
    ("conditions", "matches"),
    [
        ({"person": "bob@example.org"}, 2),
        ({"person": "charlie@example.org"}, 0),
        ({"model": DIRECTOR}, 3),
        ({"model": "other"}, 0),
        ({"project": "General"}, 3),
        ({"q": "boat gutter"}, 3),
        ({"until": NOW.isoformat()}, 0),
        ({"state": ["waiting", "failed"]}, 3),
        ({"state": ["failed"]}, 0),
    ],
)
def test_conditions(alice: Script, jobs: list[Job], conditions: dict[str, Any], matches: int) -> None:
    assert bulk(alice, "cancel", conditions, dry_run=True).json()["matches"] == matches


def test_priority_project_and_later(bob: Script, cast: Cast, jobs: list[Job]) -> None:
    Project.objects.create(team=cast.team, name="Launch", created_at=NOW)
    when = (timezone.now() + timedelta(hours=1)).isoformat()
    assert bulk(bob, "priority", priority="low").json()["done"] == 2
    assert bulk(bob, "project", project="launch").json()["done"] == 2
    assert bulk(bob, "later", send_after=when).json()["done"] == 2
    mine = Job.objects.filter(person=cast.bob).values_list("priority", "project__name")
    assert set(mine) == {(-1, "Launch")}


def test_failures_of_one_kind_are_tried_again_once(bob: Script, failures: list[Job]) -> None:
    kind = {"failure": "no such size", "charged": "no", "state": ["failed"]}
    assert bulk(bob, "retry", kind).json()["done"] == 2
    assert bulk(bob, "retry", kind).json()["matches"] == 0
    made = Job.objects.exclude(retry_of=None)
    assert set(made.values_list("state", "prompt")) == {("waiting", failures[0].prompt)}


def test_what_a_script_makes_again_is_its_tokens(bob: Script, failures: list[Job]) -> None:
    bulk(bob, "retry")
    assert not Job.objects.exclude(retry_of=None).filter(token=None).exists()


def test_failures_are_put_away(bob: Script, failures: list[Job]) -> None:
    assert bulk(bob, "dismiss", {"failure": "blocked"}).json()["done"] == 1
    assert bob.get(f"/api/v1/jobs/{failures[2].id}").json()["dismissed_at"] is not None


def test_a_kept_prompt_is_tried_again_as_it_was(alice: Script, cast: Cast, failures: list[Job]) -> None:
    cast.project.prompts = Prompts.HIDDEN
    cast.project.save()
    bulk(alice, "retry", {"failure": "blocked"})
    assert Job.objects.get(retry_of=failures[2]).body == failures[2].body


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"deed": "explode"}, "deed"),
        ({"deed": "cancel", "filter": {"limit": 10}}, "filter.limit"),
        ({"deed": "cancel", "filter": {"team": 1}}, "filter.team"),
        ({"deed": "cancel", "filter": None}, "filter"),
        ({"deed": "priority"}, "priority"),
        ({"deed": "project"}, "project"),
        ({"deed": "project", "project": "Nowhere"}, "project"),
        ({"deed": "later"}, "send_after"),
        ({"deed": "later", "send_after": "2020-01-01T00:00:00Z"}, "send_after"),
        ({"deed": "cancel", "filter": {"ids": ["x"] * 1001}}, "filter.ids"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_done(
    alice: Script, jobs: list[Job], wish: dict[str, Any], field: str
) -> None:
    answer = alice.post("/api/v1/queue/bulk", {"filter": {}} | wish)
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, [field])
    assert states() == ["waiting"] * 4
