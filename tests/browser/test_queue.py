"""The Queue page in a real browser."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.accessible import HEIGHT, WIDTHS, check
from tests.browser.signed_in import news, page_of
from tests.factories import Cast, create_cast, create_job, create_output, rehearsal_account
from videojobs import lifecycle
from videojobs.models import Job, ProviderAccount
from videojobs.models.jobs import Decision
from videojobs.states import State

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast() -> Cast:
    return create_cast()


def now() -> datetime:
    return datetime.now(UTC)


def test_a_sent_job_is_cancelled_from_the_quiet_bar(
    browser: Browser, live_server: LiveServer, cast: Cast
) -> None:
    job = create_job(cast.alice, cast.team, now=now())
    page = page_of(browser, live_server, cast.alice, java_script_enabled=False)
    page.goto(f"/queue/?sent={job.id}")
    page.get_by_role("button", name="Cancel · frees $0.28").click()
    expect(page.get_by_text("Cancelled, nothing is charged.")).to_be_visible()
    assert Job.objects.get().state == State.CANCELLED
    page.context.close()


def test_news_refreshes_the_lanes_without_a_reload(
    browser: Browser, live_server: LiveServer, cast: Cast
) -> None:
    job = create_job(cast.alice, cast.team, now=now())
    page = page_of(browser, live_server, cast.alice)
    page.goto("/queue/")
    page.evaluate("window.sameLoad = true")
    lifecycle.cancel(job, cast.alice, now=now())
    page.route("**/events/**", news)
    expect(page.locator("#lane-finished")).to_be_visible(timeout=10_000)
    expect(page.locator("#lane-waiting")).to_have_count(0)
    assert page.evaluate("window.sameLoad")
    page.context.close()


def refreshed(page: Page) -> None:
    """Wait until the lanes were read twice more, so that the first reading is in the page."""
    for _ in range(2):
        page.wait_for_event("response", lambda response: "/queue/lanes/" in response.url)


def test_an_answer_being_typed_survives_the_news(
    browser: Browser, live_server: LiveServer, cast: Cast
) -> None:
    create_job(cast.bob, cast.team, state=State.UNCONFIRMED, now=now())
    page = page_of(browser, live_server, cast.alice)
    page.route("**/events/**", news)
    page.goto("/queue/")
    page.get_by_text("It never arrived").click()
    reason = page.get_by_label("How do you know?")
    reason.fill("Not in the console")
    refreshed(page)
    expect(reason).to_have_value("Not in the console")
    expect(reason).to_be_visible()
    page.get_by_role("button", name="Free $0.28").click()
    expect(page.get_by_text("Noted: it never arrived.")).to_be_visible()
    assert Job.objects.get().state == State.FAILED
    page.context.close()


def test_a_failure_opens_by_keyboard_and_stays_open(
    browser: Browser, live_server: LiveServer, cast: Cast
) -> None:
    create_job(cast.alice, cast.team, state=State.FAILED, failure="It broke.", charged="unknown", now=now())
    page = page_of(browser, live_server, cast.alice)
    page.route("**/events/**", news)
    page.goto("/queue/")
    page.locator(".trouble > summary").focus()
    page.keyboard.press("Enter")
    refreshed(page)
    expect(page.get_by_role("button", name="Retry · $0.28")).to_be_visible()
    page.context.close()


def fill(cast: Cast) -> Job:
    """Put something into every lane, and return the job just sent."""
    moment = now()
    for state in (
        State.SENDING,
        State.IN_PROGRESS,
        State.STORING,
        State.UNCONFIRMED,
        State.FAILED,
        State.LOST,
    ):
        create_job(
            cast.bob, cast.team, state=state, now=moment, failure="It broke." * (state in {"failed", "lost"})
        )
    create_output(create_job(cast.bob, cast.team, state=State.COMPLETED, now=moment))
    create_job(cast.bob, cast.team, decision=Decision.RESTORED, now=moment)
    stuck = {"decision": Decision.TOO_LARGE, "store_problem": "It is 3 GiB.", "next_store_at": None}
    Job.objects.filter(state=State.STORING).update(**stuck)
    later = moment + timedelta(minutes=1)
    create_job(cast.bob, cast.team, not_before=later, not_before_reason="Too many requests.", now=moment)
    ProviderAccount.objects.filter(pk=rehearsal_account().pk).update(
        parked_at=moment, parked_reason="No credit."
    )
    return create_job(cast.alice, cast.team, now=moment)


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing(browser: Browser, live_server: LiveServer, cast: Cast, width: int) -> None:
    sent = fill(cast)
    page = page_of(browser, live_server, cast.alice, viewport={"width": width, "height": HEIGHT})
    page.goto(f"/queue/?sent={sent.id}")
    check(page)
    page.evaluate(
        "document.querySelectorAll('main details:not([data-menu])').forEach(one => one.open = true)"
    )
    check(page)
    page.context.close()
