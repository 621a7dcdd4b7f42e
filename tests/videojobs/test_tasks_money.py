"""The hourly look at the provider's balance, and the daily import of its own figures."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from pytest_django import Settings

from tests.factories import NOW, Cast, create_job, live_account
from tests.simulator import Simulator
from videojobs import balance, tasks
from videojobs.models import Notice, ProviderAccount

pytestmark = pytest.mark.django_db


@pytest.fixture
def morning(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Let it be six in the morning, UTC."""
    at = datetime.now(UTC).replace(hour=6)
    monkeypatch.setattr(tasks, "clock", lambda: at)
    return at


@pytest.fixture
def wanted(settings: Settings, rehearsal: Simulator) -> Simulator:
    """Want the import, from the simulator; a refused one leaves a notice."""
    settings.IMPORT_USAGE = True
    rehearsal.fault("usage", "503")
    return rehearsal


def told(cast: Cast) -> int:
    return Notice.objects.open().filter(team=cast.team, kind="money").count()


def test_the_housekeeping_warns_of_a_short_balance(
    cast: Cast, settings: Settings, broker: object, rehearsal: Simulator
) -> None:
    account = live_account("https://api.together.ai")
    settings.PROVIDER_KEY, settings.PROVIDER_BASE_URL = "k" * 40, account.base_url
    account = ProviderAccount.objects.current()
    seen, day = Decimal(0), NOW.date()
    balance.top_up(cast.team, account, Decimal(10), cast.alice, on=day, words="", seen=seen, now=NOW)
    create_job(cast.alice, cast.team, account=account, usd="12")
    tasks.housekeeping()
    assert told(cast) == 1


@pytest.mark.usefixtures("morning", "wanted")
def test_the_import_is_tried_once_a_day(cast: Cast, account: ProviderAccount) -> None:
    create_job(cast.alice, cast.team, account=account)
    tasks.import_usage()
    assert told(cast) == 1
    Notice.objects.all().delete()
    tasks.import_usage()
    assert told(cast) == 0


@pytest.mark.usefixtures("wanted")
def test_it_waits_until_the_provider_has_the_figures(
    cast: Cast, account: ProviderAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "clock", lambda: datetime.now(UTC).replace(hour=1))
    create_job(cast.alice, cast.team, account=account)
    tasks.import_usage()
    assert told(cast) == 0


@pytest.mark.usefixtures("morning", "wanted")
def test_it_is_off_unless_it_is_wanted(cast: Cast, account: ProviderAccount, settings: Settings) -> None:
    settings.IMPORT_USAGE = False
    create_job(cast.alice, cast.team, account=account)
    tasks.import_usage()
    assert told(cast) == 0
