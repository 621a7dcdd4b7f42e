"""What a person decides, and what of it is refused."""

from datetime import timedelta
from decimal import Decimal

import pytest
from pytest_django import Settings

from tests.factories import NOW, Cast, body, create_job, price
from tests.simulator import Simulator
from videojobs.accounts import provider_for
from videojobs.journal import Accepted
from videojobs.lifecycle import (
    Decided,
    Order,
    Press,
    WrongAnswer,
    after_restore,
    cancel,
    found,
    give_up,
    land_acceptance,
    land_failure,
    look_again,
    never_arrived,
    resume,
    send_again,
    send_restored,
    settle_by_hand,
)
from videojobs.models import DayTotal, Job, Notice, ProviderAccount
from videojobs.provider.errors import JobMissing, Refused
from videojobs.states import State

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def lonely(cast: Cast, account: ProviderAccount) -> Job:
    """Return Alice's unconfirmed job."""
    return create_job(cast.alice, cast.team, account=account, state=State.UNCONFIRMED)


def fresh(job: Job) -> Job:
    """Return a job as it is now."""
    return Job.objects.get(id=job.id)


def test_cancelling_before_sending_frees_the_hold(cast: Cast) -> None:
    job = create_job(cast.alice, cast.team)
    cancel(job, cast.alice, now=NOW)
    job = fresh(job)
    assert (job.state, job.held, job.charged) == ("cancelled", 0, "no")


@pytest.mark.parametrize("state", [State.SENDING, State.QUEUED, State.STORING, State.COMPLETED])
def test_nothing_that_was_sent_can_be_cancelled(cast: Cast, state: State) -> None:
    job = create_job(cast.alice, cast.team, state=state)
    with pytest.raises(Decided):
        cancel(job, cast.alice, now=NOW)
    assert fresh(job).held == job.held


def test_never_arrived_frees_the_hold_and_wants_a_reason(cast: Cast, lonely: Job) -> None:
    with pytest.raises(WrongAnswer) as wrong:
        never_arrived(lonely, "  ", cast.alice, now=NOW)
    assert wrong.value.field == "reason"
    never_arrived(lonely, "the console shows nothing", cast.alice, now=NOW)
    job = fresh(lonely)
    assert (job.state, job.held, job.charged) == ("failed", 0, "no")
    assert "the console shows nothing" in job.charged_why


def test_giving_up_leaves_the_amount_unknown(cast: Cast, lonely: Job) -> None:
    give_up(lonely, cast.alice, now=NOW)
    job = fresh(lonely)
    assert (job.state, job.unknown, job.charged) == ("lost", Decimal("0.28"), "unknown")


def test_only_one_of_two_decisions_at_once_counts(cast: Cast, lonely: Job) -> None:
    give_up(lonely, cast.alice, now=NOW)
    with pytest.raises(Decided):
        never_arrived(lonely, "late", cast.bob, now=NOW)


def order_again(cast: Cast, job: Job, key: str = "one") -> Order:
    """Return the same wish as a new order."""
    return Order(
        cast.team, cast.project, cast.alice, body(), price(), press=Press("form:1", key), retry_of=job
    )


def test_sending_again_makes_a_linked_job_with_its_own_hold(
    cast: Cast, lonely: Job, account: ProviderAccount
) -> None:
    created = send_again(lonely, order_again(cast, lonely), account, cast.alice, now=NOW)
    old = fresh(lonely)
    assert (old.state, old.unknown) == ("lost", Decimal("0.28"))
    assert (created.job.retry_of, created.job.held) == (old, Decimal("0.28"))


def test_sending_again_twice_makes_one_job(cast: Cast, lonely: Job, account: ProviderAccount) -> None:
    first = send_again(lonely, order_again(cast, lonely), account, cast.alice, now=NOW)
    second = send_again(lonely, order_again(cast, lonely), account, cast.alice, now=NOW)
    assert first.job == second.job
    with pytest.raises(Decided):
        send_again(lonely, order_again(cast, lonely, "two"), account, cast.alice, now=NOW)
    assert Job.objects.count() == 2


