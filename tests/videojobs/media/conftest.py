"""A file host and a place for its files."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.videojobs.media.hosts import FileHost, running_host


@pytest.fixture
def host() -> Iterator[FileHost]:
    """Return a running file host, the one the tests name as the provider."""
    with running_host() as running:
        yield running


@pytest.fixture
def destination(tmp_path: Path) -> Path:
    """Return the final name of a clip, in a folder that does not exist yet."""
    return tmp_path / "clips" / "clip.mp4"
