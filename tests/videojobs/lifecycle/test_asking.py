"""A job above what its sender may spend alone: asked, granted, refused, over, taken back; one answer wins."""

import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from tests.factories import NOW, Cast, create_asking_job, create_job, create_limit, create_user, join, put
from tests.videojobs.lifecycle.rules import check_everything
from videojobs import dispatch, lifecycle, tasks
from videojobs.lifecycle import Answered, Way
from videojobs.lifecycle.restoring import after_restore
from videojobs.models import (
    Answer,
    Approval,
    AuditEntry,
    Decision,
    Job,
    LimitAction,
    Notice,
    ProviderAccount,
    User,
)
from videojobs.rights import Role
from videojobs.states import State

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

LATER = NOW + timedelta(hours=1)
OVER = NOW + timedelta(days=3)


@pytest.fixture
def job(cast: Cast) -> Job:
    """Return a job of Bob's for 5.60 USD that waits for a yes."""
    return create_asking_job(cast.bob, cast.team, now=NOW)


@pytest.fixture
def dora(cast: Cast) -> User:
    """Return an admin of the team."""
    person = create_user("dora@example.org", name="Dora")
    join(person, cast.team, Role.ADMIN)
    return person


def answer_to(job: Job) -> str:
    return Approval.objects.get(job=job).answer


def standing(job: Job) -> tuple[str, str, Decimal, str]:
    """Return where a job is, what it waits for, what it holds and whether it was charged."""
    job.refresh_from_db()
    return job.state, job.decision, job.held, job.charged


def kinds(job: Job) -> list[str]:
    return list(job.events.order_by("id").values_list("kind", flat=True))


def claims(account: ProviderAccount) -> int:
    """Return how many jobs a worker would send now."""
    sent = 0
    while lifecycle.claim_next(account.pk, dispatch.next_job, now=LATER + timedelta(seconds=sent)):
        sent += 1
    return sent


WAITING = (State.WAITING, Decision.APPROVAL, Decimal("5.60"), "no")
CANCELLED = (State.CANCELLED, "", Decimal(0), "no")

# --- asking ---


def test_a_job_that_asks_is_held_and_not_sent(job: Job, account: ProviderAccount) -> None:
    assert standing(job) == WAITING
    assert claims(account) == 0
    assert kinds(job) == ["created", "asked"]


def test_the_question_says_why_and_until_when(job: Job) -> None:
    approval = Approval.objects.get(job=job)
    assert approval.why == "It costs 5.60 USD, and a job above 1.00 USD needs a yes."
    assert (approval.asked_at, approval.expires_at) == (NOW, OVER)


def test_how_long_it_stands_is_a_setting(cast: Cast, settings: Settings) -> None:
    settings.ASKS_EXPIRE_AFTER = timedelta(days=7)
    asked = create_asking_job(cast.bob, cast.team, now=NOW)
    assert Approval.objects.get(job=asked).expires_at == NOW + timedelta(days=7)


def test_it_is_told_once(cast: Cast, job: Job) -> None:
    notice = Notice.objects.open().get(kind="approval")
    assert (notice.key, notice.job_id, notice.person_id) == (f"approval:{job.id}", job.id, None)
    assert notice.text.startswith("Bob asks for a yes to 5.60 USD. It costs")


def test_a_limit_that_asks_is_named(cast: Cast) -> None:
    limit = create_limit(cast.team, "1", action=LimitAction.ASK)
    asked = create_asking_job(cast.bob, cast.team, now=NOW)
    approval = Approval.objects.get(job=asked)
    assert approval.limit == limit
    assert "the limit of the team Harbour" in approval.why


# --- yes ---


def test_a_yes_lets_it_be_sent(cast: Cast, job: Job, account: ProviderAccount) -> None:
    lifecycle.grant(job, cast.alice, now=LATER)
    assert standing(job) == (State.WAITING, "", Decimal("5.60"), "no")
    approval = Approval.objects.get(job=job)
    assert (approval.answer, approval.answered_by, approval.answered_at) == ("granted", cast.alice, LATER)
    assert claims(account) == 1
    assert not Notice.objects.open().exists()


