"""What a limit would have meant: its last periods beside the amount, and the jobs it would have stopped."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from dashboard.forms.limits import TermsForm
from dashboard.templatetags.money import usd
from dashboard.views.limit_lines import Bar
from videojobs.models import Limit, LimitAction, LimitPeriod
from videojobs.money.periods import Window
from videojobs.trials import Books, Past, Subject, Trial

NOTHING = Decimal(0)
RUNNING = {
    LimitPeriod.DAY: "Today so far",
    LimitPeriod.WEEK: "This week so far",
    LimitPeriod.MONTH: "This month so far",
    LimitPeriod.TOTAL: "So far, in all",
}
FATES = {
    LimitAction.STOP: "would have been refused",
    LimitAction.ASK: "would have waited for a yes",
    LimitAction.WARN: "would have gone on above it",
}
A_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Said:
    """What of a limit is said so far; None: nothing that can be read."""

    subject: Subject | None
    period: LimitPeriod | None
    amount: Decimal | None = None
    action: LimitAction = LimitAction.STOP

    @classmethod
    def of(cls, form: TermsForm, limit: Limit | None) -> "Said":
        """Read it off a form, or off the limit the form opens with."""
        if not form.is_bound:
            return cls.by(limit) if limit else cls(Subject(), LimitPeriod.MONTH)
        form.is_valid()
        values: dict[str, Any] = form.cleaned_data
        period = form.counts or values.get("period")
        return cls(
            subject=Subject.of(limit) if limit else values.get("what"),
            period=LimitPeriod(period) if period else None,
            amount=values.get("amount"),
            action=LimitAction(values.get("action") or LimitAction.STOP),
        )

    @classmethod
    def by(cls, limit: Limit) -> "Said":
        """Read it off a limit there is."""
        return cls(Subject.of(limit), LimitPeriod(limit.period), limit.amount, LimitAction(limit.action))


@dataclass(frozen=True)
class PastLine:
    """What one period came to, drawn to the scale of the amount."""

    label: str
    past: Past
    bar: Bar
    fits: bool

    @property
    def words(self) -> str:
        """The same for somebody who cannot see it."""
        return f"{self.label}: {usd(self.past.taken)}"


@dataclass(frozen=True)
class Facts:
    """What the last periods came to, and what the limit would have done to their jobs."""

    lines: list[PastLine]
    trial: Trial | None
    amount: Decimal | None
    fate: str

    @property
    def more(self) -> int:
        """How many jobs the list leaves out."""
        return self.trial.count - len(self.trial.jobs) if self.trial else 0


def facts_of(books: Books, said: Said) -> Facts:
    """Read the past of a limit, and try it if its amount is known."""
    past = books.past()
    return Facts(
        lines=list(_lines(past, said.amount, books)),
        trial=books.trial(said.amount, past) if said.amount else None,
        amount=said.amount,
        fate=FATES[said.action],
    )


def _lines(past: list[Past], amount: Decimal | None, books: Books) -> Iterable[PastLine]:
    scale = max([amount or NOTHING, *(one.taken for one in past)])
    mark = [amount * 100 / scale] if amount else []
    for number, one in enumerate(past):
        label = _label(one.window, books.period, books.team.zone) if number else RUNNING[books.period]
        sums = (("spent", one.spent), ("held", one.held), ("unknown", one.unknown))
        yield PastLine(label, one, Bar.of(scale, sums, mark), amount is None or one.taken <= amount)


def _label(window: Window, period: LimitPeriod, zone: ZoneInfo) -> str:
    """Name a period that is over."""
    if window.starts_at is None or window.ends_at is None:
        return RUNNING[period]
    first, last = window.starts_at.astimezone(zone), (window.ends_at - A_MOMENT).astimezone(zone)
    if period == LimitPeriod.DAY:
        return f"{first:%a} {first.day} {first:%b}"
    if period == LimitPeriod.WEEK:
        return f"{first.day} {first:%b} – {last.day} {last:%b}"
    return f"{first:%B %Y}"
