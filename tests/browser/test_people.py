"""Sign-in, team, tokens and notices in a real browser: accessible, and working without JavaScript."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from dashboard import first_visit
from tests.browser.accessible import expect_accessible
from tests.factories import Cast, create_job, create_token, create_user, join
from videojobs import lifecycle
from videojobs.models import Job, Notice, ProviderAccount
from videojobs.rights import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "tall ships 44"


def fill(cast: Cast) -> None:
    """Give every page something to show: a long name, tokens, notices of each kind, a parked account."""
    join(create_user(f"{'long' * 14}@harbour.example"), cast.team, Role.VIEWER)
    create_token(cast.bob, cast.team)
    account = ProviderAccount.objects.current()
    job = create_job(cast.bob, cast.team, account=account)
    Notice.objects.tell(
        cast.team.pk, "a", "It may have arrived.", kind="decision", now=timezone.now(), job=job
    )
    lifecycle.park(account, "The provider refused the key.", now=timezone.now())


@pytest.mark.parametrize(
    "paths",
    [
        ("/team/", "/team/leave/", "/projects/", "/projects/new/"),
        ("/tokens/", "/notices/", "/accounts/password/change/"),
    ],
)
def test_axe_finds_nothing(
    browser: Browser, live_server: LiveServer, cast: Cast, paths: tuple[str, ...]
) -> None:
    fill(cast)
    expect_accessible(browser, cast.alice, live_server, *paths)


def test_a_new_member_comes_in_by_a_link_without_javascript(plain: Page, browser: Browser) -> None:
    plain.goto("/team/")
    plain.get_by_text("Add somebody without asking").click()
    plain.locator("#id_email").fill("dora@example.org")
    plain.get_by_role("button", name="Add", exact=True).click()
    link = plain.get_by_label("Sets their password").input_value()
    path = re.sub(r"^https?://[^/]+", "", link)
    theirs = browser.new_page(java_script_enabled=False, base_url=re.sub(r"/team/.*", "", plain.url))
    theirs.goto(path)
    theirs.get_by_label("Your name").fill("Dora")
    theirs.get_by_label("New password").fill(PASSWORD)
    theirs.get_by_label("The same again").fill(PASSWORD)
    theirs.get_by_role("button", name="Set it and sign in").click()
    theirs.goto("/team/")
    expect(theirs.get_by_role("heading", name="Harbour")).to_be_visible()
    theirs.close()


def test_somebody_asked_in_makes_an_account_without_javascript(plain: Page, browser: Browser) -> None:
    plain.goto("/team/")
    plain.get_by_role("button", name="Make the link").click()
    link = plain.get_by_label("Works once").input_value()
    theirs = browser.new_page(java_script_enabled=False, base_url=re.sub(r"/team/.*", "", plain.url))
    theirs.goto(re.sub(r"^https?://[^/]+", "", link))
    expect(theirs.get_by_role("heading", name="Join Harbour")).to_be_visible()
    theirs.get_by_label("E-mail").fill("dora@example.org")
    theirs.get_by_label("Your name").fill("Dora")
    theirs.get_by_label("Password").fill(PASSWORD)
    theirs.get_by_role("button", name="Make it and join").click()
    theirs.goto("/team/")
    expect(theirs.get_by_role("heading", name="Harbour")).to_be_visible()
    theirs.close()


def test_a_token_is_copied_where_it_is_shown(alice: Page) -> None:
    alice.goto("/tokens/")
    alice.get_by_label("What is it for?").fill("Render farm")
    alice.get_by_role("button", name="Make it").click()
    assert alice.get_by_label("The token.").input_value().startswith("dailies_")
    alice.get_by_role("button", name="Copy").click()
    expect(alice.locator(".toast")).to_contain_text("Copied")


def test_somebody_is_taken_out_in_a_dialog_over_the_team_page(alice: Page, cast: Cast) -> None:
    job = create_job(cast.bob, cast.team)
    create_token(cast.bob, cast.team)
    alice.goto("/team/")
    alice.get_by_label("What to do about Bob").click()
    alice.get_by_role("link", name="Take out of the team").locator("visible=true").click()
    dialog = alice.get_by_role("dialog", name="Take Bob out of Harbour?")
    dialog.get_by_label("Hand over too").check()
    dialog.get_by_role("button", name="Take them out").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Revoke them instead")
    dialog.get_by_label("Revoke", exact=True).check()
    dialog.get_by_role("button", name="Take them out").click()
    expect(alice.locator(".toast")).to_contain_text("1 job is handed over. 1 token is revoked.")
    assert Job.objects.get(id=job.id).keeper == cast.alice


def test_resume_leads_back_to_the_page_it_stood_on(alice: Page, cast: Cast) -> None:
    fill(cast)
    alice.goto("/tokens/")
    alice.get_by_role("button", name="Resume").click()
    alice.wait_for_url("**/tokens/")
    expect(alice.get_by_text("Sending is parked")).to_have_count(0)


def test_the_first_visitor_becomes_the_owner_without_javascript(
    browser: Browser, live_server: LiveServer
) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(live_server.url)
    expect(page.get_by_text("first visit http")).to_be_visible()
    page.goto(f"{live_server.url}/welcome/?token={first_visit.token()}")
    for label, words in (("E-mail", "alice@example.org"), ("Your name", "Alice"), ("Team", "Harbour")):
        page.get_by_label(label).fill(words)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make the team").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.url.endswith("/create/")
    page.close()
