"""What the tests of live events share."""

import pytest

from tests.dashboard.live.site import site
from tests.factories import Cast, create_cast

__all__ = ["site"]


@pytest.fixture
def cast(request: pytest.FixtureRequest) -> Cast:
    """Return Alice, Bob, Charlie and their teams."""
    request.getfixturevalue("transactional_db" if "site" in request.fixturenames else "db")
    return create_cast()
