"""What somebody should look at: charges nobody knows, estimates that were off, limits in the way."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Case, IntegerField, Sum, When
from django.urls import reverse

from dashboard.forms.gallery import MONEY
from dashboard.templatetags.money import usd
from dashboard.views.spend_figures import Figures
from videojobs.models import LimitAction
from videojobs.models.jobs import JobQuerySet
from videojobs.models.limits import HELD_BACK
from videojobs.reports import Book

LOOKED_AT = 500
"""The latest charged jobs whose estimates are compared; more would take time on every page."""

REACHED = {
    LimitAction.STOP: "Nothing more fits until a new start or a raise.",
    LimitAction.ASK: "More jobs wait for somebody's yes until a new start or a raise.",
    LimitAction.WARN: "Jobs go on: people are only told.",
}
"""What a limit that is reached means, the strictest first."""


@dataclass(frozen=True)
class Matter:
    """One thing to look at, with where it leads."""

    words: str
    detail: str
    url: str


@dataclass(frozen=True)
class Attention:
    """All there is to look at in a view."""

    figures: Figures

    @cached_property
    def matters(self) -> list[Matter]:
        """What there is, the costliest kind first."""
        found = (self._unknown(), self._off(), self._unattributed(), self._reached(), self._held_back())
        return [matter for matter in found if matter]

    def _unknown(self) -> Matter | None:
        ever = self.figures.ever
        if not ever.open_ends:
            return None
        detail = (
            f"{usd(ever.unknown)} stays held; not in what is spent. Each job says why, and can be settled."
        )
        return Matter(f"{_jobs(ever.open_ends)} of unknown charge", detail, self.figures.unknown_url)

    def _off(self) -> Matter | None:
        asked, charged = self.figures.asked, self.figures.totals.charged
        if not charged:
            return None
        off = Case(When(MONEY["off"], then=1), default=0, output_field=IntegerField())
        jobs = self._charged(is_all=charged <= LOOKED_AT).annotate(is_off=off).values("is_off")
        count = jobs[:LOOKED_AT].aggregate(sum=Sum("is_off"))["sum"]
        if not count:
            return None
        of = min(charged, LOOKED_AT)
        detail = f"Of the latest {of:,} charged; over 10 % more or less than the estimate."
        url = asked.jobs(asked.span.whole, money="off")
        return Matter(f"{_jobs(count)} estimated wrongly", detail, url)

    def _charged(self, *, is_all: bool) -> JobQuerySet:
        """Return the period's charged jobs, or of many those that finished in it, the latest first."""
        asked, period = self.figures.asked, self.figures.span.period
        if is_all:
            return Book(asked.team, asked.rehearsal, asked.person, period).jobs().filter(MONEY["charged"])
        # The index of settled jobs finds these without a walk past all that are still open.
        ever = Book(asked.team, asked.rehearsal, asked.person).jobs().filter(MONEY["charged"])
        return ever.filter(period.within("finished_at", asked.team.zone)).order_by("-finished_at")

    def _unattributed(self) -> Matter | None:
        sums = self.figures.unattributed
        if not sums.charged:
            return None
        detail = f"{_jobs(sums.charged)} fell to the default project, because nobody chose another."
        return Matter(f"{usd(sums.spent)} without a project", detail, self.figures.unattributed_url)

    def _reached(self) -> Matter | None:
        full = [one for one in self.figures.standings if one.left <= 0]
        if not full:
            return None
        words = "1 limit is reached" if len(full) == 1 else f"{len(full)} limits are reached"
        actions = {one.limit.action for one in full}
        strictest = next(action for action in REACHED if action in actions)
        return Matter(words, REACHED[strictest], "#limits")

    def _held_back(self) -> Matter | None:
        asked = self.figures.asked
        jobs = Book(asked.team, asked.rehearsal, asked.person).jobs().waiting()
        count = jobs.filter(not_before_reason__startswith=HELD_BACK).count()
        if not count:
            return None
        return Matter(f"{_jobs(count)} held back by a limit", "They wait in the queue.", reverse("queue"))


def _jobs(count: int) -> str:
    return "1 job" if count == 1 else f"{count:,} jobs"
