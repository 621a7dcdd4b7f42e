from datetime import date, timedelta
from decimal import Decimal

import pytest

from dashboard.templatetags.charts import PLOT_HEIGHT, PLOT_TOP, Day, against, draw, nice_top


def day(number: int, *amounts: str) -> Day:
    return Day(date(2026, 11, 1) + timedelta(days=number), tuple(map(Decimal, amounts)))


@pytest.mark.parametrize(
    ("highest", "top"), [("0", "1"), ("0.28", "0.5"), ("1", "1"), ("7.3", "10"), ("23", "25"), ("101", "200")]
)
def test_the_scale_ends_at_a_round_amount(highest: str, top: str) -> None:
    assert nice_top(Decimal(highest)) == Decimal(top)


def test_parts_stand_on_each_other() -> None:
    (bar,) = draw([day(0, "2", "3")], ["a", "b"]).bars
    lower, upper = bar.parts
    assert lower.y + lower.height == pytest.approx(PLOT_TOP + PLOT_HEIGHT)
    assert upper.y + upper.height == pytest.approx(lower.y)
    assert upper.height / lower.height == pytest.approx(1.5)


def test_a_quiet_day_has_a_place_and_no_bar() -> None:
    (bar,) = draw([day(0, "0")], ["a"]).bars
    assert bar.parts == ()
    assert bar.reach_width == 100


def test_no_days_draw_nothing() -> None:
    chart = draw([], ["a"])
    assert chart.bars == ()
    assert chart.keys[0].total == 0


@pytest.mark.parametrize("count", [1, 7, 29, 92, 366])
def test_at_most_eight_labels_and_the_last_day_has_one(count: int) -> None:
    bars = draw([day(number, "1") for number in range(count)], ["a"]).bars
    assert 1 <= sum(bool(bar.label) for bar in bars) <= 8
    assert bars[-1].label


def test_the_legend_sums_each_series() -> None:
    keys = draw([day(0, "1", "2"), day(1, "3", "0.5")], ["a", "b"]).keys
    assert [(key.number, key.name, key.total) for key in keys] == [(1, "a", 4), (2, "b", Decimal("2.5"))]


def test_the_usual_time_stands_at_one_place() -> None:
    assert against(98, 98).elapsed == against(98, 98).usual
    assert against(49, 98).elapsed == 36


def test_a_late_job_never_reaches_the_end() -> None:
    assert against(98 * 1000, 98).elapsed < 98
    assert against(98 * 2, 98).over
    assert not against(98 * 1.2, 98).over


def test_without_history_nothing_is_placed() -> None:
    assert against(30, None).elapsed == 0
    assert against(None, 98).elapsed == 0