def test_a_granted_job_is_not_asked_again_at_its_claim(cast: Cast, account: ProviderAccount) -> None:
    create_limit(cast.team, "1", action=LimitAction.ASK)
    asked = create_asking_job(cast.bob, cast.team, now=NOW)
    lifecycle.grant(asked, cast.alice, now=LATER)
    assert claims(account) == 1


def test_a_limit_that_stops_still_stops_a_granted_job(cast: Cast, job: Job, account: ProviderAccount) -> None:
    lifecycle.grant(job, cast.alice, now=LATER)
    create_limit(cast.team, "5", action=LimitAction.STOP)
    assert claims(account) == 0
    assert "the limit of the team Harbour" in dispatch.reasons([Job.objects.get(id=job.id)], LATER)[job.id]


def test_a_limit_set_meanwhile_asks_at_the_claim(cast: Cast, account: ProviderAccount) -> None:
    job = create_job(cast.bob, cast.team, usd="5.60")
    create_limit(cast.team, "5", action=LimitAction.ASK)
    assert claims(account) == 0
    assert standing(job) == WAITING
    lifecycle.grant(job, cast.alice, now=LATER + timedelta(minutes=1))
    assert claims(account) == 1


def test_every_answer_stands_in_events_and_audit(cast: Cast, job: Job) -> None:
    lifecycle.grant(job, cast.alice, now=LATER, way=Way.LINK)
    event = job.events.get(kind="granted")
    assert (event.actor, event.why) == (cast.alice, "Alice said yes by the link in the mail.")
    entries = AuditEntry.objects.filter(subject=job.id).order_by("id")
    assert [(entry.action, entry.actor) for entry in entries] == [
        ("job_asked", cast.bob),
        ("job_granted", cast.alice),
    ]


# --- no ---


def test_a_no_cancels_it_uncharged(cast: Cast, job: Job) -> None:
    lifecycle.refuse(job, " Too dear ", cast.alice, now=LATER)
    assert standing(job) == CANCELLED
    assert job.failure == "Alice said no: Too dear"
    assert (answer_to(job), Approval.objects.get().reason) == ("refused", "Too dear")
    check_everything()


def test_a_no_needs_no_reason(cast: Cast, job: Job) -> None:
    lifecycle.refuse(job, "", cast.alice, now=LATER)
    job.refresh_from_db()
    assert job.failure == "Alice said no."


def test_the_ledger_names_nobody_in_words(cast: Cast, job: Job) -> None:
    lifecycle.refuse(job, "", cast.alice, now=LATER)
    entry = job.entries.get(kind="release")
    assert (entry.actor, entry.reason) == (cast.alice, "Not granted, so it was never sent.")


@pytest.mark.parametrize("reason", ["Too dear", "Too dear."])
def test_whoever_asked_is_told_of_a_no(cast: Cast, job: Job, reason: str) -> None:
    lifecycle.refuse(job, reason, cast.alice, now=LATER)
    notice = Notice.objects.open().get()
    assert (notice.kind, notice.person) == ("answer", cast.bob)
    assert notice.text.startswith("Alice said no: Too dear. Your job was never sent")


def test_whoever_took_the_job_over_is_told_instead(cast: Cast, job: Job) -> None:
    dora = create_user("dora@example.org", name="Dora")
    put(job, keeper=dora)
    lifecycle.refuse(job, "", cast.alice, now=LATER)
    assert Notice.objects.open().get().person == dora


def test_nobody_is_told_of_their_own_no(cast: Cast) -> None:
    job = create_asking_job(cast.alice, cast.team, now=NOW)
    lifecycle.refuse(job, "", cast.alice, now=LATER)
    assert not Notice.objects.open().exists()


# --- no answer ---


def test_the_sweep_cancels_what_nobody_answered(cast: Cast, job: Job) -> None:
    assert lifecycle.sweep_asked(now=OVER - timedelta(seconds=1)) == 0
    assert [lifecycle.sweep_asked(now=OVER) for _ in range(2)] == [1, 0]
    assert standing(job) == CANCELLED
    assert (answer_to(job), job.charged_why) == ("expired", "Nobody said yes, so it was never sent.")
    assert Notice.objects.open().get().person == cast.bob
    check_everything()


