"""Every number of the Spend page leads to exactly its jobs: the gallery's counts and sums are the row's."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoDbBlocker

from dashboard.access import visible_jobs
from dashboard.forms.gallery import Filters
from dashboard.http import Asker
from dashboard.templatetags.charts import cells
from dashboard.views.spend import Spend
from tests.factories import NOW, Cast, create_cast, create_job, live_account
from tests.prepared import lasting_rows
from videojobs.models import Job, Membership, ProviderAccount, Team, User
from videojobs.money import ledger
from videojobs.reports import Totals
from videojobs.states import State

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
ZONE = "America/Los_Angeles"
ENDS = (State.COMPLETED, State.COMPLETED, State.FAILED, State.LOST, State.CANCELLED)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    """Let it be noon on 23 November."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(scope="module")
def cast(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Cast]:
    """A team in California with jobs of every fate, which all of these tests only read."""
    with lasting_rows(django_db_blocker):
        with time_machine.travel(NOW, tick=False):
            cast = create_busy_cast()
        yield cast


def create_busy_cast() -> Cast:
    """Make jobs around the ends of two months."""
    cast = create_cast()
    Team.objects.filter(pk=cast.team.pk).update(time_zone=ZONE)
    cast.team.refresh_from_db()
    film = cast.team.projects.create(name="Film", created_at=NOW)
    live = live_account()
    for number, at in enumerate(_moments()):
        person = (cast.alice, cast.bob)[number % 2]
        account = (live, live, ProviderAccount.objects.current())[number % 3]
        model = ("minimax/video-01-director", "google/veo-3.0", "maker/a+b & c?")[number % 3]
        state = (*ENDS, State.IN_PROGRESS, State.WAITING)[number % 7]
        project = (None, film)[number % 2]
        job = create_job(
            person, cast.team, account=account, state=state, now=at, model=model, project=project
        )
        _settle(job, number)
    return cast


def _moments() -> list[datetime]:
    """Moments around midnight in California, and in UTC, at the ends of months and on other days."""
    hours = (6, 7, 8, 23, 0)
    days = (
        datetime(2026, 11, 1, tzinfo=UTC),
        datetime(2026, 10, 31, tzinfo=UTC),
        datetime(2026, 11, 20, tzinfo=UTC),
    )
    return [
        day + timedelta(hours=hour, minutes=minute)
        for day in days
        for hour in hours
        for minute in (0, 59, 31)
    ]


def _settle(job: Job, number: int) -> None:
    if not job.is_ended or number % 4 == 0:
        return
    if job.state == State.CANCELLED:
        ledger.release(job.id, now=NOW, reason="Never sent.")
        return
    ledger.settle(job.id, Decimal(number + 1) / 100, now=NOW, reason="Reported.")
    if number % 5 == 0:
        ledger.credit(job.id, Decimal("0.01"), now=NOW, reason="Given back.", actor=None)


def behind(person: User, team: Team, url: str) -> list[Job]:
    """Return the jobs a gallery address shows, beyond its first page too."""
    asker = Asker(person, team, Membership.objects.get(user=person, team=team))
    query = Client().get(url).wsgi_request.GET.dict()
    filters = Filters.read(query)
    assert filters.as_query() == query, "the gallery leaves a part of the address out"
    return list(filters.on(visible_jobs(asker), team.zone))


def sums_of(jobs: list[Job]) -> Totals:
    """Sum jobs up as a row does, by hand."""
    failed = [job for job in jobs if job.is_ended and job.state != State.COMPLETED]
    done = [job for job in jobs if job.state == State.COMPLETED]
    return Totals(
        spent=sum((job.net or Decimal(0) for job in jobs), Decimal(0)),
        held=sum((job.held for job in jobs if not job.is_ended), Decimal(0)),
        unknown=sum((job.held for job in jobs if job.is_ended), Decimal(0)),
        spent_on_failed=sum((job.net or Decimal(0) for job in failed), Decimal(0)),
        jobs=len(jobs),
        charged=sum(job.cost is not None for job in jobs),
        open_ends=sum(job.is_ended and job.held > 0 for job in jobs),
        clips=len(done),
        seconds=sum(job.seconds or 0 for job in done),
        failed=len(failed),
    )


def view(client: Client, person: User, query: str) -> Spend:
    client.force_login(person)
    found: Spend = client.get(f"/spend/?{query}").context["spend"]
    return found


PERIODS = ("period=month", "period=last", "period=90d", "period=all", "from=2026-10-31&to=2026-11-01")


