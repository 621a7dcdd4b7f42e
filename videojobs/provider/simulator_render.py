"""Draws the simulator's clips, a few at a time, each in a process of its own."""

import asyncio
import json
import logging
import os
import sys
from functools import partial
from pathlib import Path

from videojobs.provider.simulator_clips import ClipSpec
from videojobs.provider.simulator_faults import without_directives
from videojobs.provider.simulator_jobs import Job, Phase, drawn_at
from videojobs.provider.simulator_rules import Failure

ROOT = Path(__file__).resolve().parents[2]
PLACES = max(1, min(4, (os.cpu_count() or 1) // 2))
"""Clips drawn at once: half the machine stays free for everything else."""

MOST_KEPT = 2 * 1024**3
"""Bytes of clips kept; older ones are drawn again if anybody asks."""

logger = logging.getLogger(__name__)


class Studio:
    """The clips on disk, and those being drawn."""

    def __init__(self, folder: Path, *, tiny: bool = False) -> None:
        self._folder = folder
        self._tiny = tiny
        self._places = asyncio.Semaphore(PLACES)
        self._drawing: dict[str, asyncio.Task[bool]] = {}
        self._processes: set[asyncio.subprocess.Process] = set()
        folder.mkdir(parents=True, exist_ok=True)
        for unfinished in folder.glob("*.part"):
            unfinished.unlink(missing_ok=True)

    def clip_for(self, job: Job, *, tiny: bool) -> str:
        """Return the file name a job's clip will have."""
        ending = job.plan.format.lower()
        return f"tiny.{ending}" if tiny or self._tiny else f"{job.id}.{ending}"

    def path(self, job: Job) -> Path:
        return self._folder / job.clip

    def settle(self, job: Job) -> None:
        """See whether the job's clip is there by now; order it where nobody has."""
        if not job.clip or job.drawn_at is not None:
            return
        at = drawn_at(self.path(job))
        if at is None:
            self._order(job)
        else:
            job.drawn_at = 0.0 if job.clip.startswith("tiny.") else at

    async def ensure(self, job: Job) -> bool:
        """Return once the clip is on disk, drawn again where it was cleared away; False if it cannot be."""
        if drawn_at(self.path(job)) is not None:
            return True
        return await self._order(job)

    def _order(self, job: Job) -> "asyncio.Task[bool]":
        task = self._drawing.get(job.clip)
        if task is None:
            task = self._drawing[job.clip] = asyncio.create_task(self._draw(job))
            task.add_done_callback(partial(self._drawn, job.clip))
        return task

    def _drawn(self, clip: str, _: "asyncio.Task[bool]") -> None:
        self._drawing.pop(clip, None)

    async def _draw(self, job: Job) -> bool:
        spec = spec_for(job, self.path(job))
        async with self._places:
            trouble = await self._run(spec)
        if trouble:
            logger.error("clip %s could not be drawn: %s", job.clip, trouble)
            job.failure = Failure("internalError", "The rehearsal clip could not be drawn: " + trouble[-300:])
            job.end, job.clip = Phase.FAILED, ""
            return False
        self._clear()
        return True

    async def _run(self, spec: ClipSpec) -> str:
        """Draw one clip; return what went wrong, or nothing."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "videojobs.provider.simulator_clips",
            stdin=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=ROOT,
        )
        self._processes.add(process)
        try:
            _, complaint = await process.communicate(json.dumps(spec.as_json()).encode())
        finally:
            self._processes.discard(process)
        if process.returncode == 0:
            return ""
        return complaint.decode(errors="replace").strip() or "it was stopped"

    def _clear(self) -> None:
        paths = self._folder.glob("[!t]*.*")
        clips = sorted((path.stat().st_mtime, path.stat().st_size, path) for path in paths)
        total = sum(size for _, size, _ in clips)
        for _, size, path in clips:
            if total <= MOST_KEPT:
                return
            path.unlink(missing_ok=True)
            total -= size

    def close(self) -> None:
        """Stop drawing."""
        for process in self._processes:
            process.kill()


def spec_for(job: Job, path: Path) -> ClipSpec:
    """Return what to draw for a job."""
    plan = job.plan
    if path.name.startswith("tiny."):
        return ClipSpec("", "", 7, 160, 90, 1, 8, plan.format, sound=False, path=str(path))
    wanted = {directive.name: directive.value for directive in job.directives}
    width, _, height = wanted.get("clip-size", plan.size).partition("x")
    return ClipSpec(
        prompt=without_directives(job.prompt),
        model=job.model,
        seed=job.seed,
        width=int(width),
        height=int(height),
        seconds=int(wanted.get("clip-seconds", plan.seconds)),
        fps=plan.fps,
        format=wanted.get("clip-format", plan.format).upper(),
        sound=plan.sound,
        path=str(path),
    )
