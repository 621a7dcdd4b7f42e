"""A limit tried on the past: what its periods came to, and which jobs it would have stopped."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.factories import (
    DIRECTOR,
    NOW,
    Cast,
    create_cast,
    create_job,
    create_limit,
    create_team,
    create_token,
    live_account,
    put,
)
from videojobs import trials
from videojobs.models import Job, LedgerEntry, Limit, LimitCounter, LimitPeriod, LimitScope, Project, Team
from videojobs.money import ledger
from videojobs.states import State
from videojobs.trials import Books, Past, Subject, Trial

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

TEAM = Subject()


@pytest.fixture
def cast() -> Cast:
    return create_cast()


def books(cast: Cast, subject: Subject = TEAM, period: LimitPeriod = LimitPeriod.DAY, **more: Any) -> Books:
    """Return the books of rehearsal money at noon on 23 November."""
    team = Team.objects.get(id=cast.team.pk)
    return Books(team, subject, period, more.get("rehearsal", True), more.get("now", NOW))


def charged(cast: Cast, usd: str, *, ago: timedelta = timedelta(0), **columns: Any) -> Job:
    """Make a job that was charged."""
    at = NOW - ago
    job = create_job(cast.bob, cast.team, state=State.COMPLETED, now=at, usd=usd, **columns)
    ledger.settle(job.id, Decimal(usd), now=at, reason="Reported.")
    return job


def sums(past: Sequence[Past]) -> list[str]:
    return [str(one.taken.normalize()) for one in past]


def stopped(trial: Trial) -> list[str]:
    return [one.job.id for one in trial.jobs]


class TestPast:
    """What the last periods came to."""

    def test_the_running_period_stands_first_then_the_two_before(self, cast: Cast) -> None:
        for days, usd in enumerate(("1", "2", "4", "8")):
            charged(cast, usd, ago=timedelta(days=days))
        assert sums(books(cast).past()) == ["1", "2", "4"]

    @pytest.mark.parametrize(
        ("period", "starts"),
        [
            (LimitPeriod.DAY, ["2026-11-23", "2026-11-22", "2026-11-21"]),
            (LimitPeriod.WEEK, ["2026-11-23", "2026-11-16", "2026-11-09"]),
            (LimitPeriod.MONTH, ["2026-11-01", "2026-10-01", "2026-09-01"]),
        ],
    )
    def test_periods_are_whole(self, cast: Cast, period: LimitPeriod, starts: list[str]) -> None:
        past = books(cast, period=period).past()
        assert [f"{one.window.starts_at:%Y-%m-%d}" for one in past] == starts

    def test_in_total_there_is_one(self, cast: Cast) -> None:
        charged(cast, "1", ago=timedelta(days=900))
        charged(cast, "2")
        assert sums(books(cast, period=LimitPeriod.TOTAL).past()) == ["3"]

    def test_days_begin_by_the_teams_clocks(self, cast: Cast) -> None:
        team = create_team("Pacific")
        Team.objects.filter(id=team.pk).update(time_zone="America/Los_Angeles")
        create_job(cast.bob, team, now=datetime(2026, 11, 23, 7, 59, tzinfo=UTC))  # still the 22nd there
        team.refresh_from_db()
        past = Books(team, TEAM, LimitPeriod.DAY, rehearsal=True, now=NOW).past()
        assert sums(past) == ["0", "0.28", "0"]

    def test_spent_held_and_unknown_stand_apart(self, cast: Cast) -> None:
        charged(cast, "1")
        create_job(cast.bob, cast.team, usd="2")
        create_job(cast.bob, cast.team, usd="4", state=State.LOST)
        past = books(cast).past()[0]
        assert (past.spent, past.held, past.unknown) == tuple(map(Decimal, (1, 2, 4)))

    def test_the_same_is_said_of_a_token_which_has_no_totals(self, cast: Cast) -> None:
        token, _secret = create_token(cast.bob, cast.team)
        subject = Subject(LimitScope.TOKEN, token=token)
        for job in (charged(cast, "1"), create_job(cast.bob, cast.team, usd="2"), charged(cast, "64")):
            if job.estimate != 64:
                put(job, token=token)
        put(create_job(cast.bob, cast.team, usd="4", state=State.LOST), token=token)
        past = books(cast, subject).past()[0]
        assert (past.spent, past.held, past.unknown) == tuple(map(Decimal, (1, 2, 4)))

    def test_only_what_it_is_on_is_counted(self, cast: Cast) -> None:
        other = Project.objects.create(team=cast.team, name="Launch", created_at=NOW)
        create_job(cast.bob, cast.team, usd="1")
        create_job(cast.alice, cast.team, usd="2")
        create_job(cast.charlie, cast.elsewhere, usd="4")
        create_job(cast.bob, cast.team, usd="8", account=live_account())
        for subject, taken in (
            (TEAM, "3"),
            (Subject(LimitScope.PERSON, person=cast.alice), "2"),
            (Subject(LimitScope.PROJECT, project=cast.project), "3"),
            (Subject(LimitScope.PROJECT, project=other), "0"),
            (Subject(LimitScope.MODEL, model=DIRECTOR), "3"),
        ):
            assert sums(books(cast, subject).past())[0] == taken
        assert sums(books(cast, rehearsal=False).past())[0] == "8"


class TestTrial:
    """Which past jobs it would have stopped."""

    def test_jobs_pass_in_order_until_one_does_not_fit(self, cast: Cast) -> None:
        made = [charged(cast, "4", ago=timedelta(minutes=60 - number)) for number in range(4)]
        trial = books(cast).trial(Decimal(9))
        assert stopped(trial) == [made[3].id, made[2].id]
        assert (trial.count, trial.usd, trial.whole) == (2, Decimal(8), True)

    def test_a_smaller_one_may_fit_where_a_larger_did_not(self, cast: Cast) -> None:
        charged(cast, "4", ago=timedelta(minutes=3))
        large = charged(cast, "9", ago=timedelta(minutes=2))
        charged(cast, "1", ago=timedelta(minutes=1))
        assert stopped(books(cast).trial(Decimal(5))) == [large.id]

    def test_exactly_meeting_it_stops_nothing(self, cast: Cast) -> None:
        for _ in range(3):
            charged(cast, "0.1")
        assert books(cast).trial(Decimal("0.3")).count == 0
        assert books(cast).trial(Decimal("0.299999")).count == 1

    def test_each_period_starts_anew(self, cast: Cast) -> None:
        for days in range(5):
            charged(cast, "4", ago=timedelta(days=days))
        assert books(cast).trial(Decimal(4)).count == 0
        assert books(cast).trial(Decimal(3)).count == 3
        assert books(cast, period=LimitPeriod.TOTAL).trial(Decimal(8)).count == 3

    def test_the_days_before_it_was_full_are_not_read(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(trials, "MOST_READ", 2)
        made = [charged(cast, "1", ago=timedelta(days=9 - number)) for number in range(10)]
        trial = books(cast, period=LimitPeriod.TOTAL).trial(Decimal(8))
        assert (stopped(trial), trial.whole) == ([made[9].id, made[8].id], True)

    def test_too_many_to_look_at_each_is_said(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(trials, "MOST_READ", 2)
        for _ in range(5):
            charged(cast, "1")
        trial = books(cast).trial(Decimal("0.5"))
        assert (trial.count, trial.whole) == (2, False)

    def test_the_newest_are_listed_and_all_are_counted(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(trials, "MOST_LISTED", 2)
        made = [charged(cast, "1", ago=timedelta(minutes=9 - number)) for number in range(5)]
        trial = books(cast).trial(Decimal("0.5"))
        assert (stopped(trial), trial.count, trial.usd) == ([made[4].id, made[3].id], 5, Decimal(5))

    def test_what_was_not_charged_is_never_stopped(self, cast: Cast) -> None:
        job = create_job(cast.bob, cast.team, state=State.FAILED)
        ledger.release(job.id, now=NOW, reason="Refused.")
        assert books(cast).trial(Decimal("0.000001")).count == 0

    def test_a_correction_counts_in_its_jobs_period(self, cast: Cast) -> None:
        job = charged(cast, "4", ago=timedelta(days=1))
        assert books(cast).trial(Decimal(3)).count == 1
        ledger.correct(job.id, Decimal(2), now=NOW, reason="The bill.", actor=cast.alice)
        assert books(cast).trial(Decimal(3)).count == 0

    def test_a_token_is_tried_from_its_jobs(self, cast: Cast) -> None:
        token, _secret = create_token(cast.bob, cast.team)
        mine = put(charged(cast, "4"), token=token)
        charged(cast, "4")
        trial = books(cast, Subject(LimitScope.TOKEN, token=token)).trial(Decimal(3))
        assert stopped(trial) == [mine.id]

    def test_nothing_is_stored(self, cast: Cast) -> None:
        charged(cast, "4")
        before = LedgerEntry.objects.count()
        books(cast).trial(Decimal(3))
        assert not Limit.objects.exists() and not LimitCounter.objects.exists()
        assert LedgerEntry.objects.count() == before

    def test_a_limit_there_is_can_be_tried(self, cast: Cast) -> None:
        limit = create_limit(cast.team, "3", scope=LimitScope.PERSON, person=cast.bob)
        assert Subject.of(limit) == Subject(LimitScope.PERSON, person=cast.bob)
