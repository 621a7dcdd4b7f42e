"""The job page: its clip, its settings, its money, its way."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from tests.factories import NOW, Cast, create_job, create_output, create_user, join, live_account
from videojobs.models import Job, JobEvent, Look
from videojobs.money import ledger
from videojobs.rights import Role
from videojobs.states import State

pytestmark = pytest.mark.django_db


def page(client: Client, job: Job, query: str = "") -> str:
    answer = client.get(f"/jobs/{job.id}/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_strangers_find_no_such_job(client: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team)
    client.force_login(cast.charlie)
    assert client.get(f"/jobs/{job.id}/").status_code == 404
    assert client.get(f"/jobs/{job.id}/piece/status/").status_code == 404


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("part", ["settings", "money", "timeline", "file", "raw"])
def test_every_state_has_every_part(alice: Client, cast: Cast, state: State, part: str) -> None:
    job = create_job(cast.bob, cast.team, state=state)
    assert job.prompt in page(alice, job, f"?show={part}")


@pytest.mark.parametrize("name", ["head", "stage", "status", "part"])
def test_each_live_piece_is_itself(alice: Client, cast: Cast, name: str) -> None:
    job = create_job(cast.alice, cast.team, state=State.IN_PROGRESS)
    piece = alice.get(f"/jobs/{job.id}/piece/{name}/").content.decode()
    assert f'id="job-{name}"' in piece
    assert f'data-live="job:{job.id}"' in piece
    assert "<html" not in piece


def test_there_are_no_other_pieces(alice: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team)
    assert alice.get(f"/jobs/{job.id}/piece/job/").status_code == 404


def test_a_kept_clip_plays_and_downloads(alice: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.COMPLETED)
    create_output(job)
    html = page(alice, job)
    assert f'src="/media/{job.id}/clip"' in html
    assert f'href="/media/{job.id}/clip?download"' in html


def test_a_file_unlike_the_request_says_so(alice: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.COMPLETED)
    output = create_output(job)
    output.difference = "size 864x480 instead of 1366x768"
    output.save(update_fields=["difference"])
    assert "size 864x480 instead of 1366x768" in page(alice, job)


def test_the_providers_words_are_text(alice: Client, cast: Cast) -> None:
    said = "<script>alert(1)</script>"
    job = create_job(
        cast.alice, cast.team, state=State.FAILED, failure=said, failure_code=said, last_answer=said
    )
    Look.objects.create(job=job, at=NOW, outcome="failed", message=said, raw=said)
    for part in ("settings", "timeline", "raw"):
        html = page(alice, job, f"?show={part}")
        assert said not in html
        assert "&lt;script&gt;" in html


def test_a_waiting_job_says_why_it_waits(alice: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team)
    assert "Next in line; it is sent in a moment." in page(alice, job)


def test_a_running_job_cannot_be_stopped_and_says_so(alice: Client, cast: Cast) -> None:
    html = page(alice, create_job(cast.alice, cast.team, state=State.IN_PROGRESS))
    assert "would still charge for it" in html
    assert "Cancel ·" not in html


def test_an_unknown_charge_is_never_nothing(alice: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.LOST, charged="unknown", charged_why="Gone.")
    html = page(alice, job).partition("<main")[2]
    assert "Nobody knows." in html and "Settle by hand" in html
    assert "$0.00" not in html


def test_a_possible_second_charge_stands_out(alice: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.FAILED, second_provider_id="video-late")
    html = page(alice, job)
    assert "Possible second charge" in html and "video-late" in html


def test_the_money_part_lists_the_ledger(alice: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.COMPLETED)
    ledger.settle(job.id, Decimal("0.30"), now=NOW, reason="The provider reported this cost.")
    html = page(alice, job, "?show=money")
    assert "7 % over the estimate." in html
    for entry in job.entries.all():
        assert f">{entry.pk}<" in html


def test_the_timeline_mixes_events_and_kept_looks(alice: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.IN_PROGRESS, look_count=40)
    Look.objects.create(job=job, at=NOW + timedelta(seconds=5), outcome="LookFailed", status=502)
    JobEvent.objects.create(
        job=job,
        team=cast.team,
        at=NOW + timedelta(seconds=9),
        kind="started",
        to_state="in_progress",
        why="The provider is working on it.",
    )
    html = page(alice, job, "?show=timeline")
    assert html.index("Asked for") < html.index("The look failed (HTTP 502)") < html.index("Being made")
    assert "+4.0 s" in html and "Looked at 40 times" in html


def test_the_raw_part_hides_the_key(alice: Client, cast: Cast, settings: Settings) -> None:
    settings.PROVIDER_KEY = "sk-very-secret"
    job = create_job(cast.alice, cast.team, state=State.FAILED, last_answer='{"echo": "sk-very-secret"}')
    html = page(alice, job, "?show=raw")
    assert "echo" in html and "very-secret" not in html


def test_lineage_leads_both_ways(alice: Client, cast: Cast) -> None:
    first = create_job(cast.alice, cast.team, state=State.FAILED)
    second = create_job(cast.alice, cast.team, retry_of=first)
    assert f"/jobs/{second.id}/" in page(alice, first)
    assert f"/jobs/{first.id}/" in page(alice, second)


def test_rehearsal_is_stamped(alice: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.COMPLETED)
    create_output(job)
    assert "nothing was bought" in page(alice, job)
    bought = create_job(cast.alice, cast.team, state=State.COMPLETED, account=live_account())
    create_output(bought)
    assert "nothing was bought" not in page(alice, bought)


def test_remix_opens_create_filled_in(alice: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team)
    assert f"/create/?from={job.id}" in page(alice, job)


def test_a_viewer_sees_no_deeds(client: Client, cast: Cast) -> None:
    viewer = create_user("vera@example.org")
    join(viewer, cast.team, Role.VIEWER)
    client.force_login(viewer)
    for state in State:
        html = page(client, create_job(cast.alice, cast.team, state=state))
        assert "/create/?from=" not in html
        main = html.partition("<main")[2].partition("</main>")[0]
        assert 'method="post"' not in main


def test_a_long_history_takes_no_more_queries(alice: Client, cast: Cast) -> None:
    def queries(job: Job) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            page(alice, job, "?show=timeline")
        return len(captured)

    short = create_job(cast.alice, cast.team, state=State.FAILED)
    long = create_job(cast.alice, cast.team, state=State.FAILED)
    for _ in range(10):
        Look.objects.create(job=long, at=NOW, outcome="queued")
        JobEvent.objects.create(
            job=long, team=cast.team, at=NOW, kind="x", to_state="failed", why="", actor=cast.bob
        )
        create_job(cast.alice, cast.team, retry_of=long)
    queries(short)
    assert queries(long) == queries(short)
