"""A job is sent at most once, and every answer lands where it belongs."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import OperationalError, connection

from tests.factories import NOW, Cast, create_job
from tests.simulator import Simulator
from tests.videojobs.lifecycle.claims import accepted, claim
from videojobs import dispatch, tasks
from videojobs.accounts import provider_for
from videojobs.journal import Accepted, Journal
from videojobs.lifecycle import (
    Claim,
    claim_next,
    land_acceptance,
    land_failure,
    never_arrived,
    start_later,
    submit,
    sweep_claims,
    sweep_journal,
)
from videojobs.lifecycle.sending import until_committed
from videojobs.models import GoneModel, Job, Notice, ProviderAccount
from videojobs.provider.errors import (
    AccountRefused,
    Busy,
    CreateError,
    ModelGone,
    NotSent,
    Refused,
    StaleClaim,
    Unconfirmed,
)
from videojobs.provider.types import CreateVideoBody, CreateVideoResponse
from videojobs.states import State

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]


@pytest.fixture
def job(cast: Cast, account: ProviderAccount) -> Job:
    """Return Alice's waiting job."""
    return create_job(cast.alice, cast.team, account=account)


def test_a_claimed_job_is_posted_once_and_accepted(
    job: Job, account: ProviderAccount, rehearsal: Simulator, tmp_path: Path
) -> None:
    journal = Journal(tmp_path)
    submit(claim(account), provider_for(account), clock=lambda: NOW, journal=journal)
    job.refresh_from_db()
    (seen,) = rehearsal.creates()
    assert job.provider_id == seen["id"]
    assert job.is_watched and job.next_look_at == NOW + timedelta(seconds=3)
    assert journal.entries() == []


def test_two_workers_never_claim_one_job(job: Job, account: ProviderAccount) -> None:
    claims, barrier = [], threading.Barrier(4)

    def run() -> None:
        barrier.wait()
        claims.append(claim_next(account.pk, dispatch.next_job, now=NOW))
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one is not None for one in claims) == 1


def test_many_workers_at_once_post_each_job_once(
    cast: Cast, account: ProviderAccount, rehearsal: Simulator
) -> None:
    for number in range(8):
        create_job(cast.alice, cast.team, account=account, prompt=f"cat {number}")

    def run() -> None:
        tasks.send(account.pk)
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one["body"]["prompt"] for one in rehearsal.creates()) == [f"cat {n}" for n in range(8)]


def test_a_job_put_off_while_it_was_chosen_is_not_sent(
    cast: Cast, job: Job, account: ProviderAccount
) -> None:
    tomorrow = NOW + timedelta(days=1)

    def choose(_account: ProviderAccount, _now: datetime) -> str:
        start_later(job.id, tomorrow, cast.bob, version=None, now=NOW)
        return job.id

    assert claim_next(account.pk, choose, now=NOW) is None
    assert Job.objects.get(id=job.id).state == State.WAITING


def test_a_redelivered_send_posts_nothing_more(
    job: Job, account: ProviderAccount, rehearsal: Simulator
) -> None:
    for _delivery in range(3):
        tasks.send(account.pk)
    assert len(rehearsal.creates()) == 1


def test_an_old_claim_is_given_back_unsent(job: Job, account: ProviderAccount, rehearsal: Simulator) -> None:
    late = NOW + timedelta(seconds=6)
    submit(claim(account), provider_for(account), clock=lambda: late, journal=tasks.journal())
    job.refresh_from_db()
    assert (job.state, job.claim_id, job.charged) == ("waiting", "", "no")
    assert rehearsal.creates() == []


def test_a_claim_ages_by_its_own_clock_too(job: Job, account: ProviderAccount) -> None:
    claimed = claim(account)
    stalled = Claim(claimed.job, claimed.id, claimed.at, _started=claimed._started - 6)
    assert claimed.is_fresh(NOW) and not stalled.is_fresh(NOW)


