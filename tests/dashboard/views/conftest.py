"""The people whose pages are tested, each with a browser of their own."""

import pytest
from django.test import Client

from tests.factories import Cast, create_cast


@pytest.fixture
def cast(db: None) -> Cast:
    """Return Alice, Bob, Charlie and their teams."""
    return create_cast()


@pytest.fixture
def alice(client: Client, cast: Cast) -> Client:
    """Return the browser of the owner, which is the test's `client` too."""
    client.force_login(cast.alice)
    return client


@pytest.fixture
def bob(cast: Cast) -> Client:
    """Return the browser of a member."""
    browser = Client()
    browser.force_login(cast.bob)
    return browser
