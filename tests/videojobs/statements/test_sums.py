"""A statement's lines, and that they tie to the ledger whatever was booked."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from tests.factories import NOW, Cast, create_cast, create_entry, create_job
from tests.videojobs.statements.books import charge, correct, credit, live
from videojobs.models import EntryKind, LedgerHead, Project, Team
from videojobs.models.fields import SMALLEST
from videojobs.statements import sums
from videojobs.statements.sums import DoesNotTie, Statement, Wish
from videojobs.states import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return create_cast()


def november(cast: Cast, markup: str = "0", *, rehearsal: bool = False) -> Statement:
    first, last = date(2026, 11, 1), date(2026, 11, 30)
    wish = Wish(cast.team.projects.get(), first, last, Decimal(markup), rehearsal=rehearsal)
    return sums.read(wish, now=NOW)


def test_corrections_and_credits_are_in_the_line(cast: Cast) -> None:
    job = charge(cast.bob, cast.team, "0.30")
    correct(job, "0.50", cast.alice)
    credit(job, "0.125", cast.alice)
    (line,) = november(cast).lines
    assert (line.base, line.corrected, line.credited) == (Decimal("0.375"), Decimal("0.20"), Decimal("0.125"))


@pytest.mark.both_databases
def test_the_base_is_what_the_ledger_sums_to(cast: Cast) -> None:
    for number in range(1, 9):
        job = charge(cast.bob, cast.team, f"0.{number}00001")
        if number % 2:
            correct(job, f"0.{number}00007", cast.alice)
        if number % 3 == 0:
            credit(job, "0.1", cast.alice)
    found = november(cast)
    assert found.base == Decimal("3.400032")
    assert found.total == found.base and found.markup_amount == 0
    assert LedgerHead.objects.get(team=cast.team).hash == found.hash


def test_lines_that_are_rounded_add_up_to_the_total_that_is_printed(cast: Cast) -> None:
    for _ in range(3):
        charge(cast.bob, cast.team, "0.000001")
    found = november(cast, "50")
    assert [line.amount for line in found.lines] == [Decimal("0.000002")] * 3
    assert found.total == Decimal("0.000006")
    assert found.base == Decimal("0.000003")


@given(base=st.decimals(0, 999_999, places=6), markup=st.decimals(0, 1000, places=2))
def test_a_mark_up_is_off_by_half_a_millionth_at_most(base: Decimal, markup: Decimal) -> None:
    wish = Wish(Project(team=Team()), date(2026, 11, 1), date(2026, 11, 1), markup)
    exact = base * (100 + markup) / 100
    assert abs(wish.marked_up(base) - exact) <= SMALLEST / 2


def test_what_is_to_pay_is_rounded_to_a_cent_once(cast: Cast) -> None:
    charge(cast.bob, cast.team, "0.2849")
    charge(cast.bob, cast.team, "0.0001")
    assert november(cast).to_pay == Decimal("0.29")


def test_unknown_charges_stand_apart_and_in_no_total(cast: Cast) -> None:
    lost = create_job(cast.bob, cast.team, state=State.LOST, charged="unknown", account=live())
    found = november(cast)
    assert [one.job.id for one in found.unknown] == [lost.id]
    assert (found.total, found.unknown_held) == (Decimal(0), Decimal("0.28"))


def test_jobs_on_their_way_are_counted_only(cast: Cast) -> None:
    create_job(cast.bob, cast.team, account=live())
    found = november(cast)
    assert (found.on_their_way, found.lines, found.unknown) == (1, [], [])


def test_a_job_that_cost_nothing_has_no_line(cast: Cast) -> None:
    create_job(cast.bob, cast.team, state=State.CANCELLED, account=live(), held=0)
    assert november(cast).lines == []


def test_live_and_rehearsal_never_meet(cast: Cast) -> None:
    charge(cast.bob, cast.team, "0.30")
    charge(cast.bob, cast.team, "0.40", rehearsal=True)
    assert november(cast).base == Decimal("0.30")
    assert november(cast, rehearsal=True).base == Decimal("0.40")


def test_a_month_is_the_teams_month(cast: Cast) -> None:
    cast.team.time_zone = "Asia/Tokyo"
    cast.team.save()
    charge(cast.bob, cast.team, "0.30", now=datetime(2026, 10, 31, 15, tzinfo=UTC))
    charge(cast.bob, cast.team, "0.40", now=datetime(2026, 11, 30, 15, tzinfo=UTC))
    (line,) = november(cast).lines
    assert (line.base, line.day) == (Decimal("0.30"), date(2026, 11, 1))


def test_another_projects_jobs_are_not_in_it(cast: Cast) -> None:
    other = Project.objects.create(team=cast.team, name="Film", created_at=NOW)
    charge(cast.bob, cast.team, "0.30")
    wish = Wish(other, date(2026, 11, 1), date(2026, 11, 30))
    assert sums.read(wish, now=NOW).lines == []


def test_it_reads_entries_and_not_what_the_job_says(cast: Cast) -> None:
    job = charge(cast.bob, cast.team, "0.30")
    before = november(cast)
    create_entry(job, EntryKind.CREDIT, "0.10")
    after = november(cast)
    assert (before.base, after.base) == (Decimal("0.30"), Decimal("0.20"))
    assert after.entry == before.entry + 1


def test_a_sum_that_differs_is_refused(cast: Cast) -> None:
    charge(cast.bob, cast.team, "0.30")
    found = november(cast)
    short = Statement(found.wish, NOW, [], [], 0, found.entry, found.hash)
    with pytest.raises(DoesNotTie, match=r"ledger 0\.300000"):
        sums._demand_tie(short)


def test_it_asks_the_database_a_fixed_number_of_times(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(12):
        charge(cast.bob, cast.team)
    project = Project.objects.select_related("team").get(team=cast.team)
    wish = Wish(project, date(2026, 11, 1), date(2026, 11, 30))
    with django_assert_num_queries(4):
        sums.read(wish, now=NOW)