@pytest.mark.parametrize(
    "error",
    [
        NotSent("no route"),
        StaleClaim("old"),
        Busy("later", status=429),
        AccountRefused("no credit", status=402),
    ],
)
def test_what_was_not_sent_waits_again_with_its_hold(
    job: Job, account: ProviderAccount, error: CreateError
) -> None:
    claimed = claim(account)
    land_failure(job.id, claimed.id, error, now=NOW)
    job.refresh_from_db()
    assert (job.state, job.held, job.charged, job.claim_id) == ("waiting", Decimal("0.28"), "no", "")


def test_a_refusal_fails_the_job_and_frees_its_hold(job: Job, account: ProviderAccount) -> None:
    error = Refused("<b>No</b> such size", status=422, code="bad_size")
    land_failure(job.id, claim(account).id, error, now=NOW)
    job.refresh_from_db()
    assert (job.state, job.held, job.charged, job.cost) == ("failed", 0, "no", None)
    assert (job.failure, job.failure_code) == ("<b>No</b> such size", "bad_size")
    assert [entry.kind for entry in job.entries.order_by("id")] == ["hold", "release"]


def test_an_unknown_model_is_flagged(job: Job, account: ProviderAccount) -> None:
    land_failure(job.id, claim(account).id, ModelGone("no such model", status=404), now=NOW)
    assert GoneModel.objects.get().model == job.model


def test_no_usable_answer_needs_a_person_and_keeps_the_hold(job: Job, account: ProviderAccount) -> None:
    land_failure(job.id, claim(account).id, Unconfirmed("500", status=500), now=NOW)
    job.refresh_from_db()
    assert (job.state, job.held, job.charged) == ("unconfirmed", Decimal("0.28"), "unknown")
    assert Notice.objects.get().key == f"unconfirmed:{job.id}"
    assert claim_next(account.pk, dispatch.next_job, now=NOW + timedelta(days=9)) is None


def test_a_refused_account_is_parked_once_for_everyone(
    cast: Cast, job: Job, account: ProviderAccount
) -> None:
    create_job(cast.bob, cast.team, account=account)
    first, second = claim(account), claim(account)
    for one in (first, second):
        land_failure(one.job.id, one.id, AccountRefused("no credit", status=402), now=NOW)
    account.refresh_from_db()
    assert "no credit" in account.parked_reason
    assert Notice.objects.filter(kind="parked").count() == 1
    assert claim_next(account.pk, dispatch.next_job, now=NOW) is None


def test_busy_waits_as_long_as_the_provider_says(job: Job, account: ProviderAccount) -> None:
    land_failure(job.id, claim(account).id, Busy("slow down", status=429, retry_after=17), now=NOW)
    job.refresh_from_db()
    assert job.not_before == NOW + timedelta(seconds=17)


def test_a_burst_of_429_halves_the_places_once(cast: Cast, account: ProviderAccount) -> None:
    ProviderAccount.objects.update(places=50)
    for number in range(3):
        create_job(cast.alice, cast.team, account=account, prompt=f"cat {number}")
    claims = [claim(account) for _ in range(3)]
    for one in claims:
        land_failure(one.job.id, one.id, Busy("slow down", status=429, retry_after=1), now=NOW)
    account.refresh_from_db()
    assert account.places == 25


def test_a_later_429_halves_again_and_success_restores_one(cast: Cast, account: ProviderAccount) -> None:
    ProviderAccount.objects.update(places=50, places_halved_at=NOW - timedelta(seconds=9))
    create_job(cast.alice, cast.team, account=account)
    one = claim(account)
    land_failure(one.job.id, one.id, Busy("slow down", status=429, retry_after=1), now=NOW)
    again = claim(account, now=NOW + timedelta(seconds=2))
    land_acceptance(accepted(again), now=NOW)
    account.refresh_from_db()
    assert account.places == 26


def test_a_claim_nobody_answers_is_unconfirmed_after_75_seconds(job: Job, account: ProviderAccount) -> None:
    claim(account)
    assert sweep_claims(now=NOW + timedelta(seconds=74)) == 0
    assert sweep_claims(now=NOW + timedelta(seconds=75)) == 1
    job.refresh_from_db()
    assert job.state == "unconfirmed"


