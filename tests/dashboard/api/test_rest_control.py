"""A waiting job changed over REST: on the version that was read, all that is named or nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.dashboard.api.scripts import WISH, Script
from tests.factories import DIRECTOR, NOW, Cast, create_job, create_limit, put
from videojobs import lifecycle, pauses, places
from videojobs.models import Job, LimitScope, Pause, Project, ProviderAccount, QueueScope, Token
from videojobs.states import State

COLUMNS = ("version", "priority", "rank", "next_at", "send_after", "project_id", "title", "body", "held")


@pytest.fixture
def job(cast: Cast) -> Job:
    """Return a waiting job of Bob's."""
    return create_job(cast.bob, cast.team, account=ProviderAccount.objects.current())


def patch(script: Script, job: Job, **change: Any) -> Any:
    """Change a job on its first version."""
    return script.patch(f"/api/v1/jobs/{job.id}", {"version": 1} | change)


def behind(cast: Cast, job: Job, seconds: int = 1) -> Job:
    """Make a job of Bob's that came later."""
    return create_job(cast.bob, cast.team, account=job.account, now=NOW + timedelta(seconds=seconds))


def unchanged(job: Job) -> bool:
    """Tell whether a job is as it was."""
    return Job.objects.values().get(id=job.id) == {
        name: getattr(job, name) for name in vars(job) if name[0] != "_"
    }


