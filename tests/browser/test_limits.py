"""Limits in a real browser: set with and without scripts, tried before, accessible, nothing sticking out."""

from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.accessible import expect_accessible
from tests.factories import (
    DIRECTOR,
    Cast,
    create_job,
    create_limit,
    create_token,
    create_user,
    join,
)
from videojobs.models import Limit, LimitAction, LimitPeriod, LimitScope, Project
from videojobs.money import ledger
from videojobs.rights import Role
from videojobs.states import State

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def spend(cast: Cast, *amounts: str) -> None:
    """Let Bob's jobs be charged today."""
    for usd in amounts:
        job = create_job(cast.bob, cast.team, state=State.COMPLETED, now=timezone.now(), usd=usd)
        with transaction.atomic():
            ledger.settle(job.id, Decimal(usd), now=timezone.now(), reason="Reported.")


def fill(cast: Cast) -> Limit:
    """Set limits of every kind: calm, near, passed; on long names; and return one of them."""
    now = timezone.now()
    join(create_user("dana.longname@example.org", name="Dana " + "Okonkwo" * 6), cast.team, Role.BILLING)
    spend(cast, "4", "2", "1.5")
    create_job(cast.bob, cast.team, now=now, usd="2")
    create_job(cast.bob, cast.team, now=now, usd="1", state=State.LOST, charged="unknown")
    long = Project.objects.create(team=cast.team, name="Spring" + "launch" * 12, created_at=now)
    token, _secret = create_token(cast.bob, cast.team)
    create_limit(cast.team, "5", period=LimitPeriod.DAY, action=LimitAction.WARN, levels=())
    create_limit(cast.team, "40", scope=LimitScope.PROJECT, project=long)
    create_limit(cast.team, "11.50", scope=LimitScope.MODEL, model=DIRECTOR, period=LimitPeriod.WEEK)
    create_limit(cast.team, "9", scope=LimitScope.TOKEN, token=token, levels=(25, 50, 75, 100))
    return create_limit(
        cast.team,
        "14",
        period=LimitPeriod.MONTH,
        action=LimitAction.ASK,
        scope=LimitScope.PERSON,
        person=cast.bob,
    )


def test_axe_finds_nothing(browser: Browser, live_server: LiveServer, cast: Cast) -> None:
    one = f"/spend/limits/{fill(cast).pk}/"
    paths = "/spend/#limits", "/spend/limits/add/", one, f"{one}remove/"
    expect_accessible(browser, cast.alice, live_server, *paths)


def test_what_it_would_have_stopped_follows_the_form(alice: Page, cast: Cast) -> None:
    spend(cast, "4", "2")
    alice.goto("/spend/limits/add/")
    facts = alice.locator("#limit-facts")
    expect(facts).to_contain_text("This month so far")
    alice.get_by_label("Amount").fill("5")
    expect(facts).to_contain_text("1 job of $2.00 would have been refused.")
    alice.get_by_label("On", exact=True).select_option("Alice")
    expect(facts).to_contain_text("Nothing: every job of these periods fits $5.00.")
    alice.get_by_label("On", exact=True).select_option("Bob")
    alice.get_by_label("Warn").check()
    expect(facts).to_contain_text("would have gone on above it")
    expect(alice.get_by_label("Amount")).to_have_value("5")
    assert not Limit.objects.exists()


def test_it_is_set_tried_changed_and_taken_away_without_scripts(plain: Page, cast: Cast) -> None:
    spend(cast, "4", "2")
    plain.goto("/spend/")
    plain.get_by_role("link", name="Add limit").click()
    plain.get_by_label("On", exact=True).select_option("Bob")
    plain.get_by_label("Amount").fill("5")
    plain.get_by_role("button", name="Try it").click()
    expect(plain.locator("#limit-facts")).to_contain_text("1 job of $2.00 would have been refused.")
    assert not Limit.objects.exists()
    plain.get_by_role("button", name="Set the limit").click()
    expect(plain.locator("#limits")).to_contain_text("Person Bob")
    expect(plain.locator("#limits")).to_contain_text("$1.00 above it")
    plain.get_by_role("link", name="Try or change the limit on Bob").click()
    plain.get_by_label("Amount").fill("8")
    plain.get_by_role("button", name="Change it").click()
    expect(plain.locator("#limits")).to_contain_text("$2.00 left")
    plain.get_by_role("link", name="Take the limit on Bob away").click()
    plain.get_by_role("button", name="Take it away").click()
    expect(plain.locator("#limits")).to_contain_text("Nothing limits what jobs may cost.")


def test_what_is_wrong_is_beside_its_field_without_scripts(plain: Page, cast: Cast) -> None:
    plain.goto("/spend/limits/add/")
    plain.get_by_label("Amount").fill("10 EUR")
    plain.get_by_label("Tell people at").fill("120")
    plain.get_by_role("button", name="Set the limit").click()
    expect(plain.locator("#id_amount_error")).to_contain_text("Amounts are US dollars")
    expect(plain.locator("#id_levels_error")).to_contain_text("between 1 and 100")
    expect(plain.get_by_label("Amount")).to_have_value("10 EUR")
    assert not Limit.objects.exists()


def test_the_price_bar_follows_the_limit(alice: Page, cast: Cast) -> None:
    create_limit(cast.team, "0.50", action=LimitAction.ASK)
    create_limit(cast.team, "0.90", scope=LimitScope.PERSON, person=cast.alice)
    create_job(cast.bob, cast.team, usd="0.40")
    alice.goto(f"/create/?model={DIRECTOR}")
    expect(alice.locator("#price")).to_contain_text("This will ask Alice.")
    Limit.objects.filter(scope="person").update(amount=Decimal("0.20"))
    alice.get_by_label("Prompt").first.fill("A paper boat at dusk")
    expect(alice.locator("#price")).to_contain_text("A job of at most $0.20 fits.")
