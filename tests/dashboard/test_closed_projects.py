"""Projects that are closed to some of the team, and prompts that are kept from others, at every door."""

import csv
import io
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dashboard import access
from dashboard.http import Asker
from dashboard.versions import Meanwhile
from tests.factories import NOW, Cast, create_cast, create_job, create_output, create_project, create_token
from videojobs.lifecycle import Stale
from videojobs.lifecycle.steps import note
from videojobs.models import Job, JobEvent, Look, Membership, Notice, Project, ProjectMember, Token, User
from videojobs.models.events import REPEATING
from videojobs.models.limits import HELD_BACK
from videojobs.models.veils import KEPT_PROMPT, KEPT_REASON
from videojobs.rights import Role
from videojobs.states import State

pytestmark = pytest.mark.django_db

SECRET = "A whale in a teacup"


@pytest.fixture
def cast(db: None) -> Cast:
    """Return Alice, Bob, Charlie and their teams."""
    return create_cast()


def job_of_alice(cast: Cast, project: Project, state: State = State.COMPLETED, **columns: Any) -> Job:
    """Make a finished job of Alice's in a project, with its clip."""
    said = f"We do not make “{SECRET}”."
    reason = "not_before_reason" if state is State.WAITING else "failure"
    columns = {reason: said, "failure_code": "policy", "last_answer": f'"{SECRET}"'} | columns
    if state is State.WAITING:
        columns["not_before"] = datetime.now(UTC) + timedelta(minutes=5)
    job = create_job(cast.alice, cast.team, state=state, prompt=SECRET, project=project, **columns)
    for kind in REPEATING:
        note(job, kind, said, now=NOW)
    Look.objects.create(job=job, at=NOW, outcome="LookFailed", message=said, raw=said)
    if state is State.COMPLETED:
        create_output(job, name="clip.mp4")
    Notice.objects.tell(cast.team.pk, f"k:{job.id}", "Look at it.", kind="done", now=NOW, job=job)
    return job


def browser(person: User) -> Client:
    """Sign somebody in."""
    client = Client()
    client.force_login(person)
    return client


def asker_of(person: User) -> Asker:
    """Return somebody as an asker in their team."""
    membership = person.memberships.select_related("team", "user").get()
    return Asker(user=person, team=membership.team, membership=membership)


def addresses(job: Job) -> list[str]:
    """Return the pages and files of one job."""
    names = ["job", "gallery_tile", "media_clip", "media_poster"]
    parts = [
        f"{reverse('job', args=[job.id])}?show={part}" for part in ("settings", "money", "raw", "timeline")
    ]
    return [*(reverse(name, args=[job.id]) for name in names), *parts]


LISTS = ("gallery", "queue", "queue_lanes", "notices", "frame", "create_mine", "spend", "asks")


def test_a_closed_project_is_not_there_for_others(cast: Cast) -> None:
    job = job_of_alice(cast, create_project(cast.team, is_open=False))
    client = browser(cast.bob)
    assert {path: client.get(path).status_code for path in addresses(job)} == dict.fromkeys(
        addresses(job), 404
    )


@pytest.mark.parametrize("name", LISTS)
def test_no_list_shows_a_job_of_a_closed_project(cast: Cast, name: str) -> None:
    job = job_of_alice(cast, create_project(cast.team, is_open=False))
    said = browser(cast.bob).get(reverse(name)).content.decode()
    assert job.id not in said
    assert SECRET not in said


def test_a_job_does_not_lead_to_its_like_in_a_closed_project(cast: Cast) -> None:
    closed = job_of_alice(cast, create_project(cast.team, is_open=False))
    earlier = create_job(cast.bob, cast.team, state=State.CANCELLED)
    later = create_job(cast.bob, cast.team, retry_of=closed)
    Job.objects.filter(pk=closed.pk).update(retry_of=earlier)
    for job in (earlier, later):
        pages = [
            browser(person).get(f"/jobs/{job.id}/").content.decode() for person in (cast.bob, cast.alice)
        ]
        assert [closed.id in page for page in pages] == [False, True]


def test_its_members_and_those_who_see_all_find_it(cast: Cast) -> None:
    project = create_project(cast.team, is_open=False)
    job = job_of_alice(cast, project)
    ProjectMember.objects.create(project=project, membership=cast.bob.memberships.get())
    assert browser(cast.bob).get(reverse("job", args=[job.id])).status_code == 200
    assert browser(cast.alice).get(reverse("job", args=[job.id])).status_code == 200


@pytest.mark.parametrize("prompts", ["titles", "hidden"])
@pytest.mark.parametrize("name", LISTS)
def test_no_list_shows_a_prompt_that_is_kept(cast: Cast, name: str, prompts: str) -> None:
    job_of_alice(cast, create_project(cast.team, prompts=prompts))
    kept = cast.team.projects.get(prompts=prompts)
    for state in (State.WAITING, State.FAILED, State.UNCONFIRMED):
        job_of_alice(cast, kept, state=state, now=datetime.now(UTC))
    assert SECRET not in browser(cast.bob).get(reverse(name)).content.decode()


def test_no_part_of_its_page_shows_a_prompt_that_is_kept(cast: Cast) -> None:
    job = job_of_alice(cast, create_project(cast.team, prompts="hidden"))
    client = browser(cast.bob)
    pages = [path for path in addresses(job) if "media" not in path]
    assert [path for path in pages if SECRET in client.get(path).content.decode()] == []
    assert KEPT_PROMPT in client.get(pages[0]).content.decode()