class TestChange:
    """PATCH."""

    def test_a_read_names_its_version(self, bob: Script, job: Job) -> None:
        answer = bob.get(f"/api/v1/jobs/{job.id}")
        assert (answer["ETag"], answer.json()["version"], answer.json()["place"]) == ('"1"', 1, 1)

    def test_priority(self, bob: Script, job: Job) -> None:
        answer = patch(bob, job, priority="high")
        assert (answer.status_code, answer["ETag"]) == (200, '"2"')
        assert (answer.json()["priority"], answer.json()["version"]) == ("high", 2)

    @pytest.mark.parametrize(("place", "reached"), [(1, 1), (2, 2), ("top", 1), ("bottom", 3)])
    def test_place(self, bob: Script, cast: Cast, job: Job, place: int | str, reached: int) -> None:
        behind(cast, job)
        last = behind(cast, job, 2)
        assert patch(bob, last, place=place).json()["place"] == reached

    @pytest.mark.parametrize(("way", "reached"), [("before", 1), ("after", 2)])
    def test_beside_another(self, bob: Script, cast: Cast, job: Job, way: str, reached: int) -> None:
        last = behind(cast, job)
        assert patch(bob, last, **{way: job.id}).json()["place"] == reached

    def test_body_title_and_project_at_once(self, bob: Script, cast: Cast, job: Job) -> None:
        Project.objects.create(team=cast.team, name="Launch", created_at=NOW)
        wish = WISH | {"prompt": "A kite"}
        found = patch(bob, job, body=wish, title="Kite", project="launch").json()
        assert (found["prompt"], found["title"], found["project"]) == ("A kite", "Kite", "Launch")
        assert (found["version"], found["estimate"], found["held"]) == (2, "0.280000", "0.280000")

    def test_start_later_and_not(self, bob: Script, job: Job) -> None:
        when = timezone.now() + timedelta(days=1)
        assert patch(bob, job, send_after=when.isoformat()).json()["send_after"] is not None
        assert patch(bob, job, version=2, send_after=None).json()["send_after"] is None

    def test_next_is_for_those_who_may_mark(self, alice: Script, bob: Script, job: Job) -> None:
        assert patch(bob, job, next=True).status_code == 403
        assert patch(alice, job, next=True).json()["next"] is True

    def test_another_body_is_dearer_and_says_so(self, bob: Script, cast: Cast, job: Job) -> None:
        create_limit(cast.team, "0.28")
        answer = patch(bob, job, body=WISH | {"model": "ByteDance/Seedance-1.0-pro"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (402, "spend_limit")
        assert unchanged(job)

    def test_if_match_does_as_well(self, bob: Script, job: Job) -> None:
        headers = {"authorization": f"Bearer {bob.secret}", "if-match": 'W/"1"'}
        path, kind = f"/api/v1/jobs/{job.id}", "application/json"
        assert bob.client.patch(path, '{"priority": "low"}', kind, headers=headers).status_code == 200

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"version": None}, "version"),
            ({"version": 0}, "version"),
            ({"place": 0}, "place"),
            ({"place": "middle"}, "place"),
            ({"priority": "urgent"}, "priority"),
            ({"priority": "high", "place": 1}, "place"),
            ({"before": "job_x", "after": "job_y"}, "before"),
            ({"before": "job_x"}, "place"),
            ({"send_after": "2020-01-01T00:00:00Z"}, "send_after"),
            ({"send_after": "2999-01-01T00:00:00Z"}, "send_after"),
            ({"project": "Nowhere"}, "project"),
            ({"title": "x" * 121}, "title"),
            ({"title": "a\nb"}, "title"),
            ({"body": WISH | {"seconds": "900"}}, "seconds"),
            ({"body": {"model": "no/such"}}, "model"),
            ({"team": 1}, "team"),
            ({"person": "alice@example.org"}, "person"),
        ],
    )
    def test_what_is_wrong_is_named_and_nothing_changed(
        self, alice: Script, job: Job, change: dict[str, Any], field: str
    ) -> None:
        answer = patch(alice, job, **({"priority": "high"} if "version" in change else {}) | change)
        error = answer.json()["error"]
        assert answer.status_code == 400
        assert any(field in name for name in error["fields"]), error
        assert unchanged(job)

    def test_an_empty_change_is_refused(self, bob: Script, job: Job) -> None:
        assert patch(bob, job).status_code == 400

    def test_a_later_part_that_fails_takes_the_first_back(self, bob: Script, job: Job) -> None:
        answer = patch(bob, job, title="Kite", send_after="2020-01-01T00:00:00Z")
        assert answer.status_code == 400
        assert unchanged(job)

    def test_a_project_of_another_team_is_none(self, bob: Script, cast: Cast, job: Job) -> None:
        Project.objects.create(team=cast.elsewhere, name="Theirs", created_at=NOW)
        answer = patch(bob, job, project="Theirs")
        assert (answer.status_code, "Theirs" in answer.json()["error"]["message"]) == (400, False)

    def test_strangers_find_nothing_and_readers_may_not(
        self, charlie: Script, viewer: Script, job: Job
    ) -> None:
        assert patch(charlie, job, priority="high").status_code == 404
        assert patch(viewer, job, priority="high").status_code == 403
        assert unchanged(job)

    def test_a_member_leaves_others_jobs_alone(self, bob: Script, cast: Cast) -> None:
        theirs = create_job(cast.alice, cast.team)
        assert patch(bob, theirs, priority="high").status_code == 403

    def test_who_took_a_job_over_may_change_it(self, bob: Script, cast: Cast) -> None:
        kept = put(create_job(cast.alice, cast.team), keeper=cast.bob)
        answer = patch(bob, kept, priority="high")
        assert (answer.status_code, answer.json()["keeper"]) == (200, "bob@example.org")

    def test_one_that_was_sent_is_refused(self, bob: Script, cast: Cast) -> None:
        sent = create_job(cast.bob, cast.team, state=State.QUEUED)
        answer = patch(bob, sent, priority="high")
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conflict")


