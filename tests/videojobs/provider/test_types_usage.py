"""What was billed, read from answers that may say anything."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from videojobs.provider.types_usage import BilledLine, BilledPage

MONTH = "2026-11"


def item(cost: object = "0.28", product: object = "Video") -> dict[str, object]:
    return {"product_name": product, "cost": cost, "attributes": {}, "quantity": "1"}


def report(*items: object, day: object = "2026-11-22", **changes: Any) -> str:
    window = {"date": day, "start_time": f"{day}T00:00:00Z", "line_items": list(items)}
    whole = {"object": "list", "billing_period": MONTH, "currency": "USD", "data": [window]}
    return json.dumps(whole | {"next_cursor": None} | changes)


def test_lines_are_read_exactly() -> None:
    page = BilledPage.read(report(item("0.1234567890123"), item("0", "Chat")), MONTH)
    day = date(2026, 11, 22)
    assert page.lines == (
        BilledLine(day, "Video", Decimal("0.1234567890123")),
        BilledLine(day, "Chat", Decimal(0)),
    )
    assert page.cursor == ""


def test_a_month_without_usage_has_no_lines() -> None:
    assert BilledPage.read(report(data=[]), MONTH) == BilledPage((), "")


def test_a_cursor_leads_on() -> None:
    assert BilledPage.read(report(next_cursor="abc"), MONTH).cursor == "abc"


@pytest.mark.parametrize(
    "cost", [0.28, None, True, "", "-1", "1e3", "NaN", "Infinity", "1_0", "$1", "１", "9" * 12, "1" * 40]
)
def test_an_amount_that_is_no_plain_decimal_string_spoils_the_page(cost: object) -> None:
    with pytest.raises(ValueError, match="amount"):
        BilledPage.read(report(item(), item(cost)), MONTH)


@pytest.mark.parametrize("product", [None, 7, "", "  "])
def test_a_line_names_its_product(product: object) -> None:
    with pytest.raises(ValueError, match="names no product"):
        BilledPage.read(report(item(product=product)), MONTH)


def test_a_products_name_is_one_short_line() -> None:
    (line,) = BilledPage.read(report(item(product="A\x00 b\n" + "c" * 900)), MONTH).lines
    assert line.product.startswith("A b c")
    assert len(line.product) == 200


@pytest.mark.parametrize("day", ["2026-10-31", "2026-11-31", "2026-11-22T00", "22.11.2026", 20261122, None])
def test_a_day_lies_in_its_month(day: object) -> None:
    with pytest.raises(ValueError, match="day"):
        BilledPage.read(report(item(), day=day), MONTH)


@pytest.mark.parametrize(
    "changes",
    [
        {"currency": "EUR"},
        {"currency": None},
        {"billing_period": "2026-10"},
        {"data": None},
        {"data": {}},
        {"data": [7]},
        {"data": [{"date": "2026-11-22"}]},
        {"data": [{"date": "2026-11-22", "line_items": [7]}]},
        {"data": [{}] * 1001},
        {"next_cursor": 7},
        {"next_cursor": "a\nb"},
        {"next_cursor": "x" * 2001},
    ],
)
def test_what_cannot_be_right_is_refused_whole(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"answer|figures|no object"):
        BilledPage.read(report(item(), **changes), MONTH)


@pytest.mark.parametrize("raw", ["", "[]", "null", "<html>", "[" * 100_000])
def test_what_is_no_report_is_refused(raw: str) -> None:
    with pytest.raises(ValueError):
        BilledPage.read(raw, MONTH)
