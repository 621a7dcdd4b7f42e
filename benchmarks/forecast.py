"""Whether the ranges of waiting jobs hold: the whole running site sends to the simulator over real HTTP.

Several people press for many jobs at once, again and again. Every few seconds all ranges are written down; at
the end they are held against what happened. A queue of ten thousand is timed as well.
"""

import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import fmean, median

from django.conf import settings

from benchmarks.figures import Figure
from benchmarks.looks import say
from benchmarks.seed import Cast, create_cast
from tests.dashboard.running import Site
from tests.simulator import start_simulator
from videojobs import dispatch, lifecycle
from videojobs.forecast import Expected
from videojobs.models import Job, Membership, User
from videojobs.prices import Price, PriceSource
from videojobs.provider.types import CreateVideoBody
from videojobs.rights import Role
from videojobs.states import State

WANTED, OFF_BY = 80.0, 5.0
"""Of a hundred jobs, how many do within their range, and how far that may be off."""

PASSED_ON = ("DATABASE_URL", "TOGETHER_API_KEY", "MIN_FREE_DISK")
MODELS = (
    ("minimax/video-01-director", "5", "1366x768", "0.28"),
    ("minimax/hailuo-02", "10", "1366x768", "0.49"),
    ("google/veo-3.1-lite", "4", "1280x720", "0.80"),
)
PLACES = 12
SPEED = 2.0
PAGE = 100
SLOWEST = 240.0
"""Seconds for one burst."""

LONGEST_PAGE = 150.0
"""Milliseconds a page of a hundred rows may take for its places, reasons and ranges."""


@dataclass(frozen=True)
class Scale:
    """How many jobs first make a history, how many bursts of how many follow, how long the long queue is."""

    history: int
    bursts: int
    jobs: int
    every: float
    long: int


FULL = Scale(history=48, bursts=5, jobs=60, every=4.0, long=10_000)
QUICK = Scale(history=8, bursts=1, jobs=16, every=2.0, long=300)


@dataclass(frozen=True)
class Told:
    """What was said of a job at one moment."""

    job_id: str
    at: datetime
    expected: Expected


def measure(database: str, *, quick: bool) -> list[Figure]:
    """Run the site against the simulator on the database this process is set up for."""
    scale = QUICK if quick else FULL
    random.seed(4)
    folder = Path(os.environ["DATA_DIR"])
    with start_simulator(folder / "far", speed=SPEED, tiny=True) as simulator:
        settings.PROVIDER_BASE_URL, settings.PROVIDER_PLACES = simulator.url, PLACES
        cast, people = _crew()
        with running(folder, simulator.url):
            _press(cast, people, scale.history)
            _until_idle()
            told: list[Told] = []
            for number in range(scale.bursts):
                _press(cast, people, scale.jobs)
                told += list(listen(cast, scale.every))
                _until_idle()
                say(f"burst {number + 1}: {len(told)} ranges told")
    return [*figures(database, scale, told), long_queue(database, cast, people, scale)]


def _crew() -> tuple[Cast, list[User]]:
    now = datetime.now(UTC)
    cast = create_cast(now)
    people = [cast.person]
    for name in ("bob", "dora"):
        person = User.objects.create_user(f"{name}@example.org", "password", name=name.title())
        Membership.objects.create(user=person, team=cast.team, role=Role.MEMBER, created_at=now)
        people.append(person)
    return cast, people


@contextmanager
def running(folder: Path, origin: str) -> Iterator[Site]:
    """Run the site until the block ends."""
    variables = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    variables |= {"TOGETHER_BASE_URL": origin, "PROVIDER_PLACES": str(PLACES), "LOG_LEVEL": "warning"}
    with Site(folder, **variables) as site:
        site.said("ready ")
        yield site


def _press(cast: Cast, people: list[User], count: int) -> None:
    """Let somebody press for each of so many jobs."""
    for _job in range(count):
        model, seconds, size, usd = random.choice(MODELS)
        order = lifecycle.Order(
            team=cast.team,
            project=cast.project,
            person=random.choice(people),
            body=CreateVideoBody(model=model, prompt="A paper boat at dusk", seconds=seconds),
            price=Price(usd=Decimal(usd), source=PriceSource.TABLE, explanation="From the price list."),
            seconds=int(seconds),
            size=size,
        )
        lifecycle.create(order, cast.account, now=datetime.now(UTC))


