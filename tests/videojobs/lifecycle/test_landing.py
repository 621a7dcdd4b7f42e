"""What came of sending lands once, where it belongs, and leaves nothing behind that is not true."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from tests.factories import NOW, Cast, create_job
from tests.videojobs.lifecycle.claims import accepted, claim
from videojobs import dispatch
from videojobs.journal import Accepted
from videojobs.lifecycle import (
    after_restore,
    cancel,
    claim_next,
    give_up,
    land_acceptance,
    land_failure,
    send_restored,
    sweep_claims,
)
from videojobs.lifecycle.landing import wait_before_next
from videojobs.models import Job, Notice, ProviderAccount
from videojobs.provider.errors import (
    AccountRefused,
    Busy,
    CreateError,
    NotSent,
    Refused,
    StaleClaim,
    Unconfirmed,
)
from videojobs.states import State

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def job(cast: Cast, account: ProviderAccount) -> Job:
    """Return Alice's waiting job."""
    return create_job(cast.alice, cast.team, account=account)


def questions() -> list[str]:
    """Return what people are still asked."""
    return list(Notice.objects.open().filter(kind="decision").values_list("key", flat=True))


def unconfirmed(account: ProviderAccount) -> tuple[Job, str]:
    """Return a job whose claim grew old, and its claim's id."""
    claimed = claim(account)
    sweep_claims(now=NOW + timedelta(seconds=75))
    assert questions() == [f"unconfirmed:{claimed.job.id}"]
    return Job.objects.get(id=claimed.job.id), claimed.id


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (NotSent("no route"), "waiting"),
        (StaleClaim("old"), "waiting"),
        (Busy("later", status=503), "waiting"),
        (Refused("no", status=400), "failed"),
    ],
)
@pytest.mark.usefixtures("job")
def test_a_late_no_takes_the_question_back(account: ProviderAccount, error: CreateError, state: str) -> None:
    job, claim_id = unconfirmed(account)
    land_failure(job.id, claim_id, error, now=NOW + timedelta(seconds=80))
    job.refresh_from_db()
    assert (job.state, job.failure, questions()) == (state, "no" if state == "failed" else "", [])


@pytest.mark.usefixtures("job")
def test_a_late_yes_takes_the_question_and_its_words_back(account: ProviderAccount) -> None:
    job, claim_id = unconfirmed(account)
    land_acceptance(Accepted(job.id, claim_id, "v", '{"id": "v"}', NOW.isoformat()), now=NOW)
    job.refresh_from_db()
    assert (job.state, job.failure, questions()) == ("queued", "", [])


def test_a_second_landing_of_the_same_answer_changes_nothing(job: Job, account: ProviderAccount) -> None:
    # The commit happened although its confirmation was lost with the connection, so it is tried again.
    answer = accepted(claim(account))
    for _try in range(3):
        land_acceptance(answer, now=NOW)
    job.refresh_from_db()
    assert (job.state, job.second_provider_id) == ("queued", "")
    assert [event.kind for event in job.events.order_by("id")] == ["created", "claimed", "accepted"]


def test_an_answer_another_version_wrote_down_still_lands(job: Job, account: ProviderAccount) -> None:
    claimed = claim(account)
    land_acceptance(Accepted(job.id, claimed.id, "v", "<old words>", NOW.isoformat()), now=NOW)
    job.refresh_from_db()
    assert (job.state, job.provider_id, job.last_answer) == ("queued", "v", "<old words>")


def test_an_id_another_job_has_is_kept_although_a_person_is_asked_already(
    cast: Cast, job: Job, account: ProviderAccount
) -> None:
    late = accepted(claim(account))
    sweep_claims(now=NOW + timedelta(seconds=75))
    create_job(cast.bob, cast.team, account=account, state=State.QUEUED, provider_id="video-1")
    land_acceptance(late, now=NOW)
    event = job.events.latest("id")
    assert (event.kind, event.to_state, event.data) == (
        "foreign_id",
        "unconfirmed",
        {"provider_id": "video-1"},
    )


