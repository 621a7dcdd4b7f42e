"""The cache that goes on while the broker is away."""

from pathlib import Path

import pytest
import redis
from django.conf import settings

from dashboard.cache import SteadyCache


@pytest.fixture
def away(tmp_path: Path) -> SteadyCache:
    return SteadyCache(f"unix://{tmp_path}/none.sock", {"KEY_PREFIX": tmp_path.name})


def test_it_keeps_values_in_the_broker(broker: "redis.Redis") -> None:
    cache = SteadyCache(settings.REDIS_URL, {})
    cache.set("a", 1)
    assert (cache.get("a"), broker.dbsize()) == (1, 1)


def test_it_keeps_counting_without_a_broker(away: SteadyCache) -> None:
    away.set("count", 1)
    assert (away.incr("count"), away.get("count"), away.get("other", 7)) == (2, 2, 7)


def test_it_answers_for_many_without_a_broker(away: SteadyCache) -> None:
    away.set_many({"a": 1, "b": 2})
    away.delete("b")
    assert away.get_many(["a", "b"]) == {"a": 1}


def test_it_uses_the_broker_again_when_it_is_back(broker: "redis.Redis", tmp_path: Path) -> None:
    cache = SteadyCache(settings.REDIS_URL, {})
    cache._away_until = 0.0
    cache.set("a", "back")
    assert cache.get("a") == "back"