def test_a_late_yes_still_lands(job: Job, account: ProviderAccount) -> None:
    claimed = claim(account)
    sweep_claims(now=NOW + timedelta(seconds=75))
    land_acceptance(accepted(claimed), now=NOW + timedelta(seconds=80))
    job.refresh_from_db()
    assert (job.state, job.provider_id) == ("queued", "video-1")
    assert not Notice.objects.open().exists()


def test_a_late_no_still_lands(job: Job, account: ProviderAccount) -> None:
    claimed = claim(account)
    sweep_claims(now=NOW + timedelta(seconds=75))
    land_failure(job.id, claimed.id, Refused("no", status=400), now=NOW + timedelta(seconds=80))
    job.refresh_from_db()
    assert (job.state, job.held) == ("failed", 0)


def test_an_answer_after_a_persons_decision_is_a_possible_second_charge(
    cast: Cast, job: Job, account: ProviderAccount
) -> None:
    claimed = claim(account)
    sweep_claims(now=NOW + timedelta(seconds=75))
    job.refresh_from_db()
    never_arrived(job, "not in the console", cast.alice, now=NOW)
    land_acceptance(accepted(claimed), now=NOW)
    job.refresh_from_db()
    assert (job.state, job.provider_id, job.second_provider_id) == ("failed", None, "video-1")
    assert job.charged == "unknown"


def test_an_answer_to_an_earlier_claim_does_not_touch_a_later_one(job: Job, account: ProviderAccount) -> None:
    first = claim(account)
    land_failure(job.id, first.id, StaleClaim("old"), now=NOW)
    claim(account)
    land_failure(job.id, first.id, Refused("no", status=400), now=NOW)
    job.refresh_from_db()
    assert job.state == "sending"


def test_an_id_another_job_has_needs_a_person(cast: Cast, job: Job, account: ProviderAccount) -> None:
    create_job(cast.bob, cast.team, account=account, state=State.QUEUED, provider_id="video-1")
    land_acceptance(accepted(claim(account)), now=NOW)
    job.refresh_from_db()
    assert (job.state, job.provider_id) == ("unconfirmed", None)


def test_a_create_that_is_finished_at_once_goes_on(job: Job, account: ProviderAccount) -> None:
    land_acceptance(accepted(claim(account), status="completed"), now=NOW)
    job.refresh_from_db()
    assert job.state == "storing"


class FailingDisk(Journal):
    """A journal on a disk that is full."""

    def append(self, accepted: Accepted) -> None:
        raise OSError(28, "No space left on device")


class Says:
    """A far side that always gives one answer."""

    def __init__(self, answer: CreateVideoResponse) -> None:
        self.answer = answer

    def create(self, body: CreateVideoBody, *, may_send: Callable[[], bool]) -> CreateVideoResponse:
        """Return the answer."""
        return self.answer


YES = CreateVideoResponse.read('{"id": "video-9", "status": "queued"}')


def test_a_full_journal_does_not_lose_the_id(job: Job, account: ProviderAccount, tmp_path: Path) -> None:
    submit(claim(account), Says(YES), clock=lambda: NOW, journal=FailingDisk(tmp_path))
    job.refresh_from_db()
    assert job.provider_id == "video-9"


def test_the_sweep_lands_an_id_whose_worker_died_before_the_commit(
    job: Job, account: ProviderAccount, tmp_path: Path
) -> None:
    claimed, journal = claim(account), Journal(tmp_path)
    journal.append(accepted(claimed))
    assert sweep_journal(journal, now=NOW + timedelta(seconds=10)) == 1
    job.refresh_from_db()
    assert (job.state, job.provider_id) == ("queued", "video-1")
    assert journal.entries() == []


def test_a_landing_is_tried_until_the_database_is_back() -> None:
    tries = []

    def land() -> None:
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("the server closed the connection")

    assert until_committed(land)
    assert len(tries) == 3


def test_a_landing_is_left_to_the_journal_in_the_end() -> None:
    def land() -> None:
        raise OperationalError("the server closed the connection")

    assert not until_committed(land, tries_for=0.2)
