"""What just ended: finished clips, and what did not come to a clip, the same trouble folded into one."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from django.db.models import Count, Max

from dashboard.views.deeds import Deeds
from dashboard.views.queue_prices import Prices
from videojobs.models import Job
from videojobs.models.jobs import JobQuerySet
from videojobs.states import Charged, State

CLIPS_SHOWN = 12
TROUBLES_SHOWN = 20
JOBS_OF_TROUBLE = 5
JOBS_READ = 120
LONGEST_WAY = timedelta(days=14)
"""From being made to its end; what took longer is found in the Gallery."""

UNHAPPY = (State.FAILED, State.LOST, State.CANCELLED)

CHARGED_WORDS = {
    Charged.NO: "Charged? No.",
    Charged.YES: "Charged? Yes.",
    Charged.UNKNOWN: "Charged? Unknown.",
}


@dataclass(frozen=True)
class Trouble:
    """Jobs that ended the same way, for the same reason, with the same charge."""

    state: State
    sentence: str
    code: str
    charged: Charged
    count: int
    latest: datetime
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


@dataclass(frozen=True)
class Endings:
    """`clips` are the newest, `clip_count` all of them."""

    clips: list[Job]
    clip_count: int
    troubles: list[Trouble]

    def __bool__(self) -> bool:
        return bool(self.clips or self.troubles)

    @property
    def clips_more(self) -> int:
        """How many more clips there are than are shown."""
        return self.clip_count - len(self.clips)


def endings(jobs: JobQuerySet, prices: Prices, *, since: datetime) -> Endings:
    """Read what ended since a moment, in four queries however much it is."""
    # The bound on creation lets the index of a team's states answer.
    ended = jobs.filter(ended_at__gte=since, created_at__gte=since - LONGEST_WAY)
    done = ended.filter(state=State.COMPLETED)
    newest = done.select_related("person", "account", "output").order_by("-ended_at", "-id")
    clips = list(newest[:CLIPS_SHOWN])
    count = len(clips) if len(clips) < CLIPS_SHOWN else done.count()
    return Endings(clips, count, _troubles(ended.filter(state__in=UNHAPPY), prices))


def _troubles(jobs: JobQuerySet, prices: Prices) -> list[Trouble]:
    alike = ("state", "failure", "failure_code", "charged")
    groups = jobs.order_by().values(*alike).annotate(count=Count("pk"), latest=Max("ended_at"))
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
        sentence=row["failure"] or _without_words(State(row["state"])),
        code=row["failure_code"],
        charged=Charged(row["charged"]),
        count=row["count"],
        latest=row["latest"],
        shown=[prices.deeds(job) for job in shown],
    )


def _without_words(state: State) -> str:
    return "Cancelled before it was sent." if state is State.CANCELLED else "It ended without a reason."
