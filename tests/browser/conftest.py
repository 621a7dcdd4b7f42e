"""What tests in a browser share."""

import pytest
from pytest_django import Settings

from tests.browser.rooms import alice, cast, plain  # noqa: F401  fixtures of the rooms


@pytest.fixture(scope="session")
def base_url() -> str:
    """Tests name whole addresses; the plugin's own fixture warns under this pytest."""
    return ""


@pytest.fixture(autouse=True)
def _pages_with_a_stream(settings: Settings) -> None:
    """Serve an event stream beside the pages; a browser that is told of it by the driver caches nothing."""
    settings.ROOT_URLCONF = "tests.browser.site_urls"
