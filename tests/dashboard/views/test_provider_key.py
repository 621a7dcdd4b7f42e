"""The page of the team's provider key: it takes one, tests it, and never shows it."""

import pytest
from django.test import Client
from pytest_django import Settings

from tests.factories import Cast
from tests.simulator import Simulator, simulator
from videojobs import provider_keys
from videojobs.models import AuditEntry, ProviderKey, Team

pytestmark = pytest.mark.django_db

__all__ = ["simulator"]

KEY = "tgp_v1_key-of-the-team-0001"


def test_a_key_that_works_is_kept_and_never_shown(
    alice: Client, cast: Cast, simulator: Simulator, settings: Settings
) -> None:
    settings.PROVIDER_BASE_URL = simulator.url
    said = alice.post("/team/key/", {"key": KEY}, follow=True).content.decode()
    assert "real money" in said and "0001" in said
    assert KEY not in said
    assert KEY not in str(list(AuditEntry.objects.values()))
    assert not Team.objects.get(pk=cast.team.pk).provider_account.is_rehearsal


def test_a_key_the_provider_refuses_is_not_kept(
    alice: Client, simulator: Simulator, settings: Settings
) -> None:
    settings.PROVIDER_BASE_URL = simulator.url
    answer = alice.post("/team/key/", {"key": "refused-0123456789abcdef"})
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "refuses this key" in said and "refused-0123456789abcdef" not in said
    assert not ProviderKey.objects.exists()


def test_an_untested_key_is_kept_only_when_somebody_says_so(alice: Client, settings: Settings) -> None:
    settings.PROVIDER_BASE_URL = "http://127.0.0.1:9"
    said = alice.post("/team/key/", {"key": KEY}).content.decode()
    assert "Keep it untested" in said and KEY not in said
    assert not ProviderKey.objects.exists()
    alice.post("/team/key/", {"key": KEY, "anyway": "on"})
    assert ProviderKey.objects.get().test_problem


@pytest.mark.parametrize(
    "key", ["", "short", "with a blank in the middle", "käse-0123456789abcdefgh", "x" * 201]
)
def test_what_is_no_key_is_refused_with_a_word(alice: Client, key: str) -> None:
    answer = alice.post("/team/key/", {"key": key})
    assert answer.status_code == 422
    assert not ProviderKey.objects.exists()


def test_it_is_taken_away(alice: Client, cast: Cast) -> None:
    provider_keys.set_key(cast.team, KEY, cast.alice, now=cast.team.created_at)
    assert alice.post("/team/key/remove/").status_code == 302
    assert Team.objects.get(pk=cast.team.pk).provider_account.is_rehearsal


def test_nobody_resumes_another_teams_account(client: Client, cast: Cast) -> None:
    account = provider_keys.set_key(cast.team, KEY, cast.alice, now=cast.team.created_at)
    client.force_login(cast.charlie)
    assert client.post(f"/accounts/{account.pk}/resume").status_code == 404
