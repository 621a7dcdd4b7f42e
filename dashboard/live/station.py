"""What the streams of one process share: the hub, the wire, the beat, and the end."""

import asyncio
import logging
import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from types import FrameType

from django.conf import settings
from django.db import Error as DatabaseError

from dashboard.live import frames
from dashboard.live.guests import Guest, still_welcome
from dashboard.live.hub import Hub, Listener
from dashboard.live.threads import in_thread
from dashboard.live.wire import Wire

logger = logging.getLogger(__name__)

BEAT = 5.0
"""Seconds between two signs of life."""

BEATS_PER_PING = 3

CHECK = 2.0
"""Seconds after which every guest is checked: signed out, or in another role, ends the stream."""


class Station:
    """Starts with the first page that listens, on the loop that serves it."""

    def __init__(self, beat: float = BEAT) -> None:
        self.hub = Hub()
        self.wire = Wire(self.hub, settings.REDIS_URL)
        self.has_ended = False
        self.loop = asyncio.get_running_loop()
        lasting = (self.wire.listen(), self.wire.read(), self._live(beat), self._guard(min(CHECK, beat)))
        self._tasks = [asyncio.create_task(work) for work in lasting]
        for task in self._tasks:
            task.add_done_callback(self._broken)
        self._end_with_server()

    @property
    def is_fit(self) -> bool:
        """Whether new pages may still come here, if only to hear that the server ends."""
        works = self.has_ended or not any(task.done() for task in self._tasks)
        return works and self.loop is asyncio.get_running_loop()

    def _broken(self, task: "asyncio.Task[None]") -> None:
        """Let pages come again, to a new station, when what should run for ever did not."""
        if not task.cancelled() and task.exception() is not None:
            logger.error("live_broken", exc_info=task.exception())
            for listener in self.hub.listeners:
                listener.end()

    async def _live(self, beat: float) -> None:
        count = 0
        while True:
            await asyncio.sleep(beat)
            count += 1
            self.hub.tell_all(frames.beat(datetime.now(UTC)))
            if count % BEATS_PER_PING == 0:
                self.hub.tell_all(frames.PING)

    async def _guard(self, check: float) -> None:
        while True:
            await asyncio.sleep(check)
            if self.hub.teams:
                await self._check_guests()

    async def _check_guests(self) -> None:
        listeners = self.hub.listeners
        guests: set[Guest] = {listener.guest for listener in listeners}
        try:
            welcome = await in_thread(still_welcome, guests)
        except DatabaseError as error:
            logger.warning("live_database_away: %s", type(error).__name__)
            return
        for listener in listeners:
            if listener.guest not in welcome:
                listener.end()

    def _end_with_server(self) -> None:
        """End the streams at the first signal: a server waits for them, and none would end by itself."""
        if threading.current_thread() is not threading.main_thread():
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            previous = signal.getsignal(number)
            if callable(previous):
                signal.signal(number, self._ending_before(previous))

    def _ending_before(
        self, previous: Callable[[int, FrameType | None], object]
    ) -> Callable[[int, FrameType | None], None]:
        def end(number: int, stack: FrameType | None) -> None:
            if not self.loop.is_closed():
                self.loop.call_soon_threadsafe(self.end)
            previous(number, stack)

        return end

    def end(self) -> None:
        """End every stream and take no new ones."""
        self.has_ended = True
        for task in self._tasks:
            task.cancel()
        for listener in self.hub.listeners:
            listener.end()

    def join(self, guest: Guest) -> Listener:
        """Open a page's box."""
        listener = Listener(guest)
        self.hub.join(listener)
        return listener
