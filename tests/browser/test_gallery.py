"""The gallery in a real browser: clips play in place, by pointer and by keyboard, and without JavaScript."""

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.accessible import expect_accessible
from tests.browser.rooms import kept_clip
from tests.factories import Cast, create_job
from videojobs.states import State

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PLAYED = """clip => clip.currentTime > 0
    || new Promise(done => clip.addEventListener('timeupdate', done, {once: true}))"""


def fill(cast: Cast) -> None:
    """Make clips of three shapes, one job on its way and one that failed."""
    kept_clip(cast.alice, cast, prompt="A boat at dusk", size=(320, 180))
    kept_clip(cast.bob, cast, prompt="A tram at night", size=(180, 320))
    kept_clip(cast.bob, cast, prompt="A square", size=(240, 240))
    create_job(cast.alice, cast.team, state=State.IN_PROGRESS, prompt="On its way")
    create_job(cast.alice, cast.team, state=State.FAILED, prompt="Came to nothing")


def test_axe_finds_nothing(browser: Browser, live_server: LiveServer, cast: Cast) -> None:
    fill(cast)
    expect_accessible(browser, cast.alice, live_server, "/gallery/?state=any")
    expect_accessible(browser, cast.charlie, live_server, "/gallery/")


def test_a_clip_plays_where_it_stands(alice: Page, cast: Cast) -> None:
    fill(cast)
    alice.goto("/gallery/")
    assert alice.locator("main video").count() == 0
    alice.get_by_role("link", name="Play A boat at dusk").click()
    video = alice.locator("main video")
    expect(video).to_have_count(1)
    video.evaluate(PLAYED)
    assert alice.url.endswith("/gallery/")


def test_enter_plays_and_arrows_walk(alice: Page, cast: Cast) -> None:
    fill(cast)
    alice.goto("/gallery/?state=completed")
    plays = alice.locator(".still-play")
    plays.first.focus()
    alice.keyboard.press("ArrowRight")
    expect(plays.nth(1)).to_be_focused()
    alice.keyboard.press("Enter")
    expect(alice.locator("main video")).to_have_count(1)
    alice.keyboard.press("ArrowLeft")
    expect(plays.first).to_be_focused()
    alice.keyboard.press("g")
    alice.wait_for_url("**/jobs/**")


def test_pictures_keep_their_shape(alice: Page, cast: Cast) -> None:
    fill(cast)
    alice.goto("/gallery/?state=completed")
    shapes = alice.locator(".still").evaluate_all(
        "stills => stills.map(still => still.clientWidth / still.clientHeight)"
    )
    assert sorted(round(shape, 1) for shape in shapes) == [0.6, 1.0, 1.8]


def test_a_narrow_picture_keeps_its_words_inside(alice: Page, cast: Cast) -> None:
    fill(cast)
    alice.set_viewport_size({"width": 390, "height": 844})
    alice.goto("/gallery/?state=completed")
    too_wide = "cells => cells.filter(cell => cell.scrollWidth > cell.clientWidth).length"
    assert alice.locator(".gallery-cell").evaluate_all(too_wide) == 0


def test_a_filter_is_chosen_and_cleared(alice: Page, cast: Cast) -> None:
    fill(cast)
    alice.goto("/gallery/")
    alice.locator("summary.filter-chip", has_text="By").click()
    alice.get_by_role("link", name="Bob").click()
    expect(alice.locator(".gallery-cell")).to_have_count(2)
    alice.get_by_label("Clear by Bob").click()
    expect(alice.locator(".gallery-cell")).to_have_count(4)


def test_it_works_without_scripts(plain: Page, cast: Cast) -> None:
    fill(cast)
    plain.goto("/gallery/")
    plain.locator("#gallery-search").fill("tram NIGHT")
    plain.locator("#gallery-search").press("Enter")
    expect(plain.locator(".gallery-cell")).to_have_count(1)
    plain.get_by_role("link", name="Play A tram at night").click()
    plain.wait_for_url("**/jobs/**")
