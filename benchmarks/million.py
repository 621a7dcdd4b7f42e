"""A million jobs: how long SQL takes to make them, and what the site's reads cost before and after."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from statistics import median

from django.core.management import call_command
from django.test import Client

from benchmarks.figures import Figure
from benchmarks.history import Crew, create_crew, create_history, forget_history
from benchmarks.looks import say
from videojobs import dispatch, lifecycle, polling, tasks
from videojobs.models import Job
from videojobs.states import State

SMALL, LARGE = 10_000, 1_000_000
QUICK_SMALL, QUICK_LARGE = 1_500, 3_000
LONGEST = 300.0
"""Seconds in which the rows must be made."""

TIMES = 7
PAGES = {
    "queue": "/queue/",
    "gallery": "/gallery/",
    "gallery, a rare word": "/gallery/?q=take+1234",
    "create": "/create/",
    "spend, this month": "/spend/",
    "spend, all time": "/spend/?period=all",
    "REST, first page of jobs": "/api/v1/jobs",
}


def measure(database: str, *, quick: bool) -> list[Figure]:
    """Measure with a short history, then with a long one, on the database this process is set up for."""
    call_command("collectstatic", interactive=False, verbosity=0)
    small, large = (QUICK_SMALL, QUICK_LARGE) if quick else (SMALL, LARGE)
    crew = create_crew(datetime.now(UTC))
    create_history(crew, small, datetime.now(UTC))
    before = costs(crew)
    forget_history()
    start = time.perf_counter()
    rows = create_history(crew, large, datetime.now(UTC))
    load = _load(database, rows, large, time.perf_counter() - start)
    say(f"{rows:,} rows in {load.ours:.0f} s")
    after = costs(crew)
    return [load, *(_cost(database, name, before[name], after[name], small, large) for name in before)]


def _load(database: str, rows: int, jobs: int, seconds: float) -> Figure:
    details = {"jobs": jobs, "rows in all (jobs, entries, events, outputs)": rows}
    return Figure(
        "rows made by SQL", on=database, unit="s", ours=seconds, at_most=LONGEST, details=dict(details)
    )


def _cost(database: str, name: str, before: float, after: float, small: int, large: int) -> Figure:
    return Figure(
        name=f"{name}, with {large:,} jobs",
        on=database,
        unit="ms",
        ours=after,
        reference=before,
        reference_name=f"with {small:,} jobs",
        ratio=after / before,
    )


def costs(crew: Crew) -> dict[str, float]:
    """Return the median milliseconds of each read, in this process, the browser's part left out."""
    browser = Client(SERVER_NAME="127.0.0.1", headers={"Authorization": f"Bearer {crew.secret}"})
    browser.force_login(crew.people[0])
    found = {name: middle(partial(_page, browser, path)) for name, path in PAGES.items()}
    found |= {
        "one dispatch claim": middle(lambda: _claim(crew)),
        "claim of 256 due looks": middle(lambda: _claim_due(crew), before=_all_due),
        "tick": middle(tasks.tick.run),
        "sweep": middle(tasks.sweep.run),
    }
    for name, milliseconds in found.items():
        say(f"{name}: {milliseconds:.1f} ms")
    return found


def middle(work: Callable[[], object], before: Callable[[], object] = lambda: None) -> float:
    """Return the median milliseconds of several runs, after one that does not count."""
    times = []
    for _run in range(TIMES + 1):
        before()
        start = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - start))
    return median(times[1:])


def _page(browser: Client, path: str) -> None:
    answer = browser.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}: {answer.content[:300]!r}")


def _claim(crew: Crew) -> None:
    if lifecycle.claim_next(crew.account.pk, dispatch.next_job, now=datetime.now(UTC)) is None:
        raise RuntimeError("there was no job to claim")


def _claim_due(crew: Crew) -> None:
    if len(polling.claim_due(crew.account, now=datetime.now(UTC))) != polling.BATCH:
        raise RuntimeError("there were too few looks due")


def _all_due() -> None:
    Job.objects.filter(state=State.IN_PROGRESS).update(next_look_at=datetime.now(UTC))
