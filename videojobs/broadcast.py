"""Tell every open page that something happened: one publish to the broker, after the commit.

Pages replay from the database what they missed, so a lost message costs a delay and nothing else; therefore
nothing here ever raises, and a broker that is away is left alone for a while.
"""

import json
import logging
import time
from typing import Any

import redis
from django.conf import settings

CHANNEL = "dailies:events"
QUIET_AFTER_FAILURE = 5.0
"""Seconds without another try, so that one dead broker costs a request at most one time-out."""

logger = logging.getLogger(__name__)


class Broadcaster:
    """One connection pool to the broker. `publish` gives up within half a second and never raises."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(
            url, socket_connect_timeout=0.3, socket_timeout=0.5, retry=None, retry_on_error=[]
        )
        self._quiet_until = 0.0

    def publish(self, message: dict[str, Any]) -> bool:
        """Send one message to all subscribers; tell whether the broker took it."""
        if time.monotonic() < self._quiet_until:
            return False
        try:
            self._redis.publish(CHANNEL, json.dumps(message))
        except (redis.RedisError, OSError) as error:
            self._quiet_until = time.monotonic() + QUIET_AFTER_FAILURE
            logger.warning("broadcast_failed: %s", type(error).__name__)
            return False
        return True


def queue_changed(team_id: int) -> bool:
    """Tell a team's open pages, after the commit, that its queue changed without an event of a job."""
    return publish({"team": team_id, "queue": True})


_broadcasters: dict[str, Broadcaster] = {}


def publish(message: dict[str, Any]) -> bool:
    """Send one message through this process's broadcaster."""
    url = settings.REDIS_URL
    if url not in _broadcasters:
        _broadcasters[url] = Broadcaster(url)
    return _broadcasters[url].publish(message)
