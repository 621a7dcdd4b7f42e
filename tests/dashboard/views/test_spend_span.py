"""The days a Spend page's address asks for."""

from datetime import date

import pytest

from dashboard.views.spend_span import Span
from videojobs.reports import ALWAYS, Days

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("month", date(2026, 11, 1), date(2026, 11, 30)),
        ("last", date(2026, 10, 1), date(2026, 10, 31)),
        ("30d", date(2026, 10, 25), date(2026, 11, 23)),
        ("90d", date(2026, 8, 26), date(2026, 11, 23)),
    ],
)
def test_periods_are_whole_days(name: str, first: date, last: date) -> None:
    span = Span.read({"period": name}, TODAY)
    assert (span.period, span.first, span.last) == (Days(first, last), first, last)
    assert span.query == {"period": name}


def test_the_month_before_january_is_december() -> None:
    span = Span.read({"period": "last"}, date(2027, 1, 9))
    assert span.period == Days(date(2026, 12, 1), date(2026, 12, 31))


def test_all_time_is_drawn_for_its_last_ninety_days() -> None:
    span = Span.read({"period": "all"}, TODAY)
    assert (span.period, (span.last - span.first).days, span.before) == (ALWAYS, 89, None)


def test_days_of_ones_own_choice() -> None:
    span = Span.read({"from": "2026-11-02", "to": "2026-11-05", "period": "all"}, TODAY)
    assert span.period == Days(date(2026, 11, 2), date(2026, 11, 5))
    assert span.query == {"from": "2026-11-02", "to": "2026-11-05"}
    assert (span.problem, span.is_over) == ("", True)


def test_a_long_choice_is_drawn_at_its_end() -> None:
    span = Span.read({"from": "2020-01-01", "to": "2026-11-05"}, TODAY)
    assert (span.first, span.last, span.is_drawn_whole) == (date(2026, 8, 6), date(2026, 11, 5), False)


def test_the_far_future_is_not_drawn() -> None:
    span = Span.read({"from": "2026-11-01", "to": "2100-01-01"}, TODAY)
    assert span.last == date(2026, 12, 24)
    assert (span.last - span.first).days < 92


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [
        ("2026-11-05", "2026-11-02", "after the last"),
        ("", "2026-11-02", "first and a last"),
        ("2026-02-30", "2026-11-02", "first and a last"),
        ("1066-01-01", "2026-11-02", "first and a last"),
        ("x" * 5000, "'", "first and a last"),
    ],
)
def test_days_that_make_no_sense_are_said_to_be_so(first: str, last: str, says: str) -> None:
    span = Span.read({"from": first, "to": last}, TODAY)
    assert says in span.problem
    assert (span.name, span.typed_last) == ("month", last)


@pytest.mark.parametrize(
    ("given", "before"),
    [
        ({"period": "month"}, Days(date(2026, 10, 1), date(2026, 10, 23))),
        ({"period": "last"}, Days(date(2026, 9, 1), date(2026, 9, 30))),
        ({"period": "30d"}, Days(date(2026, 9, 25), date(2026, 10, 24))),
        ({"from": "2026-11-20", "to": "2026-11-30"}, Days(date(2026, 11, 16), date(2026, 11, 19))),
        ({"from": "2027-01-01", "to": "2027-01-09"}, None),
    ],
)
def test_what_stands_beside_it(given: dict[str, str], before: Days | None) -> None:
    assert Span.read(given, TODAY).before == before


def test_a_long_month_has_no_more_days_beside_it_than_the_short_one_before() -> None:
    span = Span.read({}, date(2026, 3, 31))
    assert span.before == Days(date(2026, 2, 1), date(2026, 2, 28))


@pytest.mark.parametrize(
    ("given", "last"),
    [
        ({"period": "month"}, date(2026, 11, 30)),
        ({"period": "30d"}, date(2026, 11, 30)),
        ({"period": "last"}, date(2026, 11, 30)),
        ({"from": "2026-11-20", "to": "2026-12-15"}, date(2026, 12, 15)),
    ],
)
def test_what_is_looked_forward_to(given: dict[str, str], last: date) -> None:
    assert Span.read(given, TODAY).horizon.last == last
