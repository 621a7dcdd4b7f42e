"""The sentence that says why a job waits: each rule by itself, and which of several is named."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import DIRECTOR, NOW, Cast, create_job
from videojobs import dispatch
from videojobs.models import Job, Pause, PlaceLimit, ProviderAccount, QueueScope, Team, User
from videojobs.states import State

pytestmark = pytest.mark.django_db

OTHER = "google/veo-3.0"


@pytest.fixture
def account(cast: Cast) -> ProviderAccount:
    return ProviderAccount.objects.current()


def waiting(cast: Cast, who: str = "alice", minute: int = 0, **columns: Any) -> Job:
    """Return a job of somebody made some minutes before now."""
    return create_job(getattr(cast, who), cast.team, now=NOW - timedelta(minutes=30 - minute), **columns)


def running(cast: Cast, who: str = "alice", **columns: Any) -> Job:
    """Return a job the provider has worked on for ten seconds."""
    since = NOW - timedelta(seconds=10)
    return create_job(getattr(cast, who), cast.team, now=since, state=State.IN_PROGRESS, **columns)


def done(cast: Cast, seconds: float, **columns: Any) -> Job:
    """Return a job that took some seconds, and two more to be kept."""
    start = NOW - timedelta(hours=2)
    end = start + timedelta(seconds=seconds)
    times = {"finished_at": end, "ended_at": end + timedelta(seconds=2)}
    return create_job(cast.bob, cast.team, now=start, state=State.COMPLETED, **times | columns)


def usual_times(cast: Cast) -> None:
    """Let there be past jobs of about a minute."""
    for number in range(12):
        done(cast, 54 + number)


def paused(cast: Cast, scope: QueueScope, *, at: datetime = NOW, why: str = "", **what: Any) -> None:
    """Let Alice have paused something."""
    Pause.objects.create(team=cast.team, scope=scope.value, paused_by=cast.alice, at=at, why=why, **what)


def places(cast: Cast, scope: QueueScope, at_once: int, **what: Any) -> None:
    """Set how many may be at the provider at once."""
    PlaceLimit.objects.create(team=cast.team, scope=scope.value, at_once=at_once, set_at=NOW, **what)


def why(job: Job, reader: User | None = None) -> str:
    """Return why a job waits."""
    return dispatch.reasons([job], NOW, reader)[job.id]


# --- somebody wishes it ---


def test_a_paused_team_says_who_since_when_and_why(cast: Cast, account: ProviderAccount) -> None:
    Team.objects.filter(pk=cast.team.pk).update(time_zone="Europe/Berlin")
    paused(cast, QueueScope.TEAM, at=NOW - timedelta(hours=1), why="client call.")
    assert why(waiting(cast)) == "Paused by Alice since 12:00: client call."


def test_a_pause_of_another_day_names_it(cast: Cast, account: ProviderAccount) -> None:
    paused(cast, QueueScope.TEAM, at=NOW - timedelta(days=2))
    assert why(waiting(cast)) == "Paused by Alice since 21 November, 12:00."


def test_a_paused_person_is_named_and_others_go_on(cast: Cast, account: ProviderAccount) -> None:
    paused(cast, QueueScope.PERSON, person=cast.bob)
    bobs, alices = waiting(cast, "bob", 0), waiting(cast, "alice", 1)
    assert why(bobs, cast.alice) == "Bob’s jobs are paused by Alice since 12:00."
    assert why(bobs, cast.bob).startswith("Your jobs are paused")
    assert why(alices) == "Next in line; it is sent in a moment."


def test_a_paused_model_holds_that_model_alone(cast: Cast, account: ProviderAccount) -> None:
    paused(cast, QueueScope.MODEL, model=OTHER)
    assert why(waiting(cast, model=OTHER)) == "This model is paused by Alice since 12:00."
    assert why(waiting(cast, "bob")).startswith("Next in line")


def test_a_pause_that_ended_holds_nothing(cast: Cast, account: ProviderAccount) -> None:
    paused(cast, QueueScope.TEAM, ended_at=NOW, ended_by=cast.alice)
    assert why(waiting(cast)).startswith("Next in line")


def test_another_teams_pause_holds_nothing(cast: Cast, account: ProviderAccount) -> None:
    Pause.objects.create(team=cast.elsewhere, scope="team", paused_by=cast.charlie, at=NOW)
    assert why(waiting(cast)).startswith("Next in line")


def test_a_later_start_says_when_and_whose_wish(cast: Cast, account: ProviderAccount) -> None:
    job = waiting(cast, "bob", send_after=NOW + timedelta(days=3))
    assert why(job) == "Starts after 26 November, 12:00 as Bob wished."
    assert why(job, cast.bob).endswith("as you wished.")


def test_a_pause_is_named_before_a_later_start(cast: Cast, account: ProviderAccount) -> None:
    paused(cast, QueueScope.TEAM)
    assert why(waiting(cast, send_after=NOW + timedelta(days=3))).startswith("Paused")


# --- places ---


def test_the_teams_busy_places_are_named_first(cast: Cast, account: ProviderAccount) -> None:
    places(cast, QueueScope.TEAM, 2)
    places(cast, QueueScope.EACH, 1)
    running(cast), running(cast, "bob")
    assert why(waiting(cast)) == "The team’s 2 of 2 places are busy."


def test_ones_own_busy_places_are_yours_and_others_are_named(cast: Cast, account: ProviderAccount) -> None:
    places(cast, QueueScope.EACH, 1)
    running(cast, "bob")
    job = waiting(cast, "bob")
    assert why(job, cast.bob) == "Your 1 of 1 place is busy."
    assert why(job, cast.alice) == "Bob’s 1 of 1 place is busy."
    waiting(cast, "alice", 1)
    assert why(waiting(cast, "alice", 2), cast.alice) == "2 ahead."


def test_a_persons_own_number_counts_instead_of_each_ones(cast: Cast, account: ProviderAccount) -> None:
    places(cast, QueueScope.EACH, 1)
    places(cast, QueueScope.PERSON, 2, person=cast.bob)
    running(cast, "bob")
    assert why(waiting(cast, "bob")).startswith("Next in line")
    running(cast, "bob")
    assert why(waiting(cast, "bob")).startswith("Bob’s 2 of 2 places are busy")


def test_a_models_busy_places_are_named(cast: Cast, account: ProviderAccount) -> None:
    places(cast, QueueScope.MODEL, 1, model=DIRECTOR)
    running(cast, "bob")
    assert why(waiting(cast)) == "This model’s 1 of 1 place is busy."


def test_busy_places_of_the_account_are_named_last(cast: Cast, account: ProviderAccount) -> None:
    ProviderAccount.objects.update(places=2)
    running(cast), running(cast)
    waiting(cast, "alice", 0)
    assert why(waiting(cast, "alice", 1)) == "All 2 places at the provider are busy; 1 ahead."


# --- until when ---


def test_place_and_range_stand_in_one_sentence(cast: Cast, account: ProviderAccount) -> None:
    usual_times(cast)
    ProviderAccount.objects.update(places=1)
    places(cast, QueueScope.EACH, 1)
    running(cast)
    first, second = waiting(cast, "alice", 1), waiting(cast, "alice", 2)
    held = r"Your 1 of 1 place is busy; likely starts in (35|40|45)–(55|60) s\."
    assert re.fullmatch(held, why(first, cast.alice))
    assert why(second, cast.alice).startswith("Your 1 of 1 place is busy; 1 ahead; likely starts in ")


def test_without_past_times_no_number_is_said(cast: Cast, account: ProviderAccount) -> None:
    ProviderAccount.objects.update(places=1)
    running(cast)
    job = waiting(cast)
    assert why(job) == "The one place at the provider is busy."
    assert dispatch.Queue.read(account, NOW).expected(job) is None


def test_a_size_nobody_made_yet_is_told_by_its_model(cast: Cast, account: ProviderAccount) -> None:
    for number in range(5):
        done(cast, 60 + number, size="64x64", cost="0.28", charged="yes", held=0)
    job = waiting(cast)
    expected = dispatch.Queue.read(account, NOW).expected(job)
    assert expected is not None
    assert timedelta(seconds=50) < expected.finish_low < expected.finish_high < timedelta(seconds=80)


def test_a_queue_that_stands_still_foretells_nothing(cast: Cast, account: ProviderAccount) -> None:
    usual_times(cast)
    ProviderAccount.objects.update(parked_at=NOW, parked_reason="no credit left")
    job = waiting(cast)
    queue = dispatch.Queue.read(ProviderAccount.objects.current(), NOW)
    assert queue.place(job) == 1
    assert queue.expected(job) is None


def test_a_job_that_may_not_be_sent_has_no_place(cast: Cast, account: ProviderAccount) -> None:
    later, job = waiting(cast, send_after=NOW + timedelta(hours=1)), waiting(cast, "bob", 2)
    queue = dispatch.Queue.read(account, NOW)
    assert (queue.place(later), queue.place(job)) == (None, 1)


def test_ten_more_jobs_cost_no_more_queries(cast: Cast, account: ProviderAccount) -> None:
    usual_times(cast)
    ProviderAccount.objects.update(places=1)
    places(cast, QueueScope.EACH, 1)
    paused(cast, QueueScope.MODEL, model=OTHER)
    running(cast)

    def cost() -> int:
        rows = list(Job.objects.waiting())
        with CaptureQueriesContext(
            connection,
        ) as queries:
            dispatch.reasons(rows, NOW, cast.alice)
        return len(queries)

    for who in ("alice", "bob"):
        waiting(cast, who), waiting(cast, who, send_after=NOW + timedelta(hours=1))
    few = cost()
    for minute in range(5):
        waiting(cast, "alice", minute), waiting(cast, "bob", minute, model=OTHER)
    assert cost() == few


# --- a job that may yet be made ---


def new(cast: Cast) -> dispatch.Turn:
    """Return a job Bob has not made yet."""
    return dispatch.Turn("", cast.team.pk, cast.bob.pk, DIRECTOR, "1366x768", Decimal("0.28"))


def test_a_new_job_is_told_its_place_and_range(cast: Cast, account: ProviderAccount) -> None:
    usual_times(cast)
    ProviderAccount.objects.update(places=1)
    running(cast)
    waiting(cast, "alice"), waiting(cast, "bob")
    waiting(cast, "bob")
    ahead, expected = dispatch.for_new(new(cast), ProviderAccount.objects.current(), NOW)
    assert ahead == 3
    assert expected is not None
    assert expected.start_low > timedelta(minutes=2)


def test_a_new_job_of_somebody_with_nothing_in_line_goes_before_the_others_rest(
    cast: Cast, account: ProviderAccount
) -> None:
    for minute in range(6):
        waiting(cast, "alice", minute)
    ahead, expected = dispatch.for_new(new(cast), account, NOW)
    assert (ahead, expected) == (1, None)


def test_a_new_job_that_would_not_be_sent_has_no_place(cast: Cast, account: ProviderAccount) -> None:
    paused(cast, QueueScope.PERSON, person=cast.bob)
    assert dispatch.for_new(new(cast), account, NOW) == (None, None)
