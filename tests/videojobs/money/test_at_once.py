"""Money moved by many at once, on real threads and real locks: nothing is counted twice, or forgotten."""

import random
from collections.abc import Callable
from decimal import Decimal
from itertools import count

import pytest
from django.db import transaction
from django.db.models import Sum
from django.db.transaction import TransactionManagementError

from tests.factories import Cast, body, create_job, create_limit, price
from tests.videojobs.money.crowd import again_and_again, at_once
from videojobs import dispatch, lifecycle, tasks
from videojobs.lifecycle import Decided, Order, StepRefused
from videojobs.models import Balance, Job, LedgerEntry, Limit, LimitCounter, LimitPeriod, ProviderAccount
from videojobs.models.limits import LimitAction
from videojobs.money import budgets, ledger
from videojobs.money.budgets import LimitRefused
from videojobs.money.verifying import verify
from videojobs.provider.errors import NotSent
from videojobs.states import State

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

THREADS = 16
LASTS = 2.0
"""Seconds."""

USD = Decimal("0.28")


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell no page: nobody looks."""
    monkeypatch.setattr("videojobs.broadcast.publish", lambda _message: True)


def sending(cast: Cast, account: ProviderAccount) -> Callable[[], object]:
    """Return the deed of making a job."""

    def send() -> object:
        order = Order(cast.team, cast.project, random.choice([cast.alice, cast.bob]), body(), price())
        return lifecycle.create(order, account, now=tasks.clock())

    return send


def in_order(cast: Cast) -> None:
    """Expect the books to agree."""
    assert verify(cast.team).problem == ""


def test_first_jobs_of_a_period_at_once_make_its_counter_once(cast: Cast, account: ProviderAccount) -> None:
    limit = create_limit(cast.team, "100", period=LimitPeriod.MONTH)
    assert at_once([sending(cast, account)] * THREADS) == []
    waiting = LimitCounter.objects.get(limit=limit, period="waiting")
    assert waiting.held == USD * THREADS
    assert LimitCounter.objects.filter(limit=limit).count() == 2
    in_order(cast)


def test_first_jobs_of_a_team_at_once_make_one_chain(cast: Cast, account: ProviderAccount) -> None:
    send = sending(cast, account)
    assert at_once([lambda: [send() for _job in range(4)]] * THREADS) == []
    numbers = list(LedgerEntry.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, 4 * THREADS + 1))
    in_order(cast)


def test_a_limit_set_during_admissions_counts_all_of_them(cast: Cast, account: ProviderAccount) -> None:
    send = again_and_again(sending(cast, account), LASTS)
    assert at_once([send] * 4 + [lambda: create_limit(cast.team, "9000")]) == []
    (standing,) = budgets.standings(cast.team, now=tasks.clock(), rehearsal=True)
    assert standing.held == Job.objects.aggregate(sum=Sum("held"))["sum"]
    in_order(cast)


def test_a_limit_set_during_admissions_lets_none_pass_afterwards(
    cast: Cast, account: ProviderAccount
) -> None:
    send = again_and_again(sending(cast, account), LASTS, but=(LimitRefused,))
    there: list[int] = []

    def limit() -> None:
        create_limit(cast.team, "0.01")
        there.append(Job.objects.count())

    assert at_once([send] * 4 + [limit]) == []
    assert [Job.objects.count()] == there
    in_order(cast)


def test_settling_and_correcting_at_once_books_each_once(cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.COMPLETED)
    now, cents = tasks.clock(), count(1)

    @transaction.atomic
    def settle() -> None:
        ledger.settle(job.id, Decimal("0.30"), now=now, reason="reported")

    @transaction.atomic
    def correct() -> None:
        usd = Decimal(next(cents)) / 100
        ledger.correct(job.id, usd, now=now, reason="misread", actor=cast.alice)

    deeds = [again_and_again(correct, LASTS, but=(ValueError,))] * 4
    assert at_once([settle, settle, *deeds]) == []
    assert LedgerEntry.objects.filter(kind="settle").count() == 1
    assert LedgerEntry.objects.filter(kind="correction").count() > 1
    in_order(cast)


def test_paying_in_and_settling_at_once_loses_neither(cast: Cast, account: ProviderAccount) -> None:
    now = tasks.clock()
    jobs = [create_job(cast.alice, cast.team, state=State.COMPLETED) for _ in range(8)]

    def pay_in() -> None:
        ledger.top_up(cast.team, account, Decimal(5), now=now, reason="paid in", actor=cast.alice)

    def settling(job: Job) -> Callable[[], object]:
        return transaction.atomic(lambda: ledger.settle(job.id, USD, now=now, reason="reported"))

    assert at_once([pay_in] * 8 + [settling(job) for job in jobs]) == []
    balance = Balance.objects.get()
    assert (balance.topped_up, balance.spent, balance.held) == (40, USD * 8, 0)
    in_order(cast)


def test_first_payments_to_an_account_at_once_make_one_balance(cast: Cast, account: ProviderAccount) -> None:
    now = tasks.clock()

    def pay_in() -> None:
        ledger.top_up(cast.team, account, Decimal(5), now=now, reason="paid in", actor=cast.alice)

    assert at_once([pay_in] * THREADS) == []
    assert Balance.objects.get().topped_up == 5 * THREADS
    in_order(cast)


def raising_and_lowering(cast: Cast, limit: Limit) -> Callable[[], object]:
    """Return the deed of changing a limit to and fro."""
    amounts = count()

    def change() -> object:
        amount = Decimal("0.01") if next(amounts) % 2 else Decimal(100)
        stop = LimitAction.STOP
        return budgets.change(
            limit, amount=amount, action=stop, levels=(100,), actor=cast.alice, now=tasks.clock()
        )

    return change


def test_claims_cancellations_and_limits_never_wait_in_a_ring(cast: Cast, account: ProviderAccount) -> None:
    limit = create_limit(cast.team, "100")

    def claim() -> None:
        claim = lifecycle.claim_next(account.pk, dispatch.next_job, now=tasks.clock())
        if claim is not None:
            lifecycle.land_failure(claim.job.id, claim.id, NotSent("no route"), now=tasks.clock())

    def cancel() -> None:
        job_id = dispatch.next_job(account, tasks.clock())
        if job_id is not None:
            lifecycle.cancel(Job.objects.get(id=job_id), cast.alice, now=tasks.clock())

    refusals = (LimitRefused, Decided, StepRefused)
    deeds = [sending(cast, account), sending(cast, account), cancel, cancel, claim]
    deeds.append(raising_and_lowering(cast, limit))
    assert at_once([again_and_again(deed, LASTS, but=refusals) for deed in deeds]) == []
    in_order(cast)


def test_money_is_not_moved_outside_a_transaction(cast: Cast) -> None:
    job = create_job(cast.alice, cast.team)
    with pytest.raises(TransactionManagementError):
        ledger.release(job.id, now=tasks.clock(), reason="free")
    in_order(cast)
