"""Which jobs are due, when to look again, and what a batch of answers does to an account."""

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from tests.factories import NOW, Cast, create_job, live_account
from videojobs import lifecycle, polling
from videojobs.models import Job, Look, ProviderAccount
from videojobs.provider.errors import JobMissing, LookError, LookFailed, LookRefused, LooksTooFast
from videojobs.states import State

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


class FarSide:
    """Answers reads from a table; whatever is not in it is still in progress."""

    def __init__(self, **answers: str | LookError) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def fetch(self, provider_ids: Sequence[str]) -> dict[str, str | LookError]:
        """Return one answer for each id."""
        self.asked += list(provider_ids)
        usual = '{{"id": "{}", "status": "in_progress"}}'
        return {one: self.answers.get(one, usual.format(one)) for one in provider_ids}


def watched(cast: Cast, number: int = 0, *, age: float = 0, now: datetime = NOW, **columns: Any) -> Job:
    """Return a job the provider has had for `age` seconds and whose look is due."""
    since = now - timedelta(seconds=age)
    defaults = {"watched_since": since, "accepted_at": since, "next_look_at": now} | columns
    return create_job(cast.alice, cast.team, state=State.IN_PROGRESS, provider_id=f"v{number}", **defaults)


def look(account: ProviderAccount, far: FarSide, *, now: datetime = NOW) -> None:
    """Claim what is due and look at it."""
    batch = polling.claim_due(account, now=now)
    polling.look(account, batch, far, lifecycle, clock=lambda: now)
    account.refresh_from_db()


@pytest.mark.parametrize(
    ("age", "wait"),
    [(0, 3), (14, 3), (20, 4), (50, 10), (149, 29), (150, 30), (3000, 30), (3600, 600), (80_000, 600)],
)
def test_the_next_look_is_a_fifth_of_the_age_within_bounds(
    cast: Cast, account: ProviderAccount, age: int, wait: int
) -> None:
    job = watched(cast, age=age)
    look(account, FarSide())
    job.refresh_from_db()
    assert job.next_look_at == NOW + timedelta(seconds=wait)
    assert (job.look_count, job.last_look_at) == (1, NOW)


