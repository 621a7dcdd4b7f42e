"""Sums for pages, API and exports say what the jobs and the ledger say, and never mix live with rehearsal."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, given
from hypothesis import settings as search
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from pytest_django import DjangoAssertNumQueries

from tests.factories import DIRECTOR, NOW, Cast, create_cast, create_job, live_account, put, rehearsal_account
from videojobs import reports
from videojobs.models import Job, LedgerEntry, ProviderAccount, Team, User
from videojobs.money import ledger
from videojobs.money.periods import midnight
from videojobs.reports import By, Days, Totals
from videojobs.states import State

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

DAY = timedelta(days=1)
NOTHING = Decimal(0)


@pytest.fixture
def live(cast: Cast) -> ProviderAccount:
    """Return an account that buys."""
    return live_account()


def settled(
    person: User,
    cast: Cast,
    account: ProviderAccount,
    usd: str = "0.28",
    *,
    at: datetime = NOW,
    model: str = DIRECTOR,
) -> Job:
    """Make a finished job that was charged at a moment."""
    job = create_job(person, cast.team, account=account, state=State.COMPLETED, now=at, model=model)
    ledger.settle(job.id, Decimal(usd), now=at, reason="The provider reported this cost.")
    return job


def test_a_team_without_jobs_has_spent_nothing(cast: Cast) -> None:
    assert reports.totals(cast.team, rehearsal=False) == reports.Totals()


def test_an_open_hold_of_a_running_job_is_held(cast: Cast, live: ProviderAccount) -> None:
    create_job(cast.alice, cast.team, account=live, state=State.IN_PROGRESS)
    sums = reports.totals(cast.team, rehearsal=False)
    assert (sums.spent, sums.held, sums.unknown, sums.jobs) == (NOTHING, Decimal("0.28"), NOTHING, 1)


@pytest.mark.parametrize("state", [State.COMPLETED, State.FAILED, State.CANCELLED, State.LOST])
def test_an_open_hold_of_an_ended_job_is_unknown(cast: Cast, live: ProviderAccount, state: State) -> None:
    create_job(cast.alice, cast.team, account=live, state=state)
    sums = reports.totals(cast.team, rehearsal=False)
    assert (sums.held, sums.unknown, sums.open_ends) == (NOTHING, Decimal("0.28"), 1)


def test_a_settled_job_is_spent_at_its_cost(cast: Cast, live: ProviderAccount) -> None:
    settled(cast.alice, cast, live, "0.310001")
    sums = reports.totals(cast.team, rehearsal=False)
    assert (sums.spent, sums.held, sums.unknown) == (Decimal("0.310001"), NOTHING, NOTHING)
    assert (sums.charged, sums.seconds, sums.average) == (1, 5, Decimal("0.310001"))


def test_rehearsal_money_stands_apart(cast: Cast, live: ProviderAccount) -> None:
    settled(cast.alice, cast, live, "0.30")
    settled(cast.alice, cast, rehearsal_account(), "0.05")
    assert reports.totals(cast.team, rehearsal=False).spent == Decimal("0.30")
    assert reports.totals(cast.team, rehearsal=True).spent == Decimal("0.05")


def test_another_teams_money_is_not_counted(cast: Cast, live: ProviderAccount) -> None:
    create_job(cast.charlie, cast.elsewhere, account=live)
    assert reports.totals(cast.team, rehearsal=False).held == 0


def test_a_person_sees_their_own_sums(cast: Cast, live: ProviderAccount) -> None:
    settled(cast.alice, cast, live, "0.30")
    settled(cast.bob, cast, live, "0.11")
    assert reports.totals(cast.team, rehearsal=False, person=cast.bob).spent == Decimal("0.11")


def test_the_month_begins_at_midnight(cast: Cast, live: ProviderAccount) -> None:
    first = midnight(date(2026, 11, 1), cast.team.zone)
    settled(cast.alice, cast, live, "0.30", at=first)
    settled(cast.alice, cast, live, "0.50", at=first - timedelta(microseconds=1))
    assert reports.this_month(cast.team, NOW, rehearsal=False).spent == Decimal("0.30")


def test_december_ends_with_the_year(cast: Cast) -> None:
    assert Days.month(NOW.replace(month=12), cast.team.zone) == Days(date(2026, 12, 1), date(2026, 12, 31))


def test_a_late_settlement_belongs_to_the_day_of_the_claim(cast: Cast, live: ProviderAccount) -> None:
    job = create_job(cast.alice, cast.team, account=live, state=State.LOST, now=NOW - DAY)
    ledger.settle(job.id, Decimal("0.40"), now=NOW, reason="Read on the bill.")
    before, today = reports.by_day(cast.team, NOW.date() - DAY, NOW.date(), rehearsal=False)
    assert (before.totals.spent, before.totals.jobs) == (Decimal("0.40"), 1)
    assert today.totals == Totals()


def test_claimed_before_midnight_and_settled_after(cast: Cast, live: ProviderAccount) -> None:
    last = midnight(date(2026, 12, 1), cast.team.zone) - timedelta(seconds=1)
    job = create_job(cast.alice, cast.team, account=live, state=State.COMPLETED, now=last)
    ledger.settle(job.id, Decimal("0.40"), now=last + timedelta(hours=1), reason="Reported.")
    november = Days(date(2026, 11, 1), date(2026, 11, 30))
    assert reports.totals(cast.team, rehearsal=False, period=november).spent == Decimal("0.40")
    assert reports.this_month(cast.team, last + DAY, rehearsal=False).jobs == 0


@pytest.mark.parametrize(
    ("zone", "first", "begins", "ends"),
    [
        # Clocks go back in the month, forward in the month, and forward in a month of the southern spring.
        ("Europe/Berlin", date(2026, 10, 1), "2026-09-30T22:00", "2026-10-31T23:00"),
        ("America/New_York", date(2026, 3, 1), "2026-03-01T05:00", "2026-04-01T04:00"),
        ("Australia/Lord_Howe", date(2026, 10, 1), "2026-09-30T13:30", "2026-10-31T13:00"),
    ],
)
def test_a_month_ends_by_the_teams_clocks(
    cast: Cast, live: ProviderAccount, zone: str, first: date, begins: str, ends: str
) -> None:
    Team.objects.filter(pk=cast.team.pk).update(time_zone=zone)
    cast.team.refresh_from_db()
    start, end = (datetime.fromisoformat(moment).replace(tzinfo=UTC) for moment in (begins, ends))
    moments = (start - timedelta(seconds=1), start, end - timedelta(seconds=1), end)
    for usd, moment in zip(("1", "0.2", "0.04", "8"), moments, strict=True):
        settled(cast.alice, cast, live, usd, at=moment)
    month = Days.month(start, ZoneInfo(zone))
    assert month.first == first
    assert reports.totals(cast.team, rehearsal=False, period=month).spent == Decimal("0.24")
    jobs = reports.Book(cast.team, rehearsal=False, period=month).jobs()
    assert sum(job.cost for job in jobs) == Decimal("0.24")


def test_days_are_days_and_quiet_ones_are_there(cast: Cast, live: ProviderAccount) -> None:
    late = midnight(date(2026, 11, 21), cast.team.zone) - timedelta(microseconds=1)
    settled(cast.alice, cast, live, "0.10", at=late)
    rows = reports.by_day(cast.team, date(2026, 11, 20), date(2026, 11, 22), rehearsal=False)
    assert [row.key.day for row in rows] == [20, 21, 22]
    assert [row.totals.spent for row in rows] == [Decimal("0.10"), 0, 0]


def test_a_charge_without_a_clip_is_spent_on_failed(cast: Cast, live: ProviderAccount) -> None:
    failed = create_job(cast.alice, cast.team, account=live, state=State.FAILED)
    ledger.settle(failed.id, Decimal("0.10"), now=NOW, reason="Reported.")
    settled(cast.alice, cast, live, "0.30")
    sums = reports.totals(cast.team, rehearsal=False)
    assert (sums.spent, sums.spent_on_failed, sums.failed) == (Decimal("0.40"), Decimal("0.10"), 1)
    assert (sums.failed_share, sums.failed_spent_share, sums.per_clip) == (0.5, 0.25, Decimal("0.4"))


def test_credits_and_corrections_are_in_what_was_spent(cast: Cast, live: ProviderAccount) -> None:
    job = settled(cast.alice, cast, live, "0.30", at=NOW - DAY)
    ledger.correct(job.id, Decimal("0.50"), now=NOW, reason="The bill says so.", actor=cast.alice)
    ledger.credit(job.id, Decimal("0.20"), now=NOW, reason="Given back.", actor=cast.alice)
    (row,) = reports.by_day(cast.team, NOW.date() - DAY, NOW.date() - DAY, rehearsal=False)
    assert row.totals.spent == reports.balance(cast.team, rehearsal=False).spent == Decimal("0.30")


def test_what_nobody_gave_a_project_stands_apart(cast: Cast, live: ProviderAccount) -> None:
    settled(cast.alice, cast, live, "0.10")
    film = cast.team.projects.create(name="Film", created_at=NOW)
    create_job(cast.alice, cast.team, account=live, project=film)
    whose = {"rehearsal": False, "person": None, "period": reports.ALWAYS}
    assert reports.without_project(cast.team, **whose).spent == Decimal("0.10")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2026, 11, 1), date(2026, 11, 1), "1 Nov 2026"),
        (date(2026, 11, 1), date(2026, 11, 23), "1 – 23 Nov 2026"),
        (date(2026, 10, 30), date(2026, 11, 2), "30 Oct – 2 Nov 2026"),
        (date(2026, 12, 30), date(2027, 1, 2), "30 Dec 2026 – 2 Jan 2027"),
        (None, date(2026, 11, 1), "until 1 Nov 2026"),
        (date(2026, 11, 1), None, "since 1 Nov 2026"),
    ],
)
def test_days_in_words(first: date | None, last: date | None, words: str) -> None:
    assert str(Days(first, last)) == words


def test_models_stand_dearest_first(cast: Cast, live: ProviderAccount) -> None:
    settled(cast.alice, cast, live, "0.10")
    create_job(cast.alice, cast.team, account=live, state=State.LOST)
    settled(cast.alice, cast, live, "0.90", model="google/veo-3.0")
    dear, cheap = reports.by_model(cast.team, rehearsal=False)
    assert (dear.key, cheap.key) == ("google/veo-3.0", "minimax/video-01-director")
    assert (cheap.totals.spent, cheap.totals.unknown, cheap.totals.jobs) == (
        Decimal("0.10"),
        Decimal("0.28"),
        2,
    )


def test_people_stand_dearest_first(cast: Cast, live: ProviderAccount) -> None:
    settled(cast.bob, cast, live, "0.90")
    create_job(cast.alice, cast.team, account=live)
    rows = reports.by_person(cast.team, rehearsal=False)
    assert [(row.key, row.totals.spent, row.totals.held) for row in rows] == [
        (cast.bob, Decimal("0.90"), 0),
        (cast.alice, 0, Decimal("0.28")),
    ]


@pytest.mark.parametrize("split", [By.MODEL, By.PERSON, By.PROJECT])
def test_a_day_splits_into_parts_that_sum_to_it(cast: Cast, live: ProviderAccount, split: By) -> None:
    settled(cast.alice, cast, live, "0.10")
    settled(cast.bob, cast, live, "0.20")
    parts = reports.spent_by_day_and(split, cast.team, NOW.date(), NOW.date(), rehearsal=False)
    assert sum(parts.values()) == Decimal("0.30")
    assert {day for day, _part in parts} == {NOW.date()}


def test_counts_for_the_frame_take_one_query(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for state in (State.WAITING, State.IN_PROGRESS, State.STORING, State.UNCONFIRMED, State.COMPLETED):
        create_job(cast.alice, cast.team, state=state)
    create_job(cast.bob, cast.team)
    create_job(cast.bob, cast.team, decision="restored")
    with django_assert_num_queries(1):
        counts = reports.counts(cast.team, cast.bob)
    assert counts == reports.Counts(running=2, waiting=2, waiting_mine=1, deciding=2, open=6, open_mine=2)


def finished(cast: Cast, account: ProviderAccount, seconds: int) -> None:
    """Make a settled job that took so long at the provider."""
    job = settled(cast.alice, cast, account)
    Job.objects.filter(id=job.id).update(accepted_at=NOW, finished_at=NOW + timedelta(seconds=seconds))


def test_the_usual_time_is_the_middle_of_our_own_history(cast: Cast, live: ProviderAccount) -> None:
    for seconds in (100, 110, 120, 130, 900):
        finished(cast, live, seconds)
    wait = reports.typical_wait(cast.team, "minimax/video-01-director", rehearsal=False)
    assert wait is not None
    assert (wait.usual, wait.samples) == (120, 5)
    assert 100 <= wait.shortest < wait.usual < wait.longest <= 900
    assert reports.typical_waits(cast.team, rehearsal=False) == {"minimax/video-01-director": wait}


def test_two_finished_jobs_make_no_usual_time(cast: Cast, live: ProviderAccount) -> None:
    finished(cast, live, 100)
    finished(cast, live, 110)
    finished(cast, rehearsal_account(), 5)
    assert reports.typical_wait(cast.team, "minimax/video-01-director", rehearsal=False) is None
    assert reports.typical_waits(cast.team, rehearsal=False) == {}


# --- whatever happened, the sums are the ledger's ---


def fail_free(job: Job) -> None:
    """End a job that was not charged."""
    ledger.release(job.id, now=NOW, reason="Refused.")
    put(job, state=State.FAILED, ended_at=NOW)


def lose(job: Job) -> None:
    """End a job whose charge nobody knows."""
    put(job, state=State.LOST, ended_at=NOW)


def settle_running(job: Job) -> None:
    """Book a cost while the clip is still being kept."""
    ledger.settle(job.id, Decimal("0.123457"), now=NOW, reason="Reported.")


def settle_lost(job: Job) -> None:
    """Book a lost job's cost by hand."""
    lose(job)
    ledger.settle(job.id, Decimal("7.5"), now=NOW + DAY, reason="Read on the bill.")


