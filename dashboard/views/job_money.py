"""The Money tab of a job: what it was charged, what may be said about that, and where it counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django import forms

from dashboard.forms.job import CorrectForm, CreditForm, SettleForm, UnchargedForm
from dashboard.http import Asker
from dashboard.templatetags.money import usd_exact
from dashboard.views.job_facts import Amount, money_of
from videojobs.models import Job, LedgerEntry, Limit
from videojobs.models.limits import LimitPeriod
from videojobs.money.counters import falls_under
from videojobs.money.periods import Window, window
from videojobs.money.words import a_period, whose
from videojobs.prices import plain
from videojobs.rights import Right
from videojobs.states import Charged, State


@dataclass(frozen=True)
class CountedIn:
    """One limit a job counts in: whose it is, how much in which period."""

    limit: str
    amount: str
    period: str
    retired: bool


@dataclass(frozen=True)
class Money:
    """A job's money as one person sees it. `bound` are forms that came back with something wrong."""

    job: Job
    asker: Asker
    bound: Mapping[str, forms.Form] = field(default_factory=dict)

    @cached_property
    def amounts(self) -> list[Amount]:
        """Its amounts, from estimate to charge."""
        return money_of(self.job)

    @cached_property
    def entries(self) -> list[LedgerEntry]:
        """Every movement of its money, oldest first."""
        return list(self.job.entries.select_related("actor").order_by("number"))

    # what may be said about it

    @property
    def _may(self) -> bool:
        return self.asker.may(Right.SETTLE_BY_HAND)

    @property
    def settle(self) -> bool:
        """Say what it cost, while nobody knows."""
        return self._may and self.job.is_ended and self.job.charged == Charged.UNKNOWN

    @property
    def uncharged(self) -> bool:
        """Say that it was not charged."""
        return self.settle and self.job.cost is None

    @property
    def charged_after_all(self) -> bool:
        """Say what a job cost that was booked as not charged without ever being settled."""
        sent = bool(self.job.claimed_at or self.job.provider_id or self.job.second_provider_id)
        unsettled = self.job.charged == Charged.NO and self.job.cost is None
        return self._may and self.job.is_ended and unsettled and sent

    @property
    def correct(self) -> bool:
        """Say that it was charged another amount."""
        return self._may and self.job.cost is not None

    @property
    def credit(self) -> bool:
        """Book what the provider gave back."""
        return self._may and bool(self.job.net)

    @property
    def has_deeds(self) -> bool:
        """Whether this person may say anything about it now."""
        return self.settle or self.charged_after_all or self.correct

    @property
    def dispute(self) -> bool:
        """Take everything about it along, to dispute its charge."""
        return may_see_money(self.asker, self.job)

    @cached_property
    def settle_form(self) -> forms.Form:
        """The form of a charge typed by hand."""
        return self.bound.get("settle") or SettleForm(self.job.id)

    @cached_property
    def uncharged_form(self) -> forms.Form:
        """The form of a charge that never was."""
        return self.bound.get("uncharged") or UnchargedForm(self.job.id)

    @cached_property
    def correct_form(self) -> forms.Form:
        """The form of a corrected charge."""
        return self.bound.get("correct") or CorrectForm(self.job.id, seen=seen_of(self.job))

    @cached_property
    def credit_form(self) -> forms.Form:
        """The form of a credit."""
        return self.bound.get("credit") or CreditForm(self.job.id, seen=seen_of(self.job))

    # where it counts

    @property
    def counts(self) -> str:
        """Say in which period all its money counts, and why there."""
        if self.job.state == State.WAITING:
            return (
                "While it waits, its hold counts in whichever day and month are running; "
                "sending it fixes them."
            )
        zone = self.job.team.zone
        local = self.job.counted_at.astimezone(zone)
        what = "it was sent" if self.job.claimed_at else "it was asked for"
        return (
            f"All its money counts on {local.day} {local:%B %Y} ({zone.key}), the day {what}, "
            "whenever it is charged, corrected or credited."
        )

    @cached_property
    def limits(self) -> list[CountedIn]:
        """The limits it counts in; those of other people are not for everybody's eyes."""
        limits = Limit.objects.filter(team_id=self.job.team_id).select_related(
            "team", "project", "person", "token"
        )
        return [self._counted(limit) for limit in limits.order_by("id") if self._is_shown(limit)]

    def _is_shown(self, limit: Limit) -> bool:
        gone = limit.retired_at is not None and limit.retired_at < self.job.counted_at
        return not gone and self.dispute and falls_under(limit, self.job)

    def _counted(self, limit: Limit) -> CountedIn:
        period = window(LimitPeriod(limit.period), self.job.counted_at, self.job.team.zone)
        return CountedIn(
            limit=whose(limit),
            amount=f"{usd_exact(limit.amount)} {a_period(limit)}",
            period=self._words(LimitPeriod(limit.period), period),
            retired=limit.retired_at is not None,
        )

    def _words(self, kind: LimitPeriod, period: Window) -> str:
        if self.job.state == State.WAITING:
            return "the running one" if period.starts_at else "always"
        if period.starts_at is None:
            return "always"
        first = period.starts_at.astimezone(self.job.team.zone)
        if kind is LimitPeriod.MONTH:
            return f"{first:%B %Y}"
        day = f"{first.day} {first:%b %Y}"
        return f"week of {day}" if kind is LimitPeriod.WEEK else day


def may_see_money(asker: Asker, job: Job) -> bool:
    """Tell whether somebody may see the limits and all papers of a job: of any, or of their own."""
    return asker.may(Right.SEE_SPEND) or job.person_id == asker.user.pk


def seen_of(job: Job) -> str:
    """Return how a job's charge stands, for a form to bring back."""
    return f"{'' if job.cost is None else plain(job.cost)}/{plain(job.credited)}"
