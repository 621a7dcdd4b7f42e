"""A person's line is put in order: every place is reached, nobody else's version changes."""

from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest

from tests.factories import NOW, Cast, create_job, create_limit, put
from tests.videojobs.money.crowd import at_once
from videojobs import dispatch, lifecycle
from videojobs.lifecycle import Decided, Stale, WrongAnswer
from videojobs.lifecycle.ordering import GAP, LONGEST_AHEAD, line_of
from videojobs.models import AuditEntry, Job, JobEvent, Priority, ProviderAccount
from videojobs.money import budgets
from videojobs.states import State

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def line(cast: Cast, account: ProviderAccount) -> list[Job]:
    """Return five jobs of Bob's, a second after one another."""
    return [
        create_job(cast.bob, cast.team, account=account, now=NOW + timedelta(seconds=second))
        for second in range(5)
    ]


def order(job: Job) -> list[str]:
    """Return the ids of a job's line, first to last."""
    return list(line_of(job).in_line().values_list("id", flat=True))


def numbers(line: list[Job]) -> list[int]:
    """Return the line as it stands, each job by its number at birth."""
    born = [job.id for job in line]
    return [born.index(one) for one in order(line[0])]


def versions() -> dict[str, int]:
    return dict(Job.objects.values_list("id", "version"))


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (1, [3, 0, 1, 2, 4]),
        (2, [0, 3, 1, 2, 4]),
        (3, [0, 1, 3, 2, 4]),
        (4, [0, 1, 2, 3, 4]),
        (5, [0, 1, 2, 4, 3]),
        (99, [0, 1, 2, 4, 3]),
    ],
)
def test_a_typed_place_is_reached(cast: Cast, line: list[Job], place: int, expected: list[int]) -> None:
    job = lifecycle.move(line[3].id, place, cast.bob, version=1, now=LATER)
    assert numbers(line) == expected
    assert lifecycle.place_of(job) == min(place, 5)


def test_moving_one_changes_nobody_elses_version(cast: Cast, line: list[Job]) -> None:
    lifecycle.move(line[4].id, 1, cast.bob, version=1, now=LATER)
    assert versions() == {job.id: 1 for job in line} | {line[4].id: 2}


def test_a_move_says_who_did_it(cast: Cast, line: list[Job]) -> None:
    lifecycle.to_top(line[2].id, cast.alice, version=1, now=LATER)
    event = JobEvent.objects.get(job=line[2], kind="moved")
    assert (event.actor, event.why) == (cast.alice, "Alice moved it to place 1 of 5 in Bob’s line.")


def test_room_is_made_between_jobs_of_the_same_moment(cast: Cast, account: ProviderAccount) -> None:
    jobs = [create_job(cast.bob, cast.team, account=account) for _ in range(6)]
    start = [job for one in order(jobs[0]) for job in jobs if job.id == one]
    for place in (2, 3, 2, 4, 5, 1):
        last = order(jobs[0])[-1]
        lifecycle.move(last, place, cast.bob, version=None, now=LATER)
        assert order(jobs[0])[place - 1] == last
    assert sorted(order(jobs[0])) == sorted(job.id for job in start)


def test_the_same_gap_may_be_halved_for_ever(cast: Cast, line: list[Job]) -> None:
    for _turn in range(60):  # a second has room for twenty
        last = order(line[0])[-1]
        lifecycle.move(last, 2, cast.bob, version=None, now=LATER)
        assert order(line[0])[1] == last


@pytest.mark.parametrize("priority", [Priority.LOW, Priority.NORMAL, Priority.HIGH])
def test_a_place_is_reached_whatever_the_priorities(cast: Cast, line: list[Job], priority: Priority) -> None:
    put(line[0], priority=Priority.HIGH)
    put(line[1], priority=Priority.HIGH)
    put(line[4], priority=Priority.LOW)
    put(line[2], priority=priority)
    for place in (1, 2, 3, 4, 5, 1):
        lifecycle.move(line[2].id, place, cast.bob, version=None, now=LATER)
        assert order(line[0])[place - 1] == line[2].id


def test_before_and_after_another(cast: Cast, line: list[Job]) -> None:
    lifecycle.move_before(line[4].id, line[1].id, cast.bob, version=1, now=LATER)
    lifecycle.move_after(line[0].id, line[3].id, cast.bob, version=1, now=LATER)
    assert numbers(line) == [4, 1, 2, 3, 0]


def test_a_place_beside_a_job_of_another_line_is_none(cast: Cast, line: list[Job]) -> None:
    other = create_job(cast.alice, cast.team)
    with pytest.raises(WrongAnswer, match="not in this line"):
        lifecycle.move_before(line[0].id, other.id, cast.bob, version=1, now=LATER)