FATES: dict[str, Callable[[Job], None]] = {
    "runs": lambda job: None,
    "free": fail_free,
    "lost": lose,
    "charged": settle_running,
    "settled by hand": settle_lost,
}


@dataclass(frozen=True)
class Story:
    """One job: what it holds, whose account it is, and how it went."""

    micros: int
    rehearsal: bool
    fate: str


STORIES = st.lists(
    st.builds(
        Story,
        micros=st.integers(1, 9_000_000_000),
        rehearsal=st.booleans(),
        fate=st.sampled_from(sorted(FATES)),
    ),
    max_size=6,
)


def booked(kind: str, entry: str) -> Decimal:
    """Sum one kind of entry as the ledger has it."""
    rows = LedgerEntry.objects.filter(account__kind=kind, kind=entry)
    return rows.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)


@pytest.mark.both_databases
class AnyHistory(TestCase):
    """Whatever happened to a team's jobs."""

    @search(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(stories=STORIES)
    def test_totals_are_what_the_entries_say(self, stories: list[Story]) -> None:
        cast = create_cast()
        accounts = {False: live_account(), True: rehearsal_account()}
        for story in stories:
            usd = str(Decimal(story.micros) / 1_000_000)
            FATES[story.fate](create_job(cast.alice, cast.team, account=accounts[story.rehearsal], usd=usd))
        for kind, rehearsal in (("live", False), ("rehearsal", True)):
            sums = reports.totals(cast.team, rehearsal=rehearsal)
            assert sums.spent == booked(kind, "settle")
            assert sums.held + sums.unknown == booked(kind, "hold") - booked(kind, "release")
            assert sums.jobs == sum(story.rehearsal == rehearsal for story in stories)
            days = reports.by_day(cast.team, NOW.date(), NOW.date() + DAY, rehearsal=rehearsal)
            models = reports.by_model(cast.team, rehearsal=rehearsal)
            at_once = reports.by_all(cast.team, rehearsal=rehearsal)
            assert at_once[By.MODEL] == models
            assert at_once[By.PERSON] == reports.by_person(cast.team, rehearsal=rehearsal)
            assert at_once[By.PROJECT] == reports.by_project(cast.team, rehearsal=rehearsal)
            for rows in (days, models):
                for name in ("spent", "held", "unknown", "jobs", "charged", "seconds", "open_ends"):
                    assert sum(getattr(row.totals, name) for row in rows) == getattr(sums, name)
