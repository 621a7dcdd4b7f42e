"""The Create page in a real browser."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.accessible import HEIGHT, WIDTHS, check
from tests.browser.signed_in import held_back, page_of
from tests.factories import Cast, create_cast, create_job
from videojobs.models import Job
from videojobs.states import State

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SEEDANCE = "ByteDance/Seedance-2.0"
PROMPT = "A paper boat drifts down a rain gutter"


@pytest.fixture
def cast() -> Cast:
    return create_cast()


@pytest.fixture
def alice(browser: Browser, live_server: LiveServer, cast: Cast) -> Iterator[Page]:
    """Alice's page, and nothing the browser held against it."""
    page = page_of(browser, live_server, cast.alice)
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    yield page
    page.context.close()
    assert [line for line in heard if "422" not in line] == []


def prompt(page: Page) -> Locator:
    return page.get_by_label("Prompt", exact=True)


def button(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile("Rehearse 1 job|Send 1 job"))


def more(page: Page) -> Locator:
    return page.locator("[data-more] summary")


def choose(page: Page, words: str, name: str) -> None:
    """Find a model in the picker and take it."""
    page.locator(".picker-summary").click()
    page.get_by_label("Search models").fill(words)
    page.locator(".model-card", has_text=name).locator("visible=true").first.click()


def test_the_button_waits_for_a_prompt_and_then_sends_one_job(alice: Page) -> None:
    alice.goto("/create/")
    expect(button(alice)).to_be_disabled()
    prompt(alice).fill(PROMPT)
    expect(button(alice)).to_be_enabled()
    with held_back(alice, "**/create/"):
        button(alice).dblclick()
    alice.wait_for_url(re.compile(r"/queue/\?sent="))
    expect(alice.get_by_text("Job sent to the queue.")).to_be_visible()
    assert Job.objects.count() == 1


def test_control_and_enter_send_and_enter_alone_does_not(alice: Page) -> None:
    alice.goto(f"/create/?model={SEEDANCE}")
    prompt(alice).fill(PROMPT)
    alice.get_by_label("First frame").fill("https://pictures.example.org/a.png")
    alice.keyboard.press("Enter")
    expect(button(alice)).to_be_enabled()
    alice.keyboard.press("Control+Enter")
    alice.wait_for_url(re.compile(r"/queue/"))
    assert Job.objects.get().body["media"]["frame_images"][0]["frame"] == "first"


def test_the_price_follows_the_form(alice: Page) -> None:
    alice.goto(f"/create/?model={SEEDANCE}")
    alice.get_by_role("radio", name="1080p").check()
    alice.get_by_role("radio", name="10", exact=True).check()
    expect(alice.locator("#price .money-figure")).to_have_text("$4.00")
    expect(alice.locator("#price")).to_contain_text("probably 1920×1080 · 10 s")


def test_back_prices_again_what_the_browser_filled_in(alice: Page) -> None:
    alice.goto("/create/")
    prompt(alice).fill(PROMPT)
    expect(button(alice)).to_be_enabled()
    alice.goto("/queue/")
    alice.go_back()
    expect(prompt(alice)).to_have_value(PROMPT)
    expect(button(alice)).to_be_enabled()


def test_a_number_the_browser_cannot_read_is_not_left_out(alice: Page) -> None:
    alice.goto("/create/")
    prompt(alice).fill(PROMPT)
    more(alice).click()
    alice.get_by_label("Seed", exact=True).press_sequentially("1e999")
    expect(button(alice)).to_be_enabled()
    alice.wait_for_timeout(1_000)
    button(alice).click()
    expect(alice.get_by_label("Seed", exact=True)).to_be_focused()
    assert not Job.objects.exists()


def test_a_press_that_outruns_its_price_waits_and_is_not_sent_dearer(alice: Page, settings: Any) -> None:
    settings.PROVIDER_KEY = "key"
    alice.goto(f"/create/?model={SEEDANCE}&prompt=A+boat")
    expect(button(alice)).to_be_enabled()
    with held_back(alice, "**/create/quote/"):
        alice.get_by_role("radio", name="1080p").check()
        button(alice).click()
    expect(button(alice)).to_have_text("Send 1 job · $2.00")
    assert Job.objects.count() == 0
    button(alice).click()
    alice.wait_for_url(re.compile(r"/queue/"))
    assert Job.objects.get().held == 2


def test_another_model_reshapes_the_form_and_keeps_the_words(alice: Page) -> None:
    alice.goto("/create/")
    prompt(alice).fill(PROMPT)
    choose(alice, "wan text", "Wan 2.7 text to video")
    expect(alice.locator("#picked")).to_contain_text("Wan 2.7 text to video")
    expect(alice.get_by_text("720P", exact=True)).to_be_visible()
    expect(prompt(alice)).to_have_value(PROMPT)
    expect(alice.locator("#prompt-count")).to_have_text(f"{len(PROMPT)} / 5,000")
    expect(alice.locator(".picker-summary")).to_be_focused()
    button(alice).click()
    alice.wait_for_url(re.compile(r"/queue/"))
    assert Job.objects.get().model == "Wan-AI/wan2.7-t2v"


