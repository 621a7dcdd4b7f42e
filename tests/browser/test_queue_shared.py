"""Two people in two real browser windows share a queue on a running site: Alice at a desk, Bob on a phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.dashboard.running import Site, manage

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(180)]

PASSWORD = "a-long-enough-word-9"
DESK, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
SOON = 5_000
"""Milliseconds until one window's deed stands in the other, on a busy machine; else under 1,000."""

HERON = "A heron lifts off from a misty canal"
TRAM = "A tram crosses a bridge at night"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Run the whole site with two people in it."""
    variables = {"OWNER_PASSWORD": PASSWORD, "MEMBER_PASSWORD": PASSWORD}
    with Site(tmp_path, SIMULATOR_SPEED="4") as running:
        running.said("ready ")
        for command in (
            ("create_owner", "alice@example.org", "--team", "Harbour"),
            ("create_member", "bob@example.org", "--team", "harbour", "--role", "member"),
        ):
            made = manage(*command, data=tmp_path, port=running.port, **variables)
            assert made.returncode == 0, made.stderr
        yield running


def signed_in(browser: Browser, site: Site, email: str, window: ViewportSize) -> Page:
    """Open the queue in a window of somebody's own."""
    page = browser.new_context(base_url=site.url, viewport=window, has_touch=window == PHONE).new_page()
    page.set_default_timeout(15_000)
    page.goto("/accounts/login/?next=/queue/")
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url("**/queue/")
    page.evaluate("window.sameLoad = true")
    return page


def send(page: Page, prompt: str) -> None:
    """Send a job as its person does, in a window that then shows it in the queue."""
    page.goto("/create/")
    page.get_by_label("Prompt", exact=True).fill(prompt)
    page.get_by_role("button", name="Rehearse 1 job").click()
    page.wait_for_url("**/queue/?sent=*")
    page.evaluate("window.sameLoad = true")


def row(page: Page, prompt: str) -> str:
    """Return what a waiting row says, once it is there."""
    found = page.locator(".waiting-row", has_text=prompt)
    expect(found).to_have_count(1, timeout=SOON)
    return found.inner_text()


def test_what_one_does_the_other_sees_without_reloading(site: Site, browser: Browser) -> None:
    alice = signed_in(browser, site, "alice@example.org", DESK)
    bob = signed_in(browser, site, "bob@example.org", PHONE)

    # Alice pauses; Bob reads who and why
    alice.locator("#pause-menu > summary").click()
    alice.get_by_label("Why").fill("The client calls")
    alice.get_by_role("button", name="Pause sending").click()
    expect(bob.get_by_text("“The client calls”")).to_be_visible(timeout=SOON)
    expect(bob.locator(".queue-paused form")).to_have_count(0)

    # Bob's jobs come up at Alice's, with the reason why they wait
    send(bob, HERON)
    send(bob, TRAM)
    assert "The client calls" in row(alice, HERON)
    row(alice, TRAM)

    # Alice opens an edit, and Bob is quicker: she reads what he did, and loses nothing
    alice.locator(".waiting-row", has_text=HERON).locator("[data-row]").focus()
    alice.keyboard.press("e")
    alice.locator("#edit #id_prompt").fill("A heron, closer")
    bob.locator(".waiting-row", has_text=HERON).locator("summary.icon-button").click()
    bob.get_by_role("button", name="High", exact=True).locator("visible=true").click()
    expect(alice.locator(".waiting-row", has_text="high priority")).to_have_count(1, timeout=SOON)
    alice.locator("#edit #send").click()
    expect(alice.locator("#edit").get_by_text("set its priority to high")).to_be_visible()
    expect(alice.locator("#edit #id_prompt")).to_have_value("A heron, closer")
    alice.locator("#edit #send").click()
    expect(alice.locator("#queue-sheet")).to_be_hidden()
    row(bob, "A heron, closer")

    # Alice marks Bob's other job next, by key; Bob reads who did
    alice.locator(".waiting-row", has_text=TRAM).locator("[data-row]").focus()
    alice.keyboard.press("n")
    expect(bob.locator(".waiting-row").first).to_contain_text(TRAM, timeout=SOON)
    expect(bob.locator(".waiting-row").first).to_contain_text("next, by", timeout=SOON)

    # Bob cancels on his phone; it goes from Alice's list
    bob.locator(".waiting-row", has_text="A heron, closer").locator("summary.icon-button").click()
    bob.locator(".row-menu [value=cancel]").locator("visible=true").click()
    expect(alice.locator(".waiting-row")).to_have_count(1, timeout=SOON)

    # Alice resumes; the rest is sent in both windows
    alice.locator(".queue-paused").get_by_role("button", name="Resume").click()
    for page in (alice, bob):
        expect(page.locator(".queue-paused")).to_have_count(0, timeout=SOON)
        expect(page.locator(".waiting-row")).to_have_count(0, timeout=15_000)
        assert page.evaluate("window.sameLoad === true"), "the page was loaded again"
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.context.close()
