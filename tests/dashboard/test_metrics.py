"""Figures for a scraper: behind their own token, and without a word of anybody's."""

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from tests.factories import PROMPT, Cast, create_cast, create_job
from videojobs.models import ProviderAccount
from videojobs.states import State

pytestmark = pytest.mark.django_db

TOKEN = "scrape-me-0123456789"


@pytest.fixture
def cast(db: None) -> Cast:
    """Return Alice, Bob, Charlie and their teams."""
    return create_cast()


def scraped(settings: Settings, token: str = TOKEN) -> "tuple[int, str]":
    """Ask as a scraper."""
    settings.METRICS_TOKEN = TOKEN
    answer = Client().get("/metrics", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code, answer.content.decode()


def figures(settings: Settings) -> dict[str, float]:
    """Return every figure by its name and labels."""
    _status, text = scraped(settings)
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return {f"{one.name}{sorted(one.labels.items())}": one.value for one in samples}


def test_without_the_setting_there_is_nothing(client: Client) -> None:
    assert client.get("/metrics").status_code == 404


@pytest.mark.parametrize("token", ["", "wrong", f"{TOKEN}x"])
def test_it_takes_the_token(settings: Settings, token: str) -> None:
    assert scraped(settings, token)[0] == 401


def test_it_counts_jobs_and_money(settings: Settings, cast: Cast) -> None:
    account = ProviderAccount.objects.current()
    create_job(cast.bob, cast.team, account=account)
    create_job(cast.bob, cast.team, account=account, state=State.UNCONFIRMED)
    found = figures(settings)
    assert found["dailies_jobs[('money', 'rehearsal'), ('state', 'waiting')]"] == 1
    assert found["dailies_held_usd[('money', 'rehearsal'), ('team', 'harbour')]"] == 0.56
    assert found["dailies_unconfirmed[]"] == 1
    assert found["dailies_oldest_waiting_seconds[]"] > 0


def test_it_says_nothing_of_people_and_prompts(settings: Settings, cast: Cast) -> None:
    create_job(cast.bob, cast.team)
    _status, text = scraped(settings)
    assert PROMPT not in text and "bob" not in text.lower()