def test_top_and_bottom(cast: Cast, line: list[Job]) -> None:
    lifecycle.to_bottom(line[1].id, cast.bob, version=1, now=LATER)
    lifecycle.to_top(line[3].id, cast.bob, version=1, now=LATER)
    assert numbers(line) == [3, 0, 2, 4, 1]


def test_whoever_comes_later_stands_behind_one_sent_to_the_end(
    cast: Cast, line: list[Job], account: ProviderAccount
) -> None:
    lifecycle.to_bottom(line[0].id, cast.bob, version=1, now=LATER)
    newest = create_job(cast.bob, cast.team, account=account, now=LATER + timedelta(seconds=1))
    assert order(newest)[-2:] == [line[0].id, newest.id]


def test_a_higher_priority_goes_first(cast: Cast, line: list[Job]) -> None:
    lifecycle.set_priority(line[4].id, Priority.HIGH, cast.bob, version=1, now=LATER)
    lifecycle.set_priority(line[0].id, Priority.LOW, cast.bob, version=1, now=LATER)
    assert numbers(line) == [4, 1, 2, 3, 0]


def test_the_same_priority_again_changes_nothing(cast: Cast, line: list[Job]) -> None:
    lifecycle.set_priority(line[0].id, Priority.NORMAL, cast.bob, version=1, now=LATER)
    assert versions()[line[0].id] == 1


@pytest.mark.parametrize(("priority", "place"), [(7, 1), (0, 0), (0, -3)])
def test_what_is_no_priority_or_place_is_refused(
    cast: Cast, line: list[Job], priority: int, place: int
) -> None:
    with pytest.raises(WrongAnswer):
        lifecycle.set_priority(line[0].id, priority, cast.bob, version=1, now=LATER)
        lifecycle.move(line[0].id, place, cast.bob, version=1, now=LATER)
    assert set(versions().values()) == {1}


class TestNext:
    """Marked to be sent next."""

    def test_it_goes_first_and_stands_in_the_audit_log(self, cast: Cast, line: list[Job]) -> None:
        lifecycle.mark_next(line[3].id, cast.alice, on=True, version=1, now=LATER)
        assert numbers(line)[0] == 3
        entry = AuditEntry.objects.get(action="job_marked_next")
        assert (entry.actor, entry.subject, entry.after) == (cast.alice, line[3].id, {"next": True})

    def test_the_mark_is_taken_away(self, cast: Cast, line: list[Job]) -> None:
        lifecycle.mark_next(line[3].id, cast.alice, on=True, version=1, now=LATER)
        job = lifecycle.mark_next(line[3].id, cast.alice, on=False, version=2, now=LATER)
        assert (job.next_at, job.next_by, numbers(line)) == (None, None, [0, 1, 2, 3, 4])

    def test_its_place_cannot_be_taken(self, cast: Cast, line: list[Job]) -> None:
        lifecycle.mark_next(line[3].id, cast.alice, on=True, version=1, now=LATER)
        with pytest.raises(WrongAnswer, match="Choose place 2 or later"):
            lifecycle.move(line[4].id, 1, cast.bob, version=1, now=LATER)
        lifecycle.move(line[4].id, 2, cast.bob, version=1, now=LATER)
        assert numbers(line) == [3, 4, 0, 1, 2]

    def test_the_top_is_behind_it(self, cast: Cast, line: list[Job]) -> None:
        lifecycle.mark_next(line[3].id, cast.alice, on=True, version=1, now=LATER)
        job = lifecycle.to_top(line[4].id, cast.bob, version=1, now=LATER)
        assert lifecycle.place_of(job) == 2

    def test_itself_takes_no_other_place(self, cast: Cast, line: list[Job]) -> None:
        lifecycle.mark_next(line[3].id, cast.alice, on=True, version=1, now=LATER)
        with pytest.raises(WrongAnswer, match="Take that mark away"):
            lifecycle.move(line[3].id, 4, cast.bob, version=2, now=LATER)


