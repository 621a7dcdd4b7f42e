"""Jobs over REST: made, read, cancelled, resolved, tried again."""

from decimal import Decimal
from typing import Any

import pytest

from tests.dashboard.api.scripts import WISH, Script
from tests.factories import NOW, Cast, body, create_job, create_output, live_account
from tests.simulator import Simulator
from videojobs.models import Job, Project
from videojobs.states import State

NAMES = {
    *("id", "state", "provider_status", "provider_id", "estimate", "cost", "estimate_source", "charged"),
    *("waiting_reason", "output", "events", "body", "model", "prompt", "created_at", "rehearsal"),
    *("difference", "second_provider_id", "retry_of", "ledger", "held", "failure", "needs_decision"),
}


def read(script: Script, job: Job | str) -> dict[str, Any]:
    """Read one job."""
    answer = script.get(f"/api/v1/jobs/{job.id if isinstance(job, Job) else job}")
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_a_create_answers_201_with_what_a_read_says(alice: Script) -> None:
    made = alice.post("/api/v1/jobs", {"body": WISH})
    assert made.status_code == 201
    assert made["Location"] == f"/api/v1/jobs/{made.json()['id']}"
    assert alice.get(made["Location"]).json() == made.json()
    assert set(made.json()) >= NAMES


def test_a_new_job_waits_with_a_reason_and_a_hold(alice: Script, cast: Cast) -> None:
    job = alice.post("/api/v1/jobs", {"body": WISH}).json()
    assert (job["state"], job["charged"], job["person"]) == ("waiting", "no", "alice@example.org")
    assert (job["estimate"], job["estimate_source"], job["cost"]) == ("0.280000", "table", None)
    assert job["waiting_reason"]
    assert [entry["amount"] for entry in job["ledger"]] == ["0.280000"]
    assert [(event["from"], event["to"]) for event in job["events"]] == [(None, "waiting")]


def test_a_job_goes_to_the_project_it_names(alice: Script, cast: Cast) -> None:
    Project.objects.create(team=cast.team, name="Trailers", created_at=NOW)
    job = alice.post("/api/v1/jobs", {"body": WISH, "project": "trailers"}).json()
    assert job["project"] == "Trailers"


def test_an_unknown_project_is_named_and_nothing_is_made(alice: Script) -> None:
    answer = alice.post("/api/v1/jobs", {"body": WISH, "project": "Elsewhere"})
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["project"])
    assert not Job.objects.exists()


def test_a_kept_clip_is_described_with_a_link(alice: Script, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.COMPLETED, provider_status="completed")
    create_output(job)
    found = read(alice, job)
    assert found["output"].pop("url").startswith(f"http://testserver/media/{job.id}/signed/")
    expected = {"bytes": 123_456, "sha256": "0" * 64, "duration": 5.0, "width": 1366, "height": 768}
    assert found["output"].items() >= expected.items()
    assert (found["provider_status"], found["provider_id"]) == ("completed", f"video-{job.id}")


def test_money_is_text_with_six_decimals(alice: Script, cast: Cast) -> None:
    paid = {"cost": Decimal("0.143"), "charged": "yes", "held": Decimal(0)}
    job = create_job(cast.alice, cast.team, state=State.FAILED, **paid)  # type: ignore[arg-type]
    found = read(alice, job)
    assert (found["cost"], found["held"], found["charged"]) == ("0.143000", "0.000000", "yes")


def test_a_possible_second_charge_is_told(alice: Script, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.LOST, second_provider_id="v-2")
    assert read(alice, job)["second_provider_id"] == "v-2"


@pytest.mark.parametrize("deed", ["", "/cancel", "/resolve", "/retry"])
def test_another_teams_job_is_a_404(charlie: Script, cast: Cast, deed: str) -> None:
    path = f"/api/v1/jobs/{create_job(cast.alice, cast.team).id}{deed}"
    answer = charlie.post(path, {"answer": "give_up"}) if deed else charlie.get(path)
    assert answer.status_code == 404
    assert set(answer.json()["error"]) == {"message", "code", "fields"}


@pytest.mark.parametrize("deed", ["/cancel", "/resolve", "/retry"])
def test_a_viewer_who_writes_gets_a_403(viewer: Script, cast: Cast, deed: str) -> None:
    path = f"/api/v1/jobs/{create_job(cast.alice, cast.team).id}{deed}"
    assert viewer.post(path, {"answer": "give_up"}).status_code == 403
    assert viewer.post("/api/v1/jobs", {"body": WISH}).status_code == 403


def test_a_member_cancels_their_own_and_nobody_elses(bob: Script, cast: Cast) -> None:
    own, other = create_job(cast.bob, cast.team), create_job(cast.alice, cast.team)
    cancelled = bob.post(f"/api/v1/jobs/{own.id}/cancel").json()
    assert (cancelled["state"], cancelled["held"], cancelled["charged"]) == ("cancelled", "0.000000", "no")
    assert bob.post(f"/api/v1/jobs/{other.id}/cancel").status_code == 403


def test_what_was_sent_cannot_be_cancelled(alice: Script, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.QUEUED)
    answer = alice.post(f"/api/v1/jobs/{job.id}/cancel")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conflict")


