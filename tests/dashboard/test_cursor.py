"""Cursors: opaque words that never skip or repeat a job."""

import base64
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import cursor
from tests.factories import NOW, Cast, create_cast, create_job
from videojobs.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def cast() -> Cast:
    return create_cast()


def test_a_cursor_reads_back_as_the_jobs_place(cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, now=NOW + timedelta(microseconds=123_456))
    assert cursor.read(cursor.of(job)) == (job.created_at, job.id)


def test_jobs_of_one_moment_are_told_apart_by_id(cast: Cast) -> None:
    jobs = sorted((create_job(cast.alice, cast.team) for _ in range(3)), key=lambda job: job.id, reverse=True)
    place = cursor.read(cursor.of(jobs[1]))
    assert list(cursor.older(Job.objects.all(), place)) == [jobs[2]]
    assert list(cursor.newer(Job.objects.all(), place)) == [jobs[0]]


def test_a_job_made_meanwhile_neither_skips_nor_repeats_another(cast: Cast) -> None:
    old = create_job(cast.alice, cast.team, now=NOW)
    seen = create_job(cast.alice, cast.team, now=NOW + timedelta(seconds=1))
    place = cursor.read(cursor.of(seen))
    create_job(cast.alice, cast.team, now=NOW + timedelta(seconds=2))
    assert list(cursor.older(Job.objects.all(), place)) == [old]


@pytest.mark.parametrize(
    "given", ["", "x", "é", "A" * 500, base64.urlsafe_b64encode(b"2026-11-23T12:00:00 job_a").decode()]
)
def test_what_is_no_cursor_of_ours_is_refused(given: str) -> None:
    with pytest.raises(cursor.NoCursor):
        cursor.read(given)


@given(st.text(max_size=300))
def test_no_text_breaks_the_reading(given: str) -> None:
    try:
        moment, job_id = cursor.read(given)
    except cursor.NoCursor:
        return
    assert moment.tzinfo and job_id
