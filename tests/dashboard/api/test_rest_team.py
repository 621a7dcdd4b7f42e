"""Models, spend and health over REST, and the document that describes all of it."""

import json
import time
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import redis
from django.test import Client
from django.utils import timezone
from openapi_spec_validator import validate

from dashboard.readiness import TICK_KEY
from tests.dashboard.api.scripts import Script
from tests.factories import NOW, Cast, create_job, create_limit, live_account
from videojobs import catalog
from videojobs.models import Job, LimitPeriod, PriceOnFile, ProviderAccount, Team
from videojobs.money import ledger
from videojobs.states import State


def models(script: Script) -> dict[str, dict[str, Any]]:
    """Return the models by id."""
    return {model["id"]: model for model in script.get("/api/v1/models").json()["models"]}


def test_all_shown_models_are_listed_those_on_offer_first(alice: Script) -> None:
    found = models(alice)
    assert list(found) == [model.id for model in catalog.all_models()]
    enabled = [model["enabled"] for model in found.values()]
    assert enabled == sorted(enabled, reverse=True)


def test_a_model_has_its_limits_and_prices(alice: Script) -> None:
    model = models(alice)["minimax/video-01-director"]
    assert (model["limits"]["seconds"], model["limits"]["sizes"]) == ([5], ["1366x768"])
    [price] = model["prices"]
    assert (price["usd"], price["per"], price["certain"]) == ("0.280000", "clip", True)


def test_a_price_on_file_is_shown(alice: Script, cast: Cast) -> None:
    PriceOnFile.objects.create(
        team=cast.team, model="vidu/vidu-q3", usd=Decimal("0.1"), unit="second", set_by=cast.alice, set_at=NOW
    )
    filed = models(alice)["vidu/vidu-q3"]["price_on_file"]
    assert filed == {"usd": "0.100000", "per": "second", "set_on": "2026-11-23", "set_by": "Alice"}


@pytest.fixture
def spending(cast: Cast) -> ProviderAccount:
    """One live job paid, one held, one unknown; one rehearsal paid."""
    live = live_account()
    paid = create_job(cast.alice, cast.team, account=live, state=State.FAILED)
    ledger.settle(paid.id, Decimal("0.30"), now=NOW, reason="Reported.")
    create_job(cast.bob, cast.team, account=live)
    create_job(cast.alice, cast.team, account=live, state=State.LOST)
    rehearsed = create_job(cast.alice, cast.team, state=State.FAILED)
    ledger.settle(rehearsed.id, Decimal("9"), now=NOW, reason="Reported.")
    return live


def test_spend_is_spent_held_and_unknown_and_never_rehearsed(alice: Script, spending: object) -> None:
    spend = alice.get("/api/v1/spend").json()
    assert (spend["spent"], spend["held"], spend["unknown"]) == ("0.300000", "0.280000", "0.280000")
    assert (spend["rehearsal"]["spent"], spend["rehearsal"]["held"]) == ("9.000000", "0.000000")
    assert (spend["scope"], spend["limit"]) == ("team", None)


def test_spend_is_told_by_day_model_and_person(alice: Script, spending: object) -> None:
    spend = alice.get("/api/v1/spend?since=2026-11-22&until=2026-11-24").json()
    days = {row["day"]: row["spent"] for row in spend["by_day"]}
    assert days == {"2026-11-22": "0.000000", "2026-11-23": "0.300000", "2026-11-24": "0.000000"}
    assert [(row["model"], row["spent"]) for row in spend["by_model"]] == [
        ("minimax/video-01-director", "0.300000")
    ]
    people = {row["person"]: (row["spent"], row["held"]) for row in spend["by_person"]}
    assert people["bob@example.org"] == ("0.000000", "0.280000")


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        ("day", ["2026-11-22", "2026-11-23"]),
        ("model", ["minimax/video-01-director"]),
        ("person", ["alice@example.org", "bob@example.org"]),
        ("project", ["General"]),
    ],
)
def test_rows_by_what_is_asked_for(alice: Script, spending: object, by: str, keys: list[str]) -> None:
    spend = alice.get(f"/api/v1/spend?from=2026-11-22&to=2026-11-23&by={by}").json()
    assert [row["key"] for row in spend["rows"]] == keys
    assert sum(Decimal(row["spent"]) for row in spend["rows"]) == Decimal(spend["spent"]) == Decimal("0.30")
    assert (spend["from"], spend["to"], spend["by"], spend["zone"]) == ("2026-11-22", "2026-11-23", by, "UTC")
    assert {name for name in spend if name.startswith("by_") and spend[name] is not None} == {f"by_{by}"}
    assert spend["rehearsal"]["rows"][-1]["jobs"] == 1


def test_rows_by_day_begin_with_the_first(alice: Script, cast: Cast, spending: ProviderAccount) -> None:
    create_job(cast.bob, cast.team, account=spending, now=NOW - timedelta(days=90))
    rows = alice.get("/api/v1/spend?by=day&to=2026-11-23").json()["rows"]
    assert (rows[0]["key"], rows[0]["jobs"], len(rows)) == ("2026-08-25", 1, 91)


def test_a_row_says_what_stands_behind_it(alice: Script, spending: object) -> None:
    [row] = alice.get("/api/v1/spend?by=model").json()["rows"]
    assert (row["jobs"], row["charged"], row["open_ends"], row["failed"]) == (3, 1, 1, 2)
    assert (row["spent_on_failed"], row["clips"], row["seconds"]) == ("0.300000", 0, 0)