def test_failures_of_which_some_are_kept_fold_apart(cast: Cast) -> None:
    """Bob reads why his own failed, and of Alice's only that they did, and the provider's code."""
    kept, now = create_project(cast.team, prompts="hidden"), datetime.now(UTC)
    why: dict[str, Any] = {"failure": "No cats.", "failure_code": "policy"}
    for person in (cast.alice, cast.alice, cast.bob):
        create_job(person, cast.team, state=State.FAILED, project=kept, now=now, **why)
    said = browser(cast.bob).get(reverse("queue")).content.decode()
    assert said.count("No cats.") and said.count(KEPT_REASON)
    assert KEPT_REASON not in browser(cast.alice).get(reverse("queue")).content.decode()


def test_what_limits_and_we_say_is_not_kept(cast: Cast) -> None:
    kept = create_project(cast.team, prompts="hidden")
    lost = create_job(cast.alice, cast.team, project=kept, state=State.LOST, failure="Ours.", ended_at=NOW)
    held = create_job(cast.alice, cast.team, project=kept, not_before_reason=f"{HELD_BACK}full")
    seen = {job.id: job for job in access.visible_jobs(asker_of(cast.bob))}
    assert (seen[lost.id].failure, seen[held.id].not_before_reason) == ("Ours.", f"{HELD_BACK}full")


def test_who_settles_by_hand_reads_none_of_it_in_a_dispute_pack_or_a_refusal(cast: Cast) -> None:
    """Billing sees the money of every job, and not what its prompt was."""
    job = job_of_alice(cast, create_project(cast.team, prompts="hidden"), state=State.FAILED)
    Membership.objects.filter(user=cast.bob).update(role=Role.BILLING)
    answer = browser(cast.bob).get(f"/jobs/{job.id}/dispute.zip")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer))) as pack:
        assert "request.json" not in pack.namelist() and "ledger.json" in pack.namelist()
        assert [name for name in pack.namelist() if SECRET in pack.read(name).decode()] == []
    JobEvent.objects.create(
        job=job,
        team=cast.team,
        at=NOW,
        kind="ended",
        from_state="queued",
        to_state="failed",
        why=SECRET,
    )
    assert Stale.about(job.id).sentence.endswith(REPEATING["ended"])
    assert SECRET not in Meanwhile.of(Stale.about(job.id)).what


def test_a_title_stands_for_a_prompt_where_the_project_shows_titles(cast: Cast) -> None:
    job = job_of_alice(cast, create_project(cast.team, prompts="titles"), title="Teacup, first try")
    assert "Teacup, first try" in browser(cast.bob).get(reverse("job", args=[job.id])).content.decode()


def test_its_maker_keeper_and_admins_read_it(cast: Cast) -> None:
    job = job_of_alice(cast, create_project(cast.team, prompts="hidden"))
    Job.objects.filter(pk=job.pk).update(keeper=cast.bob)
    for person in (cast.bob, cast.alice):
        assert access.job_or_404(asker_of(person), job.id).prompt == SECRET


def test_words_of_a_kept_prompt_find_nothing(cast: Cast) -> None:
    job = job_of_alice(cast, create_project(cast.team, prompts="hidden"))
    pages = [browser(person).get("/gallery/?q=whale").content.decode() for person in (cast.bob, cast.alice)]
    assert [f'id="tile-{job.id}"' in page for page in pages] == [False, True]


def test_using_a_job_again_gives_no_kept_prompt_away(cast: Cast) -> None:
    job = job_of_alice(cast, create_project(cast.team, prompts="hidden"))
    assert SECRET not in browser(cast.bob).get(f"/create/?from={job.id}").content.decode()


def test_scripts_are_told_no_more_than_pages(cast: Cast) -> None:
    project = create_project(cast.team, prompts="hidden")
    jobs = [job_of_alice(cast, project, state) for state in (State.COMPLETED, State.FAILED, State.WAITING)]
    _token, secret = create_token(cast.bob, cast.team)
    headers = {"Authorization": f"Bearer {secret}"}
    each = [path for job in jobs for path in (f"/api/v1/jobs/{job.id}", f"/v2/videos/{job.id}")]
    for path in ("/api/v1/jobs", "/api/v1/queue", "/api/v1/approvals", *each):
        assert SECRET not in Client().get(path, headers=headers).content.decode()


def test_a_token_of_a_project_sees_that_project_alone(cast: Cast) -> None:
    inside, outside = create_project(cast.team), create_project(cast.team, "Other")
    jobs = [job_of_alice(cast, project) for project in (inside, outside)]
    token, secret = create_token(cast.alice, cast.team)
    Token.objects.filter(pk=token.pk).update(project=inside)
    headers = {"Authorization": f"Bearer {secret}"}
    answers = [Client().get(f"/api/v1/jobs/{job.id}", headers=headers).status_code for job in jobs]
    assert answers == [200, 404]


def test_an_export_keeps_prompts_too(cast: Cast) -> None:
    job_of_alice(cast, create_project(cast.team, prompts="hidden"))
    cast.bob.memberships.update(role=Role.BILLING)
    answer = browser(cast.bob).get("/spend/jobs.csv?kind=rehearsal&span=all")
    said = b"".join(answer).decode("utf-8-sig")
    assert SECRET not in said
    assert next(csv.DictReader(io.StringIO(said)))["prompt"] == KEPT_PROMPT


def test_reading_changes_no_row(cast: Cast) -> None:
    job = job_of_alice(cast, create_project(cast.team, prompts="hidden"))
    browser(cast.bob).get(reverse("job", args=[job.id]))
    job.refresh_from_db()
    assert (job.prompt, job.body["prompt"]) == (SECRET, SECRET)
