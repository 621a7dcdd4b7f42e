"""Ends of jobs are told once, folded by person, end and minute, to those who want them."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import NOW, Cast, create_job, put
from videojobs.models import Channel, ChannelKind, Job, Membership, Notice, Project, User
from videojobs.notices import choices, delivery, folding
from videojobs.notices.choices import Choices
from videojobs.notices.events import Event
from videojobs.states import State

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

LATER = NOW + timedelta(minutes=1, seconds=10)
NONE: frozenset[Event] = frozenset()
ENDS = frozenset({Event.DONE, Event.FAILED})


def wish(person: User, *, mail: frozenset[Event] = ENDS, now: datetime = NOW - timedelta(hours=2)) -> None:
    """Let somebody want a mail about their own jobs' ends."""
    member = Membership.objects.get(user=person)
    choices.choose(member, Choices(page=NONE, mail=mail, browser=NONE, hook=NONE), now=now)


def end(
    cast: Cast, count: int = 1, *, state: State = State.COMPLETED, at: datetime = NOW, **more: object
) -> list[Job]:
    """Let some of Bob's jobs end."""
    return [create_job(cast.bob, cast.team, state=state, now=at, **more) for _ in range(count)]  # type: ignore[arg-type]


def told() -> list[tuple[str, int]]:
    """Return what was told, and of how many."""
    return list(Notice.objects.order_by("id").values_list("text", "count"))


def test_who_chose_nothing_is_not_told(cast: Cast) -> None:
    end(cast, 3)
    assert folding.fold(now=LATER) == 0 and not Notice.objects.exists()


def test_many_of_a_minute_are_one_sentence(cast: Cast) -> None:
    wish(cast.bob)
    end(cast, 3)
    end(cast, 2, state=State.FAILED)
    assert folding.fold(now=LATER) == 2
    assert sorted(told()) == [("2 jobs failed.", 2), ("3 clips are done.", 3)]
    assert set(Notice.objects.values_list("person", flat=True)) == {cast.bob.pk}


def test_one_alone_leads_to_its_job(cast: Cast) -> None:
    wish(cast.bob)
    (job,) = end(cast)
    folding.fold(now=LATER)
    notice = Notice.objects.get()
    assert (notice.text, notice.job) == ("A clip is done.", job)


def test_counting_again_tells_nothing_again(cast: Cast) -> None:
    wish(cast.bob)
    end(cast, 2)
    assert [folding.fold(now=LATER + timedelta(seconds=10 * n)) for n in range(3)] == [1, 0, 0]


def test_a_minute_that_runs_is_not_told_yet(cast: Cast) -> None:
    wish(cast.bob)
    end(cast)
    assert folding.fold(now=NOW + timedelta(seconds=50)) == 0


def test_an_end_committed_late_is_told_late_and_the_others_not_again(cast: Cast) -> None:
    wish(cast.bob)
    end(cast, 2)
    folding.fold(now=LATER)
    end(cast, at=NOW + timedelta(seconds=59))
    folding.fold(now=LATER + timedelta(minutes=5))
    assert told() == [("2 clips are done.", 2), ("A clip is done.", 1)]


def test_workers_that_were_away_tell_each_minute(cast: Cast) -> None:
    wish(cast.bob)
    for minutes in (0, 10, 20):
        end(cast, at=NOW + timedelta(minutes=minutes))
    assert folding.fold(now=NOW + timedelta(minutes=40)) == 3


def test_what_ended_before_the_choice_is_not_told(cast: Cast) -> None:
    end(cast)
    wish(cast.bob, now=NOW + timedelta(minutes=1))
    assert folding.fold(now=LATER) == 0


def test_cancelled_and_lost_jobs_are_no_ends_to_tell(cast: Cast) -> None:
    wish(cast.bob)
    end(cast, state=State.CANCELLED)
    end(cast, state=State.LOST)
    assert folding.fold(now=LATER) == 0


def test_who_took_a_job_over_is_told_of_it(cast: Cast) -> None:
    wish(cast.alice)
    wish(cast.bob)
    (job,) = end(cast)
    put(job, keeper=cast.alice)
    folding.fold(now=LATER)
    assert Notice.objects.get().person == cast.alice


def test_a_teams_channel_wants_everybodys(cast: Cast) -> None:
    Channel.objects.create(
        team=cast.team,
        kind=ChannelKind.SLACK,
        name="x",
        sealed_address="x",
        shown="x",
        events=["done"],
        created_by=cast.alice,
        created_at=NOW,
    )
    end(cast, 2)
    end(cast, state=State.FAILED)
    folding.fold(now=LATER)
    assert told() == [("2 clips are done.", 2)]


def test_jobs_of_closed_projects_are_told_apart(cast: Cast) -> None:
    wish(cast.bob)
    end(cast)
    closed = Project.objects.create(team=cast.team, name="Secret", is_open=False, created_at=NOW)
    end(cast, 2, project=closed)
    assert folding.fold(now=LATER) == 2


def test_no_prompt_is_in_it(cast: Cast) -> None:
    wish(cast.bob)
    end(cast, prompt="A secret boat")
    folding.fold(now=LATER)
    assert "secret" not in Notice.objects.get().text


@pytest.mark.parametrize("hours", [0, 30])
def test_thousands_make_one_row(cast: Cast, hours: int) -> None:
    wish(cast.bob)
    (job,) = end(cast)
    at = datetime(2026, 11, 23, 12, 0, 30, tzinfo=UTC) + timedelta(hours=hours)
    copies = [Job(**values(job, number) | {"ended_at": at}) for number in range(2_000)]
    Job.objects.filter(pk=job.pk).update(ended_at=at)
    Job.objects.bulk_create(copies)
    assert folding.fold(now=at + timedelta(minutes=1)) == 1
    assert told() == [("2,001 clips are done.", 2_001)]


def values(job: Job, number: int) -> dict[str, object]:
    """Return the columns of a job like another, with ids of its own."""
    found = {field.attname: getattr(job, field.attname) for field in Job._meta.concrete_fields}
    return found | {"id": f"job_{number}", "provider_id": f"video-{number}"}


def test_what_ended_long_ago_is_forgotten(cast: Cast) -> None:
    wish(cast.bob)
    end(cast)
    folding.fold(now=LATER)
    delivery.forget_old(now=LATER + timedelta(days=89))
    assert Notice.objects.exists()
    delivery.forget_old(now=LATER + timedelta(days=91))
    assert not Notice.objects.exists()
