"""The Health page: what is wrong stands first, each with what to do."""

from decimal import Decimal

import pytest
import redis
from django.test import Client

from dashboard.readiness import TICK_KEY
from tests.factories import NOW, Cast, create_cast, create_job, put
from videojobs import tasks
from videojobs.models import LedgerCheck, Notice
from videojobs.money.verifying import check
from videojobs.states import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    """Return the fixed cast."""
    return create_cast()


@pytest.fixture
def alice(client: Client, cast: Cast) -> Client:
    """Return Alice's browser."""
    client.force_login(cast.alice)
    return client


def page(client: Client) -> str:
    """Return what the page says."""
    return client.get("/health/").content.decode()


def test_all_is_well_after_a_tick_and_a_walk(alice: Client, cast: Cast, broker: "redis.Redis") -> None:
    tasks.tick()
    assert broker.get(TICK_KEY)
    create_job(cast.alice, cast.team)
    check(cast.team, now=NOW)
    assert "1 entry and every sum agree." in page(alice)
    assert "Everything your jobs and money depend on is well." in page(alice)


def test_a_ledger_that_is_off_is_said_with_what_to_do(alice: Client, cast: Cast) -> None:
    put(create_job(cast.alice, cast.team), held=Decimal("0.01"))
    check(cast.team, now=NOW)
    assert "says held 0.01" in page(alice) and "find out who changed it" in page(alice)


def test_whoever_answers_for_the_bill_is_told_until_it_agrees(cast: Cast) -> None:
    job = put(create_job(cast.alice, cast.team), held=Decimal("0.01"))
    check(cast.team, now=NOW)
    assert "does not agree" in Notice.objects.open().get(key="ledger").text
    put(job, held=job.estimate)
    check(cast.team, now=NOW)
    assert not Notice.objects.open().exists()


def test_a_decision_leads_to_the_queue(alice: Client, cast: Cast) -> None:
    create_job(cast.alice, cast.team, state=State.UNCONFIRMED)
    assert "1 job waits for a person." in page(alice)


def test_each_ledger_is_verified_once_a_day(cast: Cast, broker: "redis.Redis") -> None:
    def asked() -> int:
        return sum(b"videojobs.verify_ledger" in message for message in broker.lrange("dailies", 0, -1))

    tasks.housekeeping()
    assert asked() == 2  # one for each team
    for team in (cast.team, cast.elsewhere):
        tasks.verify_ledger(team.pk)
    tasks.housekeeping()
    assert asked() == 2 and LedgerCheck.objects.filter(problem="").count() == 2
