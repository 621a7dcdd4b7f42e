"""The backup file: a zip whose last member lists all others with their SHA-256."""

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Any, Self

MANIFEST = "manifest.json"
FORMAT = 1
FOLDERS = ("media", "keys", "journal")
"""What is kept of the data folder, beside the database."""

LEFT_OUT = frozenset({"welcome_token"})
CHUNK = 2**20


class BadBackup(Exception):
    """The file is no backup of ours, or not as it was written."""


class Writer:
    """Writes a backup that only its owner may read, and that appears whole or not at all."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._part = target.with_name(target.name + ".part")
        self._digests: dict[str, str] = {}
        descriptor = os.open(self._part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(descriptor, "w+b")
        self._zip = zipfile.ZipFile(self._file, "w")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._zip.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        if problem is None:
            self._part.rename(self._target)
        else:
            self._part.unlink()

    @contextmanager
    def member(self, name: str, *, small: bool) -> Iterator["Digesting"]:
        """Open a member for writing; `small` ones are compressed, clips cannot be."""
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED if small else zipfile.ZIP_STORED
        with self._zip.open(info, "w", force_zip64=True) as output:
            digesting = Digesting(output)
            yield digesting
        self._digests[name] = digesting.hexdigest()

    def add_file(self, name: str, path: Path) -> None:
        """Copy a file into a member."""
        with path.open("rb") as source, self.member(name, small=False) as output:
            while chunk := source.read(CHUNK):
                output.write(chunk)

    def finish(self, facts: dict[str, Any]) -> None:
        """Write the list of members beside the facts."""
        manifest = facts | {"format": FORMAT, "sha256": self._digests}
        with self._zip.open(MANIFEST, "w") as output:
            output.write(json.dumps(manifest, indent=1).encode())


class Digesting:
    """A file for writing that knows the SHA-256 of what went through."""

    def __init__(self, output: IO[bytes]) -> None:
        self._output = output
        self._digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        """Write on."""
        self._digest.update(data)
        return self._output.write(data)

    def hexdigest(self) -> str:
        """Return the SHA-256 so far."""
        return self._digest.hexdigest()


class Reader:
    """Reads a backup, checked as a whole before anything of it is used. Raises BadBackup."""

    def __init__(self, source: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(source)
            manifest = json.loads(self._zip.read(MANIFEST))
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise BadBackup(f"{source} is not a backup: {error}") from error
        if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
            raise BadBackup(f"{source} was made by another version and cannot be read by this one")
        self.facts: dict[str, Any] = manifest
        self._check()

    def _check(self) -> None:
        digests: dict[str, str] = self.facts["sha256"]
        names = self._zip.namelist()
        if sorted(names) != sorted([*digests, MANIFEST]):
            raise BadBackup("its list of members and its members differ")
        for name, digest in digests.items():
            if not is_safe(name):
                raise BadBackup(f"{name!r} is no name of a backup's member")
            if self._digest(name) != digest:
                raise BadBackup(f"{name} is not as it was written")

    def _digest(self, name: str) -> str:
        digest = hashlib.sha256()
        try:
            for chunk in self._chunks(name):
                digest.update(chunk)
        except (zipfile.BadZipFile, EOFError, OSError) as error:
            raise BadBackup(f"{name} cannot be read: {error}") from error
        return digest.hexdigest()

    def _chunks(self, name: str) -> Iterator[bytes]:
        with self._zip.open(name) as source:
            while chunk := source.read(CHUNK):
                yield chunk

    def names(self, folder: str) -> list[str]:
        """Return the members under a folder."""
        return sorted(name for name in self.facts["sha256"] if name.startswith(f"{folder}/"))

    def lines(self, name: str) -> Iterator[bytes]:
        """Give a member line by line."""
        with self._zip.open(name) as source:
            yield from source

    def extract(self, name: str, root: Path) -> None:
        """Copy a member to its place under a new, private folder."""
        place = root.joinpath(*PurePosixPath(name).parts)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as output:
            for chunk in self._chunks(name):
                output.write(chunk)
            os.fsync(output.fileno())


def is_safe(name: str) -> bool:
    """Tell whether a member's name stays where it belongs."""
    parts = name.split("/")
    usual = all(part not in {"", ".", ".."} and part.isprintable() and "\\" not in part for part in parts)
    return usual and len(parts) > 1 and parts[0] in {*FOLDERS, "database"}


def files_to_keep(data: Path) -> Iterator[tuple[str, Path]]:
    """Give the files of the data folder that belong into a backup, with their members' names."""
    for folder in FOLDERS:
        for path in sorted((data / folder).rglob("*")):
            kept = path.is_file() and not path.is_symlink() and path.name not in LEFT_OUT
            if kept and path.suffix not in {".part", ".lock"}:
                yield path.relative_to(data).as_posix(), path
