"""Days, weeks and months begin when the team's clocks say so, whatever daylight saving does to them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from videojobs.models import LimitPeriod
from videojobs.money.periods import ALWAYS, day_of, days, midnight, window

VIENNA, NEW_YORK = ZoneInfo("Europe/Vienna"), ZoneInfo("America/New_York")
LORD_HOWE, CAIRO, BEIRUT = ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Africa/Cairo"), ZoneInfo("Asia/Beirut")
APIA, KATHMANDU = ZoneInfo("Pacific/Apia"), ZoneInfo("Asia/Kathmandu")
MINUTE = timedelta(minutes=1)
ZONES = [VIENNA, NEW_YORK, LORD_HOWE, CAIRO, BEIRUT, APIA, KATHMANDU]

MOMENTS = st.integers(0, 20 * 366 * 24 * 60).map(lambda n: datetime(2011, 1, 1, tzinfo=UTC) + n * MINUTE)
CALENDAR = st.sampled_from([LimitPeriod.DAY, LimitPeriod.WEEK, LimitPeriod.MONTH])


def utc(text: str) -> datetime:
    """Read "2026-03-28 23:00" as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "begins", "hours"),
    [
        pytest.param(VIENNA, date(2026, 3, 29), "2026-03-28 23:00", 23, id="an hour is left out"),
        pytest.param(VIENNA, date(2026, 10, 25), "2026-10-24 22:00", 25, id="an hour comes twice"),
        pytest.param(NEW_YORK, date(2026, 3, 8), "2026-03-08 05:00", 23, id="west of Greenwich, in spring"),
        pytest.param(NEW_YORK, date(2026, 11, 1), "2026-11-01 04:00", 25, id="west of Greenwich, in autumn"),
        pytest.param(LORD_HOWE, date(2026, 4, 5), "2026-04-04 13:00", 24.5, id="half an hour comes twice"),
        pytest.param(LORD_HOWE, date(2026, 10, 4), "2026-10-03 13:30", 23.5, id="half an hour is left out"),
        pytest.param(CAIRO, date(2026, 4, 24), "2026-04-23 22:00", 23, id="no midnight: it begins at one"),
        pytest.param(BEIRUT, date(2026, 3, 29), "2026-03-28 22:00", 23, id="no midnight in Beirut"),
        pytest.param(BEIRUT, date(2026, 10, 24), "2026-10-23 21:00", 25, id="the hour before midnight twice"),
        pytest.param(APIA, date(2011, 12, 30), "2011-12-30 10:00", 0, id="a day that never was"),
        pytest.param(KATHMANDU, date(2026, 6, 1), "2026-05-31 18:15", 24, id="a quarter of an hour off"),
    ],
)
def test_a_day_is_as_long_as_its_clocks_make_it(zone: ZoneInfo, day: date, begins: str, hours: float) -> None:
    first, last = days(day, day, zone)
    assert (first, last - first) == (utc(begins), timedelta(hours=hours))
    assert first == midnight(day, zone)


@pytest.mark.parametrize(
    ("zone", "moment", "begins", "ends"),
    [
        pytest.param(VIENNA, "2026-03-31 21:59", "2026-02-28 23:00", "2026-03-31 22:00", id="to summer time"),
        pytest.param(
            VIENNA, "2026-10-31 22:59", "2026-09-30 22:00", "2026-10-31 23:00", id="from summer time"
        ),
        pytest.param(NEW_YORK, "2026-12-01 04:59", "2026-11-01 04:00", "2026-12-01 05:00", id="New York"),
        pytest.param(LORD_HOWE, "2026-04-30 13:29", "2026-03-31 13:00", "2026-04-30 13:30", id="Lord Howe"),
        pytest.param(CAIRO, "2026-04-30 20:59", "2026-03-31 22:00", "2026-04-30 21:00", id="Cairo"),
    ],
)
def test_a_month_ends_at_local_midnight(zone: ZoneInfo, moment: str, begins: str, ends: str) -> None:
    found = window(LimitPeriod.MONTH, utc(moment), zone)
    assert (found.starts_at, found.ends_at) == (utc(begins), utc(ends))
    assert window(LimitPeriod.MONTH, utc(ends), zone).starts_at == utc(ends)


@pytest.mark.parametrize(
    ("moment", "key"),
    [
        ("2026-11-22 22:59", "week:2026-11-16"),
        ("2026-11-22 23:00", "week:2026-11-23"),
        ("2027-01-01 12:00", "week:2026-12-28"),
    ],
)
def test_a_week_begins_on_monday(moment: str, key: str) -> None:
    assert window(LimitPeriod.WEEK, utc(moment), VIENNA).key == key


def test_a_total_never_ends() -> None:
    assert window(LimitPeriod.TOTAL, utc("2026-11-23 12:00"), VIENNA) == ALWAYS


@given(moment=MOMENTS, zone=st.sampled_from(ZONES), period=CALENDAR)
def test_periods_follow_one_another_without_gap_or_overlap(
    moment: datetime, zone: ZoneInfo, period: LimitPeriod
) -> None:
    found = window(period, moment, zone)
    assert found.starts_at is not None and found.ends_at is not None
    assert found.starts_at <= moment < found.ends_at
    assert window(period, found.starts_at, zone) == found
    assert window(period, found.ends_at - timedelta(microseconds=1), zone) == found
    after = window(period, found.ends_at, zone)
    assert after.starts_at == found.ends_at and after.key != found.key


@given(moment=MOMENTS, zone=st.sampled_from(ZONES))
def test_a_moment_lies_in_the_day_its_clocks_show(moment: datetime, zone: ZoneInfo) -> None:
    first, last = days(day_of(moment, zone), day_of(moment, zone), zone)
    assert first <= moment < last
