"""One subscription to the broker per process. While the broker is away, the database is read each second."""

import asyncio
import json
import logging
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from django.db import Error as DatabaseError
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from dashboard.live import frames
from dashboard.live.hub import Hub
from dashboard.live.replay import OVERLAP, News, read
from dashboard.live.threads import in_thread
from videojobs.broadcast import CHANNEL

logger = logging.getLogger(__name__)

CONNECT = 1.0
"""Seconds to wait for the broker to take a connection or an order."""

QUIET = 5.0
"""Seconds without a word from the broker until it is asked for one, and then until it counts as away."""

TAIL = 1.0
"""Seconds between two reads of the database while the broker is away."""

FIRST_WAIT, LONGEST_WAIT = 0.5, 5.0
"""Seconds between two tries to reach the broker."""

REMEMBERED = 5_000
"""Event numbers kept, so that overlapping reads tell each event once."""


class Wire:
    """Carries what happens to jobs from the broker, or from the database, to the hub."""

    def __init__(self, hub: Hub, url: str) -> None:
        self.is_degraded = False
        self.settled = asyncio.Event()
        """Set once the first try to reach the broker has ended, well or not."""
        self._hub = hub
        self._url = url
        self._heard_at: datetime | None = None
        self._told: deque[int] = deque(maxlen=REMEMBERED)

    async def carry(self) -> None:
        """Carry news for ever, from wherever they can be had."""
        wait = FIRST_WAIT
        while True:
            try:
                async with self._subscribed() as subscription:
                    await self._restored()
                    wait = FIRST_WAIT
                    await self._relay(subscription)
            except (RedisError, OSError, TimeoutError) as error:
                self._away(error)
                await self._tail(wait)
                wait = min(wait * 2, LONGEST_WAIT)

    @asynccontextmanager
    async def _subscribed(self) -> AsyncIterator[PubSub]:
        # A client that quietly connected again would hide that messages were missed.
        never_again = Retry(NoBackoff(), 0)
        broker = Redis.from_url(self._url, socket_connect_timeout=CONNECT, retry=never_again)
        async with broker, broker.pubsub() as subscription:
            await asyncio.wait_for(subscription.subscribe(CHANNEL), CONNECT)
            await asyncio.wait_for(subscription.get_message(timeout=CONNECT), CONNECT * 2)
            yield subscription

    async def _restored(self) -> None:
        """Tell what was missed before the broker was back, and that it is back."""
        await self._read_database()
        self._heard_at = now()
        self.settled.set()
        if self.is_degraded:
            self.is_degraded = False
            logger.info("live_restored")
            self._hub.tell_all(frames.RESTORED)

    def _away(self, error: Exception) -> None:
        self._heard_at = self._heard_at or now()
        self.settled.set()
        if not self.is_degraded:
            self.is_degraded = True
            logger.warning("live_degraded: %s", type(error).__name__)
            self._hub.tell_all(frames.DEGRADED)

    async def _relay(self, subscription: PubSub) -> None:
        """Hand on what the broker says until it falls silent or goes away."""
        is_asked = False
        while True:
            message = await subscription.get_message(ignore_subscribe_messages=True, timeout=QUIET)
            if message is not None:
                self._heard_at = now()
                is_asked = False
                self._hear(message["data"])
            elif is_asked:
                raise TimeoutError("the broker does not answer")
            else:
                await asyncio.wait_for(subscription.ping(), CONNECT)
                is_asked = True

    def _hear(self, data: object) -> None:
        news = understood(data)
        if news is not None:
            self._tell(news)

    def _tell(self, news: News) -> None:
        self._told.append(news.event)
        self._hub.tell(news.team, frames.job(news))

    async def _tail(self, seconds: float) -> None:
        """Read the database each second for a while."""
        end = asyncio.get_running_loop().time() + seconds
        while (left := end - asyncio.get_running_loop().time()) > 0:
            await self._read_database()
            await asyncio.sleep(min(TAIL, max(left, 0.05)))

    async def _read_database(self) -> None:
        """Tell what happened since the broker, or the last read, was heard; the overlap is told once."""
        if self._heard_at is None:
            return
        began = now()
        try:
            found = await in_thread(read, self._hub.teams, self._heard_at - OVERLAP)
        except DatabaseError as error:
            logger.warning("live_database_away: %s", type(error).__name__)
            return
        self._heard_at = began
        if found is None:
            self._hub.tell_all(frames.reset())
            return
        told = set(self._told)
        for news in found:
            if news.event not in told:
                self._tell(news)


def understood(data: object) -> News | None:
    """Return what a message of the broker says, or None where it says nothing we know."""
    if not isinstance(data, bytes) or not data.startswith(b"{"):
        return None  # an answer to our ping
    try:
        message = json.loads(data)
        return News(
            event=int(message["event"]),
            team=int(message["team"]),
            job=str(message["job"]),
            state=str(message["state"]),
        )
    except (ValueError, KeyError, TypeError):
        logger.warning("live_message_unknown")
        return None


def now() -> datetime:
    """Return the time now."""
    return datetime.now(UTC)
