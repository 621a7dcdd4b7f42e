"""The Spend page in a real browser: bars lead to their jobs, nothing sticks out, no script is needed."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.accessible import check, expect_accessible
from tests.factories import Cast, create_job, live_account
from videojobs.models import ProviderAccount, User
from videojobs.money import ledger
from videojobs.states import State

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LAST_WEEK = "/spend/?kind=live&period=30d"


def charged(
    person: User, cast: Cast, account: ProviderAccount, usd: str, *, days: int = 0, model: str
) -> None:
    """Make a job that was charged some days ago."""
    at = timezone.now() - timedelta(days=days)
    job = create_job(person, cast.team, account=account, state=State.COMPLETED, now=at, model=model)
    with transaction.atomic():
        ledger.settle(job.id, Decimal(usd), now=at, reason="Reported.")


def fill(cast: Cast) -> None:
    """Spend today and the days before: five jobs charged, one held, one unknown; and one in rehearsal."""
    account, now = live_account(), timezone.now()
    for usd in ("0.30", "0.31"):
        charged(cast.alice, cast, account, usd, model="minimax/video-01-director")
    charged(cast.bob, cast, account, "1.20", days=1, model="google/veo-3.0")
    charged(cast.bob, cast, account, "0.40", days=2, model="google/veo-3.0")
    charged(cast.alice, cast, account, "0.20", days=2, model="minimax/video-01-director")
    create_job(cast.bob, cast.team, account=account, state=State.IN_PROGRESS, now=now)
    create_job(cast.bob, cast.team, account=account, state=State.LOST, now=now, charged="unknown")
    create_job(cast.bob, cast.team, state=State.COMPLETED, now=now)


def test_axe_finds_nothing(browser: Browser, live_server: LiveServer, cast: Cast) -> None:
    fill(cast)
    paths = [f"/spend/?kind=live&split={split}" for split in ("model", "person", "project", "day")]
    expect_accessible(browser, cast.alice, live_server, *paths)


def test_axe_finds_nothing_in_the_drawn_bars(alice: Page, cast: Cast) -> None:
    fill(cast)
    alice.goto(LAST_WEEK)
    expect(alice.locator("a.chart-bar")).to_have_count(3)
    alice.locator(".chart-words summary").click()
    check(alice)


def test_a_bar_leads_to_its_jobs(alice: Page, cast: Cast) -> None:
    fill(cast)
    alice.goto(LAST_WEEK)
    alice.locator("a.chart-bar").last.click()
    alice.wait_for_url("**/gallery/**")
    expect(alice.locator(".gallery-cell")).to_have_count(2)


def test_bars_are_walked_by_arrows_and_opened_by_enter(alice: Page, cast: Cast) -> None:
    fill(cast)
    alice.goto(LAST_WEEK)
    bars = alice.locator("a.chart-bar")
    expect(bars).to_have_count(3)
    assert alice.locator("a.chart-bar[tabindex='0']").count() == 1
    bars.last.focus()
    alice.keyboard.press("ArrowLeft")
    expect(bars.nth(1)).to_be_focused()
    expect(alice.locator(".chart-tip")).to_contain_text("Veo 3.0 $1.20")
    alice.keyboard.press("Home")
    expect(bars.first).to_be_focused()
    alice.keyboard.press("Enter")
    alice.wait_for_url("**/gallery/**")
    expect(alice.locator(".gallery-cell")).to_have_count(2)


def test_the_bars_say_their_day_and_parts(alice: Page, cast: Cast) -> None:
    fill(cast)
    alice.goto(LAST_WEEK)
    today = alice.locator("a.chart-bar").last
    words = re.compile(r"so far: \$0\.61\. Video 01 Director \$0\.61$")
    expect(today).to_have_attribute("aria-label", words)
    expect(alice.get_by_text("days of UTC")).to_be_visible()


def test_news_redraw_the_bars(alice: Page, cast: Cast) -> None:
    fill(cast)
    alice.goto(LAST_WEEK)
    expect(alice.locator("a.chart-bar")).to_have_count(3)
    account = ProviderAccount.objects.get(kind="live")
    charged(cast.alice, cast, account, "0.50", days=5, model="google/veo-3.0")
    alice.evaluate("document.dispatchEvent(new CustomEvent('dailies:news', {detail: {name: 'job'}}))")
    expect(alice.locator("a.chart-bar")).to_have_count(4)


def test_the_bars_fit_a_smaller_window(alice: Page, cast: Cast) -> None:
    fill(cast)
    alice.goto(LAST_WEEK)
    expect(alice.locator("a.chart-bar")).to_have_count(3)
    alice.set_viewport_size({"width": 390, "height": 800})
    expect(alice.locator(".chart-plot canvas")).to_have_count(1)
    alice.wait_for_function("document.querySelector('.uplot').offsetWidth < 390")
    assert alice.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_days_of_ones_own_choice(alice: Page, cast: Cast) -> None:
    fill(cast)
    day = (timezone.now() - timedelta(days=1)).date().isoformat()
    alice.goto("/spend/?kind=live&split=person")
    alice.get_by_label("From").fill(day)
    alice.get_by_label("To", exact=True).fill(day)
    alice.get_by_role("button", name="Show").click()
    expect(alice.get_by_role("row", name="Bob")).to_contain_text("$1.20")
    assert "split=person" in alice.url and f"from={day}" in alice.url


def test_the_other_money_is_one_press_away(alice: Page, cast: Cast) -> None:
    fill(cast)
    alice.goto("/spend/?kind=live")
    alice.get_by_role("link", name="Rehearsal", exact=True).click()
    expect(alice.get_by_text("none of this was paid")).to_be_visible()


def test_it_works_without_scripts(plain: Page, cast: Cast) -> None:
    fill(cast)
    plain.goto(LAST_WEEK)
    plain.get_by_role("link", name="By person").click()
    expect(plain.locator(".spend-table").get_by_role("row", name="Alice")).to_contain_text("$0.81")
    expect(plain.locator(".chart-plot")).to_be_hidden()
    plain.get_by_text("The same as a table").click()
    expect(plain.get_by_role("region", name="Spent by day, as a table")).to_contain_text("$1.20")
    plain.get_by_role("link", name="$1.20").first.click()
    expect(plain.locator(".gallery-cell")).to_have_count(1)
