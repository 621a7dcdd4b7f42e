"""Places, pauses and shares with many at once, on real threads and real locks."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db.models import Sum

from tests.factories import NOW, Cast, body, create_job, price
from tests.videojobs.money.crowd import at_once
from videojobs import dispatch, lifecycle, pauses, places, tasks
from videojobs.models import Job, ProviderAccount, QueueScope, Share, Target
from videojobs.pauses import AlreadyPaused
from videojobs.places import QueueFull
from videojobs.provider.errors import NotSent
from videojobs.states import State

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

TEAM = Target(QueueScope.TEAM)


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tell no page: nobody looks."""
    monkeypatch.setattr("videojobs.broadcast.publish", lambda _message: True)


def claiming(account: ProviderAccount) -> Callable[[], object]:
    """Return the deed of claiming one job."""
    return lambda: lifecycle.claim_next(account.pk, dispatch.next_job, now=tasks.clock())


def test_workers_at_once_never_pass_a_limit_of_places(cast: Cast, account: ProviderAccount) -> None:
    places.set_places(cast.team, TEAM, 3, None, cast.alice, now=NOW)
    for number in range(12):
        create_job([cast.alice, cast.bob][number % 2], cast.team)
    assert at_once([claiming(account)] * 12) == []
    assert Job.objects.filter(state=State.SENDING).count() == 3


def test_two_hundred_at_once_never_pass_what_may_wait(cast: Cast, account: ProviderAccount) -> None:
    places.set_places(cast.team, Target(QueueScope.EACH), None, 7, cast.alice, now=NOW)
    refused = []

    def submit() -> None:
        order = lifecycle.Order(cast.team, cast.project, cast.bob, body(), price())
        for _press in range(20):
            try:
                lifecycle.create(order, account, now=tasks.clock())
            except QueueFull as full:
                refused.append(full)

    assert at_once([submit] * 10) == []
    assert (Job.objects.count(), len(refused)) == (7, 193)


def test_claims_that_come_back_while_others_go_leave_the_shares_right(
    cast: Cast, account: ProviderAccount
) -> None:
    for number in range(24):
        create_job([cast.alice, cast.bob][number % 2], cast.team)

    def send() -> None:
        for turn in range(3):
            claim = lifecycle.claim_next(account.pk, dispatch.next_job, now=tasks.clock())
            if claim is not None and turn != 1:
                lifecycle.land_failure(claim.job.id, claim.id, NotSent("no route"), now=tasks.clock())

    assert at_once([send] * 6) == []
    sent = Job.objects.filter(state=State.SENDING).count()
    people = Share.objects.exclude(person=None).aggregate(had=Sum("start"))["had"]
    assert Share.objects.get(person=None).start == people == Decimal("0.28") * sent


def test_of_two_who_pause_at_once_one_does(cast: Cast, account: ProviderAccount) -> None:
    create_job(cast.bob, cast.team)
    late = []

    def pause() -> None:
        try:
            pauses.pause(cast.team, TEAM, cast.alice, "", now=NOW)
        except AlreadyPaused as already:
            late.append(already)

    assert at_once([pause, pause, claiming(account)]) == []
    assert len(late) == len(pauses.open_pauses(cast.team)) == 1
    assert lifecycle.claim_next(account.pk, dispatch.next_job, now=tasks.clock()) is None
