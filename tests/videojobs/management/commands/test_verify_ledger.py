"""`manage.py verify_ledger` says whether the books are in order, and keeps what it found."""

from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.factories import Cast, create_job, put
from videojobs.models import Balance, LedgerCheck
from videojobs.money import guards

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_it_says_that_all_books_agree_and_keeps_that(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    create_job(cast.alice, cast.team)
    call_command("verify_ledger")
    assert capsys.readouterr().out.splitlines() == [
        "elsewhere: 0 entries, everything agrees.",
        "harbour: 1 entry, everything agrees.",
    ]
    kept = LedgerCheck.objects.get(team=cast.team)
    assert (kept.entries, kept.problem) == (1, "")


def test_it_fails_where_one_teams_books_are_off(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    job = create_job(cast.alice, cast.team)
    put(job, held=Decimal("0.20"))
    with pytest.raises(CommandError, match="not in order: harbour"):
        call_command("verify_ledger")
    assert f"harbour: Job {job.id} says held 0.2" in capsys.readouterr().out
    assert LedgerCheck.objects.get(team=cast.team).problem.startswith(f"Job {job.id}")


def test_it_looks_at_one_team_alone(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    create_job(cast.alice, cast.team)
    Balance.objects.update(spent=Decimal(1))
    call_command("verify_ledger", team="elsewhere")
    assert capsys.readouterr().out == "elsewhere: 0 entries, everything agrees.\n"


def test_a_team_nobody_knows_is_refused_with_those_there_are(cast: Cast) -> None:
    with pytest.raises(CommandError, match="Teams: elsewhere, harbour"):
        call_command("verify_ledger", team="harbor")


def test_a_trigger_that_is_gone_is_named_and_set_again(
    cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    guards.remove(connection)
    with pytest.raises(CommandError, match="videojobs_ledgerentry_no_update"):
        call_command("verify_ledger")
    assert "videojobs_ledgerentry_no_delete is gone" in capsys.readouterr().out
    call_command("verify_ledger", guard=True)
    assert guards.missing(connection) == []
