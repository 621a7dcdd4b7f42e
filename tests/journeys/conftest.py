"""What the journeys share."""

import pytest

from tests.factories import Cast, create_cast
from tests.journeys.stack import stack
from videojobs.models import ProviderAccount

__all__ = ["stack"]


@pytest.fixture
def cast() -> Cast:
    """Return Alice, Bob, Charlie and their teams."""
    return create_cast()


@pytest.fixture
def account() -> ProviderAccount:
    """Return the rehearsal's account."""
    return ProviderAccount.objects.current()
