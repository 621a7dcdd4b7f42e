"""REST: the queue as it stands, in the order it goes, with the reason and the range of each job."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils import timezone
from ninja import Query, Router

from dashboard import access
from dashboard.api.describing import PRIORITIES
from dashboard.api.rest_control import pause_out
from dashboard.api.schemas import Refusal
from dashboard.api.schemas_queue import (
    ExpectedOut,
    PlacesOut,
    QueueFilters,
    QueueOut,
    RunningOut,
    WaitingOut,
)
from dashboard.api.tokens import ApiRequest
from dashboard.http import Asker
from videojobs import dispatch, forecast_times, pauses, places
from videojobs.forecast import Expected
from videojobs.models import Job, ProviderAccount, QueueScope
from videojobs.models.jobs import JobQuerySet
from videojobs.reports import RUNNING
from videojobs.states import State

router = Router(tags=["queue"])

READ = frozenset({400, 401, 403})
RUNNING_SHOWN = 100


@router.get("/queue", response={200: QueueOut, READ: Refusal})
def read_queue(request: ApiRequest, filters: Query[QueueFilters]) -> QueueOut:
    """Read what waits, in the order it goes, what runs, and what holds the queue back."""
    shown = Shown(request.auth, filters, timezone.now())
    page = shown.ids[filters.offset : filters.offset + filters.limit]
    end = filters.offset + len(page)
    return QueueOut(
        waiting=list(shown.waiting(page)),
        waiting_count=len(shown.ids),
        next_offset=end if end < len(shown.ids) else None,
        running=list(shown.running()),
        pauses=[pause_out(pause) for pause in pauses.open_pauses(request.auth.team)],
        places=list(shown.places()),
    )


@dataclass(frozen=True)
class Shown:
    """What one asker sees of the queue, read in a number of queries that does not grow with it."""

    asker: Asker
    filters: QueueFilters
    now: datetime

    @cached_property
    def ids(self) -> list[str]:
        """All waiting jobs that are asked for, in the order they go."""
        rows = self._chosen(access.visible_jobs(self.asker).waiting())
        later = datetime.max.replace(tzinfo=self.now.tzinfo)

        def turn(row: tuple[str, int, datetime | None, datetime]) -> tuple[bool, int, datetime, datetime]:
            job_id, account_id, after, made = row
            place = self._queues[account_id].line.place.get(job_id)
            return place is None, place or 0, after or later, made

        columns = ("id", "account_id", "send_after", "created_at")
        return [row[0] for row in sorted(rows.order_by().values_list(*columns), key=turn)]

    def waiting(self, ids: list[str]) -> Iterator[WaitingOut]:
        """Describe some of them, in the order given."""
        found = Job.objects.select_related("person", "project", "account", "team").in_bulk(ids)
        jobs = [found[job_id] for job_id in ids if job_id in found]
        asked = dispatch.reasons((job for job in jobs if job.decision), self.now, self.asker.user)
        own_places = self._own_places(jobs)
        for job in jobs:
            queue = self._queues[job.account_id]
            self.asker.veil.fall_over(job)
            yield WaitingOut(
                id=job.id,
                version=job.version,
                place=queue.place(job),
                own_place=own_places[job.id],
                reason=asked.get(job.id) or queue.reason(job),
                expected=self._moments(queue.expected(job)),
                needs_decision=job.decision or None,
                priority=PRIORITIES[job.priority],
                next=job.next_at is not None,
                send_after=job.send_after,
                title=job.title,
                prompt=job.prompt,
                body=None if job.is_veiled else job.body,
                model=job.model,
                size=job.size,
                seconds=job.seconds,
                person=job.person.email,
                project=job.project.name,
                held=job.held,
                rehearsal=job.account.is_rehearsal,
                created_at=job.created_at,
            )

    def running(self) -> Iterator[RunningOut]:
        """Describe what the provider works on or is being kept, the longest at it first."""
        jobs = self._chosen(access.visible_jobs(self.asker).filter(state__in=list(RUNNING), decision=""))
        rows = jobs.select_related("person", "project", "account").order_by("accepted_at", "id")
        shown = list(rows[:RUNNING_SHOWN])
        usual = forecast_times.typical_of(shown)
        for job in shown:
            typical, since = usual.get(job.id), job.accepted_at
            yield RunningOut(
                id=job.id,
                version=job.version,
                state=State(job.state),
                title=job.title,
                prompt=job.prompt,
                model=job.model,
                size=job.size,
                person=job.person.email,
                project=job.project.name,
                held=job.held,
                rehearsal=job.account.is_rehearsal,
                accepted_at=since,
                elapsed=max((self.now - since).total_seconds(), 0.0) if since else None,
                usual=typical.usual if typical else None,
                usual_low=typical.low if typical else None,
                usual_high=typical.high if typical else None,
            )

    def places(self) -> Iterator[PlacesOut]:
        """Describe the limits of places with how many are busy, the account's first."""
        team, account = self.asker.team, self._account
        queue = self._queues[account.pk]
        yield PlacesOut(
            scope="account",
            person=None,
            model=None,
            at_once=dispatch.places_of(account),
            busy=len(queue.line.there),
            may_wait=account.may_wait,
        )
        found = places.read(team, account)
        for limit in found.limits:
            each = limit.scope == QueueScope.EACH
            yield PlacesOut.model_validate(
                {
                    "scope": limit.scope,
                    "person": limit.person.email if limit.person else None,
                    "model": limit.model or None,
                    "at_once": limit.at_once,
                    "busy": None if each else found.there.of(limit.scope, limit.person_id, limit.model),
                    "may_wait": limit.waiting,
                }
            )

    def _chosen(self, jobs: JobQuerySet) -> JobQuerySet:
        filters, person = self.filters, self.filters.person.strip()
        if person == "me":
            jobs = jobs.filter(person=self.asker.user)
        elif person:
            jobs = jobs.filter(person__email__iexact=person)
        if filters.project:
            jobs = jobs.filter(project__name__iexact=filters.project.strip())
        return jobs.filter(model=filters.model) if filters.model else jobs

    def _own_places(self, jobs: Iterable[Job]) -> dict[str, int]:
        """Number each line these jobs are in."""
        people = {job.person_id for job in jobs}
        lines = Job.objects.in_team(self.asker.team).waiting().filter(person__in=people).in_line()
        counted: dict[tuple[int, int], int] = {}
        found: dict[str, int] = {}
        for job_id, *line in lines.values_list("id", "account_id", "person_id"):
            account_id, person_id = line
            found[job_id] = counted[account_id, person_id] = counted.get((account_id, person_id), 0) + 1
        return found

    @cached_property
    def _account(self) -> ProviderAccount:
        return self.asker.team.provider_account

    @cached_property
    def _queues(self) -> dict[int, dispatch.Queue]:
        """The queue of every account the team's jobs wait in: one, unless the key was changed."""
        used = Job.objects.in_team(self.asker.team).waiting().order_by().values_list("account_id", flat=True)
        accounts = ProviderAccount.objects.select_related("key").in_bulk({self._account.pk, *used.distinct()})
        return {
            pk: dispatch.Queue.read(account, self.now, self.asker.user) for pk, account in accounts.items()
        }

    def _moments(self, expected: Expected | None) -> ExpectedOut | None:
        if expected is None:
            return None
        return ExpectedOut(
            start_low=self.now + expected.start_low,
            start_high=self.now + expected.start_high,
            finish_low=self.now + expected.finish_low,
            finish_high=self.now + expected.finish_high,
        )
