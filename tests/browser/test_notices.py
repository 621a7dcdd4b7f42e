"""A browser tells people of their own jobs, in one tab, and only while nobody looks at them."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.signed_in import page_of
from tests.factories import NOW, Cast, create_job
from videojobs.notices.choices import choose, chosen
from videojobs.notices.events import OF_JOBS
from videojobs.states import State

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COUNTED = """
  window.told = [];
  window.leave = "default";
  window.Notification = class extends EventTarget {
    static get permission() { return window.leave; }
    static async requestPermission() { return window.leave = "granted"; }
    constructor(title, said) { super(); window.told.push(said.body); }
    close() {}
  };
"""


def stream(*events: dict[str, object]) -> Callable[[Route], None]:
    """Answer as the event stream does that tells the same events again and again."""
    body = "".join(f"id: {e['event']}\nevent: job\ndata: {json.dumps(e)}\n\n" for e in events)

    def answer(route: Route) -> None:
        route.fulfill(status=200, content_type="text/event-stream", body=f"retry: 300\n{body}")

    return answer


def hear(page: Page, *events: dict[str, object]) -> None:
    """Let a page's stream tell some events from now on."""
    page.route("**/events/**", stream(*events))


def told(page: Page) -> list[str]:
    """Return what a page has told through the browser, once it has had the time to."""
    page.wait_for_timeout(1_500)
    said: list[str] = page.evaluate("window.told")
    return said


@pytest.fixture
def wanting(cast: Cast) -> Cast:
    """Alice wants her browser to tell her."""
    member = cast.team.memberships.get(user=cast.alice)
    choose(member, replace(chosen(member), browser=OF_JOBS), now=NOW)
    return cast


def test_one_tab_tells_of_ones_own_jobs_after_leave_is_given(
    browser: Browser, live_server: LiveServer, wanting: Cast
) -> None:
    job = create_job(wanting.alice, wanting.team, state=State.COMPLETED)
    mine = {"event": 7, "job": job.id, "state": "completed", "person": wanting.alice.pk}
    page = page_of(browser, live_server, wanting.alice)
    page.context.add_init_script(COUNTED)
    page.goto("/notices/choices/")
    page.get_by_role("button", name="Let this browser tell me").click()
    expect(page.get_by_text("This browser may tell you.")).to_be_visible()
    other = page.context.new_page()
    other.add_init_script("window.leave = 'granted'")
    for tab in (page, other):
        hear(tab, mine, mine | {"event": 8, "person": wanting.bob.pk}, mine | {"event": 9, "again": True})
    other.goto("/team/")
    said = told(page) + told(other)
    assert said == ["A clip of yours is done."]
    page.context.close()


def test_the_job_in_front_is_not_told_of(browser: Browser, live_server: LiveServer, wanting: Cast) -> None:
    job = create_job(wanting.alice, wanting.team, state=State.COMPLETED)
    page = page_of(browser, live_server, wanting.alice)
    page.context.add_init_script(COUNTED)
    page.add_init_script("window.leave = 'granted'")
    hear(page, {"event": 7, "job": job.id, "state": "completed", "person": wanting.alice.pk})
    page.goto(f"/jobs/{job.id}/")
    page.bring_to_front()
    assert told(page) == []
    page.context.close()
