"""The price bar of the Create page: what the tightest limit leaves, whose it is, and who would be asked."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from tests.dashboard.views.create_form import send
from tests.factories import (
    DIRECTOR,
    PROMPT,
    Cast,
    create_job,
    create_limit,
    create_user,
    join,
    live_account,
)
from videojobs.models import Job, Limit, LimitAction, LimitScope, Team
from videojobs.rights import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def bob(client: Client, cast: Cast) -> Client:
    client.force_login(cast.bob)
    return client


def bar(client: Client, **fields: str) -> Any:
    """Return the price of a form that is filled in."""
    return client.post(reverse("create_quote"), {"model": DIRECTOR, "prompt": PROMPT} | fields)


def words(answer: Any) -> str:
    """Return what it says, in one line."""
    return " ".join(re.sub("<[^>]+>", " ", answer.content.decode()).split())


def tone(answer: Any) -> str:
    """Return how what is left is marked."""
    found = re.search(r'price-left" data-tone="(\w+)"', answer.content.decode())
    return found[1] if found else ""


def test_without_a_limit_the_month_is_said(bob: Client) -> None:
    answer = bar(bob)
    assert (tone(answer), "yours this month" in words(answer)) == ("", True)


def test_of_several_the_one_with_the_least_left_is_said(bob: Client, cast: Cast) -> None:
    create_limit(cast.team, "100")
    create_limit(cast.team, "50", scope=LimitScope.PROJECT, project=cast.project)
    create_limit(cast.team, "20", scope=LimitScope.PERSON, person=cast.bob)
    create_limit(cast.team, "30", scope=LimitScope.MODEL, model=DIRECTOR)
    create_limit(cast.team, "1", scope=LimitScope.PERSON, person=cast.alice)
    create_limit(cast.team, "1", scope=LimitScope.MODEL, model="another/model")
    assert "limit of Bob, $20.00 in total: $20.00 left → $19.72" in words(bar(bob))


def test_one_that_only_warns_stands_behind_those_that_stop(bob: Client, cast: Cast) -> None:
    create_limit(cast.team, "100")
    create_limit(cast.team, "1", action=LimitAction.WARN)
    assert "$100.00 in total" in words(bar(bob))


@pytest.mark.parametrize(
    ("usd", "expected"), [("10", "calm"), ("0.57", "calm"), ("0.56", "near"), ("0.28", "near")]
)
def test_near_a_level_it_is_amber(bob: Client, cast: Cast, usd: str, expected: str) -> None:
    create_limit(cast.team, usd)
    assert tone(bar(bob)) == expected


def test_what_does_not_fit_is_red_with_what_would(bob: Client, cast: Cast) -> None:
    create_limit(cast.team, "0.20")
    answer = bar(bob)
    assert tone(answer) == "over"
    assert (
        "It does not fit the limit of the team Harbour, $0.20 in total. A job of at most $0.20 fits."
        in words(answer)
    )
    assert 'data-ready="no"' in answer.content.decode()


def test_where_nothing_is_left_nothing_fits(bob: Client, cast: Cast) -> None:
    create_limit(cast.team, "0.28")
    create_job(cast.alice, cast.team)
    assert "Nothing fits until somebody raises it." in words(bar(bob))


def test_exactly_meeting_it_fits(bob: Client, cast: Cast) -> None:
    create_limit(cast.team, "0.28")
    answer = bar(bob)
    assert (tone(answer), 'data-ready="yes"' in answer.content.decode()) == ("near", True)


def test_above_an_asking_limit_it_says_who_will_be_asked_and_can_be_sent(bob: Client, cast: Cast) -> None:
    create_limit(cast.team, "0.20", action=LimitAction.ASK)
    answer = bar(bob)
    assert "This will ask Alice." in words(answer)
    assert 'data-ready="yes"' in answer.content.decode()
    assert send(bob).status_code == 302
    assert Job.objects.get().decision == "approval"


def test_a_stop_counts_before_a_question(bob: Client, cast: Cast) -> None:
    create_limit(cast.team, "0.10", action=LimitAction.ASK)
    create_limit(cast.team, "0.20")
    answer = bar(bob)
    assert "It does not fit" in words(answer) and "This will ask" not in words(answer)


@pytest.mark.parametrize("column", ["asks_above_job", "asks_above_day"])
def test_the_teams_own_prices_ask_too(bob: Client, cast: Cast, column: str) -> None:
    assert "This will ask" not in words(bar(bob))
    Team.objects.filter(id=cast.team.pk).update(**{column: 1})
    assert "This will ask" not in words(bar(bob))
    create_job(cast.bob, cast.team, usd="0.90", now=timezone.now())
    Team.objects.filter(id=cast.team.pk).update(**{column: "0.10" if column == "asks_above_job" else "1.00"})
    assert "This will ask" in words(bar(bob))


def test_several_may_be_asked(bob: Client, cast: Cast) -> None:
    join(create_user("dora@example.org", name="Dora"), cast.team, Role.BILLING)
    create_limit(cast.team, "0.20", action=LimitAction.ASK)
    assert "This will ask Alice or Dora." in words(bar(bob))


def test_real_money_is_counted_apart(bob: Client, cast: Cast, settings: Settings) -> None:
    create_limit(cast.team, "10")
    create_job(cast.alice, cast.team, usd="4")
    create_job(cast.alice, cast.team, usd="1", account=live_account())
    assert "$6.00 left →" in words(bar(bob))
    settings.PROVIDER_KEY = "k" * 20
    assert "$9.00 left →" in words(bar(bob))


def test_a_refusal_at_the_press_is_said_and_nothing_is_made(bob: Client, cast: Cast) -> None:
    create_limit(cast.team, "0.20")
    answer = send(bob)
    assert answer.status_code == 422
    assert "do not fit the limit of the team Harbour" in words(answer)
    assert "Alice can raise it" in words(answer)
    assert not Job.objects.exists()


def test_a_retired_limit_is_not_said(bob: Client, cast: Cast) -> None:
    create_limit(cast.team, "0.20")
    Limit.objects.update(retired_at="2026-11-23T12:00Z")
    assert tone(bar(bob)) == ""
