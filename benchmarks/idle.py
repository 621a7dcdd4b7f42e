"""The whole site at rest: what each process keeps in memory, and what all of them use of the processor."""

import os
import time
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.looks import say
from benchmarks.measuring import cpu_seconds, proportional_memory
from tests.dashboard.running import Site

SETTLES, WATCHED = 20.0, 40.0
"""Seconds: from the first page to rest, and under the clock."""

QUICK_SETTLES, QUICK_WATCHED = 3.0, 3.0
BUSIEST = 2.0
"""Percent of one core for all processes together."""


def measure(database: str, *, quick: bool) -> list[Figure]:
    """Start the site as `make run` does, in a folder of its own, and watch it do nothing."""
    settles, watched = (QUICK_SETTLES, QUICK_WATCHED) if quick else (SETTLES, WATCHED)
    with Site(Path(os.environ["DATA_DIR"]) / "at-rest", SIMULATOR_SPEED="1") as site:
        site.said("ready ")
        pids = {"supervisor": site.process.pid} | site.complete()
        time.sleep(settles)
        used = _used(pids, watched)
        memory = {name: proportional_memory(pid) for name, pid in pids.items()}
    say(f"{sum(used.values()):.2f} % of one core, {sum(memory.values()):.0f} MB")
    return [_processor(database, used), _memory(database, memory)]


def _used(pids: dict[str, int], seconds: float) -> dict[str, float]:
    """Return percent of one core by process, over so many seconds."""
    before, start = {name: cpu_seconds(pid) for name, pid in pids.items()}, time.monotonic()
    time.sleep(seconds)
    passed = time.monotonic() - start
    return {name: 100 * (cpu_seconds(pid) - before[name]) / passed for name, pid in pids.items()}


def _processor(database: str, used: dict[str, float]) -> Figure:
    return Figure(
        name="whole site at rest, of one core",
        on=database,
        unit="%",
        ours=sum(used.values()),
        at_most=BUSIEST,
        details={f"{name}, %": percent for name, percent in used.items()},
    )


def _memory(database: str, memory: dict[str, float]) -> Figure:
    return Figure(
        name="whole site in memory, shared pages counted once",
        on=database,
        unit="MB",
        ours=sum(memory.values()),
        details={f"{name}, MB": megabytes for name, megabytes in memory.items()},
    )
