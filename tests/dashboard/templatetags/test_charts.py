from datetime import date, timedelta
from decimal import Decimal

from dashboard.templatetags.charts import Chart, Day, Key, against, cells


def day(number: int, *amounts: str, url: str = "/gallery/?money=charged") -> Day:
    return Day(date(2026, 11, 1) + timedelta(days=number), tuple(map(Decimal, amounts)), url)


KEYS = (Key(1, "Kling", Decimal(3), "model=kling"), Key(2, "Others", Decimal(1)))


def test_a_day_says_its_sum_and_its_name() -> None:
    assert (day(1, "1", "2.5").total, day(1, "1").label) == (Decimal("3.5"), "Mon 2 Nov")


def test_quiet_days_are_no_rows_of_the_table() -> None:
    chart = Chart((day(0, "0", "0"), day(1, "1", "0")), KEYS)
    assert chart.busy == (chart.days[1],)


def test_a_cell_leads_to_the_days_jobs_of_its_series() -> None:
    kling, others = cells(day(0, "3", "1"), KEYS)
    assert kling.url == "/gallery/?money=charged&model=kling"
    assert others.url == ""


def test_nothing_leads_nowhere() -> None:
    assert [cell.url for cell in cells(day(0, "0", "0"), KEYS)] == ["", ""]
    assert cells(day(0, "1", "0", url=""), KEYS)[0].url == ""


def test_a_chart_without_series_is_empty() -> None:
    assert Chart((day(0),), ()).is_empty


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
