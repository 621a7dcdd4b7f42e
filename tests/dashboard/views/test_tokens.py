"""The page of API tokens."""

import pytest
from django.test import Client

from tests.factories import Cast, create_cast, create_token, create_user, join
from videojobs.models import Token
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
    assert bob.get("/tokens/").context["usable"] == [mine]


def test_who_manages_people_sees_all_of_the_team(client: Client, cast: Cast) -> None:
    create_token(cast.charlie, cast.elsewhere)
    theirs, _secret = create_token(cast.bob, cast.team)
    client.force_login(cast.alice)
    assert client.get("/tokens/").context["usable"] == [theirs]


def test_it_asks_before_it_revokes(bob: Client, cast: Cast) -> None:
    token, _secret = create_token(cast.bob, cast.team)
    assert "cannot be taken back" in bob.get(f"/tokens/{token.pk}/revoke/").content.decode()
    assert Token.objects.usable().exists()


def test_a_revoked_token_stays_in_the_list_but_works_no_more(bob: Client, cast: Cast) -> None:
    token, _secret = create_token(cast.bob, cast.team)
    bob.post(f"/tokens/{token.pk}/revoke/")
    page = bob.get("/tokens/")
    assert (page.context["usable"], page.context["revoked"]) == ([], [token])
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