def test_a_retry_is_a_new_job_with_its_own_hold(alice: Script, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.FAILED)
    again = alice.post(f"/api/v1/jobs/{job.id}/retry")
    assert again.status_code == 201
    assert (again.json()["retry_of"], again.json()["held"]) == (job.id, "0.280000")
    assert again.json()["body"] == job.body
    assert read(alice, job)["state"] == "failed"


def test_a_retry_pressed_twice_is_one_job(alice: Script, cast: Cast) -> None:
    path = f"/api/v1/jobs/{create_job(cast.alice, cast.team, state=State.FAILED).id}/retry"
    first, second = (alice.post(path, idempotency_key="again").json() for _ in range(2))
    assert first["id"] == second["id"]


@pytest.mark.parametrize("state", [State.WAITING, State.IN_PROGRESS, State.UNCONFIRMED])
def test_a_job_that_goes_on_is_not_tried_again(alice: Script, cast: Cast, state: State) -> None:
    job = create_job(cast.alice, cast.team, state=state)
    assert alice.post(f"/api/v1/jobs/{job.id}/retry").status_code == 409


def test_a_rehearsal_is_never_tried_again_for_real(alice: Script, cast: Cast, settings: Any) -> None:
    job = create_job(cast.alice, cast.team, state=State.FAILED)
    settings.PROVIDER_KEY = "a-key"
    assert alice.post(f"/api/v1/jobs/{job.id}/retry").status_code == 409
    assert Job.objects.count() == 1


def test_a_live_job_says_that_it_is_no_rehearsal(alice: Script, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, account=live_account())
    assert read(alice, job)["rehearsal"] is False


def resolve(script: Script, job: Job, **answer: str) -> Any:
    """Decide about a job."""
    return script.post(f"/api/v1/jobs/{job.id}/resolve", answer)


@pytest.fixture
def lonely(cast: Cast) -> Job:
    """Alice's unconfirmed job."""
    return create_job(cast.alice, cast.team, state=State.UNCONFIRMED)


def test_an_unconfirmed_job_asks_for_a_decision(alice: Script, lonely: Job) -> None:
    assert read(alice, lonely)["needs_decision"] == "unconfirmed"


def test_never_arrived_frees_the_hold(alice: Script, lonely: Job) -> None:
    found = resolve(alice, lonely, answer="never_arrived", reason="the console is empty").json()
    assert (found["state"], found["charged"], found["held"]) == ("failed", "no", "0.000000")


def test_never_arrived_wants_a_reason(alice: Script, lonely: Job) -> None:
    answer = resolve(alice, lonely, answer="never_arrived")
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["reason"])


def test_giving_up_leaves_the_amount_unknown(alice: Script, lonely: Job) -> None:
    found = resolve(alice, lonely, answer="give_up").json()
    assert (found["state"], found["charged"], found["held"]) == ("lost", "unknown", "0.280000")


def test_found_is_checked_at_the_provider(
    alice: Script, lonely: Job, simulator: Simulator, settings: Any
) -> None:
    settings.SIMULATOR_URL = simulator.url
    provider_id = simulator.create(**body().to_wire()).json()["id"]
    assert resolve(alice, lonely, answer="found", provider_id="nobody").status_code == 400
    found = resolve(alice, lonely, answer="found", provider_id=provider_id).json()
    assert found["provider_id"] == provider_id


def test_nothing_changes_while_the_provider_is_away(alice: Script, lonely: Job, settings: Any) -> None:
    settings.SIMULATOR_URL = "http://127.0.0.1:9"
    assert resolve(alice, lonely, answer="found", provider_id="v-1").status_code == 502
    assert read(alice, lonely)["state"] == "unconfirmed"


def test_sending_again_answers_with_the_new_job(alice: Script, lonely: Job) -> None:
    answer = resolve(alice, lonely, answer="send_again")
    assert (answer.status_code, answer.json()["retry_of"]) == (201, lonely.id)
    assert read(alice, lonely)["state"] == "lost"


def test_a_decided_job_is_not_decided_again(alice: Script, lonely: Job) -> None:
    resolve(alice, lonely, answer="give_up")
    assert resolve(alice, lonely, answer="never_arrived", reason="late").status_code == 409


def test_looking_again_leads_back_from_lost(alice: Script, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.LOST)
    Job.objects.filter(id=job.id).update(provider_id="v-1", accepted_at=NOW)
    assert resolve(alice, job, answer="look_again").json()["state"] == "queued"


def test_a_restored_job_may_be_sent_once_somebody_says_so(alice: Script, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, decision="restored")
    found = resolve(alice, job, answer="send_restored").json()
    assert (found["state"], found["needs_decision"]) == ("waiting", None)


@pytest.mark.parametrize("answer", [{}, {"answer": "perhaps"}, {"answer": "give_up", "why": "x"}])
def test_an_answer_nobody_knows_is_refused(alice: Script, lonely: Job, answer: dict[str, str]) -> None:
    refused = resolve(alice, lonely, **answer)
    assert refused.status_code == 400
    assert refused.json()["error"]["fields"]


def test_a_member_does_not_decide(bob: Script, lonely: Job) -> None:
    assert resolve(bob, lonely, answer="give_up").status_code == 403