def test_an_answer_after_the_end_is_too_late_even_before_the_sweep(cast: Cast, job: Job) -> None:
    with pytest.raises(Answered, match="time for an answer is over"):
        lifecycle.grant(job, cast.alice, now=OVER)
    assert standing(job) == WAITING


def test_a_granted_job_is_never_over(cast: Cast, job: Job) -> None:
    lifecycle.grant(job, cast.alice, now=LATER)
    assert lifecycle.sweep_asked(now=OVER) == 0


def test_the_sweep_is_a_step_of_the_timetable(cast: Cast) -> None:
    job = create_asking_job(cast.bob, cast.team, now=timezone.now() - timedelta(days=4))
    tasks.sweep()
    assert answer_to(job) == Answer.EXPIRED


# --- taken back ---


def test_cancelling_takes_the_question_back(cast: Cast, job: Job) -> None:
    lifecycle.cancel(job, cast.bob, now=LATER)
    assert standing(job) == CANCELLED
    assert answer_to(job) == "withdrawn"
    assert not Notice.objects.open().exists()
    assert AuditEntry.objects.filter(subject=job.id, action="job_ask_withdrawn").exists()
    with pytest.raises(Answered, match="Bob took it back on 23 November 2026, 13:00"):
        lifecycle.grant(job, cast.alice, now=LATER)


# --- after a restore ---


def test_a_restored_question_waits_until_somebody_says_that_it_was_not_sent(
    cast: Cast, job: Job, account: ProviderAccount
) -> None:
    # It may have been granted, and sent, after the backup was made.
    after_restore(now=LATER)
    assert lifecycle.sweep_asked(now=OVER) == 0
    with pytest.raises(Answered, match="restored from a backup"):
        lifecycle.grant(job, cast.alice, now=LATER)
    job.refresh_from_db()
    lifecycle.send_restored(job, cast.alice, now=LATER)
    assert standing(job) == WAITING
    lifecycle.resume(account, cast.alice, now=LATER)
    assert claims(account) == 0


# --- who is first ---


def outcomes(*deeds: Callable[[], object]) -> list[str]:
    """Do all at once and return what each came to, "" for done."""
    barrier, said = threading.Barrier(len(deeds)), [""] * len(deeds)

    def run(number: int, deed: Callable[[], object]) -> None:
        barrier.wait()
        try:
            deed()
        except lifecycle.Decided as late:
            said[number] = str(late)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


def test_the_second_answer_is_told_who_was_first(cast: Cast, job: Job, dora: User) -> None:
    lifecycle.grant(job, cast.alice, now=LATER)
    with pytest.raises(Answered, match=r"Alice said yes on 23 November 2026, 13:00 \(UTC\)\."):
        lifecycle.refuse(job, "", dora, now=LATER)
    assert answer_to(job) == "granted"


@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_once_one_wins(cast: Cast, dora: User) -> None:
    for _round in range(4):
        job = create_asking_job(cast.bob, cast.team, now=NOW)
        yes, no = outcomes(
            partial(lifecycle.grant, job, cast.alice, now=LATER),
            partial(lifecycle.refuse, job, "", dora, now=LATER),
        )
        granted = answer_to(job) == "granted"
        assert standing(job)[0] == (State.WAITING if granted else State.CANCELLED)
        assert (yes == "", no == "") == (granted, not granted)
        assert (no if granted else yes).startswith("Alice said yes" if granted else "Dora said no")
    check_everything()


@pytest.mark.django_db(transaction=True)
def test_of_a_yes_and_its_end_at_once_one_wins(cast: Cast) -> None:
    for _round in range(4):
        job = create_asking_job(cast.bob, cast.team, now=NOW)
        outcomes(
            partial(lifecycle.grant, job, cast.alice, now=OVER - timedelta(seconds=1)),
            partial(lifecycle.sweep_asked, now=OVER),
            partial(lifecycle.cancel, job, cast.bob, now=LATER),
        )
        assert (answer_to(job), standing(job)[0]) in {
            ("granted", State.WAITING),
            ("granted", State.CANCELLED),
            ("expired", State.CANCELLED),
            ("withdrawn", State.CANCELLED),
        }
    check_everything()
