"""The main job, as a new user does it: `manage.py up`, one prompt, a clip that plays, and what it cost."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.dashboard.running import Site

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(180),
]

PROMPT = "A paper boat drifts down a rain gutter at dusk"
PASSWORD = "a-long-enough-word-9"
PATIENCE = 60_000
"""Milliseconds for a clip to be rehearsed on a busy machine."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Run the whole site, as `make run` does."""
    running = Site(tmp_path_factory.mktemp("site"), SIMULATOR_SPEED="4")
    try:
        running.said("ready ")
        yield running
    finally:
        running.end()


@pytest.fixture(scope="module")
def owner(site: Site, browser: Browser) -> Iterator[Page]:
    """Make the owner's account from the link the terminal shows, and return the page it leads to."""
    link = site.said("first visit ").split()[-1]
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(link)
    page.get_by_label("E-mail").fill("alice@example.org")
    page.get_by_label("Your name").or_(page.get_by_label("Name", exact=True)).first.fill("Alice")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=team]").fill("Harbour")
    page.get_by_role("button", name="Make the team").click()
    yield page
    page.context.close()


def press_send(page: Page, site: Site, prompt: str) -> None:
    """Write a prompt and press the button that says the deed."""
    page.goto(f"{site.url}/create/")
    page.get_by_label("Prompt", exact=True).fill(prompt)
    button = page.get_by_role("button", name=re.compile("Rehearse 1 job"))
    expect(button).to_be_enabled(timeout=10_000)
    button.click()


@pytest.fixture
def finished(site: Site, owner: Page) -> str:
    """Send a job, wait for its clip, and return the address of its page."""
    press_send(owner, site, "A tram crosses a bridge at night")
    owner.wait_for_url(re.compile(r"/queue/\?sent=job_"))
    address = f"{site.url}/jobs/{owner.url.rpartition('=')[2]}/"
    owner.goto(address)
    expect(owner.locator("main video").first).to_be_attached(timeout=PATIENCE)
    return address


def test_a_prompt_becomes_a_clip_that_plays_without_reloading(site: Site, owner: Page) -> None:
    press_send(owner, site, PROMPT)
    owner.wait_for_url(re.compile("/queue/"))
    expect(owner.get_by_text("nothing is bought").first).to_be_visible()
    owner.wait_for_load_state()
    owner.evaluate("window.sameLoad = true")
    done = owner.locator("main").get_by_role("heading", name="Just finished")
    expect(owner.locator("main").get_by_text(PROMPT).first).to_be_visible()
    expect(owner.locator("main video, main img[src*='poster']").first).to_be_attached(timeout=PATIENCE)
    expect(done).to_be_visible()
    assert owner.evaluate("window.sameLoad === true"), "the page was loaded again"


def test_the_job_page_plays_seeks_and_says_the_cost(owner: Page, finished: str) -> None:
    owner.goto(finished)
    video = owner.locator("video").first
    expect(video).to_be_visible()
    seconds = video.evaluate(
        """async (clip) => {
            clip.muted = true
            await clip.play()
            clip.currentTime = clip.duration - 1
            await new Promise((done) => clip.addEventListener("seeked", done, {once: true}))
            return [clip.currentTime, clip.duration]
        }"""
    )
    assert seconds[0] == pytest.approx(seconds[1] - 1, abs=0.5)
    expect(owner.locator("main").get_by_text(re.compile(r"\$\d")).first).to_be_visible()


def test_a_stranger_sees_nothing(site: Site, owner: Page, browser: Browser) -> None:
    stranger = browser.new_context().new_page()
    answer = stranger.goto(owner.url)
    assert answer is not None and "/accounts/login/" in stranger.url
    stranger.context.close()
