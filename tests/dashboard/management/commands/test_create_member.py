"""`manage.py create_member`: who, where, as what; what is wrong comes with its remedy."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from tests.factories import Cast, create_cast
from videojobs.models import AuditEntry, User
from videojobs.rights import Role

PASSWORD = "tall ships 44"


@pytest.fixture(autouse=True)
def cast(db: None, settings: Settings) -> Cast:
    """Return Alice, Bob, Charlie and their teams."""
    settings.MEMBER_PASSWORD = PASSWORD
    return create_cast()


def create_member(email: str, *, team: str = "harbour", role: str = "member") -> str:
    """Run the command and return what it says."""
    said = StringIO()
    call_command("create_member", email, team=team, role=role, stdout=said, stderr=said)
    return said.getvalue()


def test_somebody_new_gets_the_password_and_the_role(cast: Cast) -> None:
    assert create_member("Dora@example.org", role="viewer") == "dora@example.org is viewer of Harbour.\n"
    dora = User.objects.get(email="dora@example.org")
    assert dora.check_password(PASSWORD)
    assert dora.memberships.get().role == Role.VIEWER
    assert AuditEntry.objects.get(action="member_added").subject == "dora@example.org"


def test_somebody_known_keeps_their_password(cast: Cast) -> None:
    assert create_member("charlie@example.org", role="admin") == "charlie@example.org is admin of Harbour.\n"
    cast.charlie.refresh_from_db()
    assert cast.charlie.check_password("charlie@example.org")


def test_who_is_in_it_already_is_told_as_what() -> None:
    with pytest.raises(CommandError, match="in Harbour already, as member"):
        create_member("bob@example.org", role="admin")


def test_somebody_new_needs_a_password(settings: Settings) -> None:
    settings.MEMBER_PASSWORD = ""
    with pytest.raises(CommandError, match="Set MEMBER_PASSWORD"):
        create_member("dora@example.org")
    assert not User.objects.filter(email="dora@example.org").exists()


def test_an_unknown_team_names_those_there_are() -> None:
    with pytest.raises(CommandError, match="There are: elsewhere, harbour"):
        create_member("dora@example.org", team="dockside")


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(CommandError, match="not an e-mail address"):
        create_member("dora")


def test_a_weak_password_is_taken_with_a_warning(settings: Settings) -> None:
    settings.MEMBER_PASSWORD = "dora"
    assert "MEMBER_PASSWORD is weak" in create_member("dora@example.org")
