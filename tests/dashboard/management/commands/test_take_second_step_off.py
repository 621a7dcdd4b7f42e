"""`manage.py take_second_step_off`."""

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client

from tests.dashboard.views.signing import give_app, sign_in, vouched_cast
from tests.factories import Cast
from videojobs.models import AuditEntry


@pytest.fixture(autouse=True)
def cast(db: None) -> Cast:
    """Return the cast; Bob has an authenticator app."""
    cast = vouched_cast()
    give_app(cast.bob)
    return cast


def test_the_password_is_enough_again(client: Client, cast: Cast) -> None:
    give_app(cast.alice)
    call_command("take_second_step_off", "BOB@example.org")
    assert sign_in(client) == "/"
    assert Authenticator.objects.get().user == cast.alice
    assert AuditEntry.objects.get().action == "second_step_taken_off"


@pytest.mark.parametrize("email", ["nobody@example.org", "alice@example.org"])
def test_without_one_it_says_so(email: str) -> None:
    with pytest.raises(CommandError):
        call_command("take_second_step_off", email)
