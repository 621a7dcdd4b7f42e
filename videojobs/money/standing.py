"""How a job stands in a team's books: what it adds to every sum it belongs to."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from videojobs.models import Job
from videojobs.models.fields import to_micros
from videojobs.states import ENDED, State

SUMS = ("jobs", "charged", "open_ends", "spent", "held", "unknown")
"""Columns that day totals and balances share."""

DAY_SUMS = (*SUMS, "clips", "seconds", "failed", "spent_on_failed")

NONE = Decimal(0)


@dataclass(frozen=True)
class Standing:
    """What one job adds, in database units: whole millionths of a dollar, seconds, counts.

    Its money belongs to the day and the periods of `counted_at`; while it `waits`, limits count its hold in
    whichever period is running.
    """

    counted_at: datetime
    waits: bool
    charged: int = 0
    open_ends: int = 0
    spent: int = 0
    held: int = 0
    unknown: int = 0
    clips: int = 0
    seconds: int = 0
    failed: int = 0
    spent_on_failed: int = 0
    jobs: int = 1

    @classmethod
    def of(cls, job: Job) -> "Standing":
        """Read a job's standing off its row, which the caller has locked."""
        ended, done = job.state in ENDED, job.state == State.COMPLETED
        spent, still_open = to_micros(job.net or NONE), to_micros(job.held)
        failed = ended and not done
        return cls(
            counted_at=job.counted_at,
            waits=job.state == State.WAITING,
            charged=int(job.cost is not None),
            open_ends=int(ended and still_open > 0),
            spent=spent,
            held=0 if ended else still_open,
            unknown=still_open if ended else 0,
            clips=int(done),
            seconds=(job.seconds or 0) if done else 0,
            failed=int(failed),
            spent_on_failed=spent if failed else 0,
        )

    def gone(self) -> "Standing":
        """Return the standing of one that leaves the sums it stood in."""
        return Standing(self.counted_at, waits=self.waits, jobs=0)

    @property
    def taken(self) -> int:
        """What of a limit it takes, in millionths."""
        return self.spent + self.held + self.unknown

    def sums(self, names: tuple[str, ...]) -> tuple[int, ...]:
        """Return what it adds to columns."""
        return tuple(getattr(self, name) for name in names)
