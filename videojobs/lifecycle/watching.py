"""A job is watched: what each look means, until the provider is done with it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from videojobs import drift
from videojobs.lifecycle.steps import Step, each_alone, note, take
from videojobs.models import Job, Look, Notice, ProviderAccount, User
from videojobs.money import ledger
from videojobs.provider.errors import JobMissing, LookError
from videojobs.provider.types import ProviderStatus, VideoJob
from videojobs.states import ENDED, State

FINAL = frozenset({ProviderStatus.COMPLETED, ProviderStatus.FAILED, ProviderStatus.CANCELLED})

MISSING_FOR = timedelta(minutes=10)
"""How long a 404 is believed to pass."""

MISSING_LOOKS = 5
"""So many looks must say so, however late it is: the site may have been off, or the clock have jumped."""

MISSING_AGAIN = timedelta(seconds=30)
"""A missing job is looked at at least this often, old as it may be."""

WATCHED_FOR = timedelta(minutes=60) + timedelta(days=1)
"""From acceptance until we give up looking; the charge does not go away with it."""

ENOUGH_LOOKS = 144
"""A day of looks every ten minutes. A day on which nobody looked does not count."""

LONGEST_RAW = 20_000
"""Characters kept of an answer that is no job."""

COST_LOOKS = (
    timedelta(minutes=1),
    timedelta(minutes=10),
    timedelta(minutes=60),
    timedelta(days=1),
    timedelta(days=2),
    timedelta(days=3),
)
"""After the provider's end, when a missing cost is looked for again."""


def observe(job_id: str, seen: VideoJob, raw: str, *, now: datetime) -> None:
    """Take in one answer about a job: keep it, and move the job where it says. Safe to call twice."""
    with transaction.atomic():
        job = Job.objects.locked().get(id=job_id)
        _keep_answer(job, seen, raw, now)
        if job.state in ENDED or job.state == State.STORING:
            _take_late_cost(job, seen, now)
        elif seen.status in FINAL and job.is_watched:
            finish(job, seen, now=now)
        elif seen.status == ProviderStatus.IN_PROGRESS and job.state == State.QUEUED:
            why = "The provider is working on it."
            take(job, Step(State.IN_PROGRESS, "started", why), now=now)


def _take_late_cost(job: Job, seen: VideoJob, now: datetime) -> None:
    if job.cost is None and take_cost(job, seen, now=now):
        note(job, "settled", f"The provider reported its cost: {job.cost} USD.", now=now)


def _keep_answer(job: Job, seen: VideoJob, raw: str, now: datetime) -> None:
    if raw == job.last_answer and job.missing_since is None:
        return
    Job.objects.filter(id=job.id).update(
        last_answer=raw, provider_status=seen.raw_status[:200], missing_since=None
    )
    job.last_answer = raw
    word = "" if seen.status else f"The provider said a word we do not know: “{seen.raw_status}”."
    Look.objects.create(job=job, at=now, outcome=seen.raw_status[:30] or "no status", message=word, raw=raw)


def finish(job: Job, seen: VideoJob, *, now: datetime) -> None:
    """Take in the provider's end: next state and settlement in the caller's transaction."""
    if seen.status == ProviderStatus.COMPLETED:
        why = "The provider finished it; keeping our own copy."
        columns = {"finished_at": now, "next_look_at": now + COST_LOOKS[0], "next_store_at": now}
        step = Step(State.STORING, "finished", why, columns)
    else:
        step = _unhappy_end(seen, now)
    if take(job, step, now=now) is None:
        return
    if not take_cost(job, seen, now=now):
        ledger.mark_unknown(job.id, now=now, why=_why_unknown(seen))


def _unhappy_end(seen: VideoJob, now: datetime) -> Step:
    cancelled = seen.status == ProviderStatus.CANCELLED
    fallback = "The provider cancelled it." if cancelled else "The provider failed without giving a reason."
    why = seen.error_message or fallback
    columns = {
        "finished_at": now,
        "next_look_at": now + COST_LOOKS[0],
        "failure": why,
        "failure_code": seen.error_code[:200],
    }
    return Step(State.CANCELLED if cancelled else State.FAILED, "ended", why, columns)


def _why_unknown(seen: VideoJob) -> str:
    reported = seen.outputs.raw_cost if seen.outputs else None
    if reported is not None:
        return f"The provider reported a cost of “{reported}”, which cannot be right."
    if seen.status == ProviderStatus.COMPLETED:
        return "The provider finished it without saying what it cost."
    return "The provider does not say whether it charges for jobs that end like this."


