"""The Create page filled in from an earlier job."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.dashboard.views.create_form import SEEDANCE, page, send
from tests.factories import PROMPT, Cast, body, create_job
from videojobs.models import Job
from videojobs.states import State

pytestmark = pytest.mark.django_db


# --- filled in from a job ---


def seeded(cast: Cast, **columns: Any) -> Job:
    """A job of Bob's with a seed and a length."""
    wire = body(model=SEEDANCE, seconds="9", seed=41).to_wire()
    return create_job(cast.bob, cast.team, body=wire, model=SEEDANCE, **columns)


def test_a_remix_fills_in_the_whole_wish(alice: Client, cast: Cast) -> None:
    shown = page(alice, f"?from={seeded(cast).id}")
    assert 'value="41"' in shown
    assert re.search(r'value="9"[^>]*checked', shown)
    assert PROMPT in shown


def test_a_remix_of_the_prompt_leaves_the_rest(alice: Client, cast: Cast) -> None:
    shown = page(alice, f"?from={seeded(cast).id}&use=prompt")
    assert 'value="41"' not in shown
    assert PROMPT in shown


def test_a_remix_sends_the_same_body_again(alice: Client, cast: Cast) -> None:
    job = seeded(cast)
    shown = page(alice, f"?from={job.id}")
    fields = dict(re.findall(r'name="(seed|press)" value="(.*?)"', shown))
    send(alice, SEEDANCE, seconds="9", **fields)
    assert Job.objects.newest_first()[0].body == job.body


def test_another_teams_job_is_not_found(client: Client, cast: Cast) -> None:
    client.force_login(cast.charlie)
    assert client.get(f"{reverse('create')}?from={seeded(cast).id}").status_code == 404


@pytest.mark.parametrize("name", ["from", "retry"])
def test_an_id_no_job_can_have_is_not_found(alice: Client, name: str) -> None:
    assert alice.get(f"{reverse('create')}?{name}=a%00b").status_code == 404


def test_a_new_try_is_linked_to_the_failed_job(alice: Client, cast: Cast) -> None:
    failed = seeded(cast, state=State.FAILED)
    assert f'name="retry_of" value="{failed.id}"' in page(alice, f"?retry={failed.id}")
    send(alice, SEEDANCE, retry_of=failed.id)
    assert Job.objects.exclude(id=failed.id).get().retry_of == failed


def test_a_job_that_has_not_ended_is_not_retried(alice: Client, cast: Cast) -> None:
    assert alice.get(f"{reverse('create')}?retry={seeded(cast).id}").status_code == 403
