"""The CSV of a statement, read back: only lines add up to the total, and nothing is a formula."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest

from tests.factories import NOW, Cast, create_cast, create_job
from tests.videojobs.statements.books import charge, live
from videojobs.statements import sheet, sums
from videojobs.statements.sums import Wish
from videojobs.states import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return create_cast()


def rows(cast: Cast, markup: str = "0") -> list[dict[str, str]]:
    wish = Wish(cast.team.projects.get(), date(2026, 11, 1), date(2026, 11, 30), Decimal(markup))
    text = sheet.write(sums.read(wish, now=NOW))
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_lines_add_up_to_the_total(cast: Cast) -> None:
    for usd in ("0.1", "0.000001", "0.333333"):
        charge(cast.bob, cast.team, usd)
    found = rows(cast, "15")
    lines = [row for row in found if row["row"] == "line"]
    (total,) = [row for row in found if row["row"] == "total"]
    for column in ("charged_usd", "amount_usd"):
        assert sum((Decimal(row[column]) for row in lines), Decimal(0)) == Decimal(total[column])
    assert total["ledger_hash"] and total["ledger_entry"] == "9"


def test_an_unknown_charge_is_an_empty_cell(cast: Cast) -> None:
    create_job(cast.bob, cast.team, state=State.LOST, charged="unknown", account=live())
    (unknown, total, to_pay) = rows(cast)
    assert (unknown["row"], unknown["charged_usd"], unknown["amount_usd"]) == ("unknown", "", "")
    assert unknown["unknown_usd"] == total["unknown_usd"] == "0.280000"
    assert to_pay["amount_usd"] == "0.000000"


def test_prompts_are_no_formulas(cast: Cast) -> None:
    charge(cast.bob, cast.team, prompt='=HYPERLINK("https://evil.example","x")\nnext, line')
    assert rows(cast)[0]["prompt"] == '\'=HYPERLINK("https://evil.example","x")\nnext, line'
