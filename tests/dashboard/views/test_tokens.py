"""The page of API tokens."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import NOW, Cast, create_cast, create_project, create_token, create_user, join
from videojobs.models import Limit, Token
from videojobs.rights import Role


@pytest.fixture(autouse=True)
def cast(db: None) -> Cast:
    """Return Alice, Bob, Charlie and their teams."""
    return create_cast()


@pytest.fixture
def bob(client: Client, cast: Cast) -> Client:
    """Return a member's browser."""
    client.force_login(cast.bob)
    return client


def test_the_secret_is_shown_once(bob: Client) -> None:
    answer = bob.post("/tokens/make/", {"name": "render farm"})
    secret = answer.context["secret"]
    assert Token.objects.usable().by_secret(secret).get().name == "render farm"
    assert secret in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert secret not in bob.get("/tokens/").content.decode()


@pytest.mark.parametrize("name", ["", " ", "x" * 81, "a\x00b"])
def test_a_token_needs_a_name(bob: Client, name: str) -> None:
    assert bob.post("/tokens/make/", {"name": name}).status_code == 422
    assert not Token.objects.exists()


def test_it_shows_prefix_and_last_use(bob: Client, cast: Cast) -> None:
    token, _secret = create_token(cast.bob, cast.team)
    page = bob.get("/tokens/").content.decode()
    assert f"{token.prefix}…" in page
    assert "never used" in page


def test_a_member_sees_their_own(bob: Client, cast: Cast) -> None:
    create_token(cast.alice, cast.team)
    mine, _secret = create_token(cast.bob, cast.team)
    assert bob.get("/tokens/").context["usable"][0].token == mine


def test_who_manages_people_sees_all_of_the_team(client: Client, cast: Cast) -> None:
    create_token(cast.charlie, cast.elsewhere)
    theirs, _secret = create_token(cast.bob, cast.team)
    client.force_login(cast.alice)
    assert client.get("/tokens/").context["usable"][0].token == theirs


def test_it_asks_before_it_revokes(bob: Client, cast: Cast) -> None:
    token, _secret = create_token(cast.bob, cast.team)
    assert "cannot be taken back" in bob.get(f"/tokens/{token.pk}/revoke/").content.decode()
    assert Token.objects.usable().exists()


def test_a_revoked_token_stays_in_the_list_but_works_no_more(bob: Client, cast: Cast) -> None:
    token, _secret = create_token(cast.bob, cast.team)
    bob.post(f"/tokens/{token.pk}/revoke/")
    page = bob.get("/tokens/")
    assert ([], token) == (page.context["usable"], page.context["revoked"][0].token)
    assert not Token.objects.usable().exists()


def test_an_owner_revokes_a_members_token(client: Client, cast: Cast) -> None:
    token, _secret = create_token(cast.bob, cast.team)
    client.force_login(cast.alice)
    client.post(f"/tokens/{token.pk}/revoke/")
    assert not Token.objects.usable().exists()


def test_a_member_does_not_find_the_tokens_of_others(bob: Client, cast: Cast) -> None:
    token, _secret = create_token(cast.alice, cast.team)
    assert bob.post(f"/tokens/{token.pk}/revoke/").status_code == 404
    assert Token.objects.usable().exists()


def test_a_viewer_reads_why_there_is_nothing_to_make(client: Client, cast: Cast) -> None:
    person = create_user("vera@example.org")
    join(person, cast.team, Role.VIEWER)
    client.force_login(person)
    assert "makes no tokens" in client.get("/tokens/").content.decode()
    assert client.post("/tokens/make/", {"name": "x"}).status_code == 403


def test_a_token_is_made_for_a_project_with_a_limit_and_a_last_day(bob: Client, cast: Cast) -> None:
    project = create_project(cast.team)
    wish = {"name": "render", "scope": "send", "project": project.pk, "life": "30", "amount": "25"}
    bob.post("/tokens/make/", wish | {"period": "month"})
    token, limit = Token.objects.get(), Limit.objects.get()
    assert (token.scope, token.project, limit.token, limit.amount) == ("send", project, token, Decimal(25))
    assert token.expires_at is not None and token.expires_at > timezone.now() + timedelta(days=29)
    page = bob.get("/tokens/").content.decode()
    assert "Send jobs and read" in page and "Launch alone" in page and "$25.00 a month" in page


def test_another_teams_project_cannot_be_named(bob: Client, cast: Cast) -> None:
    theirs = create_project(cast.elsewhere)
    assert bob.post("/tokens/make/", {"name": "render", "project": theirs.pk}).status_code == 422
    assert not Token.objects.exists()


@pytest.mark.parametrize("day", ["", "2020-01-01", "2090-01-01", "soon"])
def test_a_last_day_must_come(bob: Client, day: str) -> None:
    answer = bob.post("/tokens/make/", {"name": "render", "life": "day", "day": day})
    assert answer.status_code == 422
    assert not Token.objects.exists()


def test_an_expired_token_is_listed_as_such(bob: Client, cast: Cast) -> None:
    token, _secret = create_token(cast.bob, cast.team)
    Token.objects.filter(pk=token.pk).update(expires_at=NOW)
    assert "expired on 23 Nov 2026" in bob.get("/tokens/").content.decode()