class TestStale:
    """An older version."""

    @pytest.fixture(autouse=True)
    def _changed(self, cast: Cast, job: Job) -> None:
        """Let Alice change it first."""
        lifecycle.set_priority(job.id, 1, cast.alice, version=1, now=timezone.now())

    def stale(self, answer: Any) -> dict[str, Any]:
        """Expect a refusal that tells what Alice did."""
        error: dict[str, Any] = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (409, "stale")
        assert (error["changed"]["by"], error["job"]["version"]) == ("alice@example.org", 2)
        assert "Alice set its priority to high." in error["message"]
        assert answer["x-should-retry"] == "false"
        return error

    def test_a_change_tells_what_the_other_did(self, bob: Script, job: Job) -> None:
        error = self.stale(patch(bob, job, title="Kite"))
        assert error["job"]["priority"] == "high"
        assert Job.objects.get(id=job.id).title == ""

    def test_a_cancel(self, bob: Script, job: Job) -> None:
        self.stale(bob.post(f"/api/v1/jobs/{job.id}/cancel", {"version": 1}))
        assert Job.objects.get(id=job.id).state == State.WAITING

    def test_a_cancel_with_if_match(self, bob: Script, job: Job) -> None:
        self.stale(bob.post(f"/api/v1/jobs/{job.id}/cancel", if_match='"1"'))

    def test_without_a_version_any_will_do(self, bob: Script, job: Job) -> None:
        assert bob.post(f"/api/v1/jobs/{job.id}/cancel").status_code == 200

    def test_without_a_body_too(self, bob: Script, job: Job) -> None:
        assert bob.send(f"/api/v1/jobs/{job.id}/cancel", "", "text/plain").status_code == 200

    def test_a_decision(self, alice: Script, job: Job) -> None:
        self.stale(alice.post(f"/api/v1/jobs/{job.id}/resolve", {"answer": "send_restored", "version": 1}))

    @pytest.mark.parametrize("body", [{"version": "x"}, {"version": True}, {"version": 0}, {"reason": "x"}])
    def test_what_is_no_version_is_refused(self, bob: Script, job: Job, body: dict[str, Any]) -> None:
        answer = bob.post(f"/api/v1/jobs/{job.id}/cancel", body)
        assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, list(body))

    def test_two_versions_that_differ_are_refused(self, bob: Script, job: Job) -> None:
        answer = bob.post(f"/api/v1/jobs/{job.id}/cancel", {"version": 1}, if_match='"2"')
        assert answer.status_code == 400


def test_a_repeated_retry_finds_the_first_whatever_became_of_the_old(bob: Script, cast: Cast) -> None:
    failed = create_job(cast.bob, cast.team, state=State.FAILED, account=ProviderAccount.objects.current())
    path, press = f"/api/v1/jobs/{failed.id}/retry", {"Idempotency_Key": "one"}
    first = bob.post(path, {"version": 1}, **press)
    Job.objects.filter(id=failed.id).update(version=7)
    again = bob.post(path, {"version": 1}, **press)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    assert bob.post(path, {"version": 1}).status_code == 409


def test_of_two_retries_of_what_was_read_one_buys(alice: Script, bob: Script, cast: Cast) -> None:
    failed = create_job(cast.bob, cast.team, state=State.FAILED, account=ProviderAccount.objects.current())
    path = f"/api/v1/jobs/{failed.id}/retry"
    assert alice.post(path, {"version": 1}).status_code == 201
    late = bob.post(path, {"version": 1})
    assert (late.status_code, late.json()["error"]["changed"]["by"]) == (409, "alice@example.org")
    assert Job.objects.filter(retry_of=failed).count() == 1


