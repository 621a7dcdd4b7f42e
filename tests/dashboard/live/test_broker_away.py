"""The broker goes away and comes back while pages listen."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from dashboard.live.stream import EventStream
from tests.dashboard.live.site import BEAT, Site, serving
from tests.factories import Cast, create_job
from tests.servers import broker as broker_in

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True)]


class Broker:
    """A broker that a test starts and stops."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"unix://{folder / 'broker.sock'}"
        self._running = ExitStack()

    def start(self) -> None:
        """Start it."""
        self._running.enter_context(broker_in(self.folder))

    def stop(self) -> None:
        """Stop it."""
        self._running.close()


@pytest.fixture
def own_broker(tmp_path: Path, settings: Settings) -> Iterator[Broker]:
    """Return a broker that does not run yet; the site expects it."""
    broker = Broker(tmp_path)
    settings.REDIS_URL = broker.url
    yield broker
    broker.stop()


@pytest.fixture
def site(transactional_db: None, own_broker: Broker) -> Iterator[Site]:
    """Return the stream on a server."""
    with serving(EventStream(BEAT)) as site:
        yield site


def test_a_stream_opens_without_a_broker_and_says_so(site: Site, cast: Cast) -> None:
    with site.page(cast.bob) as page:
        assert "broker is away" in page.wait_for("degraded").data["message"]
        page.wait_for("beat")


def test_changes_are_told_without_a_broker(site: Site, cast: Cast) -> None:
    with site.page(cast.bob) as page:
        page.wait_for("degraded")
        job = make_job(cast)
        assert page.wait_for("job", within=10).data["job"] == job


def test_each_change_is_told_once_without_a_broker(site: Site, cast: Cast) -> None:
    with site.page(cast.bob) as page:
        page.wait_for("degraded")
        jobs = [make_job(cast), make_job(cast)]
        told = [page.wait_for("job", within=10).data["job"] for _job in jobs]
        assert told == jobs
        with pytest.raises(AssertionError, match="no job"):
            page.wait_for("job", within=2.5)


def test_a_broker_that_goes_away_is_noticed_and_nothing_is_lost(
    site: Site, cast: Cast, own_broker: Broker
) -> None:
    own_broker.start()
    with site.page(cast.bob) as page:
        page.wait_for("beat")
        own_broker.stop()
        page.wait_for("degraded")
        missed = make_job(cast)
        assert page.wait_for("job", within=10).data["job"] == missed
        own_broker.start()
        page.wait_for("restored", within=20)
        heard_again = make_job(cast)
        page.wait_until(lambda heard: heard.data.get("job") == heard_again, "the next job", within=10)


def make_job(cast: Cast) -> str:
    """Make a job just now and return its id."""
    return create_job(cast.bob, cast.team, now=datetime.now(UTC)).id
