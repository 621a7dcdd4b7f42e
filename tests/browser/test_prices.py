"""The Prices page in a real browser: with and without scripts, for every eye, on a phone and a desk."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.accessible import expect_accessible
from tests.browser.signed_in import page_of
from tests.charges import create_run
from tests.factories import NOW, Cast, live_account
from videojobs import drift
from videojobs.models import Job, Notice, PriceOnFile

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def drifted(cast: Cast) -> None:
    """Let the provider charge 0.35 three times where 0.28 is expected."""
    jobs = create_run(cast.bob, cast.team, live_account(), "0.35", "0.35", "0.35")
    drift.watch(jobs[-1].id, NOW + timedelta(minutes=2))


def test_a_price_is_put_on_file_changed_and_taken_away_without_scripts(plain: Page) -> None:
    plain.goto("/prices/add/")
    plain.get_by_label("Model").fill("vidu/vidu-q3")
    plain.get_by_label("Price in USD").fill("0.50")
    plain.get_by_role("button", name="Put it on file").click()
    plain.get_by_role("link", name="Change $0.50 of Vidu Q3").click()
    plain.get_by_label("Price in USD").fill("0.60")
    plain.get_by_role("button", name="Change it").click()
    plain.get_by_role("link", name="Take away $0.60 of Vidu Q3").click()
    plain.get_by_role("button", name="Take it away").click()
    expect(plain.get_by_text("$0.50")).to_be_visible()
    expect(plain.get_by_text("$0.60")).to_be_visible()
    assert not PriceOnFile.objects.in_force().exists() and PriceOnFile.objects.count() == 2


def test_a_proposal_is_taken_over_from_the_page(alice: Page, cast: Cast) -> None:
    drifted(cast)
    alice.goto("/notices/")
    alice.get_by_role("link", name="Open Prices").click()
    alice.get_by_role("button", name="Take $0.35 over").click()
    expect(alice.get_by_text("The price is on file")).to_be_visible()
    assert PriceOnFile.objects.get().seconds == 5


def test_a_member_asks_for_a_price_and_keeps_what_was_written(
    browser: Browser, cast: Cast, live_server: LiveServer
) -> None:
    bob = page_of(browser, live_server, cast.bob)
    bob.goto("/create/?model=nobody/knows")
    bob.locator("#id_prompt").fill("A paper boat")
    bob.get_by_role("button", name="Ask for a price").click()
    expect(bob.get_by_text("asked for")).to_be_visible()
    expect(bob.locator("#id_prompt")).to_have_value("A paper boat")
    assert Notice.objects.get().kind == "price" and not Job.objects.exists()
    bob.context.close()


def test_everybody_can_use_it(browser: Browser, cast: Cast, live_server: LiveServer) -> None:
    drifted(cast)
    paths = "/prices/", "/prices/add/?model=ByteDance/Seedance-2.0"
    expect_accessible(browser, cast.alice, live_server, *paths)
