"""Provider ids on disk before their commit."""

from pathlib import Path

import pytest

from videojobs.journal import Accepted, Journal


def accepted(number: int) -> Accepted:
    """Return one answer."""
    return Accepted(f"job_{number}", "claim", f"video-{number}", "{}", "2026-11-23T12:00:00+00:00")


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """Return a journal in a folder that does not exist yet."""
    return Journal(tmp_path / "new" / "journal")


def test_what_is_written_is_read_back_in_order(journal: Journal) -> None:
    journal.append(accepted(1))
    journal.append(accepted(2))
    assert journal.entries() == [accepted(1), accepted(2)]


def test_only_what_is_done_is_forgotten(journal: Journal) -> None:
    for number in (1, 2, 3):
        journal.append(accepted(number))
    journal.forget([accepted(2)])
    assert journal.entries() == [accepted(1), accepted(3)]


def test_a_torn_line_costs_only_itself(journal: Journal) -> None:
    journal.append(accepted(1))
    file = journal._file
    file.write_bytes(file.read_bytes() + b'{"job_id": "job_2", "cla\n')
    journal.append(accepted(3))
    assert journal.entries() == [accepted(1), accepted(3)]


def test_a_line_torn_without_an_end_does_not_swallow_the_next(journal: Journal) -> None:
    journal.append(accepted(1))
    file = journal._file
    file.write_bytes(file.read_bytes() + b'{"job_id": "job_2", "cla')
    journal.append(accepted(3))
    assert journal.entries() == [accepted(1), accepted(3)]


def test_an_empty_journal_has_no_entries(journal: Journal) -> None:
    assert journal.entries() == []
