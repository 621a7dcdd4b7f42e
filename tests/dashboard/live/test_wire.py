"""What the broker's messages mean."""

import pytest

from dashboard.live.replay import News
from dashboard.live.wire import MOST, Memory, QueueNews, understood


def test_it_understands_what_the_lifecycle_publishes() -> None:
    message = b'{"event": 5, "team": 7, "job": "job_x", "state": "queued", "project": 3, "person": 2}'
    assert understood(message) == News(event=5, team=7, job="job_x", state="queued", project=3, person=2)


def test_it_understands_that_a_queue_changed() -> None:
    assert understood(b'{"team": 7, "queue": true}') == QueueNews(team=7)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        None,
        b"{",
        b"{}",
        b'{"queue": true}',
        b'{"event": "x", "team": 1, "job": "j", "state": "s"}',
        b'{"event": null}',
    ],
)
def test_it_passes_over_what_it_does_not_understand(data: object) -> None:
    assert understood(data) is None


def test_it_remembers_what_it_told() -> None:
    memory = Memory()
    assert [memory.is_new(number) for number in (1, 2, 1)] == [True, True, False]


def test_its_memory_is_bounded() -> None:
    memory = Memory()
    for number in range(4 * MOST + 1):
        memory.is_new(number)
    assert memory.is_new(0)
    assert not memory.is_new(4 * MOST)
