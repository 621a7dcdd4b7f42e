"""What a person says of a charge: settled, not charged, corrected, credited; never beyond what it cost."""

import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection, transaction

from tests.factories import NOW, Cast, create_job
from videojobs.lifecycle import (
    Decided,
    WrongAnswer,
    correct,
    credit,
    look_again,
    observe,
    settle_as_uncharged,
    settle_by_hand,
)
from videojobs.models import AuditEntry, Balance, Job, LedgerEntry
from videojobs.money import ledger, verifying
from videojobs.provider.types import VideoJob
from videojobs.states import State

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def fresh(job: Job) -> Job:
    return Job.objects.get(id=job.id)


def lost(cast: Cast) -> Job:
    """Return a job whose charge nobody knows."""
    return create_job(cast.bob, cast.team, state=State.LOST, charged="unknown")


def settled(cast: Cast, usd: str = "0.30") -> Job:
    """Return a job that was charged."""
    job = create_job(cast.bob, cast.team, state=State.COMPLETED)
    with transaction.atomic():
        ledger.settle(job.id, Decimal(usd), now=NOW, reason="The provider reported this cost.")
    return fresh(job)


def entries(job: Job) -> list[tuple[str, Decimal]]:
    return [(entry.kind, entry.amount) for entry in job.entries.order_by("number")]


def stands(job: Job) -> tuple[Decimal | None, Decimal, Decimal, str]:
    job = fresh(job)
    return job.cost, job.credited, job.held, job.charged


def agree(cast: Cast) -> None:
    """Raise AssertionError where the books do not agree with themselves."""
    assert verifying.verify(cast.team).problem == ""


# --- settled ---


def test_a_bill_settles_what_nobody_knew(cast: Cast) -> None:
    job = lost(cast)
    settle_by_hand(job, Decimal("0.31"), "The bill, line 12", cast.alice, now=NOW)
    assert stands(job) == (Decimal("0.31"), Decimal(0), Decimal(0), "yes")
    assert fresh(job).charged_why == "Settled by hand: The bill, line 12"
    agree(cast)


def test_reasons_of_ours_carry_no_name_and_the_column_says_who(cast: Cast) -> None:
    job = lost(cast)
    settle_by_hand(job, Decimal("0.31"), "The bill", cast.alice, now=NOW)
    correct(fresh(job), Decimal("0.32"), "The bill", cast.alice, now=NOW)
    credit(fresh(job), Decimal("0.1"), "The ticket", cast.alice, now=NOW)
    by_hand = [entry for entry in LedgerEntry.objects.filter(job=job) if entry.actor == cast.alice]
    assert {entry.kind for entry in by_hand} == {"settle", "release", "correction", "credit"}
    assert not any("lice" in entry.reason for entry in LedgerEntry.objects.all())


def test_a_job_that_was_not_charged_is_free_again(cast: Cast) -> None:
    job = lost(cast)
    settle_as_uncharged(job, "Not on the bill", cast.alice, now=NOW)
    assert stands(job) == (None, Decimal(0), Decimal(0), "no")
    assert fresh(job).charged_why == "Not charged, said by hand: Not on the bill"
    assert Balance.objects.get(team=cast.team).unknown == 0
    agree(cast)


def test_a_cost_that_is_reported_after_all_is_booked(cast: Cast) -> None:
    job = create_job(cast.bob, cast.team, state=State.FAILED, charged="unknown", provider_id="v")
    Job.objects.filter(id=job.id).update(provider_id="v", accepted_at=NOW, finished_at=NOW)
    settle_as_uncharged(job, "Not on the bill", cast.alice, now=NOW)
    seen = VideoJob.read({"id": "v", "status": "failed", "outputs": {"cost": "0.28"}})
    observe(job.id, seen, "{}", now=NOW)
    assert stands(job) == (Decimal("0.28"), Decimal(0), Decimal(0), "yes")
    agree(cast)


