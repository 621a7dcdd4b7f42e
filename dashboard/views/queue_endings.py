"""What just ended, and the failures nobody has dealt with yet, the same trouble folded into one line."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zlib import crc32

from django.db.models import Count, Max, Q, Sum

from dashboard.views.deeds import Deeds
from dashboard.views.queue_prices import Prices
from videojobs.models import Job
from videojobs.models.jobs import JobQuerySet
from videojobs.rights import Right
from videojobs.states import Charged, State

CLIPS_SHOWN = 12
TROUBLES_SHOWN = 20
JOBS_OF_TROUBLE = 5
JOBS_READ = 120
JUST = timedelta(hours=1)
"""How long something counts as just finished."""

STAYS = timedelta(days=7)
"""How long a failure stays until it is tried again or put away; then the Gallery alone shows it."""

LONGEST_WAY = timedelta(days=14)
"""From being made to its end; what took longer is found in the Gallery."""

FAILURES = (State.FAILED, State.LOST)

CHARGED_WORDS = {
    Charged.NO: "Charged? No.",
    Charged.YES: "Charged? Yes.",
    Charged.UNKNOWN: "Charged? Unknown.",
}


@dataclass(frozen=True)
class Trouble:
    """Jobs that ended the same way, for the same reason, with the same charge.

    This person may retry or put away `mine` of them; their estimates come to `usd`.
    """

    state: State
    sentence: str
    code: str
    charged: Charged
    count: int
    latest: datetime
    mine: int = 0
    usd: Decimal = Decimal(0)
    shown: list[Deeds] = field(default_factory=list)

    @property
    def key(self) -> str:
        """A name for this fold that stays the same while it grows."""
        return f"{self.state}-{crc32(f'{self.sentence} {self.code} {self.charged}'.encode())}"

    @property
    def charged_words(self) -> str:
        """Whether money is gone, as a question with its answer."""
        return CHARGED_WORDS[self.charged]

    @property
    def more(self) -> int:
        """How many more there are than are shown."""
        return self.count - len(self.shown)

    @property
    def like(self) -> str:
        """The id of one of them, which names all of its kind; "" where none was read."""
        return self.shown[0].job.id if self.shown else ""

    @property
    def may_retry(self) -> bool:
        """Whether this person may try some of them again."""
        return bool(self.mine and self.like and self.state != State.CANCELLED)


@dataclass(frozen=True)
class Endings:
    """`clips` are the newest of `clip_count`, `failures` what is still to be dealt with."""

    clips: list[Job]
    clip_count: int
    cancelled: list[Trouble]
    failures: list[Trouble]
    failure_count: int

    @property
    def just(self) -> bool:
        """Whether anything ended within the last hour that needs nothing."""
        return bool(self.clips or self.cancelled)

    @property
    def clips_more(self) -> int:
        """How many more clips there are than are shown."""
        return self.clip_count - len(self.clips)

    @property
    def failures_more(self) -> int:
        """How many failures stand in no fold that is shown."""
        return self.failure_count - sum(trouble.count for trouble in self.failures)


def endings(jobs: JobQuerySet, prices: Prices, *, now: datetime) -> Endings:
    """Read what ended, in a fixed number of queries however much it is."""
    just = _ended(jobs, now - JUST)
    done = just.filter(state=State.COMPLETED)
    newest = done.select_related("person", "account", "output", "project").order_by("-ended_at", "-id")
    clips = list(newest[:CLIPS_SHOWN])
    count = len(clips) if len(clips) < CLIPS_SHOWN else done.count()
    cancelled = _troubles(just.filter(state=State.CANCELLED, dismissed_at=None), prices)
    failed = failures(jobs, now)
    folds = _troubles(failed, prices)
    shown = sum(fold.count for fold in folds)
    return Endings(clips, count, cancelled, folds, shown if len(folds) < TROUBLES_SHOWN else failed.count())


def failures(jobs: JobQuerySet, now: datetime) -> JobQuerySet:
    """Return the failures of these jobs that were neither tried again nor put away."""
    return _ended(jobs, now - STAYS).filter(state__in=FAILURES, dismissed_at=None, retries=None)


def _ended(jobs: JobQuerySet, since: datetime) -> JobQuerySet:
    # The bound on creation lets the index of a team's states answer.
    return jobs.filter(ended_at__gte=since, created_at__gte=since - LONGEST_WAY)


def _troubles(jobs: JobQuerySet, prices: Prices) -> list[Trouble]:
    alike = ("state", "said", "failure_code", "charged")
    asker = prices.asker
    own = Q(keeper=asker.user) | Q(keeper=None, person=asker.user)
    if asker.may(Right.CANCEL_ANY):
        mine = Q(pk__isnull=False)
    else:
        mine = own if asker.may(Right.CANCEL_OWN) else Q(pk=None)
    groups = (
        jobs.order_by()
        .annotate(said=asker.veil.failure)
        .values(*alike)
        .annotate(
            count=Count("pk"),
            latest=Max("ended_at"),
            mine=Count("pk", filter=mine),
            usd=Sum("estimate", filter=mine),
        )
    )
    rows = list(groups.order_by("-latest")[:TROUBLES_SHOWN])
    examples = _examples(jobs) if rows else {}
    return [_trouble(row, examples.get(tuple(row[name] for name in alike), ()), prices) for row in rows]


def _examples(jobs: JobQuerySet) -> dict[tuple[Any, ...], list[Job]]:
    """Return the newest jobs by what they have in common."""
    read = jobs.select_related("person", "account", "project", "team").order_by("-ended_at", "-id")
    found: dict[tuple[Any, ...], list[Job]] = {}
    for job in read[:JOBS_READ]:
        found.setdefault((job.state, job.failure, job.failure_code, job.charged), []).append(job)
    return found


def _trouble(row: dict[str, Any], jobs: Iterable[Job], prices: Prices) -> Trouble:
    shown = list(jobs)[:JOBS_OF_TROUBLE]
    return Trouble(
        state=State(row["state"]),
        sentence=row["said"] or _without_words(State(row["state"])),
        code=row["failure_code"],
        charged=Charged(row["charged"]),
        count=row["count"],
        latest=row["latest"],
        mine=row["mine"],
        usd=row["usd"] or Decimal(0),
        shown=[prices.deeds(job) for job in shown],
    )


def _without_words(state: State) -> str:
    return "Cancelled before it was sent." if state is State.CANCELLED else "It ended without a reason."
