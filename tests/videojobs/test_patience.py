"""Nothing is given up for want of looking: the site off, the network or the key away, the clock wrong."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from tests.factories import NOW, Cast, create_job, live_account
from tests.videojobs.test_polling import FarSide, look, watched
from videojobs import lifecycle, polling
from videojobs.models import Job, ProviderAccount
from videojobs.provider.errors import JobMissing, LookError, LookFailed, LooksTooFast
from videojobs.states import State

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

MISSING = JobMissing("unknown id", status=404)
A_WEEK = timedelta(days=7)


def state_of(job: Job) -> str:
    """Return a job's state as it is now."""
    return Job.objects.get(id=job.id).state


def looked_at(account: ProviderAccount, error: LookError | None = None, *, after: timedelta) -> None:
    """Look at everything once, some time from now."""
    ids = map(str, Job.objects.values_list("provider_id", flat=True))
    answers = {} if error is None else dict.fromkeys(ids, error)
    Job.objects.update(next_look_at=NOW)
    look(account, FarSide(**answers), now=NOW + after)


def old_job(cast: Cast, **columns: Any) -> Job:
    """Return a job that has been looked at for a day and an hour, and was in progress a moment ago."""
    return watched(cast, age=90_060, look_count=300, last_look_at=NOW, **columns)


def test_an_account_that_is_not_set_up_loses_no_job(cast: Cast, settings: Settings) -> None:
    job = old_job(cast, account=live_account())
    assert lifecycle.give_up_looking(now=NOW) == 0
    assert state_of(job) == "in_progress"


def test_a_job_nobody_looked_at_for_a_week_is_looked_at_first(cast: Cast, account: ProviderAccount) -> None:
    job = watched(cast, age=300, look_count=20, last_look_at=NOW)
    assert lifecycle.give_up_looking(now=NOW + A_WEEK) == 0
    looked_at(account, after=A_WEEK)
    assert lifecycle.give_up_looking(now=NOW + A_WEEK) == 0
    assert state_of(job) == "in_progress"


def test_a_last_look_that_brought_nothing_does_not_give_a_job_up(
    cast: Cast, account: ProviderAccount
) -> None:
    job = old_job(cast)
    looked_at(account, LookFailed("no route"), after=timedelta(minutes=10))
    assert lifecycle.give_up_looking(now=NOW + timedelta(minutes=11)) == 0
    looked_at(account, after=timedelta(minutes=20))
    assert lifecycle.give_up_looking(now=NOW + timedelta(minutes=21)) == 1
    assert state_of(job) == "lost"


def test_a_job_that_alone_can_never_be_read_is_given_up_after_another_day_of_looks(
    cast: Cast, account: ProviderAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("videojobs.lifecycle.watching.ENOUGH_LOOKS", 4)
    job = old_job(cast)
    for minutes in (10, 20, 30):
        looked_at(account, LookFailed("500", status=500), after=timedelta(minutes=minutes))
        assert lifecycle.give_up_looking(now=NOW + timedelta(minutes=minutes)) == 0
    looked_at(account, LookFailed("500", status=500), after=timedelta(minutes=40))
    assert lifecycle.give_up_looking(now=NOW + timedelta(minutes=40)) == 1
    assert state_of(job) == "lost"


def test_two_looks_a_week_apart_do_not_make_a_job_missing(cast: Cast, account: ProviderAccount) -> None:
    job = watched(cast)
    looked_at(account, MISSING, after=timedelta(0))
    looked_at(account, MISSING, after=A_WEEK)
    assert state_of(job) == "in_progress"


def test_an_old_job_that_is_missing_is_looked_at_soon(cast: Cast, account: ProviderAccount) -> None:
    job = watched(cast, age=7200)
    looked_at(account, MISSING, after=timedelta(0))
    job.refresh_from_db()
    assert job.next_look_at == NOW + timedelta(seconds=30)


def test_the_ten_minutes_begin_after_an_outage(cast: Cast, account: ProviderAccount) -> None:
    jobs = [watched(cast, number) for number in range(4)]
    for minutes in range(0, 20, 2):
        looked_at(account, MISSING, after=timedelta(minutes=minutes))
    assert account.outage_since is not None
    # Three come back; what was said of the fourth during the outage says nothing about it.
    Job.objects.update(next_look_at=NOW)
    look(account, FarSide(v3=MISSING), now=NOW + timedelta(minutes=21))
    assert state_of(jobs[3]) == "in_progress"
    assert not ProviderAccount.objects.filter(outage_since__isnull=False).exists()


def test_one_good_look_does_not_end_an_outage_of_most(cast: Cast, account: ProviderAccount) -> None:
    for number in range(5):
        watched(cast, number, missing_since=NOW if number else None)
    ProviderAccount.objects.update(outage_since=NOW, outage_reason="gone")
    account.refresh_from_db()
    Job.objects.exclude(provider_id="v0").update(next_look_at=None)
    look(account, FarSide())
    assert account.outage_since == NOW


def test_a_huge_wait_slows_looks_by_no_more_than_the_rarest_look(
    cast: Cast, account: ProviderAccount
) -> None:
    watched(cast)
    looked_at(account, LooksTooFast("slow", status=429, retry_after=3600), after=timedelta(0))
    assert account.looks_wait(NOW + timedelta(minutes=9))
    assert not account.looks_wait(NOW + timedelta(minutes=11))


def test_a_clock_put_back_stops_no_looks(cast: Cast, account: ProviderAccount) -> None:
    looked, found = watched(cast, 1, last_look_at=NOW), watched(cast, 2)
    yesterday = NOW - timedelta(days=1)
    ProviderAccount.objects.update(looks_not_before=NOW)
    account.refresh_from_db()
    assert polling.sweep(now=yesterday) == 2
    assert not account.looks_wait(yesterday)
    assert {row.job_id for row in polling.claim_due(account, now=yesterday)} == {looked.id, found.id}


def test_two_machines_whose_clocks_differ_a_little_do_not_look_more_often(
    cast: Cast, account: ProviderAccount
) -> None:
    watched(cast, last_look_at=NOW)
    assert polling.sweep(now=NOW - timedelta(seconds=20)) == 0


def test_a_clock_put_back_stops_no_download(cast: Cast) -> None:
    create_job(cast.alice, cast.team, state=State.STORING)
    assert polling.sweep_storing(now=NOW) == 0
    assert polling.sweep_storing(now=NOW - timedelta(days=1)) == 1
