"""The job page in a real browser: the player seeks, tabs change in place, answers need no JavaScript."""

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.accessible import expect_accessible
from tests.browser.rooms import kept_clip
from tests.browser.signed_in import held_back
from tests.factories import Cast, create_job
from videojobs.models import Job
from videojobs.states import State

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SEEK = """async (clip) => {
    const heard = (name) => new Promise((done) => clip.addEventListener(name, done, { once: true }));
    if (clip.readyState < 1) await heard("loadedmetadata");
    clip.currentTime = 1.5;
    await heard("seeked");
    return clip.currentTime;
}"""


def test_axe_finds_nothing(browser: Browser, live_server: LiveServer, cast: Cast) -> None:
    states = State.UNCONFIRMED, State.LOST, State.IN_PROGRESS
    jobs = [create_job(cast.bob, cast.team, state=state, charged="unknown") for state in states]
    paths = [f"/jobs/{job.id}/?show=timeline" for job in jobs]
    expect_accessible(browser, cast.alice, live_server, *paths)


def test_axe_finds_nothing_in_any_part(browser: Browser, live_server: LiveServer, cast: Cast) -> None:
    job = kept_clip(cast.bob, cast, prompt="A boat at dusk")
    Job.objects.filter(id=job.id).update(last_answer='{"id": "video-1", "status": "completed"}')
    paths = [f"/jobs/{job.id}/?show={part}" for part in ("settings", "money", "timeline", "file", "raw")]
    expect_accessible(browser, cast.alice, live_server, *paths)


def test_the_player_seeks(alice: Page, cast: Cast) -> None:
    job = kept_clip(cast.alice, cast, prompt="A boat at dusk")
    alice.goto(f"/jobs/{job.id}/")
    assert alice.locator("main video").evaluate(SEEK) == pytest.approx(1.5, abs=0.05)


def test_the_original_is_saved_under_its_own_name(alice: Page, cast: Cast) -> None:
    job = kept_clip(cast.alice, cast, prompt="A boat at dusk")
    alice.goto(f"/jobs/{job.id}/")
    with alice.expect_download() as download:
        alice.get_by_role("link", name="Original").click()
    assert download.value.suggested_filename == f"{job.id}.mp4"


def test_a_tab_changes_in_place_and_in_the_address(alice: Page, cast: Cast) -> None:
    job = kept_clip(cast.alice, cast, prompt="A boat at dusk")
    alice.goto(f"/jobs/{job.id}/")
    alice.locator("main video").evaluate(SEEK)
    alice.get_by_role("link", name="Money").click()
    expect(alice.get_by_role("heading", name="Ledger")).to_be_visible()
    assert alice.url.endswith("?show=money")
    assert alice.locator("main video").evaluate("clip => clip.currentTime") > 1, "the clip began anew"


def test_an_answer_is_given_without_scripts(plain: Page, cast: Cast) -> None:
    job = create_job(cast.bob, cast.team, state=State.UNCONFIRMED)
    plain.goto(f"/jobs/{job.id}/")
    plain.locator("summary", has_text="It never arrived").click()
    plain.get_by_role("button", name="Free $0.28").click()
    expect(plain.get_by_text("Say in a few words how you know; it is kept with the job.")).to_be_visible()
    plain.get_by_label("How do you know?").fill("Not in the list, an hour later")
    plain.get_by_role("button", name="Free $0.28").click()
    expect(plain.get_by_role("heading", name="Failed")).to_be_visible()
    expect(plain.locator("#job-status").get_by_text("No.", exact=True)).to_be_visible()


def test_a_double_press_makes_one_job(alice: Page, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.FAILED)
    alice.goto(f"/jobs/{job.id}/")
    with held_back(alice, "**/retry/"):
        alice.get_by_role("button", name="Try again · $0.28").dblclick()
    expect(alice.get_by_text("Made from")).to_be_visible()
    assert Job.objects.filter(retry_of=job).count() == 1