def test_days_are_the_teams(alice: Script, cast: Cast) -> None:
    Team.objects.filter(pk=cast.team.pk).update(time_zone="Asia/Tokyo")
    create_job(cast.alice, cast.team, account=live_account(), now=NOW.replace(hour=16))
    spend = alice.get("/api/v1/spend?by=day&from=2026-11-24&to=2026-11-24").json()
    assert (spend["rows"][0]["jobs"], spend["zone"]) == (1, "Asia/Tokyo")


def test_the_limit_on_the_team_is_told(alice: Script, cast: Cast) -> None:
    create_limit(cast.team, "100")
    create_limit(cast.team, "5", period=LimitPeriod.MONTH)
    assert alice.get("/api/v1/spend").json()["limit"] == "5.000000"


def test_who_sees_no_limits_is_not_told_it_with_the_spend(viewer: Script, cast: Cast) -> None:
    create_limit(cast.team, "100")
    assert viewer.get("/api/v1/spend").json()["limit"] is None


def test_days_bound_the_sums(alice: Script, spending: object) -> None:
    assert alice.get("/api/v1/spend?since=2026-11-24&until=2026-11-25").json()["spent"] == "0.000000"


def test_a_member_reads_their_own_spend(bob: Script, spending: object) -> None:
    spend = bob.get("/api/v1/spend").json()
    assert (spend["scope"], spend["spent"], spend["held"]) == ("own", "0.000000", "0.280000")
    assert {row["person"] for row in spend["by_person"]} == {"bob@example.org"}
    rows = bob.get("/api/v1/spend?by=person").json()["rows"]
    assert [row["key"] for row in rows] == ["bob@example.org"]


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("since=2020-01-01&until=2026-01-01", ["from"]),
        ("by=day&from=2010-01-01&to=2026-01-01", ["from"]),
        ("since=2026-02-01&until=2026-01-01", ["since", "until"]),
        ("from=2026-02-01&to=2026-01-01", ["from", "to"]),
        ("from=2026-02-01&to=2026-01-01&by=model", ["from", "to"]),
        ("since=0001-01-01", ["since"]),
        ("to=9999-12-31", ["to"]),
        ("since=x", ["since"]),
        ("from=2026-02-30", ["from"]),
        ("by=moon", ["by"]),
        ("by=", ["by"]),
        ("from=2026-01-01&since=2026-01-01", ["since"]),
        ("to=2026-01-01&until=2026-01-02", ["until"]),
    ],
)
def test_what_makes_no_sense_is_named(alice: Script, query: str, fields: list[str]) -> None:
    answer = alice.get(f"/api/v1/spend?{query}")
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, fields)


def test_health_is_well_after_a_tick(alice: Script, cast: Cast, broker: "redis.Redis") -> None:
    broker.set(TICK_KEY, time.time())
    create_job(cast.alice, cast.team)
    health = alice.get("/api/v1/health").json()
    assert (health["status"], health["problem"], health["rehearsal"]) == ("ok", None, True)
    assert (health["waiting"], health["running"], health["deciding"]) == (1, 0, 0)


def test_a_parked_account_is_told(alice: Script, broker: "redis.Redis") -> None:
    broker.set(TICK_KEY, time.time())
    account = ProviderAccount.objects.current()
    ProviderAccount.objects.filter(pk=account.pk).update(parked_at=timezone.now(), parked_reason="No credit.")
    health = alice.get("/api/v1/health").json()
    assert (health["status"], health["parked"], health["problem"]) == ("attention", True, "No credit.")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The published description."""
    answer = Client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(answer.content)
    return found


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_the_document_knows_every_operation(document: dict[str, Any]) -> None:
    found = {(verb.upper(), path) for path, verbs in document["paths"].items() for verb in verbs}
    assert found == {
        ("POST", "/api/v1/jobs"),
        ("GET", "/api/v1/jobs"),
        ("GET", "/api/v1/jobs/{job_id}"),
        ("POST", "/api/v1/jobs/{job_id}/cancel"),
        ("POST", "/api/v1/jobs/{job_id}/resolve"),
        ("POST", "/api/v1/jobs/{job_id}/retry"),
        ("GET", "/api/v1/models"),
        ("GET", "/api/v1/spend"),
        ("GET", "/api/v1/limits"),
        ("POST", "/api/v1/limits"),
        ("GET", "/api/v1/limits/{limit_id}"),
        ("PATCH", "/api/v1/limits/{limit_id}"),
        ("DELETE", "/api/v1/limits/{limit_id}"),
        ("GET", "/api/v1/approvals"),
        ("POST", "/api/v1/approvals/{approval_id}"),
        ("GET", "/api/v1/ledger"),
        ("GET", "/api/v1/queue"),
        ("POST", "/api/v1/queue/pause"),
        ("POST", "/api/v1/queue/resume"),
        ("POST", "/api/v1/queue/bulk"),
        ("PATCH", "/api/v1/jobs/{job_id}"),
        ("GET", "/api/v1/audit"),
        ("GET", "/api/v1/health"),
    }


def test_the_document_describes_the_body_field_by_field(document: dict[str, Any]) -> None:
    body = document["components"]["schemas"]["NewJob"]["properties"]["body"]
    name = body["$ref"].rpartition("/")[2] if "$ref" in body else body["allOf"][0]["$ref"].rpartition("/")[2]
    assert {"model", "prompt", "seconds", "media"} <= set(
        document["components"]["schemas"][name]["properties"]
    )


def test_the_document_names_the_fields_of_a_job(document: dict[str, Any], alice: Script) -> None:
    detail = document["components"]["schemas"]["JobDetail"]["properties"]
    made = alice.post("/api/v1/jobs", {"body": {"model": "minimax/video-01-director", "prompt": "A boat"}})
    assert set(detail) == set(made.json())
    assert Job.objects.count() == 1
