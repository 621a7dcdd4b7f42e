from datetime import UTC, datetime, timedelta

import pytest

from dashboard.templatetags.times import ago, duration, lapse, seconds_since, timecode

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (-4, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (72, "1 min 12 s"),
        (3600, "1 h"),
        (7500, "2 h 5 min"),
        (86_400 * 3 + 4 * 3600, "3 d 4 h"),
        (timedelta(minutes=2), "2 min"),
        (None, ""),
    ],
)
def test_a_duration_names_its_two_largest_units(seconds: float | None, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "code"), [(5, "0:05"), (4.6, "0:05"), (75, "1:15"), (3723, "1:02:03"), (None, "")]
)
def test_a_timecode_reads_as_in_a_player(seconds: float | None, code: str) -> None:
    assert timecode(seconds) == code


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=-3), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=4), "4 min ago"),
        (timedelta(hours=23, minutes=59), "23 h ago"),
        (timedelta(days=3), "3 d ago"),
        (timedelta(days=12), "11 Nov"),
        (timedelta(days=400), "19 Oct 2025"),
    ],
)
def test_a_moment_is_told_as_people_would(passed: timedelta, words: str) -> None:
    assert ago(NOW - passed, NOW) == words


def test_no_moment_is_no_words() -> None:
    assert ago(None, NOW) == ""
    assert seconds_since(None, NOW) is None


def test_seconds_since_never_run_backwards() -> None:
    assert seconds_since(NOW + timedelta(seconds=9), NOW) == 0


@pytest.mark.parametrize(("seconds", "words"), [(0.74, "+0.7 s"), (9.9, "+9.9 s"), (94, "+1 min 34 s")])
def test_a_lapse_is_finer_when_it_is_short(seconds: float, words: str) -> None:
    assert lapse(NOW + timedelta(seconds=seconds), NOW) == words


def test_the_first_of_a_row_has_no_lapse() -> None:
    assert lapse(NOW, None) == ""