def test_found_is_checked_at_the_provider_and_watched_again(
    cast: Cast, lonely: Job, account: ProviderAccount, rehearsal: Simulator
) -> None:
    provider_id = rehearsal.create(prompt=lonely.prompt).json()["id"]
    found(lonely, f" {provider_id} ", cast.alice, provider_for(account), now=NOW)
    job = fresh(lonely)
    assert job.provider_id == provider_id
    assert job.state in {"queued", "in_progress", "storing"}


def test_found_refuses_an_id_the_provider_does_not_know(
    cast: Cast, lonely: Job, account: ProviderAccount, rehearsal: Simulator
) -> None:
    with pytest.raises(JobMissing):
        found(lonely, "no-such-id", cast.alice, provider_for(account), now=NOW)
    assert fresh(lonely).state == "unconfirmed"


def test_found_refuses_another_jobs_id(
    cast: Cast, lonely: Job, account: ProviderAccount, rehearsal: Simulator
) -> None:
    create_job(cast.bob, cast.team, account=account, state=State.QUEUED, provider_id="taken")
    with pytest.raises(WrongAnswer, match="Another job"):
        found(lonely, "taken", cast.alice, provider_for(account), now=NOW)


def test_found_refuses_a_job_of_another_model(
    cast: Cast, lonely: Job, account: ProviderAccount, rehearsal: Simulator
) -> None:
    provider_id = rehearsal.create(model="vidu/vidu-q1").json()["id"]
    with pytest.raises(WrongAnswer, match="vidu-q1"):
        found(lonely, provider_id, cast.alice, provider_for(account), now=NOW)


def test_found_takes_the_providers_own_spelling_of_a_model(
    cast: Cast, lonely: Job, account: ProviderAccount, rehearsal: Simulator
) -> None:
    provider_id = rehearsal.create().json()["id"]
    for table in (Job, DayTotal):
        table.objects.update(model=lonely.model.upper())
    lonely.refresh_from_db()
    found(lonely, provider_id, cast.alice, provider_for(account), now=NOW)
    assert fresh(lonely).provider_id == provider_id


def second_charge(job: Job, provider_id: str) -> None:
    """Let the provider's answer come after the decision."""
    land_acceptance(
        Accepted(job.id, job.claim_id, provider_id, f'{{"id": "{provider_id}"}}', NOW.isoformat()), now=NOW
    )


def test_finding_what_came_too_late_leaves_one_charge(
    cast: Cast, lonely: Job, account: ProviderAccount, rehearsal: Simulator
) -> None:
    provider_id = rehearsal.create().json()["id"]
    give_up(lonely, cast.alice, now=NOW)
    second_charge(lonely, provider_id)
    assert fresh(lonely).second_provider_id == provider_id
    found(fresh(lonely), provider_id, cast.alice, provider_for(account), now=NOW)
    assert (fresh(lonely).provider_id, fresh(lonely).second_provider_id) == (provider_id, "")
    assert not Notice.objects.open().filter(kind="money").exists()


def test_an_id_that_answered_another_job_is_not_found_for_this_one(
    cast: Cast, lonely: Job, account: ProviderAccount
) -> None:
    other = create_job(cast.bob, cast.team, account=account, state=State.UNCONFIRMED)
    give_up(other, cast.bob, now=NOW)
    second_charge(other, "its-own")
    with pytest.raises(WrongAnswer, match="Another job"):
        found(lonely, "its-own", cast.alice, provider_for(account), now=NOW)


LONG = "because " * 300


def test_long_words_of_people_and_providers_fit_everywhere(cast: Cast, account: ProviderAccount) -> None:
    jobs = [create_job(cast.alice, cast.team, account=account, state=State.UNCONFIRMED) for _ in range(3)]
    never_arrived(jobs[0], LONG, cast.alice, now=NOW)
    give_up(jobs[1], cast.alice, now=NOW, why=LONG)
    settle_by_hand(jobs[1], Decimal("0.1"), LONG, cast.alice, now=NOW)
    land_failure(jobs[2].id, jobs[2].claim_id, Refused(LONG, status=400), now=NOW)
    assert [fresh(job).state for job in jobs] == ["failed", "lost", "failed"]


@pytest.mark.parametrize("typed", ["", "   ", "a/b", "../x", "a?b", "x" * 300])
def test_found_refuses_what_is_no_id(cast: Cast, lonely: Job, account: ProviderAccount, typed: str) -> None:
    with pytest.raises(WrongAnswer) as wrong:
        found(lonely, typed, cast.alice, provider_for(account), now=NOW)
    assert wrong.value.field == "provider_id"


