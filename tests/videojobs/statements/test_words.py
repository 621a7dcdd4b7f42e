"""The words of a statement."""

from datetime import date
from decimal import Decimal

import pytest

from videojobs.models import Project, Team
from videojobs.statements import words
from videojobs.statements.sums import Wish


@pytest.mark.parametrize(
    ("amount", "said"),
    [("1234.5", "$1,234.50"), ("0.000001", "$0.000001"), ("-0.28", "−$0.28"), ("999999", "$999,999.00")],
)
def test_amounts_have_every_decimal_that_counts(amount: str, said: str) -> None:
    assert words.usd(Decimal(amount).quantize(Decimal("0.000001"))) == said


@pytest.mark.parametrize(("markup", "said"), [("12.50", "12.5 %"), ("100.00", "100 %"), ("0.25", "0.25 %")])
def test_a_mark_up_is_said_without_idle_zeros(markup: str, said: str) -> None:
    assert words.per_cent(Decimal(markup)) == said


@pytest.mark.parametrize(
    ("name", "part"),
    [("Spring Film", "spring-film"), ('../"; x', "x"), ("広告", "project"), ("a\r\nb", "a-b")],
)
def test_a_file_name_has_plain_letters_alone(name: str, part: str) -> None:
    wish = Wish(Project(name=name, team=Team()), date(2026, 11, 1), date(2026, 11, 30))
    assert words.file_name(wish, "pdf") == f"statement-{part}-2026-11-01-2026-11-30.pdf"
