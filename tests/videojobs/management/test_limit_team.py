"""`manage.py limit_team`."""

from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from tests.factories import create_team
from videojobs.models import Team

pytestmark = pytest.mark.django_db


def test_it_sets_and_removes_a_limit() -> None:
    create_team()
    call_command("limit_team", "harbour", "99.50")
    assert Team.objects.get().spend_limit == Decimal("99.50")
    call_command("limit_team", "harbour", "none")
    assert Team.objects.get().spend_limit is None


@pytest.mark.parametrize("usd", ["NaN", "-1", "much", "1.0000001", "1e30", "Infinity"])
def test_it_refuses_what_is_no_amount(usd: str) -> None:
    create_team()
    with pytest.raises(CommandError):
        call_command("limit_team", "harbour", usd)


def test_it_names_the_teams_there_are() -> None:
    create_team()
    with pytest.raises(CommandError, match="Teams: harbour"):
        call_command("limit_team", "harbor", "1")
