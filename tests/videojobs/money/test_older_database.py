"""A database from before the chain comes out of the migrations with books that agree."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from pytest_django import DjangoDbBlocker

from tests.factories import NOW
from videojobs.models import DayTotal, LedgerEntry, Limit, PriceOnFile, Team
from videojobs.money import guards
from videojobs.money.verifying import verify

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.slow]

BEFORE = [("videojobs", "0003_overtaken_submissions")]
LATER = NOW + timedelta(hours=13)

Apps = Any
"""The tables as they were, by name."""


def migrate(targets: list[tuple[str, str]]) -> Apps:
    """Take the database to a state and return its tables."""
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


@contextmanager
def empty_database(folder: Path) -> Iterator[None]:
    """Point the connection at an empty database while the block runs."""
    usual, name = connection.settings_dict["NAME"], str(folder / "older.sqlite3")
    if connection.vendor == "postgresql":
        name = f"older_{os.getpid()}"
        on_server(f"CREATE DATABASE {name}")
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
        if connection.vendor == "postgresql":
            on_server(f"DROP DATABASE {name} WITH (FORCE)")


def on_server(statement: str) -> None:
    """Have PostgreSQL make or drop a database."""
    with psycopg.connect(os.environ["TEST_POSTGRESQL_URL"], autocommit=True) as server:
        server.execute(statement.encode())


@pytest.fixture(scope="module")
def old(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator["Old"]:
    """A database as it was before, filled and taken to today."""
    with django_db_blocker.unblock(), empty_database(tmp_path_factory.mktemp("older")):
        old = Old(migrate(BEFORE))
        old.fill()
        migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())
        yield old


class Old:
    """Rows as the earlier code wrote them."""

    def __init__(self, apps: Apps) -> None:
        self.apps = apps
        self.person = self.make("User", email="alice@example.org")
        self.account = self.make("ProviderAccount", base_url="https://x.example", kind="live", places=5)
        self.team = self.make("Team", name="Harbour", slug="harbour", spend_limit=Decimal(5))
        self.project = self.make("Project", team=self.team, name="General", is_default=True)
        self.token = self.make(
            "Token", user=self.person, team=self.team, name="script", prefix="p", digest="d"
        )

    def make(self, table_name: str, /, **columns: Any) -> Any:
        """Insert a row."""
        table = self.apps.get_model("videojobs", table_name)
        if any(field.name == "created_at" for field in table._meta.fields):
            columns = {"created_at": NOW} | columns
        return table.objects.create(**columns)

    def job(self, name: str, entries: dict[str, str], **columns: Any) -> None:
        """Insert a job with its entries."""
        columns = {"held": Decimal("0.28"), "cost": None, "charged": "unknown"} | columns
        job = self.make(
            "Job",
            id=name,
            team=self.team,
            project=self.project,
            person=self.person,
            token=self.token,
            account=self.account,
            model="minimax/video-01-director",
            body={},
            seconds=5,
            estimate=Decimal("0.28"),
            estimate_source="table",
            estimate_explanation="From the price list.",
            **columns,
        )
        common = {"team": self.team, "project": self.project, "person": self.person, "account": self.account}
        for kind, usd in entries.items():
            self.make("LedgerEntry", job=job, kind=kind, amount=Decimal(usd), at=NOW, reason="é…", **common)

    def fill(self) -> None:
        """Insert a team without anything, and for the other one jobs and prices."""
        self.make("Team", name="Elsewhere", slug="elsewhere", spend_limit=None)
        self.fill_jobs()
        for days, usd in ((0, "0.30"), (2, "0.32"), (1, "0.31")):
            columns = {"team": self.team, "model": "vidu/vidu-q3", "unit": "clip", "set_by": self.person}
            self.make("PriceOnFile", usd=Decimal(usd), set_at=NOW + timedelta(days=days), **columns)

    def fill_jobs(self) -> None:
        """Insert a job of every kind: waiting, settled the next day, lost, and cancelled."""
        claimed = {"claim_id": "c" * 32, "claimed_at": LATER, "accepted_at": LATER}
        self.job("waits", {"hold": "0.28"}, charged="no")
        self.job(
            "done",
            {"hold": "0.28", "settle": "0.30", "release": "0.28"},
            **claimed | {"state": "completed", "provider_id": "v1", "charged": "yes", "ended_at": LATER},
            held=Decimal(0),
            cost=Decimal("0.30"),
        )
        self.job("lost", {"hold": "0.28"}, state="lost", ended_at=LATER, **claimed)
        free = {"held": Decimal(0), "charged": "no", "ended_at": NOW}
        self.job("cancelled", {"hold": "0.28", "release": "0.28"}, state="cancelled", **free)


def test_its_books_agree_and_its_money_belongs_to_the_days_of_the_claims(old: Old) -> None:
    team = Team.objects.get(slug="harbour")
    assert (verify(team).entries, verify(team).problem) == (7, "")
    assert verify(Team.objects.get(slug="elsewhere")).problem == ""
    entry = LedgerEntry.objects.get(number=3)
    assert (entry.kind, entry.model, entry.token_id) == ("settle", "minimax/video-01-director", old.token.pk)
    days = DayTotal.objects.order_by("day").values_list("day", "jobs", "spent", "held", "unknown")
    assert list(days) == [
        (NOW.date(), 2, 0, Decimal("0.28"), 0),
        (LATER.date(), 2, Decimal("0.30"), 0, Decimal("0.28")),
    ]
    assert guards.missing(connection) == []


def test_its_limit_stops_and_the_newest_of_its_prices_holds(old: Old) -> None:
    limit = Limit.objects.get()
    assert (limit.team.slug, limit.scope, limit.period) == ("harbour", "team", "total")
    assert (limit.amount, limit.action, limit.retired_at) == (5, "stop", None)
    assert limit.team.ledger_head.has_limits
    assert PriceOnFile.objects.in_force().get().usd == Decimal("0.32")
    replaced = PriceOnFile.objects.exclude(retired_at=None).order_by("set_at")
    assert [price.retired_at for price in replaced] == [NOW + timedelta(days=1), NOW + timedelta(days=2)]
