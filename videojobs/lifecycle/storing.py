"""A finished job's clip is kept: read again for a fresh link, downloaded, checked, renamed into place."""

import logging
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from django.db import DatabaseError, connection, transaction

from videojobs.lifecycle.steps import DATABASE_AWAY, Step, note, take
from videojobs.lifecycle.watching import lose, observe
from videojobs.media import fetch, probe, space
from videojobs.media.errors import DiskFull, MediaError, NeedsDecision, TooLarge, TryLater, Unwritable
from videojobs.models import Decision, Job, Notice, Output
from videojobs.provider.client import Looked
from videojobs.provider.errors import LookError
from videojobs.states import State

LEASE = timedelta(seconds=25)
"""How long a silent worker keeps a download; a living one renews it."""

RENEW_EVERY = 8.0
KEEP_TRYING_FOR = timedelta(days=1)
ENOUGH_ATTEMPTS = 20
"""A day on which nobody tried does not count: an hour and a half of the ladder below must have passed too."""

LADDER = (2, 5, 15, 60, 60, 300)
"""Seconds between attempts; the last one repeats."""

NO_LINK_LADDER = (2, 4, 8, 30)
"""Seconds between reads of a job that is completed without outputs."""

DIFFERENT_LENGTH = Decimal("0.5")
"""Seconds a clip may differ from the wish before the page says so."""

logger = logging.getLogger(__name__)


class LooksAtVideos(Protocol):
    """The part of the provider that storing needs. `origin` may be plain http and loopback."""

    origin: str

    def look(self, provider_id: str) -> Looked:
        """Read one job. Raises a LookError."""
        ...


@dataclass(frozen=True)
class Place:
    """Where clips are kept, and the largest one that is, in bytes."""

    media: Path
    max_bytes: int


def claim_store(job_id: str, *, now: datetime) -> Job | None:
    """Take the next attempt to keep a job's clip, unless somebody has it already."""
    due = Job.objects.filter(id=job_id).due_for_store(now)
    if not due.update(next_store_at=now + LEASE):
        return None
    return Job.objects.select_related("account").get(id=job_id)


def store(job: Job, provider: LooksAtVideos, place: Place, *, clock: Callable[[], datetime]) -> None:
    """Keep a claimed job's clip, or plan the next attempt."""
    with renewing(job.id, clock):
        try:
            output = _kept(job, provider, place, clock)
        except LookError as error:
            # In none of its words: they may repeat the prompt, and a lost job is told of by mail.
            status = f" (HTTP {error.status})" if error.status else ""
            _later(job, f"The provider did not say where the clip is{status}.", LADDER, now=clock())
        except TryLater as error:
            _later(job, error.message, LADDER, now=clock())
        except NeedsDecision as error:
            _ask(job, error, now=clock())
        except DATABASE_AWAY:
            raise  # the lease ends by itself, and the next attempt finds the database back
        except Exception:
            logger.exception("store_failed job=%s", job.id)
            _later(job, "Something of ours went wrong while the clip was kept.", LADDER, now=clock())
        else:
            if output is None:
                why = "The provider says it is finished, and gives no link yet."
                _later(job, why, NO_LINK_LADDER, now=clock())
            elif not complete(job, output, now=clock()):
                _remove(place, output)


def _kept(job: Job, provider: LooksAtVideos, place: Place, clock: Callable[[], datetime]) -> Output | None:
    looked = provider.look(job.provider_id or "")
    observe(job.id, looked.job, looked.raw, now=clock())
    url = looked.job.outputs.video_url if looked.job.outputs else None
    if url is None:
        return None
    folder = f"clips/{job.created_at:%Y/%m}/{job.id}"
    stem = secrets.token_hex(8)
    final = place.media / folder / f"{stem}.clip"
    fetched = fetch.fetch(url, final, provider_origin=provider.origin, max_bytes=place.max_bytes)
    try:
        probed = probe.probe(fetched.path)
        name = f"{folder}/{stem}.{probed.container}"
        poster = _poster(fetched.path, place, f"{folder}/{stem}.webp")
        space.keep(fetched.path, place.media / name)
    except BaseException:
        fetched.path.unlink(missing_ok=True)
        raise
    return Output(
        job=job,
        name=name,
        poster=poster,
        bytes=fetched.bytes,
        sha256=fetched.sha256,
        container=probed.container,
        codec=probed.codec,
        duration=probed.duration,
        width=probed.width,
        height=probed.height,
        has_sound=probed.has_sound,
        difference=difference(job, probed),
        stored_at=clock(),
    )


