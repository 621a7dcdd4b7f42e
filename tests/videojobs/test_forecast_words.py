"""Ranges of time in words."""

from datetime import timedelta

import pytest

from videojobs.forecast_words import within


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0, 0, "within 5 s"),
        (1, 8, "within 10 s"),
        (4, 130, "within 3 min"),
        (12, 38, "in 10–40 s"),
        (30, 30, "in about 30 s"),
        (45, 110, "in 45 s–2 min"),
        (185, 299, "in 3–5 min"),
        (600, 600, "in about 10 min"),
        (3000, 7000, "in 50 min–2 h"),
        (7300, 17000, "in 2–5 h"),
        (86400, 200000, "in 24 h–3 d"),
    ],
)
def test_words_promise_no_more_than_the_range(low: float, high: float, words: str) -> None:
    assert within(timedelta(seconds=low), timedelta(seconds=high)) == words
