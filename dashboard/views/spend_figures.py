"""The figures on top of the Spend page, each beside what it was the last time."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from dashboard.limiting import seen_by
from dashboard.templatetags.money import usd
from dashboard.views.spend_asked import OPEN, Asked
from dashboard.views.spend_span import Span
from dashboard.views.spend_table import Table
from videojobs import reports, reports_forecast
from videojobs.models import LimitPeriod, LimitScope
from videojobs.money import budgets
from videojobs.money.budgets import LimitStanding
from videojobs.money.periods import month_of
from videojobs.money.words import a_period
from videojobs.reports import Totals
from videojobs.reports_forecast import Expected, SoFar


@dataclass(frozen=True)
class Figures:
    """What was spent, is held, is left and is expected, and what went into takes that failed.

    `known` is how the limits stand that this person may see, where the page has read that already.
    """

    asked: Asked
    table: Table
    known: tuple[LimitStanding, ...] | None = None

    @property
    def span(self) -> Span:
        """The days it is about."""
        return self.asked.span

    @cached_property
    def totals(self) -> Totals:
        """The sums of the period: the table's, where it has all of it."""
        if self.table.is_whole:
            return self.table.sums
        return reports.totals(self.asked.team, **self.asked.whose, period=self.span.period)

    @cached_property
    def before(self) -> Totals | None:
        """The sums of the same days of last month, or of as many days before; None beside all time."""
        days = self.span.before
        return None if days is None else reports.totals(self.asked.team, **self.asked.whose, period=days)

    @cached_property
    def ever(self) -> Totals:
        """The team's sums of all time; of one person the period's, which is all their page is about."""
        if self.asked.person is not None:
            return self.totals
        return reports.balance(self.asked.team, rehearsal=self.asked.rehearsal)

    @cached_property
    def unattributed(self) -> Totals:
        """What of the period was given to no project; nothing in a team that has but one."""
        if self.asked.team.projects.count() < 2:
            return Totals()
        return reports.without_project(self.asked.team, **self.asked.whose, period=self.span.period)

    # what is left

    @cached_property
    def standings(self) -> list[LimitStanding]:
        """How the limits stand that this person may see."""
        asked = self.asked
        if self.known is not None:
            return list(self.known)
        standings = budgets.standings(asked.team, now=asked.now, rehearsal=asked.rehearsal)
        return list(seen_by(asked.asker, standings))

    @cached_property
    def tightest(self) -> LimitStanding | None:
        """The limit on the team, or on this person alone, that has the least room; None without one."""
        scope = LimitScope.TEAM if self.asked.sees_all else LimitScope.PERSON
        mine = [one for one in self.standings if one.limit.scope == scope]
        return min(mine, key=lambda one: one.left, default=None)

    @property
    def left_before(self) -> Decimal | None:
        """What of a monthly limit was left on this day of last month; None where that says nothing."""
        tightest, before = self.tightest, self.before
        if tightest is None or before is None or self.span.name != "month":
            return None
        is_monthly = tightest.limit.period == LimitPeriod.MONTH
        return tightest.limit.amount - before.spent - before.unknown if is_monthly else None

    @property
    def often(self) -> str:
        """How often that limit starts anew: "a month"."""
        return a_period(self.tightest.limit) if self.tightest else ""

    @property
    def left_lines(self) -> list[tuple[str, str]]:
        """What that limit's room is made of."""
        one = self.tightest
        if one is None:
            return []
        parts = (
            ("Limit", one.limit.amount),
            ("Spent", one.spent),
            ("Held", one.held),
            ("Unknown", one.unknown),
        )
        return [(word, usd(amount)) for word, amount in parts]

    # what is expected

    @cached_property
    def _running(self) -> Totals:
        """The sums of what is looked forward to: of the period, or of the month that runs."""
        if self.span.horizon == self.span.period:
            return self.totals
        return reports.totals(self.asked.team, **self.asked.whose, period=self.span.horizon)

    @cached_property
    def _spent_on(self) -> dict[date, Decimal]:
        """What was spent on each day an expectation looks back at, and in the whole month before."""
        since = min(reports_forecast.history_begins(self.span.today), self._month_before[0])
        return reports.spent_by_day(self.asked.team, since, self.span.today, **self.asked.whose)

    @cached_property
    def expected(self) -> Expected | None:
        """What the period, or the running month, comes to; None where there are too few days to say."""
        asked, today, last = self.asked, self.span.today, self.span.horizon.last
        if last is None:
            return None
        return reports_forecast.expect(
            self._spent_on,
            SoFar(self._running.spent, self._running.held),
            today=today,
            last=last,
            began=reports.first_day(asked.team, reports_forecast.work_begins(today), **asked.whose),
        )

    @property
    def _month_before(self) -> tuple[date, date]:
        return month_of(self.span.today.replace(day=1) - timedelta(days=1))

    @property
    def spent_the_month_before(self) -> Decimal | None:
        """What the whole last month came to, beside what this one is expected to; None beside other days."""
        first, last = self._month_before
        if self.span.horizon.first != last + timedelta(days=1):
            return None
        return sum((usd for day, usd in self._spent_on.items() if first <= day <= last), Decimal(0))

    @property
    def failed_per_cent(self) -> int:
        """How many of a hundred dollars went into takes that failed."""
        return round(100 * (self.totals.failed_spent_share or 0))

    # where the numbers lead

    @property
    def spent_url(self) -> str:
        """The jobs charged in the period."""
        return self.asked.jobs(self.span.whole, money="charged")

    @property
    def held_url(self) -> str:
        """The jobs that hold money now."""
        return self.asked.jobs(self._ever, money="held")

    @property
    def unknown_url(self) -> str:
        """The ended jobs nobody knows the charge of."""
        return self.asked.jobs(self._ever, money="unknown")

    @property
    def failed_url(self) -> str:
        """The jobs of the period that were charged and made no clip."""
        return self.asked.jobs(self.span.whole, money="charged", state="no_clip")

    @property
    def made_url(self) -> str:
        """The jobs of the period."""
        return self.asked.jobs(self.span.whole, state="any")

    @property
    def unattributed_url(self) -> str:
        """The charged jobs of the period that were given to no project."""
        default = self.asked.team.projects.get(is_default=True)
        return self.asked.jobs(self.span.whole, project=str(default.pk), money="charged")

    @property
    def _ever(self) -> tuple[date | None, date | None]:
        return OPEN if self.asked.person is None else self.span.whole
