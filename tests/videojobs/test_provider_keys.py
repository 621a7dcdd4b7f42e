"""A team's own provider key: tested, sealed, used for its own jobs alone, replaced and taken away."""

import threading
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from pytest_django import Settings

from tests.factories import NOW, Cast, create_cast, create_job
from tests.simulator import Simulator, simulator
from tests.videojobs.money.crowd import at_once
from videojobs import lifecycle, provider_keys, sealing, tasks
from videojobs.accounts import SEALED_OTHERWISE, NotConfigured, key_of, provider_for
from videojobs.dispatch import reasons
from videojobs.lifecycle import KEY_REFUSED
from videojobs.lifecycle.restoring import PARKED
from videojobs.models import AuditEntry, Job, Notice, ProviderAccount, ProviderKey, Team
from videojobs.polling import accounts_with_due
from videojobs.provider.client import Looked, Provider
from videojobs.provider.errors import LookRefused
from videojobs.states import State

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

__all__ = ["simulator"]

KEY, OTHER = "tgp_v1_first-key-of-the-team-0001", "tgp_v1_other-key-of-the-team-0002"


@pytest.fixture
def cast(db: None) -> Cast:
    """Return Alice, Bob, Charlie and their teams."""
    return create_cast()


def account_of(team: Team) -> ProviderAccount:
    """Return the account a team's new jobs are made in, as the database has it."""
    return Team.objects.get(pk=team.pk).provider_account


def given(cast: Cast, secret: str = KEY) -> ProviderAccount:
    """Give Alice's team a key."""
    return provider_keys.set_key(cast.team, secret, cast.alice, now=NOW)


def test_a_team_with_a_key_buys_and_the_others_rehearse(cast: Cast) -> None:
    account = given(cast)
    assert account_of(cast.team) == account
    assert not account.is_rehearsal
    assert account_of(cast.elsewhere).is_rehearsal
    assert set(ProviderAccount.objects.sending()) == {account, account_of(cast.elsewhere)}


def test_the_key_is_sealed_and_told_by_its_ending_alone(cast: Cast) -> None:
    account = given(cast)
    row = ProviderKey.objects.get()
    assert (row.ending, KEY in row.sealed, sealing.unseal(row.sealed)) == ("0001", False, KEY)
    assert key_of(account) == KEY
    said = list(AuditEntry.objects.values("subject", "before", "after").order_by("-id")[:1])
    assert KEY not in str(said) and "…0001" in str(said)


def test_two_teams_with_the_same_key_share_one_account(cast: Cast) -> None:
    account = given(cast)
    assert provider_keys.set_key(cast.elsewhere, KEY, cast.charlie, now=NOW) == account
    provider_keys.take_away(cast.team, cast.alice, now=NOW)
    assert ProviderKey.objects.get().retired_at is None  # the other team still buys with it


def test_a_replaced_key_is_looked_at_and_sends_no_more(cast: Cast) -> None:
    old = given(cast)
    job = create_job(cast.bob, cast.team, account=old, state=State.QUEUED)
    new = given(cast, OTHER)
    old = ProviderAccount.objects.get(pk=old.pk)
    assert (old.is_configured, old.sends, new.sends) == (True, False, True)
    assert accounts_with_due(NOW + timedelta(minutes=1)) == [old]
    assert provider_for(old)
    assert Job.objects.get(pk=job.pk).account_id == old.pk


def test_it_goes_when_no_job_needs_it(cast: Cast) -> None:
    job = create_job(cast.bob, cast.team, account=given(cast), state=State.QUEUED)
    given(cast, OTHER)
    later = NOW + timedelta(days=31)
    assert provider_keys.forget_retired(now=later) == 0
    Job.objects.filter(pk=job.pk).update(state=State.FAILED, ended_at=NOW, next_look_at=None)
    assert provider_keys.forget_retired(now=NOW) == 0
    assert provider_keys.forget_retired(now=later) == 1
    assert ProviderKey.objects.get().ending == "0002"


def test_taking_it_away_leads_back_to_the_rehearsal(cast: Cast) -> None:
    given(cast)
    assert provider_keys.take_away(cast.team, cast.alice, now=NOW)
    assert account_of(cast.team).is_rehearsal
    assert not provider_keys.take_away(cast.team, cast.alice, now=NOW)


def test_a_rehearsed_job_is_never_bought(cast: Cast) -> None:
    job = create_job(cast.bob, cast.team, account=account_of(cast.team))
    given(cast)
    job.refresh_from_db()
    assert job.account.is_rehearsal


def test_a_key_nobody_can_unseal_holds_jobs_and_breaks_nothing(cast: Cast, settings: Settings) -> None:
    account = given(cast)
    settings.FIELD_KEYS = ["a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="]
    with pytest.raises(NotConfigured, match="field key"):
        provider_for(ProviderAccount.objects.get(pk=account.pk))
    problem = provider_keys.test_again(ProviderKey.objects.get(), now=NOW)
    assert "Type it in again" in problem