def test_the_search_narrows_the_cards(alice: Page) -> None:
    alice.goto("/create/")
    alice.locator(".picker-summary").click()
    expect(alice.get_by_label("Search models")).to_be_focused()
    alice.get_by_label("Search models").fill("4k sound")
    expect(alice.locator("[data-words]:visible")).to_have_count(1)
    alice.get_by_label("Search models").fill("nobody")
    expect(alice.get_by_text("No model is called that.")).to_be_visible()
    alice.keyboard.press("Escape")
    expect(alice.locator(".picker-panel")).to_be_hidden()


def test_an_unlisted_model_asks_for_its_price(alice: Page) -> None:
    alice.goto("/create/")
    prompt(alice).fill(PROMPT)
    alice.locator(".picker-summary").click()
    alice.get_by_label("Model id").fill("nobody/knows-1.0")
    alice.keyboard.press("Enter")
    price = alice.get_by_label("Price of this job")
    expect(alice.locator("#price")).to_have_attribute("data-price", "unknown")
    price.press_sequentially("0.50")
    expect(alice.locator("#price .money-figure")).to_have_text("$0.50")
    expect(price).to_be_focused()
    expect(price).to_have_value("0.50")
    button(alice).click()
    alice.wait_for_url(re.compile(r"/queue/"))
    assert Job.objects.get().estimate_source == "typed"


def test_a_reason_leads_to_its_field(alice: Page) -> None:
    alice.goto(f"/create/?model={SEEDANCE}")
    prompt(alice).fill(PROMPT)
    more(alice).click()
    alice.get_by_label("Steps").fill("5")
    more(alice).click()
    alice.get_by_role("link", name=re.compile("Steps is out of range")).click()
    expect(alice.get_by_label("Steps")).to_be_focused()


def test_a_refused_form_keeps_every_word(alice: Page) -> None:
    alice.goto(f"/create/?model={SEEDANCE}")
    prompt(alice).fill(PROMPT)
    alice.get_by_label("Last frame").fill("ftp://pictures.example.org/a.png")
    alice.evaluate("document.querySelector('#send').removeAttribute('aria-disabled')")
    alice.locator("#create-form").evaluate("form => form.submit()")
    expect(alice.locator("#id_last_frame_error")).to_contain_text("https://")
    expect(prompt(alice)).to_have_value(PROMPT)
    expect(alice.get_by_label("Last frame")).to_have_value("ftp://pictures.example.org/a.png")
    assert Job.objects.count() == 0


def test_what_was_changed_under_more_is_counted_and_reset(alice: Page) -> None:
    alice.goto("/create/")
    more(alice).click()
    alice.get_by_role("button", name="Roll a seed").click()
    alice.get_by_label("Steps").fill("30")
    expect(alice.get_by_text("2 changed")).to_be_visible()
    alice.get_by_role("button", name="reset").click()
    expect(alice.get_by_label("Seed", exact=True)).to_have_value("")
    expect(alice.get_by_text("2 changed")).to_be_hidden()


def test_frames_close_references_and_say_what_to_clear(alice: Page) -> None:
    alice.goto("/create/?model=ByteDance/Seedance-2.5")
    alice.get_by_label("First frame").fill("https://pictures.example.org/a.png")
    expect(alice.get_by_label("Reference images 1")).to_be_disabled()
    expect(alice.get_by_text("Clear first frame to use this.").first).to_be_visible()
    alice.get_by_label("First frame").fill("")
    expect(alice.get_by_label("Reference images 1")).to_be_enabled()


def test_a_pasted_list_fills_several_lines(alice: Page) -> None:
    alice.goto(f"/create/?model={SEEDANCE}")
    alice.get_by_label("Reference images 1").evaluate(
        """input => {
            const data = new DataTransfer()
            data.setData("text", "https://x.example/1\\nhttps://x.example/2")
            const options = {clipboardData: data, bubbles: true, cancelable: true}
            input.dispatchEvent(new ClipboardEvent("paste", options))
        }"""
    )
    expect(alice.get_by_label("Reference images 2")).to_have_value("https://x.example/2")
    expect(alice.get_by_label("Reference images 3")).to_have_value("")


def test_without_scripts_a_model_is_changed_and_a_job_sent(
    browser: Browser, live_server: LiveServer, cast: Cast
) -> None:
    page = page_of(browser, live_server, cast.alice, java_script_enabled=False)
    page.goto("/create/")
    prompt(page).fill(PROMPT)
    page.locator(".picker-summary").click()
    page.locator(".model-card", has_text="PixVerse v5").first.click()
    page.get_by_role("button", name="Change model").click()
    page.get_by_role("radio", name="1280×720").check()
    button(page).click()
    page.wait_for_url(re.compile(r"/queue/"))
    assert Job.objects.get().body == {
        "model": "pixverse/pixverse-v5",
        "prompt": PROMPT,
        "width": 1280,
        "height": 720,
    }
    page.context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing(browser: Browser, live_server: LiveServer, cast: Cast, width: int) -> None:
    create_job(cast.alice, cast.team, state=State.IN_PROGRESS)
    page = page_of(browser, live_server, cast.alice, viewport={"width": width, "height": HEIGHT})
    page.goto("/create/?model=pixverse/pixverse-v5")
    more(page).click()
    check(page)
    page.goto("/create/?model=nobody/knows")
    check(page)
    page.locator("#create-form").evaluate("form => form.submit()")
    expect(page.get_by_role("alert")).to_be_visible()
    check(page)
    page.locator(".picker-summary").click()
    check(page)
    page.context.close()