@pytest.mark.parametrize("split", ["model", "person", "project", "day"])
@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("kind", ["live", "rehearsal"])
def test_every_cell_of_the_table(client: Client, cast: Cast, split: str, period: str, kind: str) -> None:
    found = view(client, cast.alice, f"kind={kind}&split={split}&{period}")
    assert found.table.lines
    for line in found.table.lines:
        sums = line.totals
        assert sums_of(behind(cast.alice, cast.team, line.jobs_url)) == sums
        spent = sums_of(behind(cast.alice, cast.team, line.spent_url))
        assert (spent.spent, spent.jobs) == (sums.spent, sums.charged)
        clips = sums_of(behind(cast.alice, cast.team, line.clips_url))
        assert (clips.jobs, clips.seconds) == (sums.clips, sums.seconds)
        assert len(behind(cast.alice, cast.team, line.failed_url)) == sums.failed
        assert sums_of(behind(cast.alice, cast.team, line.held_url)).held == sums.held
        unknown = sums_of(behind(cast.alice, cast.team, line.unknown_url))
        assert (unknown.unknown, unknown.jobs) == (sums.unknown, sums.open_ends)


@pytest.mark.parametrize("split", ["model", "person", "project", "day"])
@pytest.mark.parametrize("period", PERIODS)
def test_every_bar_and_every_cell_beside_it(client: Client, cast: Cast, split: str, period: str) -> None:
    chart = view(client, cast.alice, f"kind=live&split={split}&{period}").bars.chart
    assert chart.busy
    for day in chart.busy:
        assert sums_of(behind(cast.alice, cast.team, day.url)).spent == day.total
        for cell in cells(day, chart.keys):
            if cell.amount:
                assert sums_of(behind(cast.alice, cast.team, cell.url)).spent == cell.amount


@pytest.mark.parametrize("period", PERIODS)
def test_every_figure(client: Client, cast: Cast, period: str) -> None:
    figures = view(client, cast.alice, f"kind=live&{period}").figures
    totals, ever = figures.totals, figures.ever
    assert sums_of(behind(cast.alice, cast.team, figures.spent_url)).spent == totals.spent
    assert sums_of(behind(cast.alice, cast.team, figures.made_url)) == totals
    assert sums_of(behind(cast.alice, cast.team, figures.held_url)).held == ever.held
    assert sums_of(behind(cast.alice, cast.team, figures.unknown_url)).unknown == ever.unknown
    assert sums_of(behind(cast.alice, cast.team, figures.failed_url)).spent == totals.spent_on_failed
    apart = sums_of(behind(cast.alice, cast.team, figures.unattributed_url))
    assert (apart.spent, apart.jobs) == (figures.unattributed.spent, figures.unattributed.charged)


@pytest.mark.parametrize("period", PERIODS)
def test_a_members_numbers_lead_to_their_own_jobs(client: Client, cast: Cast, period: str) -> None:
    found = view(client, cast.bob, f"kind=live&{period}")
    jobs = behind(cast.bob, cast.team, found.figures.made_url)
    assert {job.person_id for job in jobs} <= {cast.bob.pk}
    assert sums_of(jobs) == found.figures.totals == found.table.sums


def test_rows_sum_to_the_figure(client: Client, cast: Cast) -> None:
    for split in ("model", "person", "project", "day"):
        found = view(client, cast.alice, f"kind=live&split={split}")
        assert found.table.sums == found.figures.totals


def test_jobs_whose_estimate_was_off(client: Client, cast: Cast) -> None:
    matters = view(client, cast.alice, "kind=live&period=90d").attention.matters
    off = next(matter for matter in matters if "estimated" in matter.words)
    jobs = behind(cast.alice, cast.team, off.url)
    assert off.words == f"{len(jobs)} jobs estimated wrongly"
    assert all(abs((job.cost or 0) - job.estimate) > job.estimate / 10 for job in jobs)


def test_the_gallery_says_what_it_was_led_to_by(client: Client, cast: Cast) -> None:
    client.force_login(cast.alice)
    film = cast.team.projects.get(name="Film")
    elsewhere = cast.elsewhere.projects.get()
    days = "counted_from=2026-11-01&counted_to=2026-11-30"
    bar = client.get(f"/gallery/?{days}&project={film.pk}&money=off").context["gallery"].bar
    chips = {chip.label: chip for chip in bar.chips}
    assert (chips["Counted"].value, chips["Project"].value) == ("1 – 30 Nov 2026", "Film")
    assert "counted" not in chips["Counted"].clear_url and f"project={film.pk}" in chips["Counted"].clear_url
    bar = client.get(f"/gallery/?project={elsewhere.pk}").context["gallery"].bar
    assert [chip.value for chip in bar.chips] == ["another team’s"]
