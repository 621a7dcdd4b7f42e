"""Together's protocol as our jobs speak it."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from tests.dashboard.api.scripts import WISH, Script
from tests.factories import DIRECTOR, NOW, PROMPT, Cast, create_job, create_output
from videojobs.models import Job
from videojobs.states import State

ALWAYS = {"id", "object", "model", "status", "size", "seconds", "created_at"}


def read(script: Script, job: Job) -> dict[str, Any]:
    """Read a job through the gateway."""
    answer = script.get(f"/v2/videos/{job.id}")
    assert answer.status_code == 200
    video: dict[str, Any] = answer.json()
    return video


def test_a_create_makes_one_job_and_answers_with_it(alice: Script, cast: Cast) -> None:
    video = alice.create().json()
    job = Job.objects.get()
    assert job.body == WISH
    assert (job.team, job.person, job.state) == (cast.team, cast.alice, "waiting")
    assert set(video) == ALWAYS
    assert video["id"] == job.id


def test_a_waiting_job_has_size_and_length_from_the_catalogue(alice: Script) -> None:
    video = alice.create().json()
    assert (video["size"], video["seconds"], video["object"]) == ("1366x768", "5", "video")
    assert isinstance(video["created_at"], int)


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (State.WAITING, "queued"),
        (State.SENDING, "queued"),
        (State.QUEUED, "queued"),
        (State.IN_PROGRESS, "in_progress"),
        (State.STORING, "in_progress"),
        (State.UNCONFIRMED, "in_progress"),
        (State.COMPLETED, "completed"),
        (State.CANCELLED, "cancelled"),
        (State.FAILED, "failed"),
        (State.LOST, "failed"),
    ],
)
def test_every_state_has_a_word_of_theirs(alice: Script, cast: Cast, state: State, status: str) -> None:
    video = read(alice, create_job(cast.alice, cast.team, state=state))
    assert video["status"] == status
    assert set(video) >= ALWAYS
    assert ("error" in video) == (status == "failed")


def test_a_failed_job_says_why(alice: Script, cast: Cast) -> None:
    why = "Unsupported use of <b>fps</b>."
    job = create_job(
        cast.alice, cast.team, state=State.FAILED, failure=why, failure_code="unsupportedParameter"
    )
    video = read(alice, job)
    assert video["error"] == {"message": why, "code": "unsupportedParameter"}
    assert video["outputs"] is None


def test_a_lost_job_always_has_a_message(alice: Script, cast: Cast) -> None:
    video = read(alice, create_job(cast.alice, cast.team, state=State.LOST))
    assert video["error"]["message"]


def completed(cast: Cast, **columns: Any) -> Job:
    """Make a job with a kept clip of 7.4 seconds."""
    job = create_job(cast.alice, cast.team, state=State.COMPLETED, **columns)
    output = create_output(job)
    output.duration, output.width, output.height = Decimal("7.400"), 1280, 720
    output.save()
    return job


def test_a_completed_job_has_cost_link_and_what_the_file_holds(alice: Script, cast: Cast) -> None:
    job = completed(cast, cost=Decimal("0.280000"), charged="yes", held=Decimal(0))
    video = read(alice, job)
    assert (video["size"], video["seconds"], video["completed_at"]) == ("1280x720", "7", int(NOW.timestamp()))
    assert video["outputs"]["cost"] == 0.28
    assert video["outputs"]["video_url"].startswith(f"http://testserver/media/{job.id}/signed/{job.id}.mp4?")


def test_an_unknown_cost_is_left_out_and_never_zero(alice: Script, cast: Cast) -> None:
    assert set(read(alice, completed(cast))["outputs"]) == {"video_url"}


def test_links_begin_where_the_site_is_known_to_be(alice: Script, cast: Cast, settings: Any) -> None:
    settings.PUBLIC_URL = "https://videos.example.org"
    url = read(alice, completed(cast))["outputs"]["video_url"]
    assert url.startswith("https://videos.example.org/media/")


@pytest.mark.parametrize("base", ["/v2", "", "/v1", "/v1/v2", "/v2/v2"])
def test_it_answers_wherever_a_package_looks_for_it(alice: Script, base: str) -> None:
    video = alice.post(f"{base}/videos", WISH).json()
    assert alice.get(f"{base}/videos/{video['id']}").json() == video


def test_a_job_of_the_page_can_be_read_too(bob: Script, cast: Cast) -> None:
    assert read(bob, create_job(cast.alice, cast.team))["model"] == DIRECTOR


def test_another_teams_job_is_no_job(charlie: Script, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, prompt=PROMPT)
    assert charlie.get(f"/v2/videos/{job.id}").status_code == 404


def test_nothing_is_made_for_a_stranger(cast: Cast) -> None:
    assert Client().post("/v2/videos", WISH, content_type="application/json").status_code == 401
    assert not Job.objects.exists()
