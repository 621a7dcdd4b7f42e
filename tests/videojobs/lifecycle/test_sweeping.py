"""What a dead worker left is taken up again, one row at a time, whatever the clock does."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.factories import NOW, Cast, create_entry, create_job
from tests.videojobs.lifecycle.claims import accepted, claim
from videojobs.journal import Accepted, Journal
from videojobs.lifecycle import land_failure, sweep_claims, sweep_journal
from videojobs.lifecycle.landing import become_unconfirmed
from videojobs.models import EntryKind, Job, Notice, ProviderAccount
from videojobs.provider.errors import StaleClaim
from videojobs.states import State

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

LATER = NOW + timedelta(seconds=10)


@pytest.fixture
def job(cast: Cast, account: ProviderAccount) -> Job:
    """Return Alice's waiting job."""
    return create_job(cast.alice, cast.team, account=account)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """Return an empty journal."""
    return Journal(tmp_path)


def test_a_young_claim_is_not_taken_for_the_old_one_it_follows(job: Job, account: ProviderAccount) -> None:
    # The sweep reads the old claim; its worker gives it back; another claims; the sweep writes.
    old = claim(account)
    seen_by_the_sweep = Job.objects.get(id=job.id)
    land_failure(job.id, old.id, StaleClaim("old"), now=NOW)
    young = claim(account, now=NOW + timedelta(seconds=76))
    become_unconfirmed(seen_by_the_sweep, "no answer", NOW + timedelta(seconds=76))
    job.refresh_from_db()
    assert (job.state, job.claim_id) == ("sending", young.id)


def test_a_claim_from_before_the_clock_was_put_back_is_swept(job: Job, account: ProviderAccount) -> None:
    claim(account)
    assert sweep_claims(now=NOW - timedelta(seconds=60)) == 0
    assert sweep_claims(now=NOW - timedelta(hours=1)) == 1


def test_one_claim_that_cannot_be_swept_holds_up_no_other(
    cast: Cast, account: ProviderAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = [
        create_job(cast.alice, cast.team, account=account, state=State.SENDING, claim_id=str(n) * 32)
        for n in range(3)
    ]

    def poisoned(job: Job, *arguments: object) -> None:
        if job.id == jobs[0].id:
            raise ValueError("poison")
        become_unconfirmed(job, "no answer", NOW)

    monkeypatch.setattr("videojobs.lifecycle.sweeping.become_unconfirmed", poisoned)
    assert sweep_claims(now=NOW + timedelta(seconds=75)) == 2


def test_one_answer_that_cannot_land_holds_up_no_other(
    cast: Cast, account: ProviderAccount, journal: Journal
) -> None:
    for _ in range(2):
        create_job(cast.alice, cast.team, account=account)
    poisoned, good = claim(account), claim(account)
    # Its end cannot be booked: the ledger's constraint refuses a second settlement.
    create_entry(poisoned.job, EntryKind.SETTLE)
    end = '{"id": "video-1", "status": "completed", "outputs": {"cost": 1}}'
    journal.append(Accepted(poisoned.job.id, poisoned.id, "video-1", end, NOW.isoformat()))
    journal.append(accepted(good, "video-2"))
    assert sweep_journal(journal, now=LATER) == 1
    assert [entry.provider_id for entry in journal.entries()] == ["video-1"]
    assert Job.objects.get(id=good.job.id).provider_id == "video-2"


def test_an_answer_its_own_worker_is_about_to_commit_is_left_alone(
    job: Job, account: ProviderAccount, journal: Journal
) -> None:
    journal.append(accepted(claim(account)))
    assert sweep_journal(journal, now=NOW + timedelta(seconds=2)) == 0
    assert len(journal.entries()) == 1


def test_an_answer_from_before_the_clock_was_put_back_lands(
    job: Job, account: ProviderAccount, journal: Journal
) -> None:
    journal.append(accepted(claim(account)))
    assert sweep_journal(journal, now=NOW - timedelta(days=1)) == 1
    assert Job.objects.get(id=job.id).provider_id == "video-1"


def test_the_id_of_a_job_this_database_never_had_is_kept_and_told_once(cast: Cast, journal: Journal) -> None:
    entry = Accepted("job_gone", "c" * 32, "video-7", "{}", NOW.isoformat())
    journal.append(entry)
    for _sweep in range(3):
        assert sweep_journal(journal, now=LATER) == 0
    assert journal.entries() == [entry]
    assert Notice.objects.filter(team=cast.team, kind="money").count() == 1
    Notice.objects.update(closed_at=NOW)
    sweep_journal(journal, now=LATER)
    assert not Notice.objects.open().exists()


def test_two_sweeps_at_once_land_an_answer_once(job: Job, account: ProviderAccount, journal: Journal) -> None:
    journal.append(accepted(claim(account)))
    entries = journal.entries()
    sweep_journal(journal, now=LATER)
    journal.append(entries[0])
    sweep_journal(journal, now=LATER)
    job.refresh_from_db()
    assert (job.second_provider_id, job.events.filter(kind="accepted").count()) == ("", 1)
