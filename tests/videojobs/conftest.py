"""What the tests of the jobs share."""

from pathlib import Path

import pytest
from pytest_django import Settings

from tests.factories import Cast, create_cast
from tests.simulator import Simulator
from videojobs.models import ProviderAccount


@pytest.fixture
def cast() -> Cast:
    """Return Alice, Bob, Charlie and their teams."""
    return create_cast()


@pytest.fixture
def rehearsal(simulator: Simulator, settings: Settings, tmp_path: Path) -> Simulator:
    """Point the site at a real simulator, with a media folder of its own."""
    settings.SIMULATOR_URL = simulator.url
    settings.DATA_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"
    return simulator


@pytest.fixture
def account() -> ProviderAccount:
    """Return the rehearsal's account."""
    return ProviderAccount.objects.current()
