"""No credit (402): all waiting work is parked untouched, everybody hears of it once, one Resume goes on."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from pytest_django import DjangoCaptureOnCommitCallbacks as Committing

from tests.factories import NOW, Cast, create_job
from tests.videojobs.lifecycle.claims import claim
from videojobs import dispatch, lifecycle
from videojobs.lifecycle import Claim
from videojobs.models import Job, LedgerEntry, Notice, ProviderAccount, Team
from videojobs.money import verifying
from videojobs.provider.errors import AccountRefused
from videojobs.states import State

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def refuse(claimed: Claim, *, seconds: int = 0) -> None:
    """Land the provider's 402 to one claim, some seconds from now."""
    no_credit = AccountRefused("You have no credit left.", status=402)
    lifecycle.land_failure(claimed.job.id, claimed.id, no_credit, now=NOW + timedelta(seconds=seconds))


def queue(cast: Cast, account: ProviderAccount, team: Team | None = None, *, jobs: int = 3) -> list[str]:
    """Make waiting jobs, a second apart, and return their ids in order."""
    person = cast.charlie if team == cast.elsewhere else cast.alice
    return [
        create_job(person, team or cast.team, account=account, now=NOW - timedelta(seconds=60 - number)).id
        for number in range(jobs)
    ]


def told() -> list[tuple[int, str]]:
    notices = Notice.objects.open().filter(kind="parked").order_by("team_id")
    return list(notices.values_list("team_id", "text"))


def test_waiting_work_is_untouched(cast: Cast, account: ProviderAccount) -> None:
    queue(cast, account)
    before = list(Job.objects.order_by("id").values())
    refuse(claim(account))
    after = list(Job.objects.order_by("id").values())
    assert [job["held"] for job in after] == [Decimal("0.28")] * 3
    assert [job["state"] for job in after] == ["waiting"] * 3
    untouched = [job for job in before if job in after]
    assert len(untouched) == 2
    assert set(LedgerEntry.objects.values_list("kind", flat=True)) == {"hold"}
    assert verifying.verify(cast.team).problem == ""


def test_nothing_more_is_claimed(cast: Cast, account: ProviderAccount) -> None:
    queue(cast, account)
    refuse(claim(account))
    assert lifecycle.claim_next(account.pk, dispatch.next_job, now=NOW) is None


def test_every_team_with_work_is_told_once(cast: Cast, account: ProviderAccount) -> None:
    queue(cast, account)
    queue(cast, account, cast.elsewhere)
    claims = [claim(account) for _number in range(4)]
    for one in claims:
        refuse(one)
    text = "The provider refused the account (402): no credit is left, or a spending limit there is reached."
    assert told() == [(cast.team.pk, text), (cast.elsewhere.pk, text)]
    assert Notice.objects.count() == 2


def test_one_resume_goes_on_in_order_for_all_teams(cast: Cast, account: ProviderAccount) -> None:
    mine, theirs = queue(cast, account), queue(cast, account, cast.elsewhere)
    for one in [claim(account) for _number in range(3)]:
        refuse(one)
    account.refresh_from_db()
    assert lifecycle.resume(account, cast.alice, now=NOW)
    assert told() == []
    sent = [claim(account).job.id for _number in range(6)]
    assert [job for job in sent if job in mine] == mine
    assert [job for job in sent if job in theirs] == theirs


def test_open_pages_of_every_team_with_work_hear_of_the_park_and_its_end(
    cast: Cast,
    account: ProviderAccount,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Committing,
) -> None:
    queue(cast, account)
    queue(cast, account, cast.elsewhere)
    told: list[int] = []
    monkeypatch.setattr("videojobs.broadcast.queue_changed", told.append)
    with django_capture_on_commit_callbacks(execute=True):
        lifecycle.park(account, "No credit.", now=NOW)
    assert sorted(told) == [cast.team.pk, cast.elsewhere.pk]
    with django_capture_on_commit_callbacks(execute=True):
        assert lifecycle.resume(account, cast.alice, now=NOW)
    assert sorted(told[2:]) == [cast.team.pk, cast.elsewhere.pk]


def test_a_second_shortage_is_told_anew(cast: Cast, account: ProviderAccount) -> None:
    queue(cast, account)
    for hour in range(2):
        at = NOW + timedelta(hours=hour)
        refuse(claim(account, now=at), seconds=3600 * hour)
        assert len(told()) == 1
        account.refresh_from_db()
        lifecycle.resume(account, cast.alice, now=at + timedelta(minutes=5))


def test_a_refusal_from_before_the_resume_parks_nothing(cast: Cast, account: ProviderAccount) -> None:
    queue(cast, account)
    early, late = claim(account), claim(account)
    refuse(early)
    account.refresh_from_db()
    lifecycle.resume(account, cast.alice, now=NOW + timedelta(seconds=1))
    refuse(late, seconds=2)
    account.refresh_from_db()
    assert not account.is_parked()
    refuse(claim(account, now=NOW + timedelta(seconds=3)), seconds=4)
    account.refresh_from_db()
    assert account.is_parked()


def test_a_job_that_was_taken_goes_on(cast: Cast, account: ProviderAccount) -> None:
    running = create_job(cast.alice, cast.team, account=account, state=State.IN_PROGRESS)
    queue(cast, account, jobs=1)
    refuse(claim(account))
    running.refresh_from_db()
    assert (running.state, running.held) == ("in_progress", Decimal("0.28"))


@pytest.mark.django_db(transaction=True)
def test_refusals_that_land_at_once_park_once(cast: Cast, account: ProviderAccount) -> None:
    queue(cast, account, jobs=4)
    queue(cast, account, cast.elsewhere, jobs=4)
    claims = [claim(account) for _number in range(8)]
    troubles: list[Exception] = []

    def land(claimed: Claim) -> None:
        try:
            refuse(claimed)
        except Exception as error:  # noqa: BLE001  whatever it was, the test says it
            troubles.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=land, args=[one]) for one in claims]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    assert [team for team, _text in told()] == [cast.team.pk, cast.elsewhere.pk]
    assert {job.state for job in Job.objects.all()} == {"waiting"}
    assert all(verifying.verify(team).problem == "" for team in (cast.team, cast.elsewhere))
