"""What tests in a browser share."""

import pytest

from tests.browser.rooms import alice, cast, plain  # noqa: F401  fixtures of the rooms


@pytest.fixture(scope="session")
def base_url() -> str:
    """Tests name whole addresses; the plugin's own fixture warns under this pytest."""
    return ""