def take_cost(job: Job, seen: VideoJob, *, now: datetime) -> bool:
    """Settle a job if the answer carries a cost; tell whether it is settled now."""
    cost = seen.outputs.cost if seen.outputs else None
    if cost is None:
        return job.cost is not None
    try:
        settled = ledger.settle(job.id, cost, now=now, reason="The provider reported this cost.")
    except ValueError:
        return False  # larger than any ledger holds: unknown, the raw answer is kept
    if settled:
        job.cost = cost
        Job.objects.filter(id=job.id, finished_at__isnull=False).update(next_look_at=None)
        drift.watch(job.id, now)
    return True


def look_failed(job_id: str, error: LookError, *, now: datetime, outage: bool) -> None:
    """Take in a look that brought nothing. Only a lasting 404 ends a job, and never during an outage."""
    with transaction.atomic():
        job = Job.objects.locked().get(id=job_id)
        Look.objects.create(
            job=job,
            at=now,
            outcome=type(error).__name__,
            status=error.status,
            message=error.message,
            raw=_unless_repeated(job, error.raw[:LONGEST_RAW]),
        )
        if isinstance(error, JobMissing) and job.is_watched:
            _missing(job, now, outage=outage)


def _unless_repeated(job: Job, raw: str) -> str:
    """Return an answer to keep: "" where the last one kept says the same, for an outage says it for hours."""
    kept = job.looks.exclude(raw="").order_by("-id").values_list("raw", flat=True).first()
    return "" if raw == kept else raw


def _missing(job: Job, now: datetime, *, outage: bool) -> None:
    if job.missing_since is None or outage:
        # What is said during an outage says nothing about a job: its ten minutes begin afterwards.
        Job.objects.filter(id=job.id).update(missing_since=now)
    elif now - job.missing_since >= MISSING_FOR and _looks_missing(job) >= MISSING_LOOKS:
        lose(job, "The provider has not known this job for ten minutes.", now=now)
        return
    Job.objects.filter(id=job.id, next_look_at__gt=now + MISSING_AGAIN).update(
        next_look_at=now + MISSING_AGAIN
    )


def _looks_missing(job: Job) -> int:
    return job.looks.filter(at__gte=job.missing_since, outcome=JobMissing.__name__).count()


def give_up_looking(*, now: datetime) -> int:
    """Lose jobs that were looked at for a day and an hour and have no end. Returns how many.

    Only looks count, and the last one must have been answered: neither a day on which the site was off, nor
    one without the network, nor another account's key loses a job.
    """
    end = F("watched_since") + WATCHED_FOR
    failed = Look.objects.failed().filter(job=OuterRef("pk"))
    unanswered = Exists(failed.filter(at__gte=OuterRef("last_look_at")))
    # A job that alone cannot be read is given up all the same, after one more day of looks.
    hopeless = Exists(failed.filter(at__gte=OuterRef("watched_since") + WATCHED_FOR)[ENOUGH_LOOKS - 1 :])
    old = Job.objects.watched().filter(
        ~unanswered | Q(hopeless),
        account__in=ProviderAccount.objects.configured(),
        watched_since__lte=now - WATCHED_FOR,
        last_look_at__gte=end,
        look_count__gte=ENOUGH_LOOKS,
    )
    why = "The provider has not finished it within a day. It may still charge for it."
    return each_alone(old.order_by("watched_since")[:500], lambda job: lose(job, why, now=now))


def lose(job: Job, why: str, *, now: datetime, actor: User | None = None) -> None:
    """Give a paid job up. Its hold stays open as unknown; *look again* leads back."""
    owes_cost = job.finished_at is not None and job.cost is None
    columns = {
        "next_look_at": job.next_look_at if owes_cost else None,
        "next_store_at": None,
        "failure": why,
        "decision": "",
    }
    if take(job, Step(State.LOST, "lost", why, columns, actor=actor), now=now) is None:
        return
    ledger.mark_unknown(job.id, now=now, why=why)
    if actor is not None:
        return  # who decided it knows it
    text = f"A paid job is lost: {why}"
    Notice.objects.tell(job.team_id, f"lost:{job.id}", text, job=job, kind="lost", now=now)


def looked_for_cost(job_id: str, *, now: datetime) -> None:
    """Plan the next look for a missing cost, or none after the last one."""
    with transaction.atomic():
        job = Job.objects.locked().get(id=job_id)
        if job.cost is not None or job.finished_at is None:
            return
        done = job.cost_looks + 1
        # Looks that fell into an outage or another account's time are made up for, a minute apart.
        soonest = now + COST_LOOKS[0]
        upcoming = max(job.finished_at + COST_LOOKS[done], soonest) if done < len(COST_LOOKS) else None
        Job.objects.filter(id=job_id).update(cost_looks=done, next_look_at=upcoming)
