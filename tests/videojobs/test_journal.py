"""Provider ids on disk before their commit."""

import fcntl
import resource
import threading
from collections.abc import Iterator
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


def test_a_disk_that_fills_up_halfway_is_an_error_and_tears_only_that_line(journal: Journal) -> None:
    journal.append(accepted(1))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (journal._file.stat().st_size + 20, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            journal.append(accepted(2))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    journal.append(accepted(3))
    assert journal.entries() == [accepted(1), accepted(3)]


@pytest.mark.parametrize(
    "line",
    [
        b"\xff\xfe",
        b"null",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"job_id": 1, "claim_id": "c", "provider_id": "p", "raw": "", "at": "2026-11-23T12:00:00+00:00"}',
        b'{"job_id": "j", "claim_id": "c", "provider_id": "p", "raw": "", "at": "noon"}',
        b'{"job_id": "j", "claim_id": "c", "provider_id": "p", "raw": "", "at": "0001-01-01T00:00:00+23:00"}',
    ],
)
def test_a_damaged_line_is_passed_over_and_kept_for_a_person(journal: Journal, line: bytes) -> None:
    journal.append(accepted(1))
    with journal._file.open("ab") as file:
        file.write(line + b"\n")
    journal.append(accepted(2))
    assert journal.entries() == [accepted(1), accepted(2)]
    journal.forget(journal.entries())
    assert journal._file.read_bytes() == line + b"\n"


@pytest.fixture
def stalled(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let another process sleep under the journal's lock."""
    monkeypatch.setattr("videojobs.journal.LOCK_PATIENCE", 0.05)
    journal.append(accepted(1))
    with journal._lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


@pytest.mark.usefixtures("stalled")
def test_an_id_does_not_wait_for_a_process_that_stalled_under_the_lock(journal: Journal) -> None:
    journal.append(accepted(2))
    assert journal.entries() == [accepted(1), accepted(2)]


@pytest.mark.usefixtures("stalled")
def test_nothing_is_forgotten_while_somebody_else_may_write(journal: Journal) -> None:
    with pytest.raises(OSError, match="lock"):
        journal.forget([accepted(1)])
    assert journal.entries() == [accepted(1)]


def test_workers_at_once_lose_no_line_of_each_other(journal: Journal) -> None:
    def work(first: int) -> None:
        for number in range(first, first + 30):
            Journal(journal._file.parent).append(accepted(number))
            if number % 2:
                Journal(journal._file.parent).forget([accepted(number)])

    threads = [threading.Thread(target=work, args=(1000 * one,)) for one in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    left = {accepted(1000 * one + number) for one in range(4) for number in range(0, 30, 2)}
    assert set(journal.entries()) == left
