from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.utils import timezone

from dashboard.access import in_team
from dashboard.context import Frame, frame
from tests.factories import Cast, create_cast, create_job, create_limit, create_user, join, live_account
from videojobs.models import LimitScope, Notice, Team, User
from videojobs.money import ledger, tallies
from videojobs.rights import Role
from videojobs.states import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return create_cast()


def page_of(user: User) -> Frame:
    request: HttpRequest = RequestFactory().get("/team/")
    request.user = user
    request.session = {}  # type: ignore[assignment]
    return Frame(in_team(request))


def tell(cast: Cast, key: str, person: User | None = None, **values: object) -> None:
    now = timezone.now()
    Notice.objects.create(team=cast.team, key=key, text=key, kind="news", at=now, person=person, **values)


def test_strangers_see_an_empty_frame() -> None:
    empty = frame(RequestFactory().get("/"))["frame"]
    assert empty.team is None
    assert empty.notices == []
    assert empty.counts.open == 0
    assert empty.spent == Decimal(0)


def test_rehearsal_is_said_until_a_key_is_set(cast: Cast, settings: Any) -> None:
    settings.PROVIDER_KEY = ""
    assert page_of(cast.alice).rehearsal
    settings.PROVIDER_KEY = "tgp_v1_x"
    assert not page_of(cast.alice).rehearsal


def test_a_page_of_no_team_says_it_while_no_team_buys(cast: Cast, settings: Any) -> None:
    settings.PROVIDER_KEY = ""
    stranger = Frame(RequestFactory().get("/accounts/login/"))
    assert stranger.rehearsal
    Team.objects.filter(pk=cast.team.pk).update(account=live_account())
    assert not stranger.rehearsal


def test_people_are_told_what_is_theirs_and_the_teams(cast: Cast) -> None:
    tell(cast, "for all")
    tell(cast, "for alice", cast.alice)
    tell(cast, "for bob", cast.bob)
    assert {notice.text for notice in page_of(cast.alice).notices} == {"for all", "for alice"}


def test_what_was_read_or_closed_is_not_told_again(cast: Cast) -> None:
    yesterday = timezone.now() - timedelta(days=1)
    tell(cast, "read", cast.alice, read_at=timezone.now() + timedelta(minutes=1))
    tell(cast, "closed", closed_at=yesterday)
    assert page_of(cast.alice).notices == []


def test_the_pill_counts_the_team_only_for_those_who_may_see_it(cast: Cast) -> None:
    assert page_of(cast.alice).sees_spend
    assert not page_of(cast.bob).sees_spend


def test_the_place_one_is_at_is_marked(client: Client, cast: Cast) -> None:
    client.force_login(cast.alice)
    places = client.get("/team/").context["frame"].keeping
    assert [(place.name, place.current) for place in places if place.current] == [("team", "page")]


def test_a_page_below_a_place_marks_it_too(client: Client, cast: Cast) -> None:
    client.force_login(cast.alice)
    places = client.get("/spend/ledger/").context["frame"].places
    assert [(place.name, place.current) for place in places if place.current] == [("spend", "true")]


def test_who_may_not_send_is_not_led_to_create(cast: Cast) -> None:
    viewer = create_user("vera@example.org")
    join(viewer, cast.team, Role.VIEWER)
    assert [place.name for place in page_of(cast.bob).places] == [
        "create",
        "queue",
        "gallery",
        "projects",
        "spend",
    ]
    assert [place.name for place in page_of(viewer).places] == ["queue", "gallery", "projects", "spend"]


def test_a_notice_names_its_job(client: Client, cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.UNCONFIRMED, prompt="Horses cross a river")
    tell(cast, "unsure", job=job)
    client.force_login(cast.alice)
    assert client.get("/notices/").content.decode().count("Horses cross a river") == 2


def test_the_pill_says_what_is_left_of_the_tightest_limit(client: Client, cast: Cast) -> None:
    client.force_login(cast.alice)
    assert page_of(cast.alice).tightest is None
    create_limit(cast.team, "10")
    create_limit(cast.team, "1", scope=LimitScope.PERSON, person=cast.bob)
    create_job(cast.alice, cast.team, usd="8")
    assert page_of(cast.alice).money_tone == "warn"
    assert "$2.00 <small>left</small>" in client.get("/frame/").content.decode()


def test_a_members_pill_is_about_their_own_limit(cast: Cast) -> None:
    create_limit(cast.team, "10")
    assert page_of(cast.bob).tightest is None
    create_limit(cast.team, "0.28", scope=LimitScope.PERSON, person=cast.bob)
    create_job(cast.bob, cast.team)
    found = page_of(cast.bob)
    assert found.tightest is not None and found.tightest.left == 0
    assert found.money_tone == "bad"


def test_the_pill_counts_the_month_by_the_teams_clocks(cast: Cast) -> None:
    job = create_job(cast.alice, cast.team, state=State.COMPLETED, now=datetime(2026, 10, 31, 16, tzinfo=UTC))
    ledger.settle(job.id, Decimal("0.30"), now=timezone.now(), reason="Reported.")
    with time_machine.travel(datetime(2026, 11, 23, tzinfo=UTC), tick=False):
        assert page_of(cast.alice).spent == 0
        tallies.set_zone(cast.team, ZoneInfo("Asia/Tokyo"), cast.alice, now=timezone.now())
        assert page_of(cast.alice).spent == Decimal("0.30")
