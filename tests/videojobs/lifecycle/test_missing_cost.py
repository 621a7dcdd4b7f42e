"""A cost that is not said at the end is looked for, whatever becomes of the clip."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.factories import NOW, Cast, create_job, put
from tests.videojobs.test_polling import FarSide, look
from videojobs.lifecycle import give_up, look_again, observe, settle_by_hand
from videojobs.models import Job, ProviderAccount
from videojobs.provider.errors import LookFailed
from videojobs.provider.types import VideoJob, decode
from videojobs.states import State

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

MINUTE = timedelta(minutes=1)
WITHOUT = '{"id": "v", "status": "completed", "outputs": {"video_url": "https://example.org/v.mp4"}}'
WITH = '{"id": "v", "status": "completed", "outputs": {"cost": 0.3}}'


@pytest.fixture
def job(cast: Cast, account: ProviderAccount) -> Job:
    """Return a job that finished without a word about its cost."""
    job = create_job(cast.alice, cast.team, account=account, state=State.QUEUED, provider_id="v")
    observe(job.id, VideoJob.read(decode(WITHOUT)), WITHOUT, now=NOW)
    job.refresh_from_db()
    return job


def test_it_is_looked_for_while_the_clip_waits_for_a_person(job: Job, account: ProviderAccount) -> None:
    Job.objects.update(decision="too_large", next_store_at=None)
    look(account, FarSide(v=WITH), now=NOW + MINUTE)
    job.refresh_from_db()
    assert (job.state, job.cost, job.charged, job.next_look_at) == ("storing", Decimal("0.3"), "yes", None)


def test_it_is_looked_for_although_the_clip_is_lost(cast: Cast, job: Job, account: ProviderAccount) -> None:
    Job.objects.update(decision="too_large", next_store_at=None)
    give_up(job, cast.alice, now=NOW)
    look(account, FarSide(v=WITH), now=NOW + MINUTE)
    job.refresh_from_db()
    assert (job.state, job.cost, job.unknown) == ("lost", Decimal("0.3"), Decimal(0))


def test_a_look_that_fails_is_made_up_for_at_the_next_step(job: Job, account: ProviderAccount) -> None:
    look(account, FarSide(v=LookFailed("500", status=500)), now=NOW + MINUTE)
    job.refresh_from_db()
    assert job.next_look_at == NOW + 10 * MINUTE


def test_looks_nobody_made_for_a_week_are_made_a_minute_apart(job: Job, account: ProviderAccount) -> None:
    late = NOW + timedelta(days=7)
    for step in range(5):
        look(account, FarSide(v=WITHOUT), now=late + step * MINUTE)
        job.refresh_from_db()
        assert job.next_look_at == late + (step + 1) * MINUTE
    look(account, FarSide(v=WITHOUT), now=late + 5 * MINUTE)
    job.refresh_from_db()
    assert job.next_look_at is None


def test_nobody_looks_for_a_cost_that_is_known(cast: Cast, job: Job, account: ProviderAccount) -> None:
    put(job, state=State.FAILED, ended_at=NOW)
    settle_by_hand(job, Decimal("0.3"), "the invoice", cast.alice, now=NOW)
    job.refresh_from_db()
    assert job.next_look_at is None


def test_a_reported_cost_never_overrides_what_a_person_settled(cast: Cast, job: Job) -> None:
    put(job, state=State.FAILED, ended_at=NOW)
    settle_by_hand(job, Decimal("0.5"), "the invoice", cast.alice, now=NOW)
    observe(job.id, VideoJob.read(decode(WITH)), WITH, now=NOW)
    job.refresh_from_db()
    assert (job.cost, job.last_answer) == (Decimal("0.5"), WITH)


def test_an_end_with_a_cost_plans_no_look_for_one(cast: Cast, account: ProviderAccount) -> None:
    job = create_job(cast.alice, cast.team, account=account, state=State.QUEUED, provider_id="w")
    raw = WITH.replace('"v"', '"w"')
    observe(job.id, VideoJob.read(decode(raw)), raw, now=NOW)
    job.refresh_from_db()
    assert (job.state, job.next_look_at) == ("storing", None)


def test_looking_again_for_a_lost_clip_goes_on_looking_for_its_cost(cast: Cast, job: Job) -> None:
    Job.objects.update(decision="too_large", next_store_at=None)
    give_up(job, cast.alice, now=NOW)
    look_again(job, cast.alice, now=NOW)
    job.refresh_from_db()
    assert (job.state, job.next_look_at) == ("storing", NOW + MINUTE)
