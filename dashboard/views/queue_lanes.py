"""The lanes of the Queue page: what runs, what a person must decide, what waits, what just ended."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property

from django.core.paginator import Page, Paginator
from django.db.models import Q, Sum

from dashboard.access import may_change, visible_jobs
from dashboard.http import Asker
from dashboard.views.deeds import Deeds
from dashboard.views.questions import Question, questions
from dashboard.views.queue_endings import Endings, endings
from dashboard.views.queue_prices import Prices
from videojobs import reports
from videojobs.dispatch import Queue, unwatched
from videojobs.models import Job, ProviderAccount
from videojobs.models.jobs import Decision as WaitsFor
from videojobs.models.jobs import JobQuerySet
from videojobs.rights import Right
from videojobs.states import AT_PROVIDER, State

RUNNING_SHOWN = 60
DECISIONS_SHOWN = 30
WAITING_SHOWN = 100
JUST = timedelta(hours=1)
"""How long something counts as just finished."""

RUNNING = AT_PROVIDER | {State.STORING}


@dataclass(frozen=True)
class Running:
    """A job at the provider or on its way back. `typical` is seconds, None without a history."""

    job: Job
    typical: float | None
    sentence: str


@dataclass(frozen=True)
class Waiting:
    """A job in our queue: its place counted from 1, None while it may not be sent, and why it waits."""

    job: Job
    place: int | None
    reason: str
    may_cancel: bool


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
    """One person's view of their team's queue at one moment; `mine` leaves out everybody else's jobs."""

    asker: Asker
    account: ProviderAccount
    now: datetime
    mine: bool = False
    page: str = "1"

    @property
    def jobs(self) -> JobQuerySet:
        """The jobs this view is about."""
        jobs = visible_jobs(self.asker)
        return jobs.filter(person=self.asker.user) if self.mine else jobs

    @cached_property
    def counts(self) -> reports.Counts:
        """How many jobs of the team have not ended, and where they are."""
        return reports.counts(self.asker.team, self.asker.user)

    @cached_property
    def strip(self) -> Strip:
        """The sums at the top."""
        counts = self.counts
        waiting = Q(state=State.WAITING)
        theirs = self.jobs if self.all_money else self.jobs.filter(person=self.asker.user)
        held = theirs.active().aggregate(all=Sum("held"), waiting=Sum("held", filter=waiting))
        return Strip(
            running=counts.running,
            places=self.account.places,
            free=max(self._queue_of(self.account).free, 0),
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

    @cached_property
    def running(self) -> list[Running]:
        """What the provider works on or we are keeping, the longest at it first."""
        rows = self.jobs.filter(state__in=list(RUNNING), decision="")
        shown = list(rows.select_related("person", "account").order_by("accepted_at", "id")[:RUNNING_SHOWN])
        usual = self._usual(shown)
        return [Running(job, usual.get((job.account.kind, job.model)), _sentence(job)) for job in shown]

    @cached_property
    def running_count(self) -> int:
        """How many run in this view, shown or not."""
        shown = len(self.running)
        if shown < RUNNING_SHOWN:
            return shown
        return self.jobs.filter(state__in=list(RUNNING), decision="").count()

    def _usual(self, jobs: Iterable[Job]) -> dict[tuple[str, str], float]:
        usual: dict[tuple[str, str], float] = {}
        kinds = {job.account.kind: job.account.is_rehearsal for job in jobs}
        for kind, rehearsal in kinds.items():
            waits = reports.typical_waits(self.asker.team, rehearsal=rehearsal)
            usual |= {(kind, model): wait.usual for model, wait in waits.items()}
        return usual

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
    def waiting(self) -> "Page[str]":
        """One page of ids in the order in which they will be sent."""
        rows = (
            self.jobs.waiting()
            .filter(decision="")
            .values_list("id", "account_id", "not_before", "created_at")
        )
        later = datetime.max.replace(tzinfo=self.now.tzinfo)

        def turn(row: tuple[str, int, datetime | None, datetime]) -> tuple[bool, int, datetime, datetime]:
            place = self._places(row[1]).get(row[0])
            return place is None, place or 0, row[2] or later, row[3]

        ids = [row[0] for row in sorted(rows, key=turn)]
        return Paginator(ids, WAITING_SHOWN).get_page(self.page)

    @property
    def waiting_after(self) -> int:
        """How many wait behind this page."""
        return self.waiting.paginator.count - self.waiting.end_index()

    @cached_property
    def waiting_rows(self) -> list[Waiting]:
        """The jobs of that page."""
        found = self.jobs.select_related("person", "account").in_bulk(list(self.waiting.object_list))
        return [self._waiting(found[job_id]) for job_id in self.waiting.object_list if job_id in found]

    def _waiting(self, job: Job) -> Waiting:
        place = self._places(job.account_id).get(job.id)
        mine = may_change(self.asker, job, Right.CANCEL_OWN, Right.CANCEL_ANY)
        reason = self._queue_of(job.account).reason(job)
        return Waiting(job, None if place is None else place + 1, reason, mine)

    def _places(self, account_id: int) -> dict[str, int]:
        return self._queues[account_id].places_of

    def _queue_of(self, account: ProviderAccount) -> Queue:
        return self._queues[account.pk]

    @cached_property
    def _queues(self) -> dict[int, Queue]:
        """The queue of every account this team's jobs wait in: one, unless the key was changed."""
        used = self.jobs.waiting().order_by().values_list("account_id", flat=True).distinct()
        accounts = ProviderAccount.objects.in_bulk({self.account.pk, *used})
        return {pk: Queue.read(account, self.now) for pk, account in accounts.items()}

    # --- just finished ---

    @cached_property
    def endings(self) -> Endings:
        """What ended within the last hour."""
        return endings(self.jobs, self._prices, since=self.now - JUST)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing at all to show."""
        asked = self.decisions or self.parked or self.outages
        return not (self.running or asked or self.waiting.paginator.count or self.endings)


def _sentence(job: Job) -> str:
    """Say what its state alone does not."""
    if elsewhere := unwatched(job, job.account):
        return elsewhere
    if job.state == State.STORING:
        return job.store_problem or "The provider is done; our own copy is being kept."
    return job.account.outage_reason if job.is_watched and job.account.outage_since else ""
