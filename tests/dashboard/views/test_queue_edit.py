"""A waiting job is edited: priced before it is saved, on the version that was seen, nothing typed is lost."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import DIRECTOR, Cast, create_job, create_limit
from videojobs import lifecycle
from videojobs.models import Job, Team
from videojobs.states import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def job(cast: Cast) -> Job:
    return create_job(cast.bob, cast.team)


@pytest.fixture
def bob(client: Client, cast: Cast) -> Client:
    client.force_login(cast.bob)
    return client


def said(job: Job, **more: object) -> dict[str, object]:
    form = {"model": DIRECTOR, "shaped_for": DIRECTOR, "prompt": "A heron", "deed": "save"}
    return form | {"version": job.version, "next": "/queue/?who=mine"} | more


def url(job: Job) -> str:
    return reverse("queue_edit", args=[job.id])


def test_the_form_is_filled_in_with_the_job(bob: Client, job: Job) -> None:
    shown = bob.get(url(job)).content.decode()
    assert job.prompt in shown
    assert "It keeps its place in line." in shown


def test_saving_changes_the_wish_and_leads_back(bob: Client, job: Job) -> None:
    assert bob.post(url(job), said(job))["Location"] == "/queue/?who=mine"
    job.refresh_from_db()
    assert (job.prompt, job.held) == ("A heron", Decimal("0.28"))


def test_another_model_shows_the_rise_before_it_is_saved(bob: Client, job: Job) -> None:
    Job.objects.filter(id=job.id).update(estimate=Decimal("0.10"))
    shown = bob.post(url(job) + "?part=price", said(job)).content.decode()
    assert "$0.10 → <b>$0.28</b>" in shown
    assert "+$0.18" in shown
    assert "newest of Bob’s line" in shown


@pytest.mark.parametrize(("usd", "fits"), [("0.28", True), ("0.20", False)])
def test_what_the_job_holds_already_is_not_counted_against_it(
    bob: Client, job: Job, cast: Cast, usd: str, *, fits: bool
) -> None:
    create_limit(cast.team, usd)
    shown = bob.post(url(job) + "?part=price", said(job)).content.decode()
    assert ("It does not fit" not in shown) is fits


def test_a_change_that_will_ask_says_so_before_it_is_saved(bob: Client, job: Job, cast: Cast) -> None:
    Team.objects.update(asks_above_job=Decimal("0.20"))
    assert "This will ask Alice." in bob.post(url(job) + "?part=price", said(job)).content.decode()


def test_a_stale_form_keeps_what_was_typed_and_says_what_happened(bob: Client, job: Job, cast: Cast) -> None:
    lifecycle.set_priority(job.id, 1, cast.alice, version=None, now=timezone.now())
    response = bob.post(url(job), said(job))
    shown = response.content.decode()
    assert response.status_code == 409
    assert "Alice set its priority to high." in shown
    assert "A heron" in shown
    assert f'name="version" value="{job.version + 1}"' in shown
    assert Job.objects.get().prompt == job.prompt


def test_a_dearer_price_than_the_button_named_is_not_taken(bob: Client, job: Job) -> None:
    Job.objects.update(estimate=Decimal("0.10"))
    job.account.kind = "live"
    job.account.save()
    response = bob.post(url(job), said(job, shown="0.20"))
    assert response.status_code == 422
    assert Job.objects.get().version == job.version


def test_what_has_left_the_queue_is_not_edited(bob: Client, cast: Cast) -> None:
    sent = create_job(cast.bob, cast.team, state=State.IN_PROGRESS)
    assert bob.get(url(sent)).status_code == 409
    assert bob.post(url(sent), said(sent)).status_code == 409


def test_others_jobs_are_not_edited(bob: Client, cast: Cast) -> None:
    assert bob.get(url(create_job(cast.alice, cast.team))).status_code == 403
    assert bob.get(url(create_job(cast.charlie, cast.elsewhere))).status_code == 404
