from decimal import Decimal

import pytest

from dashboard.templatetags.money import usd, usd_exact


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (Decimal("0.28"), "$0.28"),
        (Decimal("1234.5"), "$1,234.50"),
        (Decimal("0.145"), "$0.15"),
        (Decimal(0), "$0.00"),
        (0, "$0.00"),
        (Decimal("-3.1"), "−$3.10"),
    ],
)
def test_money_has_a_currency_and_two_decimals(amount: Decimal, words: str) -> None:
    assert usd(amount) == words


@pytest.mark.parametrize("amount", [Decimal("0.000001"), Decimal("0.004999")])
def test_a_little_never_reads_as_nothing(amount: Decimal) -> None:
    assert usd(amount) == "under $0.01"


def test_half_a_cent_reads_as_a_cent() -> None:
    assert usd(Decimal("0.005")) == "$0.01"


def test_unknown_is_never_zero() -> None:
    assert usd(None) == usd_exact(None) == "unknown"


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (Decimal("0.0975"), "$0.0975"),
        (Decimal("0.280000"), "$0.28"),
        (Decimal(2), "$2.00"),
        (Decimal("0.1"), "$0.10"),
        (Decimal("0.000001"), "$0.000001"),
        (Decimal("12345.678901"), "$12,345.678901"),
        (Decimal("-0.5"), "−$0.50"),
    ],
)
def test_exact_money_keeps_every_decimal_that_counts(amount: Decimal, words: str) -> None:
    assert usd_exact(amount) == words
