"""The lanes of the Queue page: what runs, what a person must decide, what waits, what just ended."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from django.db.models import F, Q, Sum

from dashboard.access import may_change, visible_jobs
from dashboard.forms.queue import QueueFilters
from dashboard.http import Asker
from dashboard.views.deeds import Deeds
from dashboard.views.questions import Question, questions
from dashboard.views.queue_endings import Endings, endings
from dashboard.views.queue_prices import Prices
from dashboard.views.queue_waiting import WaitingList
from videojobs import forecast_times, reports
from videojobs.dispatch import places_of, unwatched
from videojobs.forecast import Typical
from videojobs.models import Job, ProviderAccount
from videojobs.models.jobs import Decision as WaitsFor
from videojobs.models.jobs import JobQuerySet
from videojobs.rights import Right
from videojobs.states import AT_PROVIDER, State

RUNNING_SHOWN = 60
DECISIONS_SHOWN = 30
RUNNING = AT_PROVIDER | {State.STORING}


@dataclass(frozen=True)
class Running:
    """A job at the provider or on its way back. `typical` is None without a history.

    `may_hide`: whether this person may stop waiting for it, and show it again.
    """

    job: Job
    typical: Typical | None
    sentence: str
    may_hide: bool

    @property
    def is_hidden(self) -> bool:
        """Whether somebody waits for it no more; it runs on all the same."""
        return self.job.dismissed_at is not None


@dataclass(frozen=True)
class Decision:
    """A job only a person moves on, and where the provider shows its jobs ("" in rehearsal)."""

    deeds: Deeds

    @property
    def console(self) -> str:
        """The provider's own list of jobs."""
        account = self.deeds.job.account
        return "" if account.is_rehearsal else account.base_url


@dataclass(frozen=True)
class Strip:
    """The page's sums. `held` is USD; `places` how many jobs the account may have at the provider."""

    running: int
    places: int
    free: int
    waiting: int
    waiting_mine: int
    deciding: int
    held: Decimal
    held_waiting: Decimal

    @property
    def held_running(self) -> Decimal:
        """What is set aside for jobs that were sent."""
        return self.held - self.held_waiting


