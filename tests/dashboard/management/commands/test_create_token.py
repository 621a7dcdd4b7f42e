"""`manage.py create_token`."""

import io

import pytest
from django.core.management import CommandError, call_command

from tests.factories import Cast, create_cast, create_user, join
from videojobs.models import Token, User


@pytest.fixture(autouse=True)
def cast(db: None) -> Cast:
    """Return Alice, Bob, Charlie and their teams."""
    return create_cast()


def create_token(*arguments: str) -> str:
    """Run the command and return its output."""
    output = io.StringIO()
    call_command("create_token", *arguments, stdout=output)
    return output.getvalue()


def test_it_prints_the_token_alone() -> None:
    output = create_token("BOB@example.org")
    secret = output.rstrip("\n")
    assert output == f"{secret}\n"
    token = Token.objects.usable().by_secret(secret).get()
    assert (token.user.email, token.team.name) == ("bob@example.org", "Harbour")


def test_it_takes_the_first_team_joined(cast: Cast) -> None:
    join(cast.bob, cast.elsewhere)
    create_token("bob@example.org")
    assert Token.objects.get().team == cast.team


@pytest.mark.parametrize("name", ["Elsewhere", "elsewhere"])
def test_it_takes_a_named_team(cast: Cast, name: str) -> None:
    join(cast.bob, cast.elsewhere)
    create_token("bob@example.org", "--team", name)
    assert Token.objects.get().team == cast.elsewhere


def test_a_team_one_is_not_in_is_refused_with_those_one_is_in() -> None:
    with pytest.raises(CommandError, match="but in: Harbour"):
        create_token("bob@example.org", "--team", "Elsewhere")


def test_nobody_is_refused_with_the_remedy() -> None:
    with pytest.raises(CommandError, match="create_owner"):
        create_token("nobody@example.org")


def test_who_is_in_no_team_is_refused() -> None:
    create_user("dora@example.org")
    with pytest.raises(CommandError, match="in no team"):
        create_token("dora@example.org")


def test_a_closed_account_is_refused(cast: Cast) -> None:
    User.objects.filter(pk=cast.bob.pk).update(is_active=False)
    with pytest.raises(CommandError, match="closed"):
        create_token("bob@example.org")
