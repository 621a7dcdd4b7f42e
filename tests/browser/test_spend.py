"""The Spend page in a real browser: bars lead to their jobs, nothing sticks out, no script is needed."""

from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.rooms import expect_accessible
from tests.factories import Cast, create_job, live_account
from videojobs.money import ledger
from videojobs.states import State

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def fill(cast: Cast) -> None:
    """Spend today: two jobs charged, one held, one unknown; and one in rehearsal."""
    account, now = live_account(), timezone.now()
    for usd in ("0.30", "0.31"):
        job = create_job(cast.alice, cast.team, account=account, state=State.COMPLETED, now=now)
        ledger.settle(job.id, Decimal(usd), now=now, reason="Reported.")
    create_job(cast.bob, cast.team, account=account, state=State.IN_PROGRESS, now=now)
    create_job(cast.bob, cast.team, account=account, state=State.LOST, now=now, charged="unknown")
    create_job(cast.bob, cast.team, state=State.COMPLETED, now=now)


@pytest.mark.parametrize("split", ["model", "person", "day"])
def test_axe_finds_nothing(browser: Browser, live_server: LiveServer, cast: Cast, split: str) -> None:
    fill(cast)
    expect_accessible(browser, cast.alice, live_server, f"/spend/?kind=live&split={split}")


def test_a_bar_leads_to_its_jobs(alice: Page, cast: Cast) -> None:
    fill(cast)
    alice.goto("/spend/?kind=live")
    bars = alice.locator("a.chart-day[href]")
    expect(bars).to_have_count(1)
    bars.first.focus()
    alice.keyboard.press("Enter")
    alice.wait_for_url("**/gallery/**")
    expect(alice.locator(".gallery-cell")).to_have_count(2)


def test_the_other_money_is_one_press_away(alice: Page, cast: Cast) -> None:
    fill(cast)
    alice.goto("/spend/?kind=live")
    alice.get_by_role("link", name="Rehearsal", exact=True).click()
    expect(alice.get_by_text("none of this was paid")).to_be_visible()


def test_it_works_without_scripts(plain: Page, cast: Cast) -> None:
    fill(cast)
    plain.goto("/spend/?kind=live")
    plain.get_by_role("link", name="By person").click()
    expect(plain.get_by_role("row", name="Alice")).to_contain_text("$0.61")
    with plain.expect_download() as download:
        plain.get_by_role("link", name="Jobs, CSV").click()
    assert download.value.suggested_filename == "dailies-jobs-live-month.csv"