def listen(cast: Cast, every: float) -> Iterator[Told]:
    """Write down all ranges every so often, until nothing waits."""
    end = time.monotonic() + SLOWEST
    while rows := list(Job.objects.of_account(cast.account).waiting()):
        if time.monotonic() > end:
            raise RuntimeError(f"{len(rows)} jobs still wait after {SLOWEST:g} s")
        now = datetime.now(UTC)
        cast.account.refresh_from_db()
        queue = dispatch.Queue.read(cast.account, now)
        for job in rows:
            if (expected := queue.expected(job)) is not None:
                yield Told(job.id, now, expected)
        time.sleep(every * random.uniform(0.5, 1.5))


def _until_idle() -> None:
    end = time.monotonic() + SLOWEST
    while left := Job.objects.active().count():
        if time.monotonic() > end:
            raise RuntimeError(f"{left} jobs have not ended after {SLOWEST:g} s")
        time.sleep(0.5)


def figures(database: str, scale: Scale, told: list[Told]) -> list[Figure]:
    """Hold what was told against what happened."""
    jobs = Job.objects.filter(state=State.COMPLETED).in_bulk({one.job_id for one in told})
    starts, ends = [], []
    for one in told:
        job = jobs.get(one.job_id)
        if job is None or job.claimed_at is None or job.ended_at is None:
            continue
        starts.append((job.claimed_at - one.at, one.expected.start_low, one.expected.start_high))
        ends.append((job.ended_at - one.at, one.expected.finish_low, one.expected.finish_high))
    return [_figure(database, "start", scale, starts), _figure(database, "finish", scale, ends)]


Held = tuple[timedelta, timedelta, timedelta]


def _figure(database: str, what: str, scale: Scale, held: list[Held]) -> Figure:
    share = 100 * fmean(low <= true <= high for true, low, high in held)
    return Figure(
        name=f"ranges of {what} that held, off from {WANTED:g} %",
        on=database,
        unit="points",
        ours=abs(share - WANTED),
        at_most=OFF_BY,
        details={
            "held, %": share,
            "sooner than told, %": 100 * fmean(true < low for true, low, _high in held),
            "later than told, %": 100 * fmean(true > high for true, _low, high in held),
            "width, mean, s": fmean((high - low).total_seconds() for _true, low, high in held),
            "away, mean, s": fmean(true.total_seconds() for true, _low, _high in held),
            "ranges": len(held),
            "jobs": scale.bursts * scale.jobs,
        },
    )


def long_queue(database: str, cast: Cast, people: list[User], scale: Scale) -> Figure:
    """Time what the last page of a long queue adds: places, reasons and ranges of a hundred rows."""
    _fill(cast, people, scale.long)
    times = []
    for _run in range(7):
        start = time.perf_counter()
        queue = dispatch.Queue.read(cast.account, datetime.now(UTC))
        between = time.perf_counter()
        rows = list(Job.objects.filter(id__in=[turn.job_id for turn in queue.line.turns[-PAGE:]]))
        ready = time.perf_counter()
        for job in rows:
            queue.reason(job)
        times.append((between - start, time.perf_counter() - ready))
    whole, added = (1000 * median(column) for column in zip(*times, strict=True))
    return Figure(
        name=f"sentences and ranges of the last {PAGE} of {scale.long:,} waiting jobs",
        on=database,
        unit="ms",
        ours=added,
        at_most=LONGEST_PAGE,
        details={"the line itself, read and put in order, ms": whole},
    )


def _fill(cast: Cast, people: list[User], count: int) -> None:
    """Make a long queue by SQL alone; the site is off."""
    now = datetime.now(UTC)
    rows = []
    for number in range(count):
        model, seconds, size, usd = random.choice(MODELS)
        made = now - timedelta(seconds=count - number)
        rows.append(
            Job(
                team=cast.team,
                project=cast.project,
                person=random.choice(people),
                account=cast.account,
                model=model,
                prompt="A paper boat at dusk",
                body={"model": model, "prompt": "A paper boat at dusk"},
                seconds=int(seconds),
                size=size,
                created_at=made,
                counted_at=made,
                rank=number,
                estimate=Decimal(usd),
                estimate_source="table",
                estimate_explanation="From the price list.",
                held=Decimal(usd),
            )
        )
    Job.objects.bulk_create(rows, batch_size=500)
