"""What a page missed."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks as Committing

from dashboard.live import replay
from tests.factories import NOW, Cast, create_job
from videojobs import audit, lifecycle
from videojobs.models import JobEvent

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def event_at(cast: Cast, seconds: float) -> JobEvent:
    """Make a job whose first event is so many seconds after NOW."""
    return create_job(cast.bob, cast.team, now=NOW + timedelta(seconds=seconds)).events.get()


def test_it_tells_what_came_after_with_ten_seconds_of_overlap(cast: Cast) -> None:
    _old, recent, seen, missed = (event_at(cast, seconds) for seconds in (0, 15, 20, 21))
    found = replay.after(cast.team.pk, seen.pk)
    assert [news.event for news in found.news] == [recent.pk, seen.pk, missed.pk]
    assert (found.newest, found.is_complete) == (missed.pk, True)


def test_it_tells_state_and_job_and_no_more(cast: Cast) -> None:
    event = event_at(cast, 0)
    told = replay.after(cast.team.pk, event.pk).news[0].told()
    about = {"job": event.job_id, "state": "waiting", "event": event.pk, "person": cast.bob.pk}
    assert told == about


def test_a_job_that_was_taken_over_is_news_to_its_keeper(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Committing
) -> None:
    published: list[dict[str, Any]] = []
    monkeypatch.setattr("videojobs.broadcast.publish", published.append)
    job = create_job(cast.bob, cast.team, keeper=cast.alice)
    with django_capture_on_commit_callbacks(execute=True):
        lifecycle.cancel(job, cast.alice, now=NOW)
    assert {news.person for news in replay.since(cast.team.pk, NOW).news} == {cast.alice.pk}
    assert [message["person"] for message in published] == [cast.alice.pk]


def test_another_teams_event_means_nothing(cast: Cast) -> None:
    theirs = create_job(cast.charlie, cast.elsewhere).events.get()
    ours = event_at(cast, 0)
    found = replay.after(cast.team.pk, theirs.pk)
    assert (found.news, found.newest, found.is_complete) == ((), ours.pk, False)


def test_a_project_that_is_closed_to_somebody_is_left_out(cast: Cast) -> None:
    event = event_at(cast, 0)
    found = replay.after(cast.team.pk, event.pk)
    assert found.without({cast.project.pk}).news == ()
    assert found.without({cast.project.pk + 1}).news == found.news


def test_it_tells_that_the_queue_was_paused_meanwhile(cast: Cast) -> None:
    event = event_at(cast, 0)
    assert not replay.after(cast.team.pk, event.pk).queue
    audit.note(cast.team, cast.alice, "queue_paused", "team", NOW)
    assert replay.after(cast.team.pk, event.pk).queue
    assert not replay.since(cast.elsewhere.pk, NOW).queue


def test_other_teams_are_not_told_of(cast: Cast) -> None:
    create_job(cast.charlie, cast.elsewhere)
    assert replay.since(cast.team.pk, NOW) == replay.Replay((), None)


def test_too_much_is_not_told_one_by_one(cast: Cast) -> None:
    first = event_at(cast, 0)
    copies = [
        JobEvent(job_id=first.job_id, team=cast.team, at=NOW, kind="note", to_state="waiting", why="")
        for _number in range(replay.MOST)
    ]
    JobEvent.objects.bulk_create(copies)
    found = replay.after(cast.team.pk, first.pk)
    assert (found.news, found.is_complete) == ((), False)
    assert found.newest == JobEvent.objects.order_by("-id")[0].pk


def test_it_says_of_what_moved_nothing_that_it_is_so_again(cast: Cast) -> None:
    event = event_at(cast, 0)
    moment = NOW - timedelta(seconds=1)
    JobEvent.objects.filter(pk=event.pk).update(from_state=event.to_state)
    assert replay.since(cast.team.pk, moment).news[0].told()["again"] is True