def test_a_bill_that_comes_after_all_settles_what_was_said_not_to_be_charged(cast: Cast) -> None:
    job = lost(cast)
    settle_as_uncharged(job, "Not on the bill", cast.alice, now=NOW)
    settle_by_hand(job, Decimal("0.28"), "The bill of December", cast.alice, now=NOW)
    assert stands(job)[3] == "yes"
    agree(cast)


def test_one_that_was_looked_for_again_can_be_cleared_again(cast: Cast) -> None:
    job = create_job(cast.bob, cast.team, state=State.LOST, charged="unknown", claimed_at=NOW)
    Job.objects.filter(id=job.id).update(provider_id="v", accepted_at=NOW)
    settle_as_uncharged(job, "Not on the bill", cast.alice, now=NOW)
    look_again(fresh(job), cast.alice, now=NOW)
    observe(job.id, VideoJob.read({"id": "v", "status": "failed"}), "{}", now=NOW)
    assert stands(job) == (None, Decimal(0), Decimal("0.28"), "unknown")
    settle_as_uncharged(job, "Still not on the bill", cast.alice, now=NOW)
    assert stands(job)[3] == "no"
    agree(cast)


@pytest.mark.parametrize("state", [State.WAITING, State.IN_PROGRESS, State.STORING])
def test_a_job_that_goes_on_settles_by_itself(cast: Cast, state: State) -> None:
    job = create_job(cast.bob, cast.team, state=state)
    with pytest.raises(Decided, match="settles by itself"):
        settle_by_hand(job, Decimal(1), "The bill", cast.alice, now=NOW)
    with pytest.raises(Decided, match="settles by itself"):
        settle_as_uncharged(job, "The bill", cast.alice, now=NOW)


def test_what_is_settled_is_not_settled_again(cast: Cast) -> None:
    job = settled(cast)
    with pytest.raises(Decided):
        settle_by_hand(job, Decimal(1), "The bill", cast.alice, now=NOW)
    with pytest.raises(Decided):
        settle_as_uncharged(job, "The bill", cast.alice, now=NOW)


# --- corrected and credited ---


def test_a_correction_of_a_correction(cast: Cast) -> None:
    job = settled(cast, "0.30")
    for usd in ("0.45", "0", "0.28"):
        correct(fresh(job), Decimal(usd), "The bill", cast.alice, now=NOW)
        agree(cast)
    assert entries(job)[-3:] == [
        ("correction", Decimal("0.15")),
        ("correction", Decimal("-0.45")),
        ("correction", Decimal("0.28")),
    ]
    assert stands(job) == (Decimal("0.28"), Decimal(0), Decimal(0), "yes")


def test_corrected_to_nothing_it_was_not_charged(cast: Cast) -> None:
    job = settled(cast)
    correct(job, Decimal(0), "Refunded in full", cast.alice, now=NOW)
    assert stands(job) == (Decimal(0), Decimal(0), Decimal(0), "no")


def test_a_credit_counts_against_its_job(cast: Cast) -> None:
    job = settled(cast, "0.30")
    credit(job, Decimal("0.12"), "Ticket 4711", cast.alice, now=NOW)
    assert fresh(job).net == Decimal("0.18")
    assert Balance.objects.get(team=cast.team).spent == Decimal("0.18")
    agree(cast)


@pytest.mark.parametrize("usd", ["0.300001", "999999"])
def test_no_more_is_given_back_than_was_charged(cast: Cast, usd: str) -> None:
    job = settled(cast, "0.30")
    with pytest.raises(WrongAnswer, match="more than it charged") as wrong:
        credit(job, Decimal(usd), "Ticket", cast.alice, now=NOW)
    assert wrong.value.field == "usd"
    assert entries(job)[-1][0] != "credit"