def test_look_again_leads_back_from_lost(cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.LOST, provider_id="v")
    Job.objects.filter(id=job.id).update(provider_id="v", accepted_at=NOW)
    look_again(job, cast.alice, now=NOW)
    job = fresh(job)
    assert (job.state, job.next_look_at, job.ended_at) == ("queued", NOW, None)


def test_look_again_goes_on_storing_what_the_provider_finished(cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.LOST)
    Job.objects.filter(id=job.id).update(provider_id="v", accepted_at=NOW, finished_at=NOW)
    look_again(job, cast.alice, now=NOW)
    assert (fresh(job).state, fresh(job).next_store_at) == ("storing", NOW)


def test_look_again_has_nothing_to_look_at_without_an_id(cast: Cast, lonely: Job) -> None:
    give_up(lonely, cast.alice, now=NOW)
    with pytest.raises(Decided, match="never gave an id"):
        look_again(lonely, cast.alice, now=NOW)


def test_look_again_frees_a_job_that_needed_a_decision(cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.STORING, decision="too_large", next_store_at=None)
    look_again(job, cast.alice, now=NOW)
    assert (fresh(job).decision, fresh(job).next_store_at) == ("", NOW)


@pytest.mark.parametrize("state", [State.COMPLETED, State.FAILED, State.CANCELLED])
def test_ended_jobs_are_never_reopened(cast: Cast, state: State) -> None:
    job = create_job(cast.alice, cast.team, state=state)
    with pytest.raises(Decided):
        look_again(job, cast.alice, now=NOW)


def test_an_unknown_charge_can_be_settled_by_hand(cast: Cast, lonely: Job) -> None:
    give_up(lonely, cast.alice, now=NOW)
    settle_by_hand(fresh(lonely), Decimal("0.3"), "the provider's invoice", cast.alice, now=NOW)
    job = fresh(lonely)
    assert (job.cost, job.held, job.charged) == (Decimal("0.3"), 0, "yes")
    with pytest.raises(Decided):
        settle_by_hand(job, Decimal("0.4"), "again", cast.alice, now=NOW)


def test_after_a_restore_nothing_is_sent_without_a_person(cast: Cast, account: ProviderAccount) -> None:
    waiting = create_job(cast.alice, cast.team, account=account)
    sending = create_job(cast.alice, cast.team, account=account, state=State.SENDING)
    after_restore(now=NOW + timedelta(days=1))
    account.refresh_from_db()
    assert account.is_parked()
    assert (fresh(waiting).decision, fresh(sending).state) == ("restored", "unconfirmed")


def test_a_key_that_came_after_the_backup_is_parked_too(cast: Cast, settings: Settings) -> None:
    settings.PROVIDER_KEY = "a-new-key"
    after_restore(now=NOW)
    assert ProviderAccount.objects.current().is_parked()


def test_a_person_says_of_each_restored_job_that_it_may_be_sent(cast: Cast, account: ProviderAccount) -> None:
    job = create_job(cast.alice, cast.team, account=account)
    after_restore(now=NOW)
    send_restored(job, cast.alice, now=NOW)
    assert resume(account, cast.alice, now=NOW)
    assert list(Job.objects.sendable(NOW)) == [job]
    with pytest.raises(Decided):
        send_restored(job, cast.alice, now=NOW)


def test_resume_closes_the_notice(cast: Cast, account: ProviderAccount) -> None:
    create_job(cast.alice, cast.team, account=account)
    after_restore(now=NOW)
    resume(account, cast.alice, now=NOW)
    assert not Notice.objects.open().filter(kind="parked").exists()
    assert not resume(account, cast.alice, now=NOW)


def test_an_answer_after_the_hold_was_freed_takes_it_again(cast: Cast, lonely: Job) -> None:
    never_arrived(lonely, "the console shows nothing", cast.alice, now=NOW)
    assert fresh(lonely).held == 0
    second_charge(lonely, "video-late")
    assert (fresh(lonely).charged, fresh(lonely).unknown) == ("unknown", lonely.estimate)
    assert DayTotal.objects.get().open_ends == 1
