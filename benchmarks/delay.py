"""From the provider's finishing to the row and to an open page, on the whole running site."""

import json
import os
import random
import time
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from django.conf import settings
from django.test import Client

from benchmarks.figures import Figure
from benchmarks.listening import Listening
from benchmarks.looks import say
from benchmarks.measuring import percentile
from benchmarks.seed import create_cast, jobs_in_flight, spread
from tests.dashboard.running import Site
from videojobs.models import Job

LATEST = 1.0
"""Seconds beyond the look interval, for 99 of 100 jobs."""

PASSED_ON = ("DATABASE_URL", "TOGETHER_API_KEY", "TOGETHER_BASE_URL", "PROVIDER_PLACES", "MIN_FREE_DISK")
EVERY = 0.1
"""Seconds between two reads of the rows."""


@dataclass(frozen=True)
class Scale:
    """How many jobs are in flight, how many of them finish within how many seconds, and how old they get."""

    jobs: int
    finishing: int
    within: float
    settles: float
    oldest: timedelta


FULL = Scale(jobs=1300, finishing=300, within=50, settles=10, oldest=timedelta(seconds=150))
QUICK = Scale(jobs=60, finishing=10, within=2, settles=1, oldest=timedelta(seconds=10))


@dataclass
class Seen:
    """One job: when the provider finished it, and when the row and the page knew. Unix seconds."""

    finished: float
    looks: dict[float, float] = field(default_factory=dict)
    row: float = 0.0
    page: float = 0.0

    @property
    def interval(self) -> float:
        """Seconds between the last look before the finish and the one planned after it."""
        last = max(look for look in self.looks if look <= self.finished)
        return self.looks[last] - last


def measure(database: str, *, quick: bool) -> list[Figure]:
    """Start the site on the database this process is set up for, and let jobs finish."""
    scale = QUICK if quick else FULL
    now = datetime.now(UTC)
    cast = create_cast(now)
    random.seed(1)
    ages = spread(scale.jobs, timedelta(seconds=2), scale.oldest)
    jobs = jobs_in_flight(cast, ages, now, phase=random.random)
    browser = Client()
    browser.force_login(cast.person)
    cookie = browser.cookies[settings.SESSION_COOKIE_NAME].value
    variables = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    with Site(Path(os.environ["DATA_DIR"]), LOG_LEVEL="warning", **variables) as site:
        site.said("ready ")
        with Listening(f"{site.url}/events/", {settings.SESSION_COOKIE_NAME: cookie}) as page:
            time.sleep(scale.settles)
            seen = watch(plan(random.sample(jobs, scale.finishing), scale), page.first)
    return figures(database, scale, seen)


def plan(jobs: Iterable[Job], scale: Scale) -> dict[str, Seen]:
    """Tell the provider's side when these finish."""
    start = time.time() + 1
    times = {job: start + random.uniform(0, scale.within) for job in jobs}
    body = json.dumps({job.provider_id: moment for job, moment in times.items()}).encode()
    request = urllib.request.Request(f"{settings.PROVIDER_BASE_URL}/plan", data=body, method="POST")
    urllib.request.urlopen(request, timeout=5).close()
    return {job.id: Seen(moment) for job, moment in times.items()}


def watch(seen: dict[str, Seen], heard: Mapping[str, float]) -> dict[str, Seen]:
    """Read the rows until all of them have ended at the provider, and the page has heard of each."""
    end = max(one.finished for one in seen.values()) + 60
    while not all(one.row and one.page for one in seen.values()):
        if time.time() > end:
            rows = sum(not one.row for one in seen.values())
            pages = sum(not one.page for one in seen.values())
            raise RuntimeError(f"of {len(seen)} finished jobs {rows} rows and {pages} pages say nothing")
        _read_rows(seen)
        for job_id, one in seen.items():
            one.page = heard.get(job_id, 0.0)
        time.sleep(EVERY)
    return seen


def _read_rows(seen: dict[str, Seen]) -> None:
    open_ids = [job_id for job_id, one in seen.items() if not one.row]
    rows = Job.objects.filter(id__in=open_ids)
    for job_id, last, upcoming, finished in rows.values_list(
        "id", "last_look_at", "next_look_at", "finished_at"
    ):
        one = seen[job_id]
        if finished is not None:
            one.row = time.time()
        elif last is not None and upcoming is not None:
            # While a worker has the row its next look stands further off; the nearest one was planned.
            known = one.looks.get(last.timestamp(), float("inf"))
            one.looks[last.timestamp()] = min(known, upcoming.timestamp())


def figures(database: str, scale: Scale, seen: Mapping[str, Seen]) -> list[Figure]:
    """Return how late the row and the page were."""
    say(f"{len(seen)} of {scale.jobs} jobs finished; median interval {middle_interval(seen):.1f} s")
    row = {job_id: one.row - one.finished for job_id, one in seen.items()}
    page = {job_id: one.page - one.finished for job_id, one in seen.items()}
    return [
        _figure(database, "to the row", scale, seen, row),
        _figure(database, "to an open page", scale, seen, page),
    ]


def middle_interval(seen: Mapping[str, Seen]) -> float:
    """Return the median interval in seconds."""
    return median(one.interval for one in seen.values())


def _figure(
    database: str, where: str, scale: Scale, seen: Mapping[str, Seen], delays: Mapping[str, float]
) -> Figure:
    beyond = [delay - seen[job_id].interval for job_id, delay in delays.items()]
    return Figure(
        name=f"from the provider's finishing {where}, beyond the look interval, p99",
        on=database,
        unit="s",
        ours=percentile(beyond, 99),
        at_most=LATEST,
        details={
            "jobs in flight": scale.jobs,
            "of them finished": len(seen),
            "look interval, median, s": middle_interval(seen),
            "whole delay, median, s": median(delays.values()),
            "whole delay, p99, s": percentile(list(delays.values()), 99),
            "beyond the interval, worst, s": max(beyond),
        },
    )
