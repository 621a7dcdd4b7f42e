"""Forms name the version they were made for; a press on an older one does nothing and says who was first."""

import pytest
from django.http import HttpRequest, QueryDict
from django.test import Client

from dashboard import versions
from tests.factories import NOW, Cast, create_asking_job, create_cast, create_job
from videojobs import lifecycle
from videojobs.lifecycle import Stale
from videojobs.models import Approval, Job
from videojobs.notices import answer_links
from videojobs.states import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return create_cast()


@pytest.fixture
def alice(client: Client, cast: Cast) -> Client:
    client.force_login(cast.alice)
    return client


@pytest.mark.parametrize(
    ("said", "read"), [("", None), ("3", 3), ("x", 0), ("-1", 0), ("²", 0), ("9" * 40, 0)]
)
def test_what_a_form_says(said: str, read: int | None) -> None:
    request = HttpRequest()
    request.POST = QueryDict(mutable=True) | {"version": said}  # type: ignore[assignment]
    assert versions.posted(request) == read


def test_a_press_on_an_older_version_says_who_was_first(alice: Client, cast: Cast) -> None:
    job = create_job(cast.bob, cast.team)
    lifecycle.rename(job.id, "Kite", cast.bob, version=1, now=NOW)
    answer = alice.post(f"/jobs/{job.id}/cancel/", {"version": "1"})
    assert answer.status_code == 409
    assert "Bob changed its title." in answer.content.decode()
    assert Job.objects.get(id=job.id).state == State.WAITING


def test_the_jobs_page_names_its_version(alice: Client, cast: Cast) -> None:
    job = create_job(cast.bob, cast.team, version=1234)
    shown = alice.get(f"/jobs/{job.id}/").content.decode()
    assert '<input type="hidden" name="version" value="1234">' in shown
    assert alice.post(f"/jobs/{job.id}/cancel/", {"version": "1234"}).status_code == 302


def test_a_yes_on_the_page_is_to_the_wish_it_showed(alice: Client, cast: Cast) -> None:
    job = create_asking_job(cast.bob, cast.team)
    lifecycle.rename(job.id, "Kite", cast.bob, version=1, now=NOW)
    assert alice.post(f"/jobs/{job.id}/grant/", {"version": "1"}).status_code == 409
    assert Approval.objects.get(job=job).answer == "open"


def test_a_yes_by_mail_is_to_the_wish_it_showed(client: Client, cast: Cast) -> None:
    job = create_asking_job(cast.bob, cast.team)
    path = f"/asks/by-mail/{answer_links.token_for(job, cast.alice)}/"
    assert 'name="version" value="1"' in client.get(path).content.decode()
    lifecycle.rename(job.id, "Kite", cast.bob, version=1, now=NOW)
    answer = client.post(path, {"answer": "grant", "version": "1"})
    assert answer.status_code == 409
    assert "Open the link once more." in answer.content.decode()
    assert Approval.objects.get(job=job).answer == "open"


def test_what_happened_by_itself_has_nobody(cast: Cast) -> None:
    job = create_job(cast.bob, cast.team)
    meanwhile = versions.Meanwhile.of(Stale.about(job.id))
    assert (meanwhile.by, meanwhile.what) == (cast.bob, "Asked for.")
    assert versions.Meanwhile.of(Stale(job, None)).by is None
