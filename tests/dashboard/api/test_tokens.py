"""Who a script is."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from tests.dashboard.api.scripts import Script
from tests.factories import (
    DIRECTOR,
    NOW,
    Cast,
    create_job,
    create_limit,
    create_project,
    create_token,
    join,
)
from videojobs.models import AuditEntry, Job, LimitScope, Membership, Token
from videojobs.rights import Role

LIMIT = {"scope": {"kind": "team"}, "period": "day", "amount": "100", "action": "warn"}
BOTH = pytest.mark.parametrize("path", ["/v2/videos/job_x", "/api/v1/jobs"])


@BOTH
@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer wrong", "Bearer \x00é"])
def test_no_usable_token_is_a_401_in_json(cast: Cast, path: str, header: str) -> None:
    answer = Client().get(path, headers={"authorization": header} if header else {})
    assert answer.status_code == 401
    assert "token" in answer.json()["error"]["message"]
    assert answer["WWW-Authenticate"].startswith("Bearer")


@BOTH
def test_a_revoked_token_is_refused(alice: Script, path: str) -> None:
    Token.objects.update(revoked_at=timezone.now())
    assert alice.get(path).status_code == 401


@BOTH
def test_a_token_of_somebody_who_may_not_sign_in_is_refused(alice: Script, cast: Cast, path: str) -> None:
    cast.alice.is_active = False
    cast.alice.save()
    assert alice.get(path).status_code == 401


@BOTH
def test_a_token_of_somebody_who_left_the_team_is_refused(bob: Script, cast: Cast, path: str) -> None:
    Membership.objects.filter(user=cast.bob).delete()
    assert bob.get(path).status_code == 401


def test_a_token_has_the_role_of_its_own_team_alone(cast: Cast) -> None:
    join(cast.charlie, cast.team, Role.VIEWER)
    at_home, visiting = Script.of(cast.charlie, cast.elsewhere), Script.of(cast.charlie, cast.team)
    assert (at_home.create().status_code, visiting.create().status_code) == (200, 403)


def test_its_use_is_dated_at_most_once_a_minute(cast: Cast) -> None:
    token, secret = create_token(cast.alice, cast.team)
    seen = []
    start = timezone.now().replace(microsecond=0)
    for seconds in (0, 59, 61):
        with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
            Script(secret).get("/api/v1/jobs")
        token.refresh_from_db()
        assert token.last_used_at is not None
        seen.append((token.last_used_at - start).total_seconds())
    assert seen == [0, 0, 61]


def test_neither_session_nor_cookie_is_touched(alice: Script) -> None:
    answer = alice.create()
    assert answer.status_code == 200
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")


@BOTH
def test_an_expired_token_says_when_it_ended(cast: Cast, path: str) -> None:
    token, secret = create_token(cast.alice, cast.team)
    Token.objects.filter(pk=token.pk).update(expires_at=NOW)
    answer = Script(secret).get(path)
    assert answer.status_code == 401
    assert "expired on 23 November 2026" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("scope", "sent", "limits"), [("read", 403, 403), ("send", 200, 403), ("all", 200, 201)]
)
def test_a_scope_holds_whatever_the_role(cast: Cast, scope: str, sent: int, limits: int) -> None:
    token, secret = create_token(cast.alice, cast.team)
    Token.objects.filter(pk=token.pk).update(scope=scope)
    script = Script(secret)
    answers = script.get("/api/v1/jobs"), script.create(), script.post("/api/v1/limits", LIMIT)
    assert [answer.status_code for answer in answers] == [200, sent, limits]


def test_a_tokens_jobs_are_for_its_project(cast: Cast) -> None:
    token, secret = create_token(cast.alice, cast.team)
    project = create_project(cast.team)
    Token.objects.filter(pk=token.pk).update(project=project)
    assert Script(secret).create().status_code == 200
    assert Job.objects.get().project == project
    wish = {"body": {"model": DIRECTOR, "prompt": "A boat"}, "project": "General"}
    assert Script(secret).post("/api/v1/jobs", wish).status_code == 400


def test_a_token_of_an_archived_project_makes_no_jobs(cast: Cast) -> None:
    token, secret = create_token(cast.alice, cast.team)
    Token.objects.filter(pk=token.pk).update(project=create_project(cast.team, archived_at=NOW))
    assert Script(secret).create().status_code == 400
    assert not Job.objects.exists()


def test_guessing_is_asked_to_wait_and_a_right_token_is_not(alice: Script) -> None:
    statuses = [Script(f"dailies_guess-{number}").get("/api/v1/jobs").status_code for number in range(31)]
    assert statuses[0] == 401
    assert statuses[-1] == 429
    assert alice.get("/api/v1/jobs").status_code == 200
    cache.clear()


def test_what_a_script_changes_says_so(cast: Cast) -> None:
    script = Script.of(cast.alice, cast.team)
    assert script.post("/api/v1/limits", LIMIT).status_code == 201
    entry = AuditEntry.objects.latest("id")
    assert (entry.via, entry.token) == ("api", Token.objects.get())


def test_a_token_of_a_project_reaches_nothing_beyond_it(cast: Cast) -> None:
    token, secret = create_token(cast.alice, cast.team)
    Token.objects.filter(pk=token.pk).update(project=create_project(cast.team))
    script = Script(secret)
    assert script.get("/api/v1/audit").status_code == 403
    assert script.post("/api/v1/limits", LIMIT).status_code == 403
    assert script.post("/api/v1/queue/pause", {"scope": "team", "reason": "x"}).status_code == 403
    assert script.get("/api/v1/spend").json()["scope"] == "own"


def test_a_token_of_a_project_reads_the_money_of_that_project_alone(cast: Cast) -> None:
    """What its person spends elsewhere is not there: no sum, no entry, no limit, no project's name."""
    token, secret = create_token(cast.alice, cast.team)
    launch, script = create_project(cast.team), Script(secret)
    Token.objects.filter(pk=token.pk).update(project=launch)
    inside = create_job(cast.alice, cast.team, project=launch, usd="0.30")
    create_job(cast.alice, cast.team, usd="5")
    for project in (launch, cast.project):
        create_limit(cast.team, "10", scope=LimitScope.PROJECT, project=project)
    for query in ("", "?by=day", "?by=project", "?by=model", "?by=person"):
        spend = script.get(f"/api/v1/spend{query}")
        assert spend.json()["rehearsal"]["held"] == "0.300000"
        assert "General" not in spend.content.decode() and "5.000000" not in spend.content.decode()
    assert [entry["job"] for entry in script.get("/api/v1/ledger").json()["entries"]] == [inside.id]
    [limit] = script.get("/api/v1/limits").json()["limits"]
    assert limit["scope"]["id"] == launch.pk
