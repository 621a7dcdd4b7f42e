"""Deeds on waiting jobs from the Queue page: on the version that was seen, by those who may."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import Cast, create_job, create_output
from videojobs import lifecycle
from videojobs.lifecycle.steps import Step, take
from videojobs.models import Job, Output, Priority, Project, Prompts
from videojobs.states import State

pytestmark = pytest.mark.django_db


def do(client: Client, job: Job, deed: str, **more: Any) -> HttpResponse:
    said = {"deed": deed, "version": job.version, "next": "/queue/?who=mine"} | more
    return client.post(reverse("queue_deed", args=[job.id]), said)  # type: ignore[return-value]


def line(cast: Cast, count: int = 3) -> list[Job]:
    now = timezone.now()
    return [create_job(cast.bob, cast.team, now=now - timedelta(minutes=9 - at)) for at in range(count)]


def order() -> list[str]:
    return list(Job.objects.waiting().in_line().values_list("id", flat=True))


def test_a_deed_leads_back_to_the_page_as_it_was_filtered(bob: Client, cast: Cast) -> None:
    job = line(cast, 1)[0]
    assert do(bob, job, "high")["Location"] == "/queue/?who=mine"
    job.refresh_from_db()
    assert job.priority == Priority.HIGH


@pytest.mark.parametrize(
    ("deed", "more", "places"),
    [("top", {}, [2, 0, 1]), ("bottom", {}, [0, 1, 2]), ("place", {"place": "2"}, [0, 2, 1])],
)
def test_a_job_is_moved_within_its_line(
    bob: Client, cast: Cast, deed: str, more: dict[str, str], places: list[int]
) -> None:
    jobs = line(cast)
    do(bob, jobs[2], deed, **more)
    assert order() == [jobs[at].id for at in places]


def test_a_job_is_dropped_before_another(bob: Client, cast: Cast) -> None:
    one, two, three = line(cast)
    do(bob, three, "before", beside=two.id)
    assert order() == [one.id, three.id, two.id]


def test_a_job_is_put_off_on_the_teams_clocks(bob: Client, cast: Cast) -> None:
    cast.team.time_zone = "Europe/Berlin"
    cast.team.save()
    job = line(cast, 1)[0]
    later = (timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT18:30")
    do(bob, job, "later", when=later)
    job.refresh_from_db()
    assert job.send_after is not None
    assert job.send_after.astimezone(cast.team.zone).strftime("%Y-%m-%dT%H:%M") == later


@pytest.mark.parametrize(
    ("deed", "more"), [("place", {}), ("place", {"place": "0"}), ("later", {"when": "soon"}), ("what", {})]
)
def test_what_cannot_be_read_changes_nothing_and_says_so(
    bob: Client, cast: Cast, deed: str, more: dict[str, str]
) -> None:
    job = line(cast, 1)[0]
    response = do(bob, job, deed, **more)
    assert response.status_code == 422
    assert "Nothing was changed" in response.content.decode()
    assert Job.objects.get(id=job.id).version == job.version


def test_a_stale_version_shows_what_the_other_did_and_keeps_what_was_typed(bob: Client, cast: Cast) -> None:
    job = line(cast)[1]
    lifecycle.to_top(job.id, cast.alice, version=job.version, now=timezone.now())
    response = do(bob, job, "place", place="3")
    shown = response.content.decode()
    assert response.status_code == 409
    assert "Alice moved it to place 1 of 3 in Bob’s line." in shown
    assert f'name="version" value="{job.version + 1}"' in shown
    assert 'value="3" inputmode="numeric"' in shown
    assert order()[0] == job.id


def test_what_went_on_by_itself_is_not_laid_on_somebody(bob: Client, cast: Cast) -> None:
    job = create_job(cast.bob, cast.team, state=State.QUEUED)
    with transaction.atomic():
        take(job, Step(State.IN_PROGRESS, "started", "The provider is working on it."), now=timezone.now())
    response = do(bob, job, "dismiss", version=1)
    shown = response.content.decode()
    assert response.status_code == 409
    assert "It went on meanwhile, so nothing was changed" in shown and "It is running now." in shown


def test_what_the_other_did_stands_until_it_is_put_away(bob: Client, cast: Cast) -> None:
    job = line(cast, 1)[0]
    lifecycle.set_priority(job.id, 1, cast.alice, version=None, now=timezone.now())
    shown = bob.get(reverse("queue_lanes") + f"?stale={job.id}").content.decode()
    assert "Alice set its priority to high." in shown
    assert f"stale={job.id}" in shown.split('data-src="')[1].split('"')[0]


def test_nobody_reads_what_was_done_to_another_teams_job(bob: Client, cast: Cast) -> None:
    job = create_job(cast.charlie, cast.elsewhere)
    assert "queue-stale" not in bob.get(reverse("queue") + f"?stale={job.id}").content.decode()


def test_marking_next_is_for_those_who_may(alice: Client, bob: Client, cast: Cast) -> None:
    job = line(cast, 1)[0]
    assert do(bob, job, "next").status_code == 403
    do(alice, job, "next")
    assert "next, by Alice" in bob.get(reverse("queue")).content.decode()


def test_others_jobs_are_left_alone(bob: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team)
    assert do(bob, job, "top").status_code == 403
    assert do(bob, create_job(cast.charlie, cast.elsewhere), "top").status_code == 404


def test_cancelling_what_was_sent_meanwhile_tells_the_truth(bob: Client, cast: Cast) -> None:
    job = create_job(cast.bob, cast.team, state=State.IN_PROGRESS)
    response = do(bob, job, "cancel")
    assert response.status_code == 409
    assert "will still charge for it" in response.content.decode()


def test_what_was_sent_is_hidden_and_shown_again(bob: Client, cast: Cast) -> None:
    job = create_job(cast.bob, cast.team, state=State.IN_PROGRESS)
    assert "will still charge $0.28, in rehearsal" in bob.get(reverse("queue")).content.decode()
    do(bob, job, "dismiss")
    shown = bob.get(reverse("queue")).content.decode()
    assert "1 hidden" in shown and "job-card" not in shown
    job.refresh_from_db()
    do(bob, job, "bring_back")
    assert "1 hidden" not in bob.get(reverse("queue")).content.decode()


def test_others_hide_nothing_of_ones_own(bob: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.IN_PROGRESS)
    assert 'value="dismiss"' not in bob.get(reverse("queue")).content.decode()
    assert do(bob, job, "dismiss").status_code == 403


def test_a_row_has_the_poster_of_the_clip_it_repeats_else_its_shape(bob: Client, cast: Cast) -> None:
    first = create_job(cast.bob, cast.team, state=State.COMPLETED)
    create_output(first)
    create_job(cast.bob, cast.team, retry_of=first)
    assert bob.get(reverse("queue")).content.decode().count("row-shape") == 1
    Output.objects.update(poster="clips/sample.webp")
    shown = bob.get(reverse("queue")).content.decode()
    assert "row-shape" not in shown and shown.count("row-still") == 1


def test_a_script_gets_the_lanes_and_what_was_done(bob: Client, cast: Cast) -> None:
    job = line(cast, 1)[0]
    said = {"deed": "cancel", "version": job.version}
    response = bob.post(reverse("queue_deed", args=[job.id]), said, headers={"HX-Request": "true"})
    assert response["Dailies-Said"].startswith("Cancelled%20before%20it%20was%20sent")
    assert response.content.decode().lstrip().startswith('<div class="queue"')


# --- filters ---


def test_filters_stand_in_the_address_and_narrow_every_lane(alice: Client, cast: Cast) -> None:
    launch = Project.objects.create(team=cast.team, name="Launch", created_at=timezone.now())
    create_job(cast.bob, cast.team, prompt="A heron", project=launch)
    create_job(cast.bob, cast.team, prompt="A tram")
    for query in (f"?project={launch.pk}", "?q=heron", f"?project={launch.pk}&person={cast.bob.pk}"):
        shown = alice.get(reverse("queue") + query).content.decode()
        assert "A heron" in shown
        assert "A tram" not in shown


def test_searching_reads_no_prompt_that_is_kept(bob: Client, cast: Cast) -> None:
    kept = Project.objects.create(
        team=cast.team, name="Kept", prompts=Prompts.HIDDEN, created_at=timezone.now()
    )
    create_job(cast.alice, cast.team, prompt="A secret heron", project=kept)
    job = Job.objects.get()
    assert "heron" not in bob.get(reverse("queue")).content.decode()
    assert f'id="job-{job.id}"' not in bob.get(reverse("queue") + "?q=heron").content.decode()


def test_a_filter_that_cannot_be_read_counts_as_not_asked(alice: Client, cast: Cast) -> None:
    job = create_job(cast.bob, cast.team)
    assert job.id in alice.get(reverse("queue") + "?person=x&project=9e9&show=all&page=b").content.decode()
