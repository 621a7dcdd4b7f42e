"""One download from a file host, and what a failed one must leave behind."""

from pathlib import Path

from tests.videojobs.media.hosts import FileHost
from videojobs.media.fetch import Fetched, fetch


def download(
    host: FileHost, destination: Path, *, max_bytes: int = 10**6, deadline: float = 5, idle_timeout: float = 5
) -> Fetched:
    """Fetch /clip from the host as the configured provider."""
    return fetch(
        f"{host.origin}/clip",
        destination,
        provider_origin=host.origin,
        max_bytes=max_bytes,
        deadline=deadline,
        idle_timeout=idle_timeout,
    )


def assert_nothing_left(destination: Path) -> None:
    assert not destination.parent.exists() or not any(destination.parent.iterdir())
