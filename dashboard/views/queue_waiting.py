"""The waiting list of the Queue page: in the order in which it will be sent, each with why and when."""

from collections import Counter
from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.core.paginator import Page, Paginator

from dashboard.access import may_change, visible_jobs
from dashboard.http import Asker
from videojobs.dispatch import Queue
from videojobs.forecast_words import within
from videojobs.models import Job, Priority, ProviderAccount
from videojobs.models.jobs import JobQuerySet
from videojobs.rights import Right

WAITING_SHOWN = 50

LineKey = tuple[int, int]
"""Whose line, in which account."""


@dataclass(frozen=True)
class Waiting:
    """A job in our queue, its place among all counted from 1 (None while it may not be sent), and its why.

    `line_place` is its place in its own person's line of `line_length`. `still` is whose poster stands for
    it: the clip's it repeats, "" where there is none.
    """

    job: Job
    place: int | None
    reason: str
    may_change: bool
    line_place: int
    line_length: int
    still: str = ""

    @property
    def has_frame(self) -> bool:
        """Whether it begins with a picture; that lies elsewhere on the net, so it is not shown."""
        media = self.job.body.get("media")
        return isinstance(media, dict) and bool(media.get("frame_images"))

    @property
    def line(self) -> str:
        """The line it may be dragged within."""
        return f"{self.job.account_id}-{self.job.person_id}"

    @property
    def priority(self) -> str:
        """ "low", "normal" or "high"."""
        return str(Priority(self.job.priority).label)

    @property
    def local_start(self) -> str:
        """When it may be sent on the team's clocks, as a form takes it; "" where nobody put it off."""
        later = self.job.send_after
        return later.astimezone(self.job.team.zone).strftime("%Y-%m-%dT%H:%M") if later else ""


@dataclass(frozen=True)
class _Row:
    id: str
    account_id: int
    person_id: int
    later: datetime | None
    next_at: datetime | None
    created_at: datetime


class WaitingList:
    """What waits of a view's jobs, one page of it; however long it is, in a fixed number of queries."""

    def __init__(
        self, asker: Asker, account: ProviderAccount, now: datetime, jobs: JobQuerySet, page: str
    ) -> None:
        self.asker = asker
        self.account = account
        self.now = now
        self._jobs = jobs
        self._page = page

    @cached_property
    def page(self) -> "Page[str]":
        """One page of ids in the order in which they will be sent."""
        mine = set(self._jobs.waiting().filter(decision="").order_by().values_list("id", flat=True))
        ids = [row.id for row in sorted(self._lines, key=self._turn) if row.id in mine]
        return Paginator(ids, WAITING_SHOWN).get_page(self._page)

    @property
    def count(self) -> int:
        """How many wait in this view."""
        return self.page.paginator.count

    @property
    def after(self) -> int:
        """How many wait behind this page."""
        return self.count - self.page.end_index()

    @cached_property
    def rows(self) -> list[Waiting]:
        """The jobs of this page."""
        related = self._jobs.select_related("person", "keeper", "account", "project", "team", "next_by")
        found = related.in_bulk(list(self.page.object_list))
        stills = self._stills(found.values())
        return [self._waiting(found[job_id], stills) for job_id in self.page.object_list if job_id in found]

    def _stills(self, jobs: Iterable[Job]) -> set[str]:
        """Return which clips that these jobs repeat have a poster this person may see."""
        repeated = {job.retry_of_id for job in jobs if job.retry_of_id}
        if not repeated:
            return set()
        seen = visible_jobs(self.asker).filter(id__in=repeated, output__poster__gt="")
        return set(seen.order_by().values_list("id", flat=True))

    @cached_property
    def clears(self) -> str:
        """When the last that waits is probably done, as a range; "" where nobody can know."""
        queue = self.queue_of(self.account)
        last = max((queue.places_of.get(row.id, -1) for row in self._lines), default=-1)
        expected = queue.line.expected(last) if last >= 0 and queue.is_moving else None
        return within(expected.finish_low, expected.finish_high) if expected else ""

    @cached_property
    def held_back(self) -> int:
        """How many of the team's jobs have no place, since they may not be sent now."""
        queue = self.queue_of(self.account)
        return sum(row.id not in queue.places_of for row in self._lines if row.account_id == self.account.pk)

    def queue_of(self, account: ProviderAccount) -> Queue:
        """Return the queue of one of the accounts in use."""
        return self._queues[account.pk]

    def _waiting(self, job: Job, stills: Container[str]) -> Waiting:
        queue = self.queue_of(job.account)
        return Waiting(
            job=job,
            place=queue.place(job),
            reason=queue.reason(job),
            may_change=may_change(self.asker, job, Right.CANCEL_OWN, Right.CANCEL_ANY),
            line_place=self._line_places.get(job.id, 1),
            line_length=self._line_lengths[job.account_id, job.person_id],
            still=job.retry_of_id if job.retry_of_id and job.retry_of_id in stills else "",
        )

    def _turn(self, row: _Row) -> tuple[int, bool, datetime, datetime, int, datetime]:
        """Order by place; behind stands what may not be sent now: marked next, then the heads of lines."""
        place = self._queues[row.account_id].places_of.get(row.id, len(self._lines))
        latest = datetime.max.replace(tzinfo=self.now.tzinfo)
        line_place = self._line_places[row.id]
        return (
            place,
            row.later is not None,
            row.later or latest,
            row.next_at or latest,
            line_place,
            row.created_at,
        )

    @cached_property
    def _lines(self) -> list[_Row]:
        """Everything of the team that waits, each person's line in its own order."""
        rows = visible_jobs(self.asker).waiting().filter(decision="").in_line()
        columns = ("id", "account_id", "person_id", "send_after", "not_before", "next_at", "created_at")
        return [
            _Row(job_id, account, person, wanted or put_off, next_at, created)
            for job_id, account, person, wanted, put_off, next_at, created in rows.values_list(*columns)
        ]

    @cached_property
    def _line_places(self) -> dict[str, int]:
        """Return each job's place in its own line, counted from 1."""
        seen: Counter[LineKey] = Counter()
        places = {}
        for row in self._lines:
            seen[row.account_id, row.person_id] += 1
            places[row.id] = seen[row.account_id, row.person_id]
        return places

    @cached_property
    def _line_lengths(self) -> Counter[LineKey]:
        return Counter((row.account_id, row.person_id) for row in self._lines)

    @cached_property
    def _queues(self) -> dict[int, Queue]:
        """The queue of every account this team's jobs wait in: one, unless the key was changed."""
        used = {row.account_id for row in self._lines}
        accounts = ProviderAccount.objects.in_bulk({self.account.pk, *used})
        return {pk: Queue.read(account, self.now, self.asker.user) for pk, account in accounts.items()}
