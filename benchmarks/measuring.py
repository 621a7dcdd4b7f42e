"""Clocks and sums: how long, how much processor, how much memory, and the middle of several runs."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Run:
    """One run of something `count` times: wall and processor seconds."""

    count: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        """How many in a second."""
        return self.count / self.seconds

    @property
    def cpu_ms(self) -> float:
        """Processor milliseconds for each."""
        return 1000 * self.cpu / self.count


def timed(work: Callable[[], object], count: int) -> Run:
    """Run something of `count` steps in this process and time it."""
    cpu, start = time.process_time(), time.perf_counter()
    work()
    return Run(count, time.perf_counter() - start, time.process_time() - cpu)


def in_turns(
    contestants: Mapping[str, Callable[[], Run]], rounds: int, say: Callable[[str], object]
) -> dict[str, list[Run]]:
    """Run all contestants one after the other, again and again, so that a slow minute slows them all."""
    runs: dict[str, list[Run]] = {name: [] for name in contestants}
    for number in range(rounds):
        # Every other round runs backwards, so that no place in the order is the good one.
        order = list(contestants) if number % 2 == 0 else list(contestants)[::-1]
        for name in order:
            run = contestants[name]()
            runs[name].append(run)
            say(f"{name}: {run.rate:,.0f}/s, {run.cpu_ms:.2f} ms of processor each")
    return runs


def middle_rate(runs: Sequence[Run]) -> float:
    """Return the median rate."""
    return median(run.rate for run in runs)


def middle_cpu(runs: Sequence[Run]) -> float:
    """Return the median of processor milliseconds for each step."""
    return median(run.cpu_ms for run in runs)


def middle_ratio(ours: Sequence[Run], theirs: Sequence[Run]) -> float:
    """Return the median over the rounds of ours ÷ theirs in the same round."""
    return median(our.rate / their.rate for our, their in zip(ours, theirs, strict=True))


def percentile(values: Sequence[float], percent: int) -> float:
    """Return a percentile; the largest value of a short list stands for its tail."""
    return quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]


def cpu_seconds(pid: int) -> float:
    """Return what a process has used of the processor, user and system, without its children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def proportional_memory(pid: int) -> float:
    """Return a process's share of memory in MB, shared pages divided among those that share them (PSS)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0