class TestLimitOfAToken:
    """It counts the jobs the token made, so the token makes no other job dearer."""

    @pytest.fixture(autouse=True)
    def _limited(self, bob: Script, cast: Cast) -> None:
        """Let Bob's token spend 0.30 USD."""
        create_limit(cast.team, "0.30", scope=LimitScope.TOKEN, token=Token.objects.get(user=cast.bob))

    def test_a_job_of_the_form_grows_no_dearer_by_it(self, bob: Script, job: Job) -> None:
        answer = patch(bob, job, body=WISH | {"model": "ByteDance/Seedance-1.0-pro"})
        assert (answer.status_code, "limit of its own" in answer.json()["error"]["message"]) == (403, True)
        assert unchanged(job)

    def test_what_costs_no_more_is_changed(self, bob: Script, job: Job) -> None:
        assert patch(bob, job, body=WISH | {"prompt": "A kite"}).status_code == 200

    def test_its_own_jobs_count_against_it(self, bob: Script) -> None:
        mine = Job.objects.get(id=bob.post("/api/v1/jobs", {"body": WISH}).json()["id"])
        answer = patch(bob, mine, body=WISH | {"model": "ByteDance/Seedance-1.0-pro"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (402, "spend_limit")


class TestPauses:
    """Nothing more is sent."""

    def test_the_team_and_back(self, alice: Script, cast: Cast) -> None:
        paused = alice.post("/api/v1/queue/pause", {"scope": "team", "reason": "Budget talk"})
        assert (
            paused.json().items()
            >= {"scope": "team", "by": "alice@example.org", "why": "Budget talk"}.items()
        )
        assert alice.post("/api/v1/queue/pause", {"scope": "team"}).status_code == 409
        resumed = alice.post("/api/v1/queue/resume", {"scope": "team"})
        assert resumed.json()["ended_by"] == "alice@example.org"
        assert alice.post("/api/v1/queue/resume", {"scope": "team"}).status_code == 409

    def test_a_person_and_a_model(self, alice: Script, cast: Cast) -> None:
        assert (
            alice.post("/api/v1/queue/pause", {"scope": "person", "person": "bob@example.org"}).status_code
            == 200
        )
        assert (
            alice.post("/api/v1/queue/pause", {"scope": "model", "model": WISH["model"]}).status_code == 200
        )
        assert set(Pause.objects.values_list("person", "model")) == {(cast.bob.pk, ""), (None, DIRECTOR)}

    @pytest.mark.parametrize("person", ["me", "bob@example.org", "BOB@example.org"])
    def test_a_member_pauses_their_own_line(self, bob: Script, person: str) -> None:
        assert bob.post("/api/v1/queue/pause", {"scope": "person", "person": person}).status_code == 200

    def test_a_member_resumes_what_they_paused_and_no_more(self, alice: Script, bob: Script) -> None:
        wish = {"scope": "person", "person": "bob@example.org"}
        for who, status in ((bob, 200), (alice, 403)):
            who.post("/api/v1/queue/pause", wish)
            assert bob.post("/api/v1/queue/resume", wish).status_code == status
        assert Pause.objects.open().get().ended_at is None

    @pytest.mark.parametrize(
        "wish",
        [
            {"scope": "team"},
            {"scope": "model", "model": "x"},
            {"scope": "person", "person": "alice@example.org"},
            {"scope": "person", "person": "nobody@example.org"},
        ],
    )
    def test_a_member_pauses_nothing_else(self, bob: Script, wish: dict[str, str]) -> None:
        assert bob.post("/api/v1/queue/pause", wish).status_code == 403
        assert not Pause.objects.exists()

    @pytest.mark.parametrize(
        ("wish", "field"),
        [
            ({"scope": "person", "person": "charlie@example.org"}, "person"),
            ({"scope": "person"}, "person"),
            ({"scope": "model", "model": "no/such"}, "model"),
            ({"scope": "model"}, "model"),
            ({"scope": "team", "person": "bob@example.org"}, "person"),
            ({"scope": "each"}, "scope"),
            ({"scope": "team", "reason": "x" * 301}, "reason"),
        ],
    )
    def test_what_is_wrong_is_named(self, alice: Script, wish: dict[str, str], field: str) -> None:
        answer = alice.post("/api/v1/queue/pause", wish)
        assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, [field])
        assert not Pause.objects.exists()


def test_a_wish_for_a_model_whose_queue_is_full_changes_nothing(bob: Script, cast: Cast, job: Job) -> None:
    other = "ByteDance/Seedance-1.0-lite"
    create_job(cast.alice, cast.team, account=job.account, model=other)
    target = pauses.Target(QueueScope.MODEL, model=other)
    places.set_places(cast.team, target, None, 1, cast.alice, now=NOW)
    answer = patch(bob, job, body=WISH | {"model": other})
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "queue_full")
    assert unchanged(job)
