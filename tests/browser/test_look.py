"""The look in a real browser: readable by everybody, usable by keyboard, and without JavaScript."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.accessible import HEIGHT, WIDTHS, check
from tests.factories import create_cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    """What the browser held against the page."""
    heard: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and "nothing.mp4" not in str(message.location):
            heard.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: heard.append(str(error)))
    yield heard
    assert heard == []


@pytest.fixture
def guide(page: Page, live_server: LiveServer, complaints: list[str]) -> Page:
    """The style guide, on which all components stand."""
    page.goto(f"{live_server.url}/styleguide/")
    return page


def test_axe_finds_nothing(browser: Browser, live_server: LiveServer) -> None:
    page = browser.new_page(reduced_motion="reduce")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.goto(f"{live_server.url}/styleguide/")
        check(page)
    page.close()


def test_the_first_tab_stop_skips_to_the_page(guide: Page) -> None:
    guide.keyboard.press("Tab")
    expect(guide.get_by_role("link", name="Skip to the page")).to_be_focused()
    guide.keyboard.press("Enter")
    expect(guide.locator("#main")).to_be_focused()


def test_a_menu_opens_and_closes_by_keyboard(guide: Page) -> None:
    opener = guide.locator("summary.person-button")
    opener.focus()
    guide.keyboard.press("Enter")
    expect(guide.get_by_role("button", name="Sign out")).to_be_visible()
    guide.keyboard.press("Escape")
    expect(guide.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(opener).to_be_focused()


def test_one_menu_at_a_time(guide: Page) -> None:
    guide.locator("summary.person-button").click()
    guide.locator("summary.notice-bell").click()
    expect(guide.get_by_role("button", name="Sign out")).to_be_hidden()


def test_money_says_where_it_comes_from(guide: Page) -> None:
    amount = guide.locator(".job-card details.money").first
    amount.locator("summary").click()
    expect(amount.get_by_text("by the price list")).to_be_visible()


def test_a_dialog_gives_the_focus_back(guide: Page) -> None:
    opener = guide.get_by_role("button", name="Open a dialog")
    opener.click()
    expect(guide.get_by_role("dialog", name="Cancel this job?")).to_be_visible()
    guide.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_a_stepper_stays_within_its_bounds(guide: Page) -> None:
    takes = guide.locator("#takes-light")
    more = guide.get_by_role("button", name="One more").first
    for _ in range(4):
        more.click()
    expect(takes).to_have_value("8")
    expect(more).to_be_disabled()


def test_the_theme_changes_without_javascript(browser: Browser, live_server: LiveServer) -> None:
    page = browser.new_page(java_script_enabled=False, color_scheme="light")
    page.goto(f"{live_server.url}/styleguide/")
    page.locator("summary.person-button").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.close()


def silence(route: Route) -> None:
    """Stand in for a stream that cannot be reached."""
    route.fulfill(status=503)


def sign_in(page: Page, live_server: LiveServer) -> None:
    cast = create_cast()
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_label("E-mail").fill(cast.alice.email)
    page.get_by_label("Password").fill(cast.alice.email)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_the_mark_is_live_while_news_comes(page: Page, live_server: LiveServer) -> None:
    sign_in(page, live_server)
    expect(page.locator("#live-mark")).to_have_attribute("data-live-state", "live")
    expect(page.locator("#live-mark")).to_contain_text("live ·")


def test_silence_turns_the_mark_grey_and_the_page_polls(page: Page, live_server: LiveServer) -> None:
    page.clock.install()
    page.route("**/events/**", silence)
    sign_in(page, live_server)
    expect(page.locator("#live-mark")).to_have_attribute("data-live-state", "live")
    with page.expect_request("**/frame/"):
        page.clock.fast_forward(16_000)
        page.clock.run_for(2_000)
    expect(page.locator("#live-mark")).to_have_attribute("data-live-state", "polling")
    expect(page.locator("#live-mark")).to_contain_text("looks every 10 s")
