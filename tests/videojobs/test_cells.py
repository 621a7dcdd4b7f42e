"""What a cell says: exact, in UTC, and never a formula."""

import csv
import io
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from videojobs.cells import Exact, cell, moment, usd


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@x",
        "\tx",
        "\rx",
        "  =1",
        "\n=1",
        "＝1+1",
        "＋1",
        "－1",
        "＠x",
        "\ufeff=1",
        "\u200b+1",
    ],
)
def test_no_text_begins_like_a_formula(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, ""),
        (Decimal("-0.5"), "-0.500000"),
        (7, "7"),
        ("plain", "plain"),
        ("a=b", "a=b"),
        (Exact("-0.5"), "-0.5"),
        (date(2026, 11, 3), "2026-11-03"),
        (datetime(2026, 11, 23, 12, tzinfo=UTC), "2026-11-23T12:00:00.000000+00:00"),
    ],
)
def test_values_are_exact(value: object, said: str) -> None:
    assert cell(value) == said


def test_a_moment_elsewhere_is_said_in_utc() -> None:
    at = datetime(2026, 11, 24, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    assert moment(at) == "2026-11-23T23:30:00.000000+00:00"
    assert moment(None) is None


@pytest.mark.parametrize(
    ("micros", "said"),
    [(0, "0.000000"), (1, "0.000001"), (-1, "-0.000001"), (999_999_000_000, "999999.000000"), (None, None)],
)
def test_millionths_are_written_without_a_float(micros: int | None, said: str | None) -> None:
    assert usd(micros) == said


@given(st.text())
def test_whatever_is_written_is_read_back(text: str) -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerow([cell(text), "next"])
    ((found, after),) = csv.reader(io.StringIO(file.getvalue(), newline=""))
    assert (found.removeprefix("'"), after) in {(text, "next"), (text.removeprefix("'"), "next")}
