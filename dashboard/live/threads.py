"""Database work for the event loop, in a few threads of its own."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import connection

P = ParamSpec("P")
T = TypeVar("T")

_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="live")


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function that reads the database without holding up the streams."""

    def call() -> T:
        try:
            return function(*args, **kwargs)
        finally:
            # Calls are rare; a kept connection per thread would stand idle at the database.
            connection.close()

    return await asyncio.get_running_loop().run_in_executor(_threads, call)