def _poster(clip: Path, place: Place, name: str) -> str:
    """Make a poster; a clip is kept without one rather than not at all."""
    try:
        probe.make_poster(clip, place.media / name)
    except (DiskFull, Unwritable):
        raise
    except MediaError as error:
        logger.warning("poster_failed: %s", error.message)
        return ""
    return name


def difference(job: Job, probed: probe.Probed) -> str:
    """Say how a file differs from what was asked for, or ""."""
    said = []
    size = f"{probed.width}x{probed.height}"
    if ("width" in job.body or "resolution" in job.body) and job.size != size:
        said.append(f"size {size} instead of {job.size}")
    if "seconds" in job.body and abs(probed.duration - int(job.body["seconds"])) > DIFFERENT_LENGTH:
        said.append(f"{probed.duration.normalize():f} s instead of {job.body['seconds']} s")
    return ", ".join(said)


def complete(job: Job, output: Output, *, now: datetime) -> bool:
    """End a job whose clip is kept. Returns False where another worker or person ended it first."""
    with transaction.atomic():
        fresh = Job.objects.locked().get(id=job.id)
        if fresh.state != State.STORING:
            return False
        columns = {
            "next_store_at": None,
            "store_problem": "",
            "decision": "",
            "seconds": round(output.duration),
        }
        step = Step(State.COMPLETED, "kept", "Our own copy is kept and checked.", columns)
        if take(fresh, step, now=now) is None:
            return False
        Output.objects.filter(job=fresh).delete()
        output.job = fresh
        output.save(force_insert=True)
        return True


def _remove(place: Place, output: Output) -> None:
    for name in filter(None, (output.name, output.poster)):
        (place.media / name).unlink(missing_ok=True)


def _later(job: Job, problem: str, ladder: tuple[int, ...], *, now: datetime) -> None:
    with transaction.atomic():
        fresh = Job.objects.locked().get(id=job.id)
        if fresh.state != State.STORING or fresh.decision:
            return
        since = max(filter(None, (fresh.finished_at, fresh.watched_since)), default=now)
        if now - since >= KEEP_TRYING_FOR and fresh.store_attempts >= ENOUGH_ATTEMPTS:
            lose(fresh, f"The clip could not be kept within a day: {problem}", now=now)
            return
        wait = timedelta(seconds=ladder[min(fresh.store_attempts, len(ladder) - 1)])
        Job.objects.filter(id=job.id).update(
            store_attempts=fresh.store_attempts + 1, next_store_at=now + wait, store_problem=problem[:500]
        )
        if problem != fresh.store_problem:
            note(fresh, "store_failed", problem, now=now)


def _ask(job: Job, error: NeedsDecision, *, now: datetime) -> None:
    decision = Decision.TOO_LARGE if isinstance(error, TooLarge) else Decision.DISK_FULL
    with transaction.atomic():
        waiting = Job.objects.filter(id=job.id, state=State.STORING, decision="")
        problem = error.message[:500]
        if not waiting.update(decision=decision, next_store_at=None, store_problem=problem):
            return
        note(job, "needs_decision", error.message, now=now)
        Notice.objects.tell(job.team_id, f"store:{job.id}", error.message, job=job, kind="decision", now=now)


@contextmanager
def renewing(job_id: str, clock: Callable[[], datetime]) -> Iterator[None]:
    """Keep this worker's lease on a job's clip while the block runs."""
    done = threading.Event()

    def renew() -> None:
        while not done.wait(RENEW_EVERY):
            try:
                held = Job.objects.filter(id=job_id, state=State.STORING, next_store_at__isnull=False)
                held.update(next_store_at=clock() + LEASE)
            except DatabaseError:
                logger.warning("lease_not_renewed job=%s", job_id)
        connection.close()

    thread = threading.Thread(target=renew, name=f"lease-{job_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
