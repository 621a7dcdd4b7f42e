"""Keys made once and kept in files that only the owner of the process can read."""

import errno
import os
import secrets
import tempfile
from pathlib import Path


def kept(path: Path, length: int = 48) -> str:
    """Return the key in the file, making it of `length` random bytes first where there is none.

    Two processes that start at once agree on one key.
    """
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        _place(path, secrets.token_urlsafe(length))
    return path.read_text().strip()


def kept_bytes(path: Path, length: int) -> str:
    """Return the key in the file, made where there is none: `length` bytes in padded urlsafe base64."""
    key = kept(path, length)
    return key + "=" * (-len(key) % 4)


def make_private_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for this user alone. Raises OSError."""
    for missing in reversed([level for level in (folder, *folder.parents) if not level.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))


def _place(path: Path, text: str) -> None:
    """Write the whole text under the name at once, unless the name is already taken."""
    make_private_folder(path.parent)
    descriptor, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(name, path)
    except FileExistsError:
        pass
    finally:
        Path(name).unlink()
