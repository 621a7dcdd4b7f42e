"""The drift watch: what the provider charges beside what was expected."""

import threading
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from tests.charges import create_charged, create_run
from tests.factories import DIRECTOR, NOW, Cast, create_job, live_account, rehearsal_account
from videojobs import drift, lifecycle, offers, pricelist
from videojobs.catalog.types import PriceUnit
from videojobs.models import AuditEntry, Job, Notice, PriceOnFile, PriceProposal, ProviderAccount
from videojobs.pricelist import Rule, WrongPrice
from videojobs.provider.types import VideoJob
from videojobs.states import State

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def live() -> ProviderAccount:
    """Return an account that buys."""
    return live_account()


def charge(cast: Cast, account: ProviderAccount, *charges: str, **more: Any) -> list[Job]:
    """Settle jobs one after the other, each of them watched."""
    made = []
    for minute, usd in enumerate(charges):
        now = more.get("now", NOW) + timedelta(minutes=minute)
        job = create_charged(cast.bob, cast.team, account, usd, **more | {"now": now})
        drift.watch(job.id, now)
        made.append(job)
    return made


def open_ones() -> list[PriceProposal]:
    return list(PriceProposal.objects.filter(answered_at=None))


def proposed(cast: Cast, account: ProviderAccount) -> PriceProposal:
    """Make the provider charge 0.35 three times where 0.28 is expected."""
    charge(cast, account, "0.35", "0.35", "0.35")
    [proposal] = open_ones()
    return proposal


def test_three_jobs_that_agree_make_a_proposal_and_a_notice(cast: Cast, live: ProviderAccount) -> None:
    jobs = charge(cast, live, "0.35", "0.35", "0.35")
    [proposal] = open_ones()
    assert (proposal.model, proposal.size, proposal.seconds) == (DIRECTOR, "1366x768", 5)
    assert (proposal.estimate, proposal.usd) == (Decimal("0.28"), Decimal("0.35"))
    assert sorted(proposal.jobs) == sorted(job.id for job in jobs)
    notice = Notice.objects.get(kind="drift")
    assert notice.text == (
        "Video 01 Director, 1366×768, 5 s: the provider charged $0.35 three times where we expected $0.28."
        " Take it over or leave it on the Prices page."
    )


@pytest.mark.parametrize(
    "charges",
    [
        ("0.35", "0.35"),
        ("0.35", "0.28", "0.35", "0.35"),
        ("0.35", "0.36", "0.35"),
        ("0.28", "0.28", "0.28"),
    ],
)
def test_fewer_or_others_make_none(cast: Cast, live: ProviderAccount, charges: tuple[str, ...]) -> None:
    charge(cast, live, *charges)
    assert open_ones() == []


def test_a_wish_that_cannot_be_read_any_more_does_not_hold_up_its_charge(
    cast: Cast, live: ProviderAccount
) -> None:
    charge(cast, live, "0.35", "0.35")
    job = create_charged(cast.bob, cast.team, live, "0.35", now=LATER)
    Job.objects.filter(id=job.id).update(body={"model": DIRECTOR, "gone": True})
    drift.watch(job.id, LATER)
    assert [one.usd for one in open_ones()] == [Decimal("0.35")]


def test_rehearsals_and_failures_make_none(cast: Cast, live: ProviderAccount) -> None:
    charge(cast, rehearsal_account(), "0.35", "0.35", "0.35")
    charge(cast, live, "0.35", "0.35", "0.35", state=State.FAILED)
    assert open_ones() == []


def test_the_same_charge_is_proposed_once(cast: Cast, live: ProviderAccount) -> None:
    charge(cast, live, *["0.35"] * 5)
    assert len(open_ones()) == 1
    assert Notice.objects.filter(kind="drift").count() == 1


def test_another_charge_takes_the_place_of_an_open_proposal(cast: Cast, live: ProviderAccount) -> None:
    older = proposed(cast, live)
    charge(cast, live, "0.40", "0.40", "0.40", now=LATER)
    [newer] = open_ones()
    assert newer.usd == Decimal("0.40")
    assert [notice.key for notice in Notice.objects.open()] == [drift.key_of(newer)]
    older.refresh_from_db()
    assert (older.answered_at is not None, older.answered_by) == (True, None)


def test_taking_it_over_files_the_price_and_names_the_jobs(cast: Cast, live: ProviderAccount) -> None:
    proposal = proposed(cast, live)
    drift.take_over(proposal, cast.alice, now=LATER)
    filed = PriceOnFile.objects.in_force().get()
    assert (filed.usd, filed.size, filed.seconds) == (Decimal("0.35"), "1366x768", 5)
    assert all(job_id in filed.source for job_id in proposal.jobs)
    assert filed.verified_on == LATER.date()
    assert not Notice.objects.open().exists()
    assert AuditEntry.objects.get().action == "price_filed"


