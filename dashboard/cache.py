"""A cache that goes on, per process, while the broker is away."""

import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

PAUSE = 2.0
"""Seconds without a try after a failed one, so that pages stay quick."""


class SteadyCache(RedisCache):
    """Redis while it answers; this process's own memory while it does not.

    Rate limits then count per process, which is better than none and better than no sign-in.
    """

    def __init__(self, server: str, options: dict[str, Any]) -> None:
        super().__init__(server, options)
        self._spare = LocMemCache("steady", {})
        self._away_until = 0.0

    def _steadily(self, method: str, *arguments: Any, **options: Any) -> Any:
        if time.monotonic() >= self._away_until:
            try:
                return getattr(super(), method)(*arguments, **options)
            except (RedisError, OSError):
                self._away_until = time.monotonic() + PAUSE
        return getattr(self._spare, method)(*arguments, **options)


def _steady(method: str) -> Callable[..., Any]:
    def call(self: SteadyCache, *arguments: Any, **options: Any) -> Any:
        return self._steadily(method, *arguments, **options)

    return call


METHODS = (
    *("add", "get", "set", "touch", "delete", "has_key", "incr", "clear"),
    *("get_many", "set_many", "delete_many"),
)
for name in METHODS:
    setattr(SteadyCache, name, _steady(name))
