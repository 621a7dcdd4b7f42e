"""One open page, as far as the stream is concerned: it notes when it first hears that a job finished."""

import asyncio
import json
import threading
import time
from types import TracebackType
from typing import Self

import aiohttp

FINISHED = frozenset({"storing", "completed"})
PATIENCE = 20.0
"""Seconds until the stream must have said hello."""


class Listening:
    """Listens in a thread of its own until the block ends. `first` has Unix seconds by job."""

    def __init__(self, url: str, cookies: dict[str, str]) -> None:
        self._url = url
        self._cookies = cookies
        self._loop = asyncio.new_event_loop()
        self._heard = threading.Event()
        self._thread = threading.Thread(target=self._run, name="page", daemon=True)
        self._task: asyncio.Task[None] | None = None
        self.first: dict[str, float] = {}

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._heard.wait(PATIENCE):
            raise RuntimeError(f"{self._url} said nothing in {PATIENCE:g} s")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(5)

    def _run(self) -> None:
        self._task = self._loop.create_task(self._listen())
        try:
            self._loop.run_until_complete(self._task)
        except asyncio.CancelledError:
            self._loop.close()

    async def _listen(self) -> None:
        timeout = aiohttp.ClientTimeout(total=None)
        async with (
            aiohttp.ClientSession(cookies=self._cookies, timeout=timeout) as session,
            session.get(self._url) as answer,
        ):
            answer.raise_for_status()
            async for line in answer.content:
                self._heard.set()
                if line.startswith(b"data: "):
                    self._take(json.loads(line.removeprefix(b"data: ")))

    def _take(self, news: dict[str, object]) -> None:
        if news.get("state") in FINISHED:
            self.first.setdefault(str(news["job"]), time.time())
