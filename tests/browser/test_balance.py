"""Balance and charges in a real browser: nothing sticks out, money is booked without scripts."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tests.browser.accessible import expect_accessible
from tests.factories import NOW, Cast, create_job
from videojobs import balance
from videojobs.models import Job, ProviderAccount, ProviderUsage
from videojobs.money import ledger
from videojobs.states import State

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def live(settings: Settings) -> ProviderAccount:
    """Set the site up to buy."""
    settings.PROVIDER_KEY = "k" * 40
    return ProviderAccount.objects.current()


def settled(cast: Cast) -> Job:
    """Return a failed job that was charged and partly given back."""
    job = create_job(cast.bob, cast.team, state=State.FAILED, claimed_at=NOW)
    with transaction.atomic():
        ledger.settle(job.id, Decimal("0.30"), now=NOW, reason="The provider reported this cost.")
        ledger.credit(job.id, Decimal("0.10"), now=NOW, reason="Credited: a ticket", actor=cast.alice)
    return job


def test_axe_finds_nothing_in_a_busy_balance(
    browser: Browser, live_server: LiveServer, cast: Cast, live: ProviderAccount
) -> None:
    now = timezone.now()
    balance.top_up(
        cast.team, live, Decimal(5), cast.alice, on=now.date(), words="Invoice 7", seen=Decimal(0), now=now
    )
    create_job(cast.bob, cast.team, account=live, usd="7.5")
    create_job(cast.bob, cast.team, account=live, usd="1.5", state=State.LOST)
    day = now.date() - timedelta(days=1)
    ProviderUsage.objects.create(account=live, day=day, product="Video", usd=Decimal("1.4"), imported_at=now)
    expect_accessible(browser, cast.alice, live_server, "/spend/balance/")


def test_axe_finds_nothing_in_rehearsal(browser: Browser, live_server: LiveServer, cast: Cast) -> None:
    expect_accessible(browser, cast.alice, live_server, "/spend/balance/")


def test_axe_finds_nothing_where_a_charge_is_changed(
    browser: Browser, live_server: LiveServer, cast: Cast
) -> None:
    expect_accessible(browser, cast.alice, live_server, f"/jobs/{settled(cast).id}/?show=money")


@pytest.mark.usefixtures("live")
def test_a_top_up_is_looked_at_twice_without_scripts(plain: Page) -> None:
    plain.goto("/spend/balance/")
    expect(plain.get_by_text("Nobody has typed in yet what was paid in.")).to_be_visible()
    plain.get_by_label("Paid in, in USD").fill("250")
    plain.get_by_role("button", name="Continue").click()
    plain.get_by_role("button", name="Book $250.00").click()
    expect(plain.locator(".balance-sum dd")).to_have_text("$250.00")


def test_a_credit_is_booked_without_scripts(plain: Page, cast: Cast) -> None:
    plain.goto(f"/jobs/{settled(cast).id}/?show=money")
    plain.locator("summary", has_text="Book a credit").click()
    plain.get_by_label("Given back, in USD").fill("0.5")
    plain.get_by_label("Where does the credit stand?").fill("Ticket 4711")
    plain.get_by_role("button", name="Book the credit").click()
    expect(
        plain.get_by_text("The provider cannot give back more than it charged for this job.")
    ).to_be_visible()
    plain.get_by_label("Given back, in USD").fill("0.05")
    plain.get_by_role("button", name="Book the credit").click()
    expect(plain.get_by_text("Credited: Ticket 4711")).to_be_visible()


def test_the_dispute_pack_is_saved_with_one_click(alice: Page, cast: Cast) -> None:
    job = settled(cast)
    alice.goto(f"/jobs/{job.id}/?show=money")
    with alice.expect_download() as download:
        alice.get_by_role("link", name="Dispute pack, ZIP").click()
    assert download.value.suggested_filename == f"dispute-{job.id}.zip"
