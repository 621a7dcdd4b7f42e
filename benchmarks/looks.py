"""Looks per second, database work included, against bare reads and against one Celery task per look."""

import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

from celery import group
from django.conf import settings

from benchmarks import peers, rival_tasks, stage
from benchmarks.figures import Detail, Figure
from benchmarks.measuring import Run, cpu_seconds, in_turns, middle_cpu, middle_rate, middle_ratio, timed
from benchmarks.seed import create_cast, jobs_in_flight, spread
from videojobs import tasks
from videojobs.models import Job

WIDTHS = (8, 32, 100)
"""How many reads at once the reference may choose from."""

AGES = (timedelta(minutes=3), timedelta(minutes=40))
"""Old enough that the next look comes 30 s later, and not within the same run."""

RIVAL = (
    *("celery", "--app=benchmarks.rival", "--quiet", "worker", "--pool=threads"),
    *("--without-gossip", "--without-mingle", "--without-heartbeat"),
)
PATIENCE = 120.0
"""Seconds for the tasks of one run."""


def say(line: str) -> None:
    """Show progress beside the figures."""
    print(f"  {line}", file=sys.stderr, flush=True)


def measure(database: str, *, quick: bool) -> list[Figure]:
    """Measure looks on the database this process is set up for."""
    number, rounds = (200, 1) if quick else (3000, 5)
    bench = Looks(number)
    bench.warm_up()
    runs = in_turns(bench.contestants(), rounds, say)
    with ExitStack() as until_done:
        bench.start_rival(until_done)
        against_tasks = in_turns({"ours": bench.ours, "tasks": bench.tasks}, 1 if quick else 3, say)
    return [_against_reads(database, runs), _against_tasks(database, against_tasks)]


def _against_reads(database: str, runs: dict[str, list[Run]]) -> Figure:
    best = max((f"httpx {width}" for width in WIDTHS), key=lambda name: middle_rate(runs[name]))
    details: dict[str, Detail] = {
        f"{name} at once, reads/s": middle_rate(of) for name, of in runs.items() if name != "ours"
    }
    details |= {
        "processor per look, ms": middle_cpu(runs["ours"]),
        f"processor per read, {best} at once, ms": middle_cpu(runs[best]),
    }
    return Figure(
        name="looks, database work included",
        on=database,
        unit="/s",
        ours=middle_rate(runs["ours"]),
        reference=middle_rate(runs[best]),
        reference_name=f"{best} at once, same transport, no database",
        ratio=middle_ratio(runs["ours"], runs[best]),
        at_least=0.7,
        details=details,
    )


def _against_tasks(database: str, runs: dict[str, list[Run]]) -> Figure:
    return Figure(
        name="looks against one Celery task per look",
        on=database,
        unit="/s",
        ours=middle_rate(runs["ours"]),
        reference=middle_rate(runs["tasks"]),
        reference_name="one task per look",
        ratio=middle_ratio(runs["ours"], runs["tasks"]),
        at_least=3.0,
        details={
            "processor per look, ms": middle_cpu(runs["ours"]),
            "processor per task, sender and worker, ms": middle_cpu(runs["tasks"]),
        },
    )


class Looks:
    """A table of due jobs whose answers are what they were, and the ways to look at all of them."""

    def __init__(self, number: int) -> None:
        now = datetime.now(UTC)
        self.number = number
        self.cast = create_cast(now)
        jobs = jobs_in_flight(self.cast, spread(number, *AGES), now)
        self.ids = [job.id for job in jobs]
        self.provider_ids = [job.provider_id or "" for job in jobs]
        self._worker_pid = 0

    def contestants(self) -> dict[str, Callable[[], Run]]:
        """Return ours and the bare reads by name."""
        origin, ids, number = settings.PROVIDER_BASE_URL, self.provider_ids, self.number

        def httpx_at(width: int) -> Callable[[], Run]:
            return lambda: timed(lambda: peers.read_with_httpx(origin, ids, width), number)

        def aiohttp() -> Run:
            return timed(lambda: peers.read_with_aiohttp(origin, ids, 32), number)

        reads = {f"httpx {width}": httpx_at(width) for width in WIDTHS}
        return {"ours": self.ours, **reads, "bare aiohttp 32": aiohttp}

    def warm_up(self) -> None:
        """Load everything once, unmeasured."""
        for contestant in self.contestants().values():
            contestant()

    def ours(self) -> Run:
        """Look at all of them exactly as a worker does."""
        before = self._all_due()
        run = timed(lambda: tasks.look(self.cast.account.pk), self.number)
        self._check(before)
        return run

    def start_rival(self, until_done: ExitStack) -> None:
        """Start the worker of the other way."""
        worker = until_done.enter_context(stage.process(*RIVAL, f"--concurrency={settings.WORKER_THREADS}"))
        stage.first_line(worker, "rival ready")
        self._worker_pid = worker.pid
        self.tasks()

    def tasks(self) -> Run:
        """Look at a third of them with one task each."""
        ids = self.ids[: self.number // 3]
        worker = cpu_seconds(self._worker_pid)
        run = timed(lambda: send_and_wait(ids), len(ids))
        return Run(run.count, run.seconds, run.cpu + cpu_seconds(self._worker_pid) - worker)

    def _all_due(self) -> int:
        Job.objects.update(next_look_at=datetime.now(UTC) - timedelta(seconds=1))
        return self._looks()

    def _looks(self) -> int:
        return sum(Job.objects.values_list("look_count", flat=True))

    def _check(self, before: int) -> None:
        done = self._looks() - before
        if done != self.number:
            raise RuntimeError(f"{done} looks were done instead of {self.number}")


def send_and_wait(job_ids: Sequence[str]) -> None:
    """Send a task for each job and wait until the last row is written."""
    start = datetime.now(UTC)
    group(rival_tasks.look.s(job_id) for job_id in job_ids).apply_async()
    end = time.monotonic() + PATIENCE
    while Job.objects.filter(last_look_at__gte=start).count() < len(job_ids):
        if time.monotonic() > end:
            raise RuntimeError(f"the tasks were not done in {PATIENCE:g} s")
        time.sleep(0.05)
