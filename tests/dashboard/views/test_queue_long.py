"""A very long queue: ten thousand that wait, ten thousand that failed; the page reads no more for it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import create_cast, create_job
from videojobs.models import Job
from videojobs.models.jobs import new_job_id, rank_at
from videojobs.states import State

pytestmark = pytest.mark.django_db

MANY = 10_000


def copies(job: Job, count: int) -> Iterator[Job]:
    """Give rows like one, each a moment younger."""
    for number in range(count):
        moment = job.created_at + timedelta(milliseconds=number)
        job.pk, job.created_at, job.rank = new_job_id(), moment, rank_at(moment)
        yield Job(**{field.attname: getattr(job, field.attname) for field in Job._meta.concrete_fields})


def test_the_page_reads_and_shows_no_more_for_twenty_thousand_jobs(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    cast = create_cast()
    now = timezone.now() - timedelta(minutes=10)
    waiting = create_job(cast.bob, cast.team, now=now)
    failed = create_job(
        cast.bob, cast.team, state=State.FAILED, now=now, failure="The size is not offered.", held=0
    )
    Job.objects.bulk_create(copies(waiting, MANY - 1), batch_size=500)
    Job.objects.bulk_create(copies(failed, MANY - 1), batch_size=500)
    client.force_login(cast.alice)
    with django_assert_max_num_queries(46):
        shown = client.get(reverse("queue")).content.decode()
    assert shown.count('class="job-row waiting-row"') == 50
    assert "<b>10,000 jobs</b>" in shown
    assert shown.count('class="trouble-job"') == 5
    assert "1–50, and 9,950 more" in shown
    assert len(shown) < 600_000