@dataclass(frozen=True)
class Lanes:
    """One person's view of their team's queue at one moment, as far as the filters let it be seen."""

    asker: Asker
    account: ProviderAccount
    now: datetime
    filters: QueueFilters = field(default_factory=QueueFilters)
    page: str = "1"

    @property
    def jobs(self) -> JobQuerySet:
        """The jobs this view is about."""
        return self.filters.on(visible_jobs(self.asker), self.asker.user)

    @cached_property
    def counts(self) -> reports.Counts:
        """How many jobs of the team have not ended, and where they are."""
        return reports.counts(self.asker.team, self.asker.user)

    @cached_property
    def strip(self) -> Strip:
        """The sums at the top."""
        counts = self.counts
        waiting = Q(state=State.WAITING)
        seen = visible_jobs(self.asker)
        theirs = seen if self.all_money else seen.filter(person=self.asker.user)
        held = theirs.active().aggregate(all=Sum("held"), waiting=Sum("held", filter=waiting))
        return Strip(
            running=counts.running,
            places=places_of(self.account),
            free=max(self.waiting.queue_of(self.account).free, 0),
            waiting=counts.waiting,
            waiting_mine=counts.waiting_mine,
            deciding=counts.deciding + len(self.parked),
            held=held["all"] or Decimal(0),
            held_waiting=held["waiting"] or Decimal(0),
        )

    @property
    def all_money(self) -> bool:
        """Whether this person sees the team's money, not only their own."""
        return self.asker.may(Right.SEE_SPEND)

    # --- running ---

    @property
    def running(self) -> list[Running]:
        """What the provider works on or we are keeping, the longest at it first."""
        return [row for row in self._sent if not row.is_hidden]

    @property
    def hidden(self) -> list[Running]:
        """What runs as well and nobody waits for any more."""
        return [row for row in self._sent if row.is_hidden]

    @cached_property
    def running_count(self) -> int:
        """How many run in this view, shown or not."""
        shown = len(self._sent)
        return shown if shown < RUNNING_SHOWN else self._sent_jobs.count()

    @property
    def running_shown(self) -> int:
        """How many of them the page has, hidden ones counted in."""
        return len(self._sent)

    @property
    def _sent_jobs(self) -> JobQuerySet:
        return self.jobs.filter(state__in=list(RUNNING), decision="")

    @cached_property
    def _sent(self) -> list[Running]:
        in_sight_first = F("dismissed_at").asc(nulls_first=True)
        rows = self._sent_jobs.select_related("person", "account", "project")
        shown = list(rows.order_by(in_sight_first, "accepted_at", "id")[:RUNNING_SHOWN])
        usual = forecast_times.typical_of(shown)
        return [Running(job, usual.get(job.id), _sentence(job), self._may_change(job)) for job in shown]

    def _may_change(self, job: Job) -> bool:
        return may_change(self.asker, job, Right.CANCEL_OWN, Right.CANCEL_ANY)

    # --- decisions ---

    @cached_property
    def parked(self) -> list[ProviderAccount]:
        """Accounts this team's jobs wait in, that send nothing until a person resumes them."""
        parked = ProviderAccount.objects.filter(parked_at__isnull=False)
        return [account for account in parked if self._concerns(account, {State.WAITING})]

    @cached_property
    def outages(self) -> list[ProviderAccount]:
        """Accounts whose provider does not answer looks; nothing is lost meanwhile."""
        silent = ProviderAccount.objects.filter(outage_since__isnull=False)
        return [account for account in silent if self._concerns(account, AT_PROVIDER)]

    def _concerns(self, account: ProviderAccount, states: Collection[State]) -> bool:
        """Whether an account is the one in use, or has jobs of this team in these states."""
        if account == self.account:
            return True
        return visible_jobs(self.asker).of_account(account).filter(state__in=list(states)).exists()

    @cached_property
    def decisions(self) -> list[Decision]:
        """The jobs only a person moves on, the oldest first, with what this person may answer."""
        rows = self.jobs.needs_decision().select_related("person", "account", "project", "team")
        shown = list(rows.order_by("created_at", "id")[:DECISIONS_SHOWN])
        asked = questions(shown, self.asker.membership, self.now)
        return [Decision(self._deeds(job, asked.get(job.id))) for job in shown]

    def _deeds(self, job: Job, question: Question | None) -> Deeds:
        return Deeds.about(question, self.asker) if question else self._prices.deeds(job)

    @cached_property
    def asking(self) -> int:
        """How many jobs of the team wait for a yes, shown or not."""
        jobs = visible_jobs(self.asker).waiting()
        return jobs.filter(decision=WaitsFor.APPROVAL).count()

    @cached_property
    def decisions_more(self) -> int:
        """How many more need a decision than are shown."""
        shown = len(self.decisions)
        return self.jobs.needs_decision().count() - shown if shown == DECISIONS_SHOWN else 0

    @cached_property
    def _prices(self) -> Prices:
        return Prices(self.asker, self.account)

    @property
    def may_resume(self) -> bool:
        """Whether this person may let a parked account send again."""
        return self.asker.may(Right.RESUME_DISPATCH)

    # --- waiting ---

    @cached_property
    def waiting(self) -> WaitingList:
        """What waits, one page of it."""
        return WaitingList(self.asker, self.account, self.now, self.jobs, self.page)

    # --- just finished ---

    @cached_property
    def endings(self) -> Endings:
        """What ended within the last hour, and the failures nobody has looked at yet."""
        return endings(self.jobs, self._prices, now=self.now)

    @property
    def clears(self) -> str:
        """When the last of the line is probably done, as a range; "" where nobody can know."""
        return self.waiting.clears

    @property
    def held_back(self) -> int:
        """How many of the line may not be sent now, and are not counted in when it clears."""
        return self.waiting.held_back

    def shows(self, lane: str) -> bool:
        """Whether a lane is among those asked for."""
        return self.filters.show in {"", lane}

    @property
    def shows_decisions(self) -> bool:
        """Whether the lane of decisions is shown, and has anything in it."""
        return self.shows("decisions") and bool(self.decisions or self.parked or self.outages)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing at all to show."""
        asked = self.shows_decisions or (self.shows("running") and self._sent)
        waits = self.shows("waiting") and self.waiting.count
        failed = self.shows("failed") and self.endings.failures
        return not (asked or waits or failed or (self.shows("finished") and self.endings.just))


def _sentence(job: Job) -> str:
    """Say what its state alone does not."""
    if elsewhere := unwatched(job, job.account):
        return elsewhere
    if job.state == State.STORING:
        return job.store_problem or "The provider is done; our own copy is being kept."
    return job.account.outage_reason if job.is_watched and job.account.outage_since else ""
