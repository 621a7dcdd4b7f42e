"""`manage.py create_owner`."""

import io

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from dashboard import first_visit
from tests.factories import create_user
from videojobs.models import Membership
from videojobs.rights import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _password(settings: Settings) -> None:
    settings.OWNER_PASSWORD = "tall ships 44"


def create_owner(*arguments: str) -> tuple[str, str]:
    """Run the command and return its output and its warnings."""
    output, errors = io.StringIO(), io.StringIO()
    call_command("create_owner", *arguments, stdout=output, stderr=errors)
    return output.getvalue(), errors.getvalue()


def test_it_makes_an_owner_who_can_sign_in() -> None:
    output, errors = create_owner("Alice@Example.org", "--team", "Harbour")
    made = Membership.objects.get()
    assert (made.role, made.team.name, made.user.email) == (Role.OWNER, "Harbour", "alice@example.org")
    assert made.user.check_password("tall ships 44")
    assert (output, errors) == ("alice@example.org owns the team Harbour.\n", "")


def test_it_closes_the_first_visit() -> None:
    token = first_visit.token()
    create_owner("alice@example.org", "--team", "Harbour")
    assert not first_visit.check(token)
    assert first_visit.url() is None


def test_it_may_be_repeated_for_another_team(settings: Settings) -> None:
    create_owner("alice@example.org", "--team", "Harbour")
    settings.OWNER_PASSWORD = ""
    create_owner("alice@example.org", "--team", "Studio")
    assert sorted(Membership.objects.values_list("team__name", flat=True)) == ["Harbour", "Studio"]


def test_the_same_team_again_is_said_in_a_sentence() -> None:
    create_owner("alice@example.org", "--team", "Harbour")
    with pytest.raises(CommandError, match="owns a team named Harbour already"):
        create_owner("alice@example.org", "--team", "Harbour")


def test_without_a_password_it_names_the_variable(settings: Settings) -> None:
    settings.OWNER_PASSWORD = ""
    with pytest.raises(CommandError, match="OWNER_PASSWORD"):
        create_owner("alice@example.org", "--team", "Harbour")


def test_a_weak_password_is_taken_with_a_warning(settings: Settings) -> None:
    settings.OWNER_PASSWORD = "secret"
    _output, errors = create_owner("alice@example.org", "--team", "Harbour")
    assert "too short" in errors


def test_an_account_that_exists_keeps_its_password() -> None:
    create_user("alice@example.org")
    create_owner("alice@example.org", "--team", "Harbour")
    assert Membership.objects.get().user.check_password("alice@example.org")


@pytest.mark.parametrize(
    ("email", "team"), [("alice", "Harbour"), ("alice@example.org", " "), ("alice@example.org", "a\nb")]
)
def test_what_cannot_be_is_refused(email: str, team: str) -> None:
    with pytest.raises(CommandError):
        create_owner(email, "--team", team)
    assert not Membership.objects.exists()