class TestLater:
    """Sent no sooner than a moment."""

    def test_it_is_not_sent_before(self, cast: Cast, line: list[Job], account: ProviderAccount) -> None:
        when = LATER + timedelta(hours=2)
        for job in line:
            lifecycle.start_later(job.id, when, cast.bob, version=1, now=LATER)
        assert dispatch.next_job(account, LATER) is None
        assert dispatch.next_job(account, when) is not None

    def test_the_teams_clocks_say_when(self, cast: Cast, line: list[Job]) -> None:
        cast.team.time_zone = "Europe/Berlin"
        cast.team.save()
        lifecycle.start_later(line[0].id, LATER + timedelta(hours=1), cast.bob, version=1, now=LATER)
        assert "14:05 (Europe/Berlin)" in JobEvent.objects.get(kind="start_later").why

    def test_it_may_go_at_once_again(self, cast: Cast, line: list[Job]) -> None:
        lifecycle.start_later(line[0].id, LATER + timedelta(hours=1), cast.bob, version=1, now=LATER)
        job = lifecycle.start_later(line[0].id, None, cast.bob, version=2, now=LATER)
        assert job.send_after is None

    @pytest.mark.parametrize(
        "ahead", [timedelta(0), -timedelta(days=1), LONGEST_AHEAD + timedelta(seconds=1)]
    )
    def test_the_past_and_far_ahead_are_refused(self, cast: Cast, line: list[Job], ahead: timedelta) -> None:
        with pytest.raises(WrongAnswer) as wrong:
            lifecycle.start_later(line[0].id, LATER + ahead, cast.bob, version=1, now=LATER)
        assert wrong.value.field == "send_after"


class TestStale:
    """Somebody was first."""

    def test_it_says_what_the_other_person_did(self, cast: Cast, line: list[Job]) -> None:
        lifecycle.set_priority(line[0].id, Priority.HIGH, cast.alice, version=1, now=LATER)
        with pytest.raises(Stale, match="Alice set its priority to high") as stale:
            lifecycle.move(line[0].id, 3, cast.bob, version=1, now=LATER)
        assert stale.value.event and stale.value.event.actor == cast.alice
        assert stale.value.job.version == 2
        assert numbers(line) == [0, 1, 2, 3, 4]

    def test_one_that_was_sent_is_not_moved(self, cast: Cast, line: list[Job]) -> None:
        put(line[0], state=State.SENDING, claim_id="c" * 32, claimed_at=NOW)
        with pytest.raises(Decided, match="has been sent"):
            lifecycle.to_bottom(line[0].id, cast.bob, version=1, now=LATER)

    def test_a_cancel_of_an_older_version_leaves_it(self, cast: Cast, line: list[Job]) -> None:
        lifecycle.to_bottom(line[0].id, cast.alice, version=1, now=LATER)
        with pytest.raises(Stale, match="Alice moved it"):
            lifecycle.cancel(line[0], cast.bob, version=1, now=LATER)
        assert Job.objects.get(id=line[0].id).state == State.WAITING


def test_a_gap_is_a_second() -> None:
    assert timedelta(microseconds=GAP) == timedelta(seconds=1)


@pytest.mark.django_db(transaction=True)
def test_many_put_one_line_in_order_at_once(cast: Cast, account: ProviderAccount) -> None:
    """Ranks touch, so that room is made again and again, while a limit's change locks the same rows."""
    jobs = [create_job(cast.bob, cast.team, account=account) for _ in range(8)]
    Job.objects.update(not_before_reason="Held back by a limit: full.")
    limit = create_limit(cast.team, "100")

    def shuffle(offset: int) -> None:
        for turn in range(8):
            job, place = jobs[(turn * 3 + offset) % 8], (turn * 5 + offset) % 8 + 1
            lifecycle.move(job.id, place, cast.bob, version=None, now=LATER)

    def raise_limit() -> None:
        for usd in range(101, 107):
            budgets.change(limit, amount=Decimal(usd), actor=cast.alice, now=LATER)

    assert at_once([partial(shuffle, 0), partial(shuffle, 1), partial(shuffle, 2), raise_limit]) == []
    assert sorted(order(jobs[0])) == sorted(job.id for job in jobs)
    assert JobEvent.objects.filter(kind="moved").count() == 24


def test_what_somebody_does_with_anothers_job_is_in_the_audit_log(cast: Cast) -> None:
    job = create_job(cast.bob, cast.team)
    lifecycle.set_priority(
        job.id, Priority.HIGH, cast.bob, version=None, now=NOW
    )  # one's own stands on its timeline
    assert not AuditEntry.objects.filter(subject=job.id).exists()
    lifecycle.set_priority(job.id, Priority.LOW, cast.alice, version=None, now=NOW)
    lifecycle.cancel(Job.objects.get(pk=job.pk), cast.alice, now=NOW)
    entries = AuditEntry.objects.filter(subject=job.id).order_by("id").values_list("action", "after")
    assert list(entries) == [
        ("job_priority_set", {"priority": Priority.LOW}),
        ("job_cancelled", {"state": "cancelled"}),
    ]