class TestParked:
    """Sending stopped; a key that was just tested says whether it may go on."""

    def parked(self, cast: Cast, reason: str) -> ProviderAccount:
        """Return the team's account, parked, with a job that waits."""
        account = given(cast)
        create_job(cast.bob, cast.team, account=account)
        lifecycle.park(account, reason, now=NOW)
        return account

    @pytest.mark.parametrize("reason", [f"{KEY_REFUSED}: Invalid key.", f"{SEALED_OTHERWISE}: it."])
    def test_the_same_key_again_lets_it_go_on_once_it_works(self, cast: Cast, reason: str) -> None:
        self.parked(cast, reason)
        provider_keys.set_key(cast.team, KEY, cast.alice, now=NOW, problem="No answer.")
        assert account_of(cast.team).is_parked()
        assert not given(cast).is_parked()
        assert not account_of(cast.team).is_parked()
        assert not Notice.objects.open().filter(kind="parked").exists()
        assert AuditEntry.objects.filter(action="dispatch_resumed", actor=cast.alice).count() == 1

    @pytest.mark.parametrize("reason", ["The provider refused the account (402): No credit.", PARKED])
    def test_a_key_that_works_says_nothing_of_credit_or_a_restore(self, cast: Cast, reason: str) -> None:
        self.parked(cast, reason)
        assert given(cast).is_parked()


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """Two people, or two teams, give and take keys at the same time."""

    def test_a_key_another_team_types_in_is_not_retired_under_it(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Elsewhere has written that it uses the key and has not committed; the first team leaves it."""
        account, use, written = given(cast), provider_keys._use, threading.Event()

        def slowly(team: Team, *more: Any) -> None:
            use(team, *more)
            if team.pk == cast.elsewhere.pk:
                written.set()
                left.wait(0.3)

        def leave() -> None:
            written.wait(5)
            provider_keys.take_away(cast.team, cast.alice, now=NOW)
            left.set()

        left = threading.Event()
        monkeypatch.setattr(provider_keys, "_use", slowly)
        join = partial(provider_keys.set_key, cast.elsewhere, KEY, cast.charlie, now=NOW)
        assert at_once([join, leave]) == []
        assert account_of(cast.elsewhere) == account
        assert ProviderAccount.objects.get(pk=account.pk).sends

    def test_of_two_who_give_a_team_a_key_one_stands_and_the_other_is_retired(self, cast: Cast) -> None:
        give = [partial(given, cast, secret) for secret in (KEY, OTHER)]
        assert at_once(give * 3) == []
        in_use = ProviderKey.objects.get(retired_at=None)
        assert account_of(cast.team) == in_use.account


class TestAsking:
    """The provider says whether it knows a key; nothing is bought for that."""

    def test_a_key_it_knows_passes_and_another_does_not(
        self, simulator: Simulator, settings: Settings
    ) -> None:
        settings.PROVIDER_BASE_URL = simulator.url
        provider_keys.test(KEY)
        with pytest.raises(provider_keys.WrongKey, match="refuses this key"):
            provider_keys.test("refused-0123456789abcdef")

    def test_a_provider_that_repeats_the_key_does_not_show_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def repeat(_provider: Provider, _id: str) -> Looked:
            raise LookRefused(f"Incorrect API key provided: {KEY}.")

        monkeypatch.setattr(Provider, "look", repeat)
        with pytest.raises(provider_keys.WrongKey, match="…0001") as refused:
            provider_keys.test(KEY)
        assert KEY not in str(refused.value)

    def test_without_an_answer_nobody_knows(self, settings: Settings) -> None:
        settings.PROVIDER_BASE_URL = "http://127.0.0.1:9"
        with pytest.raises(provider_keys.NoAnswer):
            provider_keys.test(KEY)


class TestWaiting:
    """What cannot be sent says why, and nothing breaks on it."""

    def test_a_job_under_a_key_the_team_gave_up_says_so(self, cast: Cast) -> None:
        job = create_job(cast.bob, cast.team, account=given(cast))
        given(cast, OTHER)
        assert "a key the team gave up" in reasons([job], NOW)[job.id]

    def test_sending_parks_where_the_key_cannot_be_opened(self, cast: Cast, settings: Settings) -> None:
        account = given(cast)
        job = create_job(cast.bob, cast.team, account=account)
        settings.FIELD_KEYS = ["a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="]
        tasks.send(account.pk)
        assert "the page Provider key" in reasons([job], NOW)[job.id]

    def test_looks_name_the_outage_where_the_key_cannot_be_opened(
        self, cast: Cast, settings: Settings
    ) -> None:
        account = given(cast)
        job = create_job(cast.bob, cast.team, account=account, state=State.QUEUED)
        settings.FIELD_KEYS = ["a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="]
        tasks.look(account.pk)
        account.refresh_from_db()
        job.refresh_from_db()
        assert "field key" in account.outage_reason
        assert job.state == State.QUEUED
