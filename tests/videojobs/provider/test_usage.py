"""What was billed, over real HTTP against the simulator: pages, finished days, and answers that are wrong."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.simulator import Simulator
from videojobs.provider.client import Provider
from videojobs.provider.errors import UsageFailed
from videojobs.provider.simulator_jobs import Job, JobBook, Phase, new_id
from videojobs.provider.simulator_rules import Plan

PLAN = Plan(width=64, height=64, seconds=5, fps=24, format="MP4", sound=False, cost="0.28")
MIDDLE = datetime.now(UTC).replace(day=1, hour=12) - timedelta(days=5)
"""A day near the end of last month: finished, with days before it in the same month."""

MONTH = f"{MIDDLE:%Y-%m}"


def keep_job(book: JobBook, ended: datetime, *, end: Phase = Phase.COMPLETED, model: str = "m/a") -> None:
    """Write a job of another day into the simulator's book."""
    at = ended.timestamp() - 10
    book.add(Job(new_id(at), model, "a cat", 1, PLAN, at, 1.0, 9.0, end=end))


@pytest.fixture
def billing(tmp_path: Path) -> Iterator[Simulator]:
    """Return a simulator that charged 0.28 a day on three days of last month, twice on the last."""
    book = JobBook(tmp_path / "simulator")
    for back in (2, 1, 0, 0):
        keep_job(book, MIDDLE - timedelta(days=back))
    keep_job(book, MIDDLE, end=Phase.FAILED)
    keep_job(book, datetime.now(UTC) - timedelta(seconds=1))  # today is not finished
    book.close()
    with Simulator(tmp_path / "simulator", 0.0, tiny=True) as running:
        yield running


def test_what_was_billed_is_read_day_by_day(billing: Simulator) -> None:
    lines = Provider(billing.url, "key").billed(MONTH)
    assert [(line.day, line.usd) for line in lines] == [
        (MIDDLE.date() - timedelta(days=2), Decimal("0.28")),
        (MIDDLE.date() - timedelta(days=1), Decimal("0.28")),
        (MIDDLE.date(), Decimal("0.56")),
    ]


def test_every_page_is_read(billing: Simulator) -> None:
    billing.fault("usage-days", "1")
    assert len(Provider(billing.url, "key").billed(MONTH)) == 3


def test_today_is_not_finished(billing: Simulator) -> None:
    days = [line.day for line in Provider(billing.url, "key").billed(f"{datetime.now(UTC):%Y-%m}")]
    assert datetime.now(UTC).date() not in days


@pytest.mark.parametrize(
    ("fault", "value"),
    [
        *(("usage", str(status)) for status in (301, 401, 403, 404, 429, 500, 503)),
        *(("usage-body", kind) for kind in ("html", "empty", "broken", "bytes", "huge", "nested", "list")),
        ("usage-cost", "-1"),
        ("usage-cost", "a dollar"),
        ("usage-currency", "EUR"),
        ("usage-cursor", "again"),
    ],
)
def test_an_answer_that_is_wrong_is_one_error(billing: Simulator, fault: str, value: str) -> None:
    billing.fault(fault, value)
    with pytest.raises(UsageFailed):
        Provider(billing.url, "key").billed(MONTH)


def test_a_far_side_that_is_away_is_said_in_words() -> None:
    with pytest.raises(UsageFailed, match="could not be read: no connection"):
        Provider("http://127.0.0.1:9", "key").billed(MONTH)


def test_a_bomb_is_not_unpacked(billing: Simulator) -> None:
    billing.fault("usage-body", "bomb")
    began = time.monotonic()
    with pytest.raises(UsageFailed):
        Provider(billing.url, "key").billed(MONTH)
    assert time.monotonic() - began < 5
