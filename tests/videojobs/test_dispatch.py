"""Whose job is next, and why the others wait."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from tests.factories import NOW, Cast, create_job, live_account
from videojobs import dispatch
from videojobs.lifecycle import claim_next, park
from videojobs.models import Decision, Job, ProviderAccount
from videojobs.states import State

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def waiting(cast: Cast, who: str, minute: int, **columns: Any) -> Job:
    """Return a job of somebody made some minutes into the hour."""
    made = NOW + timedelta(minutes=minute)
    return create_job(getattr(cast, who), cast.team, now=made, prompt=f"{who} {minute}", **columns)


def order_of(account: ProviderAccount, count: int, *, first: timedelta = timedelta(hours=2)) -> list[str]:
    """Claim jobs one after another, the first one at a time from now, and return their prompts."""
    prompts = []
    for second in range(count):
        claim = claim_next(account.pk, dispatch.next_job, now=NOW + first + timedelta(seconds=second))
        prompts.append(claim.job.prompt if claim else "-")
    return prompts


def reason(job: Job) -> str:
    """Return why a job waits."""
    return dispatch.reasons([job], NOW)[job.id]


def test_one_person_after_another_oldest_first(cast: Cast, account: ProviderAccount) -> None:
    for minute in range(3):
        waiting(cast, "alice", minute)
    waiting(cast, "bob", 10)
    assert order_of(account, 5) == ["alice 0", "bob 10", "alice 1", "alice 2", "-"]


def test_turns_go_by_money_and_not_by_count(cast: Cast, account: ProviderAccount) -> None:
    for minute in range(2):
        waiting(cast, "alice", minute, usd="0.84")
    for minute in range(6):
        waiting(cast, "bob", minute, usd="0.28")
    went = order_of(account, 8)
    assert sorted(went[:4]) == ["alice 0", "bob 0", "bob 1", "bob 2"]
    assert sorted(went[4:]) == ["alice 1", "bob 3", "bob 4", "bob 5"]


def test_no_more_than_the_places_are_sent(cast: Cast, account: ProviderAccount) -> None:
    ProviderAccount.objects.update(places=2)
    for minute in range(3):
        waiting(cast, "alice", minute)
    assert order_of(account, 3) == ["alice 0", "alice 1", "-"]


def test_a_full_disk_stops_sending_and_says_so(
    cast: Cast, account: ProviderAccount, settings: Settings
) -> None:
    settings.MIN_FREE_DISK = 2**60
    job = waiting(cast, "alice", 0)
    assert order_of(account, 1) == ["-"]
    assert "disk" in reason(job)


def test_a_parked_account_says_why(cast: Cast, account: ProviderAccount) -> None:
    job = waiting(cast, "alice", 0)
    park(account, "no credit left", now=NOW)
    assert order_of(account, 1) == ["-"]
    assert "no credit left" in reason(job)


def test_a_job_that_was_put_off_says_until_when(cast: Cast, account: ProviderAccount) -> None:
    job = waiting(cast, "alice", 0, not_before=NOW + timedelta(hours=1), not_before_reason="Slow down.")
    assert order_of(account, 1, first=timedelta(minutes=59)) == ["-"]
    assert reason(job) == "Slow down. Next try in 3600 s."


def test_a_job_put_off_before_the_clock_was_put_back_is_due(cast: Cast, account: ProviderAccount) -> None:
    job = waiting(cast, "alice", 0, not_before=NOW + timedelta(days=3), not_before_reason="Slow down.")
    assert reason(job).startswith("Next in line")
    assert order_of(account, 1) == ["alice 0"]


def test_a_restored_job_waits_for_a_person(cast: Cast, account: ProviderAccount) -> None:
    job = waiting(cast, "alice", 0, decision=Decision.RESTORED)
    assert order_of(account, 1) == ["-"]
    assert "backup" in reason(job)


def test_a_live_job_is_never_sent_to_the_rehearsal(cast: Cast, account: ProviderAccount) -> None:
    job = waiting(cast, "alice", 0, account=live_account())
    assert order_of(account, 1) == ["-"]
    assert "another provider account" in reason(job)


def test_a_rehearsal_job_is_never_sent_for_real(cast: Cast, settings: Settings) -> None:
    job = waiting(cast, "alice", 0)
    settings.PROVIDER_KEY = "a-real-key"
    assert order_of(ProviderAccount.objects.current(), 1) == ["-"]
    assert "never sent for real" in reason(job)


@pytest.mark.parametrize("state", [State.QUEUED, State.IN_PROGRESS, State.STORING])
def test_a_job_nobody_looks_at_says_so(cast: Cast, settings: Settings, state: State) -> None:
    rehearsed, bought = (
        create_job(cast.alice, cast.team, account=one, state=state) for one in (None, live_account())
    )
    assert reason(bought).endswith("Nobody looks at it meanwhile, and it is not given up.")
    assert dispatch.reasons([rehearsed], NOW) == {}
    settings.PROVIDER_KEY = "a-real-key"
    assert "a provider key is set now" in reason(rehearsed)


def test_every_waiting_job_says_how_many_are_ahead(cast: Cast, account: ProviderAccount) -> None:
    first, second = waiting(cast, "alice", 0), waiting(cast, "alice", 1)
    assert reason(first).startswith("Next in line")
    assert reason(second).startswith("1 ahead")


def test_full_places_are_named(cast: Cast, account: ProviderAccount) -> None:
    ProviderAccount.objects.update(places=1)
    create_job(cast.bob, cast.team, state=State.IN_PROGRESS)
    assert reason(waiting(cast, "alice", 0)).startswith("The one place at the provider is busy")


def test_jobs_that_do_not_wait_have_no_reason(cast: Cast) -> None:
    assert dispatch.reasons([create_job(cast.bob, cast.team, state=State.IN_PROGRESS)], NOW) == {}
