"""Who a script is."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tests.dashboard.api.scripts import Script
from tests.factories import Cast, create_token, join
from videojobs.models import Membership, Token
from videojobs.rights import Role

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
