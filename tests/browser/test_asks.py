"""Jobs that wait for a yes, in a real browser: granted in the queue, refused by mail."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.accessible import expect_accessible
from tests.browser.signed_in import PATIENCE
from tests.factories import Cast, create_asking_job, create_limit, live_account
from videojobs.models import Approval, Job, LimitAction
from videojobs.notices import answer_links

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def job(cast: Cast) -> Job:
    """Return a live job of Bob's that a limit asks about."""
    create_limit(cast.team, "5", action=LimitAction.ASK)
    return create_asking_job(cast.bob, cast.team, account=live_account())


@pytest.fixture
def anybody(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """Return a page of a browser nobody is signed in to."""
    context = browser.new_context(base_url=live_server.url)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    yield page
    context.close()


def link(job: Job, cast: Cast) -> str:
    return f"/asks/by-mail/{answer_links.token_for(job, cast.alice)}/"


def test_a_question_is_granted_in_the_queue(plain: Page, job: Job) -> None:
    plain.goto("/queue/")
    plain.get_by_role("button", name="Yes, send it · $5.60").click()
    expect(plain.get_by_text("You said yes. $5.60 stays held")).to_be_visible()
    assert Approval.objects.get().answer == "granted"


def test_a_question_is_refused_by_mail_without_signing_in(anybody: Page, cast: Cast, job: Job) -> None:
    anybody.goto(link(job, cast))
    anybody.get_by_label("Why not? Whoever asked reads it").fill("Too dear")
    anybody.get_by_role("button", name="No, cancel it").click()
    expect(anybody.get_by_role("heading", name="You said no")).to_be_visible()
    assert Job.objects.get().failure == "Alice said no by the link in the mail: Too dear"
    anybody.goto("/queue/")
    expect(anybody.get_by_role("heading", name="Sign in")).to_be_visible()


def test_axe_finds_nothing(browser: Browser, cast: Cast, live_server: LiveServer, job: Job) -> None:
    paths = "/asks/", f"/jobs/{job.id}/", link(job, cast), "/asks/by-mail/wrong/", "/team/"
    expect_accessible(browser, cast.alice, live_server, *paths)
