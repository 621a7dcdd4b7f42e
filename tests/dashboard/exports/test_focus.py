"""FOCUS 1.2: the mandatory columns, which row is what, and files that never change once they are taken in."""

import csv
import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.test import Client

from tests.factories import Cast, create_cast, create_job
from tests.videojobs.statements.books import charge, correct, credit, live
from videojobs.models import LedgerEntry, Team
from videojobs.states import State

pytestmark = pytest.mark.django_db

MANDATORY = {
    *("BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd"),
    *("BillingPeriodStart", "ChargeCategory", "ChargeClass", "ChargeDescription", "ChargePeriodEnd"),
    *("ChargePeriodStart", "ContractedCost", "EffectiveCost", "InvoiceIssuerName", "ListCost"),
    *("PricingQuantity", "PricingUnit", "ProviderName", "PublisherName", "ServiceCategory", "ServiceName"),
}
NEVER_EMPTY = MANDATORY - {"BillingAccountName", "ChargeClass", "PricingQuantity", "PricingUnit"}
NOVEMBER, DECEMBER = (datetime(2026, month, 20, 12, tzinfo=UTC) for month in (11, 12))


@pytest.fixture
def cast() -> Cast:
    return create_cast()


@pytest.fixture
def alice(client: Client, cast: Cast) -> Client:
    client.force_login(cast.alice)
    return client


def rows(client: Client, month: str = "2026-11", kind: str = "live") -> list[dict[str, str]]:
    answer = client.get(f"/spend/focus.csv?month={month}&kind={kind}")
    assert answer.status_code == 200, answer.getvalue()
    return list(csv.DictReader(answer.getvalue().decode().splitlines(keepends=True)))


def test_every_mandatory_column_is_there_and_filled(alice: Client, cast: Cast) -> None:
    job = charge(cast.bob, cast.team, "0.30", now=NOVEMBER)
    correct(job, "0.40", cast.alice, now=NOVEMBER)
    credit(job, "0.05", cast.alice, now=NOVEMBER)
    found = rows(alice)
    assert len(found) == 3
    for row in found:
        assert row.keys() >= MANDATORY
        assert all(row[column] for column in NEVER_EMPTY)


def test_a_settlement_is_usage_of_one_video(alice: Client, cast: Cast) -> None:
    job = charge(cast.bob, cast.team, "0.30", now=NOVEMBER)
    (row,) = rows(alice)
    assert {row[name] for name in ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")} == {
        "0.300000"
    }
    assert (row["ChargeCategory"], row["ChargeClass"], row["ChargeFrequency"]) == ("Usage", "", "Usage-Based")
    assert (row["PricingQuantity"], row["PricingUnit"], row["ListUnitPrice"]) == ("1", "Video", "0.300000")
    assert (row["ConsumedQuantity"], row["ConsumedUnit"]) == ("1", "Video")
    assert (row["ProviderName"], row["PublisherName"], row["ResourceId"]) == (
        "Together AI",
        "MiniMax",
        job.id,
    )
    assert (row["ServiceCategory"], row["BillingCurrency"]) == ("AI and Machine Learning", "USD")
    assert json.loads(row["Tags"]) == {"person": "bob@example.org"}


def test_a_correction_of_an_earlier_file_is_a_correction_in_a_later_one(alice: Client, cast: Cast) -> None:
    job = charge(cast.bob, cast.team, "0.30", now=NOVEMBER)
    before = rows(alice)
    correct(job, "0.10", cast.alice, now=DECEMBER)
    (row,) = rows(alice, "2026-12")
    assert (row["ChargeCategory"], row["ChargeClass"], row["BilledCost"]) == (
        "Usage",
        "Correction",
        "-0.200000",
    )
    assert (row["ChargePeriodStart"], row["BillingPeriodStart"]) == (
        "2026-11-20T00:00:00Z",
        "2026-12-01T00:00:00Z",
    )
    assert rows(alice) == before


def test_a_correction_in_the_same_month_is_an_adjustment(alice: Client, cast: Cast) -> None:
    correct(charge(cast.bob, cast.team, "0.30", now=NOVEMBER), "0.10", cast.alice, now=NOVEMBER)
    row = rows(alice)[1]
    assert (row["ChargeCategory"], row["ChargeClass"], row["PricingQuantity"]) == ("Adjustment", "", "")


def test_a_credit_is_a_credit_below_zero(alice: Client, cast: Cast) -> None:
    credit(charge(cast.bob, cast.team, "0.30", now=NOVEMBER), "0.125", cast.alice, now=NOVEMBER)
    row = rows(alice)[1]
    assert (row["ChargeCategory"], row["BilledCost"], row["ConsumedQuantity"]) == ("Credit", "-0.125000", "")


@pytest.mark.both_databases
def test_all_files_add_up_to_the_ledger(alice: Client, cast: Cast) -> None:
    for number in range(1, 5):
        job = charge(cast.bob, cast.team, f"0.{number}", now=NOVEMBER)
        correct(job, f"0.{number}5", cast.alice, now=DECEMBER)
        credit(job, "0.01", cast.alice, now=DECEMBER)
    billed = [Decimal(row["BilledCost"]) for month in ("2026-11", "2026-12") for row in rows(alice, month)]
    assert sum(billed) == Decimal("1.16")
    hashes = {row["x_EntryHash"] for row in rows(alice)}
    assert hashes == set(LedgerEntry.objects.filter(kind="settle").values_list("hash", flat=True))


def test_months_begin_where_the_team_is(alice: Client, cast: Cast) -> None:
    Team.objects.filter(pk=cast.team.pk).update(time_zone="America/New_York")
    charge(cast.bob, cast.team, now=datetime(2026, 12, 1, 4, 59, tzinfo=UTC))
    (row,) = rows(alice)
    assert (row["BillingPeriodStart"], row["BillingPeriodEnd"]) == (
        "2026-11-01T04:00:00Z",
        "2026-12-01T05:00:00Z",
    )


def test_neither_unknown_charges_nor_holds_have_a_row(alice: Client, cast: Cast) -> None:
    create_job(cast.bob, cast.team, state=State.LOST, charged="unknown", account=live(), now=NOVEMBER)
    assert rows(alice) == []


def test_rehearsal_names_no_provider_that_was_paid(alice: Client, cast: Cast) -> None:
    charge(cast.bob, cast.team, now=NOVEMBER, rehearsal=True)
    (row,) = rows(alice, kind="rehearsal")
    assert row["ProviderName"] == row["InvoiceIssuerName"] == "Rehearsal, nothing was paid"
    assert rows(alice) == []


@pytest.mark.parametrize("month", ["2026", "2026-13", "x", "0001-01", "9999-12", "2026-11-01"])
def test_a_month_that_is_none_is_refused(alice: Client, cast: Cast, month: str) -> None:
    answer = alice.get(f"/spend/focus.csv?month={month}")
    assert answer.status_code == 400
    assert answer.content.startswith(b"month is a month")
