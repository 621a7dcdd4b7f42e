"""The Health page: what is wrong stands first, each with what to do."""

import io
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
import redis
from cryptography.fernet import Fernet
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from dashboard import backups_made, pulse
from dashboard.readiness import TICK_KEY
from tests.dashboard.views.signing import give_app
from tests.factories import NOW, PROMPT, Cast, create_job, put
from videojobs import provider_keys, sealing, tasks
from videojobs.models import Channel, LedgerCheck, Notice
from videojobs.money.verifying import check
from videojobs.states import State

pytestmark = pytest.mark.django_db


def page(client: Client) -> str:
    """Return what the page says."""
    return client.get("/health/").content.decode()


def test_all_is_well_after_a_tick_and_a_walk(alice: Client, cast: Cast, broker: "redis.Redis") -> None:
    tasks.tick()
    assert broker.get(TICK_KEY)
    create_job(cast.alice, cast.team)
    check(cast.team, now=NOW)
    assert "1 entry and every sum agree." in page(alice)
    assert "Everything your jobs and money depend on is well." in page(alice)


def test_a_ledger_that_is_off_is_said_with_what_to_do(alice: Client, cast: Cast) -> None:
    put(create_job(cast.alice, cast.team), held=Decimal("0.01"))
    check(cast.team, now=NOW)
    assert "says held 0.01" in page(alice) and "find out who changed it" in page(alice)


def test_whoever_answers_for_the_bill_is_told_until_it_agrees(cast: Cast) -> None:
    job = put(create_job(cast.alice, cast.team), held=Decimal("0.01"))
    check(cast.team, now=NOW)
    assert "does not agree" in Notice.objects.open().get(key="ledger").text
    put(job, held=job.estimate)
    check(cast.team, now=NOW)
    assert not Notice.objects.open().exists()


def test_a_decision_leads_to_the_queue(alice: Client, cast: Cast) -> None:
    create_job(cast.alice, cast.team, state=State.UNCONFIRMED)
    assert "1 job waits for a person." in page(alice)


def test_each_ledger_is_verified_once_a_day(cast: Cast, broker: "redis.Redis") -> None:
    def asked() -> int:
        return sum(b"videojobs.verify_ledger" in message for message in broker.lrange("dailies", 0, -1))

    tasks.housekeeping()
    assert asked() == 2  # one for each team
    for team in (cast.team, cast.elsewhere):
        tasks.verify_ledger(team.pk)
    tasks.housekeeping()
    assert asked() == 2 and LedgerCheck.objects.filter(problem="").count() == 2


def test_a_worker_that_shows_it_lives_is_named(alice: Client, broker: "redis.Redis") -> None:
    broker.set(f"{pulse.WORKERS}host:7", '{"since": 1.0}')
    broker.set(pulse.TIMETABLE, '{"since": 1.0}')
    assert "1 live: host:7." in page(alice)
    broker.delete(f"{pulse.WORKERS}host:7")
    assert "No worker shows that it lives." in page(alice)


def test_a_full_disk_is_said_with_what_to_do(alice: Client, settings: Settings) -> None:
    settings.MIN_FREE_DISK = 2**60
    assert "nothing more is sent" in page(alice) and "Make room" in page(alice)


def test_an_unconfirmed_job_is_something_to_see_to(alice: Client, cast: Cast) -> None:
    create_job(cast.bob, cast.team, state=State.UNCONFIRMED)
    assert "1 job may have reached the provider, or may not." in page(alice)


def test_a_job_without_news_is_worth_a_look(alice: Client, cast: Cast) -> None:
    create_job(cast.bob, cast.team, state=State.IN_PROGRESS)
    assert "1 at the provider without an answer for 15 minutes." in page(alice)


def test_secrets_sealed_with_a_lost_key_are_named(alice: Client, cast: Cast, settings: Settings) -> None:
    assert "Every stored secret can be opened." in page(alice)
    give_app(cast.bob)
    provider_keys.set_key(cast.team, "key-of-harbour-1234", cast.alice, now=NOW)
    hook = {"kind": "slack", "sealed_address": sealing.seal("https://example.org"), "created_at": NOW}
    for name, person in (("Chat", None), ("Bob’s phone", cast.bob)):
        Channel.objects.create(team=cast.team, name=name, person=person, created_by=cast.bob, **hook)
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    said, own = page(alice), "1 channel of one person’s own"
    assert f"opens the provider key …1234, the channel Chat, {own}, the second step of 1 person." in said
    assert "Put the old key back" in said and "phone" not in said


def test_a_backup_is_remembered(alice: Client, settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    assert "No backup was made on this machine yet." in page(alice)
    backups_made.note(timezone.now())
    assert "The last one is fresh." in page(alice)


def test_the_support_file_holds_no_secret_prompt_or_name(
    alice: Client, cast: Cast, settings: Settings
) -> None:
    settings.PROVIDER_KEY = "key-of-the-provider"
    create_job(cast.bob, cast.team, state=State.FAILED, failure_code="refused")
    with zipfile.ZipFile(io.BytesIO(alice.get("/health/support.zip").content)) as archive:
        said = b"".join(map(archive.read, archive.namelist())).decode()
    assert "refused" in said and '"django"' in said
    for hidden in (PROMPT, "key-of-the-provider", settings.SECRET_KEY, "bob@example.org"):
        assert hidden not in said


def test_the_support_file_holds_nothing_of_another_teams_money(alice: Client, cast: Cast) -> None:
    create_job(cast.bob, cast.team)
    create_job(cast.charlie, cast.elsewhere)
    with zipfile.ZipFile(io.BytesIO(alice.get("/health/support.zip").content)) as archive:
        figures = archive.read("metrics.txt").decode()
    assert f'team="{cast.team.slug}"' in figures
    assert cast.elsewhere.slug not in figures