def test_unchanged_rows_cost_no_write_each(
    cast: Cast, account: ProviderAccount, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        watched(cast, number, last_answer=f'{{"id": "v{number}", "status": "in_progress"}}')
    batch = polling.claim_due(account, now=NOW)
    with django_assert_num_queries(1):
        polling.look(account, batch, FarSide(), lifecycle, clock=lambda: NOW)


def test_a_claimed_batch_is_nobody_elses_until_its_lease_ends(cast: Cast, account: ProviderAccount) -> None:
    watched(cast)
    assert len(polling.claim_due(account, now=NOW)) == 1
    assert polling.claim_due(account, now=NOW + timedelta(seconds=24)) == []
    assert len(polling.claim_due(account, now=NOW + timedelta(seconds=26))) == 1


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_share_the_rows_between_them(cast: Cast, account: ProviderAccount) -> None:
    for number in range(40):
        watched(cast, number)
    taken: list[str] = []
    barrier = threading.Barrier(4)

    def run() -> None:
        barrier.wait()
        while batch := polling.claim_due(account, now=NOW, limit=5):
            taken.extend(row.job_id for row in batch)
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # A skipped locked row may be left for the next tick, never taken twice.
    assert len(taken) == len(set(taken)) and len(taken) >= 35


def test_another_accounts_jobs_are_never_looked_at_here(cast: Cast, account: ProviderAccount) -> None:
    watched(cast, account=live_account())
    assert polling.claim_due(account, now=NOW) == []
    assert polling.accounts_with_due(NOW) == []


def test_only_looks_that_changed_or_failed_are_kept(cast: Cast, account: ProviderAccount) -> None:
    job = watched(cast)
    for second, far in enumerate(
        [FarSide(), FarSide(), FarSide(v0=LookFailed("500", status=500)), FarSide()]
    ):
        Job.objects.update(next_look_at=NOW)
        look(account, far, now=NOW + timedelta(seconds=second))
    job.refresh_from_db()
    assert [one.outcome for one in job.looks.order_by("id")] == ["in_progress", "LookFailed"]
    assert job.look_count == 4


def test_the_same_error_page_again_and_again_is_kept_once(cast: Cast, account: ProviderAccount) -> None:
    job, pages = watched(cast), ["<h1>502</h1>"] * 3 + ["<h1>503</h1>"] * 2
    for page in pages:
        Job.objects.update(next_look_at=NOW)
        look(account, FarSide(v0=LookFailed("bad gateway", status=502, raw=page)))
    kept = list(job.looks.order_by("id").values_list("raw", flat=True))
    assert kept == ["<h1>502</h1>", "", "", "<h1>503</h1>", ""]


def test_a_failed_look_never_fails_a_job(cast: Cast, account: ProviderAccount) -> None:
    job = watched(cast)
    for error in (LookFailed("x"), LookRefused("x", status=401), LooksTooFast("x", status=429)):
        Job.objects.update(next_look_at=NOW)
        look(account, FarSide(v0=error))
    job.refresh_from_db()
    assert job.state == "in_progress"


def test_429_slows_the_whole_accounts_looks(cast: Cast, account: ProviderAccount) -> None:
    watched(cast)
    look(account, FarSide(v0=LooksTooFast("slow", status=429, retry_after=40)))
    assert account.looks_wait(NOW + timedelta(seconds=39))
    assert not account.looks_wait(NOW + timedelta(seconds=41))


def test_a_missing_job_is_lost_after_ten_minutes(cast: Cast, account: ProviderAccount) -> None:
    job, far = watched(cast), FarSide(v0=JobMissing("unknown id", status=404))
    for minutes, state in [*((minute, "in_progress") for minute in range(0, 10, 3)), (11, "lost")]:
        Job.objects.update(next_look_at=NOW)
        look(account, far, now=NOW + timedelta(minutes=minutes))
        job.refresh_from_db()
        assert job.state == state
    assert (job.charged, job.unknown) == ("unknown", job.estimate)


def test_a_job_that_is_found_again_is_not_missing_any_more(cast: Cast, account: ProviderAccount) -> None:
    job = watched(cast, last_answer='{"id": "v0", "status": "in_progress"}')
    look(account, FarSide(v0=JobMissing("unknown id", status=404)))
    Job.objects.update(next_look_at=NOW)
    look(account, FarSide())
    job.refresh_from_db()
    assert job.missing_since is None


def test_when_most_jobs_are_missing_it_is_an_outage_and_nobody_is_lost(
    cast: Cast, account: ProviderAccount
) -> None:
    for number in range(5):
        watched(cast, number)
    far = FarSide(**{f"v{n}": JobMissing("unknown id", status=404) for n in range(4)})
    for minutes in (0, 11):
        Job.objects.update(next_look_at=NOW)
        look(account, far, now=NOW + timedelta(minutes=minutes))
    assert account.outage_since == NOW
    assert not Job.objects.filter(state=State.LOST).exists()


def test_a_refused_key_is_an_outage_that_ends_by_itself(cast: Cast, account: ProviderAccount) -> None:
    watched(cast)
    look(account, FarSide(v0=LookRefused("bad key", status=401)))
    assert account.outage_since == NOW
    Job.objects.update(next_look_at=NOW)
    look(account, FarSide())
    assert account.outage_since is None


def test_looking_ends_after_a_day_and_an_hour_with_the_charge_unknown(cast: Cast) -> None:
    looked: dict[str, Any] = {"look_count": 300, "last_look_at": NOW}
    young, old = watched(cast, 1, age=89_000, **looked), watched(cast, 2, age=90_001, **looked)
    assert lifecycle.give_up_looking(now=NOW) == 1
    young.refresh_from_db()
    old.refresh_from_db()
    assert (young.state, old.state, old.charged) == ("in_progress", "lost", "unknown")


def test_one_answer_with_a_number_nobody_can_hold_stops_no_other(
    cast: Cast, account: ProviderAccount
) -> None:
    jobs = [watched(cast, number) for number in range(2)]
    done = '{"id": "v1", "status": "completed", "outputs": {"cost": 0.28}}'
    look(account, FarSide(v0='{"id": "v0", "status": 1e1000000000000000000}', v1=done))
    for job in jobs:
        job.refresh_from_db()
    assert [job.state for job in jobs] == ["in_progress", "storing"]


@pytest.mark.parametrize("status", ["unheard_of", "", "QUEUED", "completed "])
def test_an_unheard_of_word_means_keep_looking(cast: Cast, account: ProviderAccount, status: str) -> None:
    job = watched(cast)
    look(account, FarSide(v0=f'{{"id": "v0", "status": "{status}"}}'))
    job.refresh_from_db()
    assert (job.state, job.provider_status) == ("in_progress", status.strip())
    assert Look.objects.get().message


def test_a_status_that_goes_backwards_changes_nothing_of_ours(cast: Cast, account: ProviderAccount) -> None:
    job = watched(cast)
    look(account, FarSide(v0='{"id": "v0", "status": "queued"}'))
    job.refresh_from_db()
    assert (job.state, job.provider_status) == ("in_progress", "queued")


def test_a_forgotten_job_gets_a_look_again(cast: Cast) -> None:
    job = watched(cast, next_look_at=None)
    assert polling.sweep(now=NOW) == 1
    job.refresh_from_db()
    assert job.next_look_at == NOW
