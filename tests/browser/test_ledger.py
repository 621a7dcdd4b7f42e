"""The Ledger and Statements pages in a real browser: readable by everybody, filtered and filed by hand."""

from decimal import Decimal

import pytest
from django.db import transaction
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.accessible import expect_accessible
from tests.browser.rooms import alice, cast, kept_clip, plain  # noqa: F401 - fixtures
from tests.factories import NOW, Cast, create_job
from videojobs.models import MonthlyStatement
from videojobs.money import ledger

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def settled(cast: Cast) -> None:  # noqa: F811 - the fixture's value
    """Make a kept clip whose charge was corrected and credited, and a job that holds."""
    job = kept_clip(cast.bob, cast, prompt="A paper boat drifts down a rain gutter at dusk")
    with transaction.atomic():
        ledger.settle(job.id, Decimal("0.300001"), now=NOW, reason="The provider reported it.")
        ledger.correct(job.id, Decimal("0.50"), now=NOW, reason="By the invoice.", actor=cast.alice)
        ledger.credit(job.id, Decimal("0.05"), now=NOW, reason="A torn frame.", actor=cast.alice)
    create_job(cast.bob, cast.team)


def test_both_pages_are_accessible(
    browser: Browser,
    cast: Cast,  # noqa: F811
    live_server: LiveServer,
) -> None:
    settled(cast)
    MonthlyStatement.objects.create(
        project=cast.project, address="client@example.com", created_by=cast.alice, created_at=NOW
    )
    paths = (
        "/spend/ledger/",
        "/spend/ledger/?first=2026-11-30&last=2026-11-01",
        "/spend/statements/?month=nothing",
        f"/spend/statements/?project={cast.project.pk}&month=2026-11&markup=10&kind=rehearsal",
    )
    expect_accessible(browser, cast.alice, live_server, *paths)


def test_the_ledger_is_narrowed_and_verified(alice: Page, cast: Cast) -> None:  # noqa: F811
    settled(cast)
    alice.goto("/spend/ledger/")
    alice.get_by_label("Entry", exact=True).select_option("credit")
    alice.get_by_role("button", name="Apply").click()
    expect(alice.locator(".ledger-table tbody tr")).to_have_count(1)
    expect(alice.get_by_text("A torn frame.")).to_be_visible()
    alice.get_by_role("button", name="Verify").click()
    expect(alice.get_by_text("and every sum agree.")).to_be_visible()


def test_a_file_of_the_ledger_is_saved(alice: Page, cast: Cast) -> None:  # noqa: F811
    settled(cast)
    alice.goto("/spend/ledger/")
    alice.locator("summary", has_text="Export").click()
    with alice.expect_download() as saved:
        alice.locator(".export-kind", has_text="Ledger entries").get_by_role("link", name="CSV").click()
    assert saved.value.suggested_filename == "dailies-ledger-rehearsal-all.csv"
    assert saved.value.path().read_text().splitlines()[-1] == "end,6"


def test_a_statement_is_made_without_scripts(plain: Page, cast: Cast) -> None:  # noqa: F811
    settled(cast)
    plain.goto("/spend/statements/")
    plain.get_by_label("Month", exact=True).fill("2026-11")
    plain.get_by_label("Mark-up, %").first.fill("10")
    plain.get_by_role("button", name="Show").click()
    expect(plain.get_by_text("$0.495")).to_have_count(2)
    with plain.expect_download() as saved:
        plain.get_by_role("link", name="PDF").click()
    assert saved.value.path().read_bytes().startswith(b"%PDF-")
