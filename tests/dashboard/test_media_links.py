"""Signed links: ours, for one job, for a day."""

from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from dashboard.media_links import is_good, signed_url
from tests.factories import NOW, create_cast, create_job, create_output


def signed(now: datetime = NOW) -> tuple[str, str, str]:
    """Return the job id, until and signature of a new link."""
    cast = create_cast()
    job = create_job(cast.alice, cast.team)
    url = urlsplit(signed_url(job, create_output(job), "https://example.org", now=now))
    query = parse_qs(url.query)
    return job.id, query["until"][0], query["signature"][0]


@pytest.mark.django_db
def test_a_link_is_good_for_a_day_and_not_for_two() -> None:
    link = signed()
    assert is_good(*link, now=NOW + timedelta(hours=24))
    assert not is_good(*link, now=NOW + timedelta(hours=25, seconds=1))


@pytest.mark.django_db
def test_links_of_one_hour_are_the_same() -> None:
    cast = create_cast()
    job = create_job(cast.alice, cast.team)
    output = create_output(job)
    urls = {signed_url(job, output, "", now=NOW + timedelta(minutes=n)) for n in (0, 30, 59)}
    assert len(urls) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("until", "signature"),
    [("", None), ("x", None), ("9" * 40, None), ("٣", None), (None, ""), (None, "A" * 43), (None, "é")],
)
def test_a_link_that_was_touched_is_none(until: str | None, signature: str | None) -> None:
    job_id, true_until, true_signature = signed()
    changed = (true_until if until is None else until, true_signature if signature is None else signature)
    assert not is_good(job_id, *changed, now=NOW)


@pytest.mark.django_db
def test_a_link_is_for_one_job_only() -> None:
    _job_id, until, signature = signed()
    assert not is_good("job_of_somebody", until, signature, now=NOW)


@pytest.mark.django_db
def test_a_later_end_needs_a_new_signature() -> None:
    job_id, until, signature = signed()
    assert not is_good(job_id, str(int(until) + 3600), signature, now=NOW)
