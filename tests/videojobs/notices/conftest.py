"""A receiver of webhooks that may be reached."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.videojobs.notices.receivers import Receiver, running


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    """Return a running receiver, with webhooks allowed to reach this machine."""
    settings.WEBHOOK_ALLOW_PRIVATE = True
    with running() as found:
        yield found
