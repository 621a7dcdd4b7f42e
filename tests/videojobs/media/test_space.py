import errno
import os
import resource
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from videojobs.media import space
from videojobs.media.errors import DiskFull, Unwritable

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def small_files_only() -> Iterator[None]:
    """Let the kernel refuse files over 1,000 bytes, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def partial_file(folder: Path, name: str, written: datetime) -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.touch()
    os.utime(path, (written.timestamp(), written.timestamp()))
    return path


def test_free_bytes_of_a_folder_that_does_not_exist_are_its_parents(tmp_path: Path) -> None:
    assert space.free_bytes(tmp_path / "not" / "yet") == pytest.approx(space.free_bytes(tmp_path), rel=0.05)


def test_enough_compares_with_what_is_free(tmp_path: Path) -> None:
    assert space.enough(tmp_path, 1)
    assert not space.enough(tmp_path, 10**18)


def test_a_new_file_has_no_final_name_until_it_is_kept(destination: Path) -> None:
    with space.new_file(destination) as file:
        file.write(b"clip")
    assert not destination.exists()
    space.keep(Path(file.name), destination)
    assert destination.read_bytes() == b"clip"
    assert list(destination.parent.iterdir()) == [destination]


def test_keeping_replaces_an_older_file(destination: Path) -> None:
    for body in (b"first", b"second"):
        with space.new_file(destination) as file:
            file.write(body)
        space.keep(Path(file.name), destination)
    assert destination.read_bytes() == b"second"


def test_two_writers_of_one_clip_do_not_meet(destination: Path) -> None:
    with space.new_file(destination) as first, space.new_file(destination) as second:
        assert first.name != second.name


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_block_that_fails_leaves_no_file(destination: Path, error: type[BaseException]) -> None:
    with pytest.raises(error), space.new_file(destination):
        raise error
    assert not any(destination.parent.iterdir())


@pytest.mark.usefixtures("small_files_only")
def test_a_write_the_disk_has_no_room_for_needs_a_decision(destination: Path) -> None:
    with pytest.raises(DiskFull, match="Free some"), space.new_file(destination) as file:
        file.write(bytes(100_000))
    assert not any(destination.parent.iterdir())


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_and_a_spent_quota_are_the_same_to_people(destination: Path, number: int) -> None:
    with pytest.raises(DiskFull), space.new_file(destination):
        raise OSError(number, os.strerror(number))


def test_a_folder_that_cannot_be_made_is_unwritable(tmp_path: Path) -> None:
    (tmp_path / "clips").write_text("a file where the folder should be")
    with (
        pytest.raises(Unwritable, match="cannot be written"),
        space.new_file(tmp_path / "clips" / "clip.mp4"),
    ):
        pass


def test_keeping_what_is_gone_is_unwritable(destination: Path) -> None:
    with pytest.raises(Unwritable):
        space.keep(destination.with_name("gone"), destination)


def test_leftovers_of_killed_workers_are_removed(tmp_path: Path) -> None:
    old = partial_file(tmp_path, "team/.clip.mp4.0a.part", NOW - timedelta(hours=2))
    fresh = partial_file(tmp_path, "team/.clip.mp4.0b.part", NOW)
    clip = partial_file(tmp_path, "team/clip.mp4", NOW - timedelta(days=9))
    assert space.remove_leftovers(tmp_path, before=NOW - timedelta(hours=1)) == 1
    assert (old.exists(), fresh.exists(), clip.exists()) == (False, True, True)


def test_no_folder_has_no_leftovers(tmp_path: Path) -> None:
    assert space.remove_leftovers(tmp_path / "none", before=NOW) == 0
