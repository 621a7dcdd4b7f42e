"""Which project a job is for: one of those its sender may use, and that still takes jobs."""

import pytest
from django.test import Client

from dashboard.forms.create import new_press
from tests.factories import DIRECTOR, NOW, Cast, create_job
from videojobs.models import Job, Project
from videojobs.states import State


def project(cast: Cast, **columns: object) -> Project:
    """Make another project."""
    return cast.team.projects.create(name="Launch", created_at=NOW, **columns)


def send(bob: Client, **said: str) -> int:
    """Press the button, and return what came of it."""
    form = {"model": DIRECTOR, "prompt": "A paper boat", "press": new_press(), "deed": "send"}
    return bob.post("/create/", form | said).status_code


def test_a_job_is_for_the_project_that_was_chosen(bob: Client, cast: Cast) -> None:
    launch = project(cast)
    assert send(bob, project=str(launch.pk)) == 302
    assert Job.objects.get().project == launch


def test_without_a_choice_it_is_for_the_default_one(bob: Client, cast: Cast) -> None:
    assert send(bob) == 302
    assert Job.objects.get().project == cast.project


def test_there_is_nothing_to_choose_between_one(bob: Client, cast: Cast) -> None:
    assert 'name="project"' not in bob.get("/create/").content.decode()
    launch = project(cast)
    page = bob.get(f"/create/?project={launch.pk}").content.decode()
    assert f'<option value="{launch.pk}" selected>' in page


@pytest.mark.parametrize("kind", ["archived", "closed", "elsewhere", "nowhere"])
def test_one_that_may_not_be_used_is_refused_and_nothing_is_held(bob: Client, cast: Cast, kind: str) -> None:
    ids = {"elsewhere": cast.elsewhere.projects.get().pk, "nowhere": 0}
    if kind == "archived":
        ids[kind] = project(cast, archived_at=NOW).pk
    elif kind == "closed":
        ids[kind] = project(cast, is_open=False).pk
    assert send(bob, project=str(ids[kind])) == 422
    assert not Job.objects.exists()


def test_a_job_of_an_archived_project_is_not_made_again(bob: Client, cast: Cast) -> None:
    launch = project(cast)
    job = create_job(cast.bob, cast.team, project=launch, state=State.FAILED)
    Project.objects.filter(pk=launch.pk).update(archived_at=NOW)
    bob.post(f"/jobs/{job.id}/retry/", {"request_id": new_press(), "price": "0.28"})
    assert Job.objects.count() == 1
