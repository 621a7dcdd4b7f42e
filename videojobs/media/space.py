"""Our own disk: how much is free, files that are still being written, and putting them in their place."""

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from videojobs.media.errors import DiskFull, Unwritable

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def free_bytes(path: Path) -> int:
    """Return the bytes we may still write where `path` is or, if it does not exist yet, would be."""
    place = path.absolute()
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def enough(path: Path, minimum: int) -> bool:
    """Tell whether at least `minimum` bytes are free where `path` is or would be."""
    return free_bytes(path) >= minimum


@contextmanager
def new_file(final: Path) -> Iterator[BinaryIO]:
    """Yield a partial file beside `final`, durable once the block ends well and removed if it does not.

    Its path is the file's `name`. Raise DiskFull or Unwritable where the disk refuses.
    """
    partial = final.with_name(f".{final.name}.{secrets.token_hex(8)}.part")
    with _disk_trouble():
        final.parent.mkdir(parents=True, exist_ok=True)
        try:
            with partial.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            partial.unlink(missing_ok=True)
            raise


def keep(partial: Path, final: Path) -> None:
    """Give a finished partial file its final name, atomically and durably, replacing a file of that name."""
    with _disk_trouble():
        partial.replace(final)
        folder = os.open(final.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def remove_leftovers(folder: Path, *, before: datetime) -> int:
    """Remove partial files below `folder` that nobody wrote to since `before`; return how many there were.

    A killed worker leaves them. `before` must be further back than any download's deadline.
    """
    removed = 0
    for partial in folder.rglob(".*.part"):
        try:
            if datetime.fromtimestamp(partial.stat().st_mtime, UTC) < before:
                partial.unlink()
                removed += 1
        except FileNotFoundError:
            continue  # Another worker tidied it at the same moment.
    return removed


@contextmanager
def _disk_trouble() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise DiskFull("The disk has no room for the clip. Free some, then try again.") from error
        raise Unwritable(f"The clip cannot be written to disk: {error.strerror}.") from error
