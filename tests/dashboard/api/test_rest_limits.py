"""Limits over REST: set, listed with how they stand, changed, taken away, by those who may."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from tests.dashboard.api.scripts import WISH, Script
from tests.factories import DIRECTOR, NOW, Cast, create_job, create_limit, create_token, live_account, put
from videojobs.models import AuditEntry, Job, Limit, LimitPeriod, LimitScope, Project, Team
from videojobs.money import ledger
from videojobs.states import State

LIMIT: dict[str, Any] = {
    "scope": {"kind": "team"},
    "period": "month",
    "amount": "10.36",
    "action": "stop",
}
WRONG: dict[str, list[Any]] = {
    "amount": [
        *("-1", "0", "0.00", "NaN", "Infinity", "-Infinity", "1e3", "1E30", "", " ", "ten", "1,000", "٣"),
        *("1" * 30, "9000000000.000001", "0.0000001", "1.1234567", "a\x00", "\ud800", float("nan")),
        *("10 EUR", "€10", "10 £", "EUR 10", "10 dollars"),
        *(10.36, -1, 0, True, None, [], {}, 10**40),
    ],
    "period": ["", "year", "0", 0, None, "DAY", "hour", []],
    "action": ["", "delete", None, 1],
    "levels": [[0], [101], [-1], [50.5], ["50"], [True], "50", list(range(1, 13)), None, 50, [10**40]],
    "currency": ["EUR"],
}
"""What is no value of a field. A period of no length has no name."""

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def made(script: Script, **change: Any) -> dict[str, Any]:
    """Set a limit and return it."""
    answer = script.post("/api/v1/limits", LIMIT | change)
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def listed(script: Script, query: str = "") -> list[dict[str, Any]]:
    """Return the limits somebody sees."""
    answer = script.get(f"/api/v1/limits{query}")
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["limits"]
    return found


class TestSetting:
    """POST."""

    def test_it_answers_with_the_limit(self, alice: Script, cast: Cast) -> None:
        found = made(alice)
        limit = Limit.objects.get()
        assert found["id"] == limit.pk
        assert found["scope"] == {"kind": "team", "id": cast.team.pk, "name": "Harbour"}
        assert (found["period"], found["amount"], found["action"]) == ("month", "10.360000", "stop")
        assert (found["levels"], found["left"]) == ([50, 80, 100], "10.360000")

    def test_who_set_it_is_kept_and_audited(self, alice: Script, cast: Cast) -> None:
        made(alice)
        assert Limit.objects.get().created_by == cast.alice
        entry = AuditEntry.objects.get()
        assert (entry.action, entry.actor) == ("limit_set", cast.alice)

    @pytest.mark.parametrize("amount", ["0.000001", "999999", "9000000000", 10, " 10.36 ", "$10", "10 USD"])
    def test_amounts_that_are_some(self, alice: Script, amount: object) -> None:
        made(alice, amount=amount)
        assert Limit.objects.get().amount > 0

    def test_what_was_spent_before_counts(self, alice: Script, cast: Cast) -> None:
        create_job(cast.bob, cast.team, usd="4.00")
        found = made(alice, period="total")
        assert (found["held"], found["left"]) == ("4.000000", "6.360000")

    def test_levels_are_sorted_and_once(self, alice: Script) -> None:
        assert made(alice, levels=[90, 25, 90])["levels"] == [25, 90]

    def test_no_levels_tell_nobody(self, alice: Script) -> None:
        assert made(alice, levels=[])["levels"] == []

    def test_things_go_by_id_or_name(self, alice: Script, cast: Cast) -> None:
        token, _secret = create_token(cast.bob, cast.team)
        things: dict[str, list[object]] = {
            "project": [cast.project.pk, str(cast.project.pk), "general"],
            "person": [cast.bob.pk, "BOB@example.org"],
            "token": [token.pk, token.prefix],
            "model": [DIRECTOR],
            "team": [None, cast.team.pk],
        }
        for kind, names in things.items():
            ids = {made(alice, scope={"kind": kind, "id": name})["scope"]["id"] for name in names}
            assert len(ids) == 1, kind

    def test_a_project_named_like_a_number_goes_by_its_name(self, alice: Script, cast: Cast) -> None:
        named = Project.objects.create(team=cast.team, name=str(cast.project.pk), created_at=NOW)
        assert made(alice, scope={"kind": "project", "id": named.name})["scope"]["id"] == named.pk

    def test_a_whole_number_is_an_id_whatever_projects_are_named(self, alice: Script, cast: Cast) -> None:
        Project.objects.create(team=cast.team, name=str(cast.project.pk), created_at=NOW)
        found = made(alice, scope={"kind": "project", "id": cast.project.pk})
        assert found["scope"]["id"] == cast.project.pk


class TestWrong:
    """What can be no limit: the field is named, and nothing is stored."""

    @pytest.mark.parametrize(
        ("field", "value"), [(field, value) for field in WRONG for value in WRONG[field]]
    )
    def test_the_field_is_named(self, alice: Script, field: str, value: object) -> None:
        self.refused(alice.post("/api/v1/limits", LIMIT | {field: value}), field)

    @pytest.mark.parametrize(
        ("scope", "field"),
        [
            ("team", "scope"),
            ({}, "scope.kind"),
            ({"kind": "planet"}, "scope.kind"),
            ({"kind": "team", "name": "x"}, "scope.name"),
            ({"kind": "team", "id": 10**6}, "scope.id"),
        ],
    )
    def test_the_part_of_a_scope_is_named(self, alice: Script, scope: object, field: str) -> None:
        self.refused(alice.post("/api/v1/limits", LIMIT | {"scope": scope}), field)

    def refused(self, answer: Any, field: str) -> None:
        assert answer.status_code == 400, answer.content
        error = answer.json()["error"]
        assert list(error["fields"]) == [field]
        assert all(error["fields"][field])
        assert not Limit.objects.exists() and not AuditEntry.objects.exists()

    @pytest.mark.parametrize("kind", ["project", "person", "model", "token"])
    @pytest.mark.parametrize(
        "name", [None, "", 0, -1, 10**40, "9" * 40, "nobody", "a\x00b", "\ud800", 1.5, True, [], "x" * 600]
    )
    def test_what_is_nowhere_is_refused(self, alice: Script, kind: str, name: object) -> None:
        answer = alice.post("/api/v1/limits", LIMIT | {"scope": {"kind": kind, "id": name}})
        assert answer.status_code == 400, answer.content
        assert list(answer.json()["error"]["fields"]) == ["scope.id"]
        assert not Limit.objects.exists()

    def test_what_is_another_teams_is_refused_as_if_it_were_nowhere(self, alice: Script, cast: Cast) -> None:
        token, _secret = create_token(cast.charlie, cast.elsewhere)
        theirs = {"project": cast.elsewhere.projects.get().pk, "person": cast.charlie.pk, "token": token.pk}
        for kind, name in theirs.items():
            answers = [
                alice.post("/api/v1/limits", LIMIT | {"scope": {"kind": kind, "id": one}}).json()
                for one in (name, 99_999)
            ]
            assert answers[0] == answers[1]
            assert list(answers[0]["error"]["fields"]) == ["scope.id"]
        assert not Limit.objects.exists()

    def test_a_revoked_token_is_refused(self, alice: Script, cast: Cast) -> None:
        token, _secret = create_token(cast.bob, cast.team)
        token.revoked_at = NOW
        token.save(update_fields=["revoked_at"])
        answer = alice.post("/api/v1/limits", LIMIT | {"scope": {"kind": "token", "id": token.pk}})
        assert answer.status_code == 400

    def test_every_wrong_field_is_named_at_once(self, alice: Script) -> None:
        wrong = {"scope": {"kind": "x"}, "period": "x", "amount": "x", "action": "x", "levels": "x"}
        fields = alice.post("/api/v1/limits", wrong).json()["error"]["fields"]
        assert set(fields) == {"scope.kind", "period", "amount", "action", "levels"}

    def test_a_body_that_is_none_is_refused(self, alice: Script) -> None:
        assert {alice.send("/api/v1/limits", raw).status_code for raw in ("", "[]", "{", "null")} == {400}


class TestReading:
    """GET."""

    def test_it_says_what_is_spent_held_unknown_and_left(self, alice: Script, cast: Cast) -> None:
        create_limit(cast.team, "10.36")
        done = create_job(cast.bob, cast.team, state=State.COMPLETED)
        ledger.settle(done.id, Decimal("0.31"), now=NOW, reason="Reported.")
        create_job(cast.bob, cast.team, state=State.LOST, usd="2")
        create_job(cast.bob, cast.team, state=State.IN_PROGRESS, usd="1")
        create_job(cast.bob, cast.team, usd="0.5")
        [found] = listed(alice)
        sums = [found[name] for name in ("spent", "held", "unknown", "left")]
        assert sums == ["0.310000", "1.500000", "2.000000", "6.550000"]
        assert (found["resets_at"], found["starts_at"]) == (None, None)

    @time_machine.travel("2026-10-20T12:00Z", tick=False)
    def test_periods_begin_by_the_teams_clocks(self, alice: Script, cast: Cast) -> None:
        Team.objects.filter(id=cast.team.pk).update(time_zone="Europe/Berlin")
        create_limit(cast.team, "10", period=LimitPeriod.MONTH)
        [found] = listed(alice)
        # The clocks go back in between: a month that begins in summer time ends in winter time.
        assert (found["starts_at"], found["resets_at"]) == ("2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z")
        assert found["time_zone"] == "Europe/Berlin"

    def test_a_passed_limit_has_less_than_nothing_left(self, alice: Script, cast: Cast) -> None:
        create_limit(cast.team, "1")
        job = create_job(cast.bob, cast.team, state=State.COMPLETED)
        ledger.settle(job.id, Decimal("1.25"), now=NOW, reason="Reported.")
        assert listed(alice)[0]["left"] == "-0.250000"

    def test_rehearsal_and_real_money_are_counted_apart(
        self, alice: Script, cast: Cast, settings: Any
    ) -> None:
        create_limit(cast.team, "10")
        create_job(cast.bob, cast.team, usd="4")
        create_job(cast.bob, cast.team, usd="1", account=live_account())
        assert [listed(alice, query)[0]["held"] for query in ("?rehearsal=true", "?rehearsal=false")] == [
            *("4.000000", "1.000000")
        ]
        assert listed(alice)[0]["held"] == "4.000000"
        settings.PROVIDER_KEY = "a-key"
        assert alice.get("/api/v1/limits").json()["rehearsal"] is False

    def test_a_member_sees_those_their_jobs_may_fall_under(self, bob: Script, cast: Cast) -> None:
        mine, _secret = create_token(cast.bob, cast.team)
        theirs, _secret = create_token(cast.alice, cast.team)
        seen = [
            create_limit(cast.team, "10"),
            create_limit(cast.team, "10", scope=LimitScope.PROJECT, project=cast.project),
            create_limit(cast.team, "10", scope=LimitScope.MODEL, model=DIRECTOR),
            create_limit(cast.team, "10", scope=LimitScope.PERSON, person=cast.bob),
            create_limit(cast.team, "10", scope=LimitScope.TOKEN, token=mine),
        ]
        hidden = create_limit(cast.team, "10", scope=LimitScope.PERSON, person=cast.alice)
        create_limit(cast.team, "10", scope=LimitScope.TOKEN, token=theirs)
        assert [one["id"] for one in listed(bob)] == [limit.pk for limit in seen]
        assert bob.get(f"/api/v1/limits/{hidden.pk}").status_code == 404

    def test_a_viewer_has_none(self, viewer: Script, cast: Cast) -> None:
        create_limit(cast.team, "10")
        assert listed(viewer) == []

    def test_other_teams_and_old_limits_are_not_there(self, alice: Script, cast: Cast) -> None:
        theirs = create_limit(cast.elsewhere, "10")
        assert listed(alice) == []
        assert alice.get(f"/api/v1/limits/{theirs.pk}").status_code == 404

    @pytest.mark.parametrize("name", ["0", "-1", "9" * 40, "x", "%00"])
    def test_an_id_that_is_none(self, alice: Script, name: str) -> None:
        assert alice.get(f"/api/v1/limits/{name}").status_code in {400, 404}


class TestChanging:
    """PATCH and DELETE."""

    def patch(self, script: Script, limit_id: int, **change: Any) -> Any:
        return script.patch(f"/api/v1/limits/{limit_id}", change)

    def test_what_is_left_out_stays(self, alice: Script, cast: Cast) -> None:
        limit = create_limit(cast.team, "10", levels=(30,))
        answer = self.patch(alice, limit.pk, amount="12.5")
        assert answer.status_code == 200, answer.content
        found = answer.json()
        assert (found["amount"], found["action"], found["levels"]) == ("12.500000", "stop", [30])

    def test_each_part_may_change(self, alice: Script, cast: Cast) -> None:
        limit = create_limit(cast.team, "10")
        found = self.patch(alice, limit.pk, action="ask", levels=[90]).json()
        assert (found["amount"], found["action"], found["levels"]) == ("10.000000", "ask", [90])
        entry = AuditEntry.objects.latest("id")
        assert (entry.action, entry.before["action"], entry.after["action"]) == (
            *("limit_changed", "stop", "ask"),
        )

    @pytest.mark.parametrize(
        "change",
        [
            {"amount": "-1"},
            {"action": "x"},
            {"levels": [101]},
            {"period": "day"},
            {"scope": {"kind": "team"}},
        ],
    )
    def test_what_is_wrong_changes_nothing(self, alice: Script, cast: Cast, change: dict[str, Any]) -> None:
        limit = create_limit(cast.team, "10")
        answer = self.patch(alice, limit.pk, **change)
        assert answer.status_code == 400
        assert list(answer.json()["error"]["fields"]) == list(change)
        fresh = Limit.objects.get()
        assert (fresh.amount, fresh.action, fresh.levels) == (limit.amount, limit.action, [50, 80, 100])

    def test_taking_it_away_ends_it(self, alice: Script, cast: Cast) -> None:
        limit = create_limit(cast.team, "0.01")
        assert alice.create().status_code == 402
        answer = alice.delete(f"/api/v1/limits/{limit.pk}")
        assert (answer.status_code, answer.content) == (204, b"")
        assert alice.create().status_code == 200
        assert AuditEntry.objects.latest("id").action == "limit_retired"
        assert alice.delete(f"/api/v1/limits/{limit.pk}").status_code == 404

    def test_members_may_not(self, bob: Script, cast: Cast) -> None:
        limit = create_limit(cast.team, "10")
        answers = [
            bob.post("/api/v1/limits", LIMIT),
            self.patch(bob, limit.pk, amount="20"),
            bob.delete(f"/api/v1/limits/{limit.pk}"),
        ]
        assert [answer.status_code for answer in answers] == [403, 403, 403]
        assert Limit.objects.get().amount == 10

    def test_strangers_find_nothing(self, charlie: Script, cast: Cast) -> None:
        limit = create_limit(cast.team, "10")
        answers = [
            self.patch(charlie, limit.pk, amount="1"),
            charlie.delete(f"/api/v1/limits/{limit.pk}"),
        ]
        assert [answer.status_code for answer in answers] == [404, 404]


class TestRefusals:
    """A job that does not fit."""

    def refusal(self, answer: Any) -> dict[str, Any]:
        assert answer.status_code == 402, answer.content
        error: dict[str, Any] = answer.json()["error"]
        return error

    def test_rest_names_the_limit_and_says_all(self, alice: Script, cast: Cast) -> None:
        limit = create_limit(cast.team, "0.27", period=LimitPeriod.MONTH)
        error = self.refusal(alice.post("/api/v1/jobs", {"body": WISH}))
        assert set(error) == {"message", "code", "fields", "limit_id"}
        assert (error["code"], error["limit_id"], error["fields"]) == ("spend_limit", limit.pk, {})
        for words in ("the team Harbour", "0.27 USD a month", "0.27 left", "(UTC)", "Alice can raise it"):
            assert words in error["message"]

    def test_the_gateway_says_it_in_togethers_shape(self, alice: Script, cast: Cast) -> None:
        limit = create_limit(cast.team, "0.27")
        error = self.refusal(alice.create())
        message = error.pop("message")
        assert error == {"type": "billing_error", "param": None, "code": "spend_limit", "limit_id": limit.pk}
        assert "0.28 USD" in message

    def test_other_errors_name_no_limit(self, alice: Script) -> None:
        assert "limit_id" not in alice.post("/api/v1/jobs", {}).json()["error"]
        assert "limit_id" not in alice.post("/v2/videos", {}).json()["error"]

    def test_exactly_meeting_it_passes(self, alice: Script, cast: Cast) -> None:
        create_limit(cast.team, "0.28")
        assert [alice.create().status_code for _ in range(2)] == [200, 402]

    def test_only_jobs_it_is_on_are_refused(self, alice: Script, bob: Script, cast: Cast) -> None:
        create_limit(cast.team, "0.01", scope=LimitScope.PERSON, person=cast.bob)
        assert (alice.create().status_code, bob.create().status_code) == (200, 402)

    def test_what_a_cancel_frees_is_free_at_once(self, alice: Script, cast: Cast) -> None:
        create_limit(cast.team, "0.28")
        job_id = alice.create().json()["id"]
        assert alice.create().status_code == 402
        assert alice.post(f"/api/v1/jobs/{job_id}/cancel").status_code == 200
        assert alice.create().status_code == 200

    def test_the_next_period_has_room_again(self, alice: Script, cast: Cast) -> None:
        with time_machine.travel(NOW, tick=False):
            create_limit(cast.team, "0.28", period=LimitPeriod.DAY)
            job_id = alice.create().json()["id"]
            put(Job.objects.get(id=job_id), state=State.LOST, ended_at=NOW)
            assert alice.create().status_code == 402
        with time_machine.travel(NOW + timedelta(days=1), tick=False):
            assert alice.create().status_code == 200