def test_after_it_is_taken_over_such_jobs_are_expected_to_cost_it(cast: Cast, live: ProviderAccount) -> None:
    drift.take_over(proposed(cast, live), cast.alice, now=LATER)
    job = Job.objects.latest("created_at")
    price = offers.price(cast.team, job.wire_body, offers.named(cast.team, live, DIRECTOR))
    assert price is not None and price.usd == Decimal("0.35")


def test_jobs_made_before_a_price_was_filed_do_not_propose_it_again(
    cast: Cast, live: ProviderAccount
) -> None:
    drift.take_over(proposed(cast, live), cast.alice, now=LATER)
    charge(cast, live, "0.35", "0.35", "0.35", now=LATER)
    assert open_ones() == []


def test_what_was_left_is_not_proposed_again_but_another_price_is(cast: Cast, live: ProviderAccount) -> None:
    drift.leave(proposed(cast, live), cast.alice, now=LATER)
    charge(cast, live, "0.35", now=LATER)
    assert open_ones() == [] and not PriceOnFile.objects.exists()
    charge(cast, live, "0.36", "0.36", "0.36", now=LATER + timedelta(hours=1))
    assert [one.usd for one in open_ones()] == [Decimal("0.36")]


def test_leaving_it_leaves_a_trace(cast: Cast, live: ProviderAccount) -> None:
    drift.leave(proposed(cast, live), cast.alice, now=LATER)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor) == ("price_proposal_left", cast.alice)
    assert "charged $0.35 three times" in entry.before["proposed"]


def test_an_answer_counts_once(cast: Cast, live: ProviderAccount) -> None:
    proposal = proposed(cast, live)
    drift.leave(proposal, cast.alice, now=LATER)
    with pytest.raises(WrongPrice, match="answered"):
        drift.take_over(proposal, cast.alice, now=LATER)
    assert not PriceOnFile.objects.exists()


def test_a_proposal_that_would_overlap_stays_open(cast: Cast, live: ProviderAccount) -> None:
    proposal = proposed(cast, live)
    other = Rule(DIRECTOR, Decimal("0.3"), PriceUnit.CLIP, sound="without")
    pricelist.add(cast.team, other, cast.alice, now=LATER)
    with pytest.raises(WrongPrice, match="overlaps"):
        drift.take_over(proposal, cast.alice, now=LATER)
    assert open_ones() == [proposal]
    assert Notice.objects.open().filter(kind="drift").exists()


def test_a_job_nobody_knows_a_price_of_is_proposed_too(cast: Cast, live: ProviderAccount) -> None:
    charge(cast, live, "0.35", "0.35", "0.35", model="maker/new", seconds="5", width=1280, height=720)
    assert [(one.model, one.size) for one in open_ones()] == [("maker/new", "1280x720")]


def answer(usd: str) -> VideoJob:
    """Return what the provider says of a finished job."""
    return VideoJob.model_validate(
        {"id": "video-1", "status": "completed", "outputs": {"cost": float(usd), "video_url": "https://x/y"}}
    )


def test_the_lifecycle_watches_every_charge_that_is_reported(cast: Cast, live: ProviderAccount) -> None:
    for number in range(3):
        now = NOW + timedelta(minutes=number)
        job = create_job(cast.bob, cast.team, account=live, state=State.IN_PROGRESS, now=now)
        lifecycle.observe(job.id, answer("0.35"), "{}", now=now)
    [proposal] = open_ones()
    assert proposal.usd == Decimal("0.35")


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_settlements_at_once_propose_a_price_once(cast: Cast, live: ProviderAccount) -> None:
    charge(cast, live, "0.35", "0.35")
    jobs = [create_job(cast.bob, cast.team, account=live, state=State.IN_PROGRESS) for _ in range(4)]
    start = threading.Barrier(len(jobs))

    def report(job: Job) -> None:
        start.wait()
        try:
            lifecycle.observe(job.id, answer("0.35"), "{}", now=LATER)
        finally:
            connection.close()

    workers = [threading.Thread(target=report, args=(job,)) for job in jobs]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert Job.objects.filter(cost=Decimal("0.35")).count() == 6
    assert len(open_ones()) == 1 and Notice.objects.filter(kind="drift").count() == 1


# --- reported against estimated


def test_what_was_charged_stands_beside_what_was_expected(cast: Cast, live: ProviderAccount) -> None:
    create_run(cast.bob, cast.team, live, "0.28", "0.28", model="minimax/hailuo-02", now=NOW)
    create_run(cast.bob, cast.team, live, "0.30", "0.40", now=LATER)
    create_run(cast.bob, cast.team, rehearsal_account(), "9")
    first, second = drift.reported(cast.team)
    assert (first.model, first.jobs, first.off) == (DIRECTOR, 2, 2)
    assert (first.average_estimate, first.average_charge) == (Decimal("0.28"), Decimal("0.35"))
    assert (first.lowest, first.highest, first.per_cent) == (Decimal("0.30"), Decimal("0.40"), 25)
    assert second.off == 0 and not second.difference
    assert drift.reported(cast.elsewhere) == []
