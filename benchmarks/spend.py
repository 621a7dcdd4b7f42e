"""The Spend page and its JSON with a long history behind them: they cost what a short one costs."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median, quantiles

from django.core.management import call_command
from django.test import Client

from benchmarks.figures import Figure
from benchmarks.history import Crew, create_crew, create_history, forget_history
from benchmarks.looks import say

SMALL, LARGE = 10_000, 1_000_000
QUICK_SMALL, QUICK_LARGE = 1_500, 3_000
TIMES, QUICK_TIMES = 200, 20
WARMING = 5
SLOWEST = 50.0
"""Milliseconds of server time, p95, with the long history."""

MOST_RATIO = 1.3
"""Of the medians with the long and with the short history."""

HELD_TO_IT = {
    "Spend page": "/spend/",
    "Spend page, by person": "/spend/?split=person",
    "Spend page's JSON": "/spend/chart.json",
}
SHOWN = {
    "REST, spend of this month by model": "/api/v1/spend?by=model&from={month}",
    "Spend page, 90 days": "/spend/?period=90d",
    "Spend page, all time": "/spend/?period=all",
    "REST, spend of all time": "/api/v1/spend",
}


@dataclass(frozen=True)
class Cost:
    """Milliseconds of server time of one address."""

    p50: float
    p95: float


def measure(database: str, *, quick: bool) -> list[Figure]:
    """Measure with a short history, then with a long one, on the database this process is set up for."""
    call_command("collectstatic", interactive=False, verbosity=0)
    small, large, times = (QUICK_SMALL, QUICK_LARGE, QUICK_TIMES) if quick else (SMALL, LARGE, TIMES)
    crew = create_crew(datetime.now(UTC))
    create_history(crew, small, datetime.now(UTC))
    before = costs(crew, times)
    forget_history()
    create_history(crew, large, datetime.now(UTC))
    after = costs(crew, times)
    return [
        figure
        for name in before
        for figure in _figures(name, database, before[name], after[name], f"{small:,}", f"{large:,}")
    ]


def _figures(name: str, database: str, before: Cost, after: Cost, small: str, large: str) -> list[Figure]:
    held = name in HELD_TO_IT
    p95 = Figure(
        name=f"{name}, p95 with {large} jobs",
        on=database,
        unit="ms",
        ours=after.p95,
        reference=before.p95,
        reference_name=f"with {small} jobs",
        at_most=SLOWEST if held else None,
    )
    ratio = Figure(
        name=f"{name}, median with {large} jobs against {small}",
        on=database,
        unit="times",
        ours=after.p50 / before.p50,
        at_most=MOST_RATIO if held else None,
        details={f"ms with {large} jobs": after.p50, f"ms with {small} jobs": before.p50},
    )
    return [p95, ratio]


def costs(crew: Crew, times: int) -> dict[str, Cost]:
    """Return what each address costs in this process, the browser's part left out."""
    browser = Client(SERVER_NAME="127.0.0.1", headers={"Authorization": f"Bearer {crew.secret}"})
    browser.force_login(crew.people[0])
    month = datetime.now(UTC).date().replace(day=1)
    found = {}
    for name, path in (HELD_TO_IT | SHOWN).items():
        found[name] = _cost(browser, path.format(month=month), times)
        say(f"{name}: p50 {found[name].p50:.1f} ms, p95 {found[name].p95:.1f} ms")
    return found


def _cost(browser: Client, path: str, times: int) -> Cost:
    taken = [_once(browser, path) for _run in range(WARMING + times)][WARMING:]
    return Cost(median(taken), quantiles(taken, n=20)[-1])


def _once(browser: Client, path: str) -> float:
    start = time.perf_counter()
    answer = browser.get(path)
    taken = 1000 * (time.perf_counter() - start)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}: {answer.content[:300]!r}")
    return taken
