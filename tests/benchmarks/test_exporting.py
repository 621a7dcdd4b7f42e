"""What an export costs is measured as it goes out, and kept nowhere."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.test import Client

from benchmarks import exporting
from benchmarks.history import create_crew, create_history


def large(count: int) -> Iterator[bytes]:
    """Give chunks of a megabyte."""
    return (b"x" * 999_999 + b"\n" for _ in range(count))


def test_rows_are_counted_and_memory_that_is_given_back_is_not_held_against_it() -> None:
    found = exporting.exported(lambda: large(40))
    assert (found.rows, found.megabytes) == (40, 40.0)
    assert found.growth < 20


def test_memory_that_is_held_is_seen() -> None:
    held: list[bytes] = []

    def hold() -> Iterator[bytes]:
        for chunk in large(40):
            held.append(chunk)
            yield chunk

    found = exporting.exported(hold)
    assert found.growth > 30


@pytest.mark.django_db(transaction=True)
def test_the_files_of_a_history_have_all_its_rows() -> None:
    now = datetime.now(UTC)
    crew = create_crew(now)
    create_history(crew, 1500, now)
    browser = Client()
    browser.force_login(crew.people[0])
    path = exporting.FILES["ledger, CSV"].replace("live", "rehearsal")  # without a key nothing is bought
    rows = exporting.exported(lambda: exporting.chunks(browser, path)).rows
    bare = exporting.exported(lambda: exporting.bare_rows(crew)).rows
    assert rows == bare + 2