def test_a_charge_does_not_fall_below_what_was_given_back(cast: Cast) -> None:
    job = settled(cast, "0.30")
    credit(job, Decimal("0.2"), "Ticket", cast.alice, now=NOW)
    with pytest.raises(WrongAnswer, match="less than the provider has given back"):
        correct(fresh(job), Decimal("0.1"), "The bill", cast.alice, now=NOW)


@pytest.mark.parametrize("deed", [correct, credit])
def test_only_a_settled_job_is_changed(cast: Cast, deed: Callable[..., None]) -> None:
    with pytest.raises(Decided, match="not settled yet"):
        deed(lost(cast), Decimal("0.1"), "The bill", cast.alice, now=NOW)


@pytest.mark.parametrize("deed", [settle_by_hand, correct, credit])
@pytest.mark.parametrize("usd", ["-1", "NaN", "Infinity", "99999999999"])
def test_an_amount_that_cannot_be_stores_nothing(cast: Cast, deed: Callable[..., None], usd: str) -> None:
    job = lost(cast) if deed is settle_by_hand else settled(cast)
    before = entries(job)
    with pytest.raises(WrongAnswer):
        deed(job, Decimal(usd), "The bill", cast.alice, now=NOW)
    assert entries(job) == before
    assert not AuditEntry.objects.filter(subject=job.id).exists()


@pytest.mark.parametrize("deed", [correct, credit])
def test_a_change_is_exact_to_a_millionth(cast: Cast, deed: Callable[..., None]) -> None:
    with pytest.raises(WrongAnswer, match="at most 6 decimals"):
        deed(settled(cast), Decimal("0.0000001"), "The bill", cast.alice, now=NOW)


@pytest.mark.parametrize("reason", ["", "   "])
def test_every_one_wants_a_reason(cast: Cast, reason: str) -> None:
    job = settled(cast)
    for deed in (settle_by_hand, correct, credit):
        with pytest.raises(WrongAnswer) as wrong:
            deed(job, Decimal("0.1"), reason, cast.alice, now=NOW)
        assert wrong.value.field == "reason"


def test_each_leaves_an_event_and_an_audit_entry(cast: Cast) -> None:
    job = lost(cast)
    settle_by_hand(job, Decimal("0.3"), "The bill", cast.alice, now=NOW)
    correct(fresh(job), Decimal("0.4"), "The bill", cast.alice, now=NOW)
    credit(fresh(job), Decimal("0.1"), "The ticket", cast.alice, now=NOW)
    settle_as_uncharged(other := lost(cast), "Not on the bill", cast.alice, now=NOW)
    kinds = list(job.events.order_by("id").values_list("kind", flat=True))
    assert kinds[-3:] == ["settled_by_hand", "corrected", "credited"]
    assert other.events.order_by("-id").first().kind == "said_uncharged"  # type: ignore[union-attr]
    audit = AuditEntry.objects.get(action="charge_corrected")
    assert (audit.before["cost"], audit.after["cost"], audit.actor) == ("0.30", "0.40", cast.alice)
    assert AuditEntry.objects.filter(team=cast.team).count() == 4


def test_what_changed_since_it_was_read_is_looked_at_again(cast: Cast) -> None:
    job = settled(cast)
    credit(fresh(job), Decimal("0.1"), "Ticket", cast.alice, now=NOW)
    with pytest.raises(Decided, match="Somebody was first"):
        credit(job, Decimal("0.1"), "Ticket", cast.alice, now=NOW)
    assert fresh(job).credited == Decimal("0.1")


# --- at once ---


@pytest.mark.django_db(transaction=True)
def test_two_who_credit_at_once_never_give_back_more_than_it_cost(cast: Cast) -> None:
    job = settled(cast, "0.30")
    outcomes: list[str] = []

    def press() -> None:
        try:
            credit(job, Decimal("0.20"), "Ticket", cast.alice, now=NOW)
            outcomes.append("booked")
        except (Decided, WrongAnswer):
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["booked"] + ["refused"] * 7
    assert fresh(job).net == Decimal("0.10")
    agree(cast)
