"""The cast, and a script of each."""

import pytest

from tests.dashboard.api.scripts import Script
from tests.factories import Cast, create_cast, create_user, join
from videojobs.rights import Role


@pytest.fixture
def cast(db: None) -> Cast:
    """Alice owns the team, Bob is a member, Charlie is a stranger."""
    return create_cast()


@pytest.fixture
def alice(cast: Cast) -> Script:
    """A script of the owner."""
    return Script.of(cast.alice, cast.team)


@pytest.fixture
def bob(cast: Cast) -> Script:
    """A script of a member."""
    return Script.of(cast.bob, cast.team)


@pytest.fixture
def charlie(cast: Cast) -> Script:
    """A script of somebody in another team."""
    return Script.of(cast.charlie, cast.elsewhere)


@pytest.fixture
def viewer(cast: Cast) -> Script:
    """A script of somebody who may only look."""
    person = create_user("vera@example.org")
    join(person, cast.team, Role.VIEWER)
    return Script.of(person, cast.team)
