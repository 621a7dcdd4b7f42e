"""`manage.py limit_team`."""

from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from tests.factories import create_limit, create_team
from videojobs.models import AuditEntry, Limit, LimitAction, LimitPeriod

pytestmark = pytest.mark.django_db


def totals() -> list[Decimal]:
    """Return the totals that hold."""
    found = Limit.objects.active().filter(period="total", scope="team", action="stop")
    return list(found.values_list("amount", flat=True))


def test_it_sets_changes_and_removes_a_limit() -> None:
    create_team()
    call_command("limit_team", "harbour", "99.50")
    assert totals() == [Decimal("99.50")]
    call_command("limit_team", "harbour", "120")
    assert totals() == [Decimal(120)]
    call_command("limit_team", "harbour", "none")
    assert totals() == []
    assert [entry.action for entry in AuditEntry.objects.order_by("id")] == [
        *("limit_set", "limit_changed", "limit_retired"),
    ]


def test_it_leaves_other_limits_alone() -> None:
    team = create_team()
    monthly = create_limit(team, "5", period=LimitPeriod.MONTH)
    warning = create_limit(team, "5", action=LimitAction.WARN)
    call_command("limit_team", "harbour", "none")
    assert set(Limit.objects.active()) == {monthly, warning}


def test_of_several_totals_one_is_left() -> None:
    team = create_team()
    create_limit(team, "5")
    create_limit(team, "7")
    call_command("limit_team", "harbour", "6")
    assert totals() == [Decimal(6)]


def test_an_amount_that_is_refused_takes_no_limit_away() -> None:
    team = create_team()
    create_limit(team, "5")
    create_limit(team, "7")
    with pytest.raises(CommandError):
        call_command("limit_team", "harbour", "1.0000001")
    assert totals() == [Decimal(5), Decimal(7)]


def test_it_says_the_very_amount(capsys: pytest.CaptureFixture[str]) -> None:
    create_team()
    call_command("limit_team", "harbour", "99.999")
    assert capsys.readouterr().out == "harbour has a limit of 99.999 USD in total.\n"


def test_removing_what_is_not_there_is_no_fault() -> None:
    create_team()
    call_command("limit_team", "harbour", "none")
    assert not Limit.objects.exists()


@pytest.mark.parametrize(
    "usd", ["NaN", "-1", "0", "much", "1.0000001", "1e30", "1e999999", "Infinity", "10 EUR"]
)
def test_it_refuses_what_is_no_amount(usd: str) -> None:
    create_team()
    with pytest.raises(CommandError):
        call_command("limit_team", "harbour", usd)
    assert not Limit.objects.exists()


def test_it_names_the_teams_there_are() -> None:
    create_team()
    with pytest.raises(CommandError, match="Teams: harbour"):
        call_command("limit_team", "harbor", "1")
