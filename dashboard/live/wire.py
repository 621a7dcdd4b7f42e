"""One subscription to the broker per process, and the database where the broker has nothing to say."""

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import Error as DatabaseError
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from dashboard.live import frames
from dashboard.live.hub import Hub
from dashboard.live.replay import OVERLAP, News, read, read_queue
from dashboard.live.threads import in_thread
from videojobs.broadcast import CHANNEL

logger = logging.getLogger(__name__)

CONNECT = 1.0
"""Seconds to wait for the broker to take a connection or an order."""

QUIET = 5.0
"""Seconds without a word from the broker until it is asked for one, and then until it counts as away."""

FIRST_WAIT, LONGEST_WAIT = 0.5, 5.0
"""Seconds between two tries to reach the broker."""

READ_AWAY, READ_ANYWAY = 1.0, 5.0
"""Seconds between two reads of the database: while the broker is away, and otherwise.

Publishers give up quickly and stay quiet for some seconds, so a message may be lost that nobody here misses.
"""

UNSURE = 10.0
"""Seconds for which publishers may still be quiet after the broker came back."""

MOST = 5_000
"""Events of one read; more are not worth telling one by one."""


class Memory:
    """The numbers of the events told lately: what comes twice is told once."""

    def __init__(self) -> None:
        self._order: deque[int] = deque()
        self._numbers: set[int] = set()

    def is_new(self, number: int) -> bool:
        """Tell whether this number comes for the first time, and keep it."""
        if number in self._numbers:
            return False
        self._order.append(number)
        self._numbers.add(number)
        if len(self._order) > 4 * MOST:
            self._numbers.discard(self._order.popleft())
        return True


class Wire:
    """Carries what happens to jobs from the broker and from the database to the hub."""

    def __init__(self, hub: Hub, url: str) -> None:
        self.is_degraded = False
        self.settled = asyncio.Event()
        """Set once the first try to reach the broker has ended, well or not."""
        self._hub = hub
        self._url = url
        self._memory = Memory()
        self._changes = Memory()
        self._read_at = now()
        self._sure_after = 0.0
        self._wake = asyncio.Event()

    async def listen(self) -> None:
        """Hand on what the broker says, for ever, connecting again whenever it was away."""
        wait = FIRST_WAIT
        while True:
            try:
                async with self._subscribed() as subscription:
                    self._back()
                    wait = FIRST_WAIT
                    await self._relay(subscription)
            except (RedisError, OSError, TimeoutError) as error:
                self._away(error)
                await asyncio.sleep(wait)
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

    def _back(self) -> None:
        self.settled.set()
        if self.is_degraded:
            self.is_degraded = False
            self._sure_after = time.monotonic() + UNSURE
            self._wake.set()
            logger.info("live_restored")
            self._hub.tell_all(frames.RESTORED)

    def _away(self, error: Exception) -> None:
        self.settled.set()
        if not self.is_degraded:
            self.is_degraded = True
            self._wake.set()
            logger.warning("live_degraded: %s", type(error).__name__)
            self._hub.tell_all(frames.DEGRADED)

    async def _relay(self, subscription: PubSub) -> None:
        """Hand on what the broker says until it falls silent or goes away."""
        is_asked = False
        while True:
            message = await subscription.get_message(ignore_subscribe_messages=True, timeout=QUIET)
            if message is not None:
                is_asked = False
                self._hear(message["data"])
            elif is_asked:
                raise TimeoutError("the broker does not answer")
            else:
                await asyncio.wait_for(subscription.ping(), CONNECT)
                is_asked = True

    def _hear(self, data: object) -> None:
        news = understood(data)
        if isinstance(news, News):
            self._tell(news)
        elif news is not None:
            self._hub.tell(news.team, frames.QUEUE)

    def _tell(self, news: News) -> None:
        if self._memory.is_new(news.event):
            self._hub.tell(news.team, frames.job(news), news.project)

    async def read(self) -> None:
        """Tell what the broker did not, from the database, for ever."""
        while True:
            is_unsure = self.is_degraded or time.monotonic() < self._sure_after
            with suppress(TimeoutError):
                async with asyncio.timeout(READ_AWAY if is_unsure else READ_ANYWAY):
                    await self._wake.wait()
            self._wake.clear()
            if self._hub.teams:
                await self._read_once()
            else:
                self._read_at = now()

    async def _read_once(self) -> None:
        """Tell what happened since the last read; the reads overlap, and each event is told once."""
        began = now()
        try:
            found = await in_thread(read, self._hub.teams, self._read_at - OVERLAP, MOST)
            changes = await in_thread(read_queue, self._hub.teams, self._read_at - OVERLAP)
        except DatabaseError as error:
            logger.warning("live_database_away: %s", type(error).__name__)
            return
        self._read_at = began
        for news in found or ():
            self._tell(news)
        for number, team in changes:
            # A page that heard it from the broker reads its queue once more, which does no harm.
            if self._changes.is_new(number):
                self._hub.tell(team, frames.QUEUE)
        if found is None and self.is_degraded:
            self._hub.tell_all(frames.reset())


@dataclass(frozen=True)
class QueueNews:
    """A team's queue changed in a way that is no event of a job."""

    team: int


def understood(data: object) -> News | QueueNews | None:
    """Return what a message of the broker says, or None where it says nothing we know."""
    if not isinstance(data, bytes) or not data.startswith(b"{"):
        return None  # an answer to our ping
    try:
        message = json.loads(data)
        if message.get("queue") is True:
            return QueueNews(team=int(message["team"]))
        return News(
            event=int(message["event"]),
            team=int(message["team"]),
            job=str(message["job"]),
            state=str(message["state"]),
            project=int(message["project"]),
            person=int(message["person"]),
            again=message.get("again") is True,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        logger.warning("live_message_unknown")
        return None


def now() -> datetime:
    """Return the time now."""
    return datetime.now(UTC)