def test_only_an_id_another_job_has_counts_as_one(
    job: Job, account: ProviderAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object, **_options: object) -> None:
        raise IntegrityError("some other rule of the database")

    monkeypatch.setattr("videojobs.lifecycle.landing.note", broken)
    late = accepted(claim(account))
    sweep_claims(now=NOW + timedelta(seconds=75))
    job.refresh_from_db()
    give_up(job, job.person, now=NOW)
    with pytest.raises(IntegrityError):
        land_acceptance(late, now=NOW)


def test_a_claim_a_restored_database_forgot_is_not_sent_once_more(
    cast: Cast, job: Job, account: ProviderAccount
) -> None:
    answer = accepted(claim(account))
    Job.objects.update(state=State.WAITING, claim_id="", claimed_at=None)
    land_acceptance(answer, now=NOW)
    job.refresh_from_db()
    assert (job.decision, job.second_provider_id, job.charged) == ("restored", "video-1", "unknown")
    assert claim_next(account.pk, dispatch.next_job, now=NOW) is None


def test_a_decision_that_comes_between_choice_and_claim_stops_the_claim(
    job: Job, account: ProviderAccount
) -> None:
    def choose(chosen: ProviderAccount, now: object) -> str | None:
        Job.objects.update(decision="restored")
        return job.id

    assert claim_next(account.pk, choose, now=NOW) is None


def test_going_stale_again_and_again_makes_a_job_wait_and_say_so() -> None:
    waits = [wait_before_next(attempts, StaleClaim("slow")).total_seconds() for attempts in (0, 1, 9)]
    assert waits[0] == 0
    assert 3 <= waits[1] <= 4
    assert 22 <= waits[2] <= 30


@pytest.mark.parametrize(("asked", "least", "most"), [(0.0, 1, 1), (17.0, 17, 17), (3600.0, 3600, 3600)])
def test_the_providers_wait_is_kept_and_never_none(asked: float, least: float, most: float) -> None:
    wait = wait_before_next(5, Busy("slow", status=429, retry_after=asked)).total_seconds()
    assert least <= wait <= most


def test_waits_without_a_word_double_with_jitter_up_to_five_minutes() -> None:
    waits = [wait_before_next(attempts, Busy("slow", status=503)).total_seconds() for attempts in range(12)]
    assert all(0.75 * min(300, 2 * 2**n) <= wait <= min(300, 2 * 2**n) for n, wait in enumerate(waits))


def test_a_refused_account_does_not_make_its_jobs_wait_beyond_the_resume() -> None:
    assert not wait_before_next(3, AccountRefused("no credit", status=402))


def test_an_unusable_answer_is_kept_for_the_person(job: Job, account: ProviderAccount) -> None:
    error = Unconfirmed("The provider answered 500.", status=500, raw="<h1>oops</h1>")
    land_failure(job.id, claim(account).id, error, now=NOW)
    job.refresh_from_db()
    assert (job.state, job.last_answer) == ("unconfirmed", "<h1>oops</h1>")


def test_sending_a_restored_job_takes_its_question_back(cast: Cast, job: Job) -> None:
    after_restore(now=NOW)
    assert questions() == [f"restored:{job.id}"]
    send_restored(job, cast.alice, now=NOW)
    assert questions() == []


def test_a_restored_job_that_is_cancelled_may_have_been_charged(cast: Cast, job: Job) -> None:
    after_restore(now=NOW)
    cancel(job, cast.alice, now=NOW)
    job.refresh_from_db()
    assert (job.state, job.charged, job.unknown) == ("cancelled", "unknown", job.estimate)


def test_a_restored_job_a_person_vouched_for_is_cancelled_free(cast: Cast, job: Job) -> None:
    after_restore(now=NOW)
    send_restored(job, cast.alice, now=NOW)
    cancel(job, cast.alice, now=NOW)
    job.refresh_from_db()
    assert (job.state, job.charged, job.held) == ("cancelled", "no", 0)
