"""A job as REST shows it, from its rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dashboard import media_links
from dashboard.api.schemas import EntryOut, EventOut, FailureOut, JobDetail, JobOut, OutputOut
from videojobs import dispatch, lifecycle
from videojobs.models import Job, JobEvent, LedgerEntry, Output, Priority
from videojobs.prices import PriceSource
from videojobs.states import Charged, State

PriorityWord = Literal["low", "normal", "high"]
PRIORITIES: dict[int, PriorityWord] = {Priority.LOW: "low", Priority.NORMAL: "normal", Priority.HIGH: "high"}


@dataclass(frozen=True)
class Reader:
    """For whom a job is described: where their links begin, and at which moment."""

    origin: str
    now: datetime

    def summaries(self, jobs: Sequence[Job]) -> list[JobOut]:
        """Return jobs as a list shows them, in a fixed number of queries."""
        reasons = dispatch.reasons(jobs, self.now)
        outputs = Output.objects.in_bulk([job.id for job in jobs])
        return [self._summary(job, reasons.get(job.id), outputs.get(job.id)) for job in jobs]

    def detail(self, job: Job) -> JobDetail:
        """Return one job with its events and its money."""
        [summary] = self.summaries([job])
        return JobDetail(
            **dict(summary) | {"place": lifecycle.place_of(job)},
            events=_events(job, job.events.select_related("actor").order_by("id")),
            ledger=_entries(job.entries.select_related("actor").order_by("id")),
        )

    def _summary(self, job: Job, reason: str | None, output: Output | None) -> JobOut:
        return JobOut(
            id=job.id,
            version=job.version,
            state=State(job.state),
            title=job.title,
            priority=PRIORITIES[job.priority],
            place=None,
            next=job.next_at is not None,
            send_after=job.send_after,
            dismissed_at=job.dismissed_at,
            keeper=job.keeper.email if job.keeper else None,
            rehearsal=job.account.is_rehearsal,
            model=job.model,
            prompt=job.prompt,
            body=job.body,
            size=job.size,
            seconds=job.seconds,
            person=job.person.email,
            project=job.project.name,
            created_at=job.created_at,
            accepted_at=job.accepted_at,
            finished_at=job.finished_at,
            ended_at=job.ended_at,
            provider_id=job.provider_id,
            provider_status=job.provider_status or None,
            estimate=job.estimate,
            estimate_source=PriceSource(job.estimate_source),
            estimate_explanation=job.estimate_explanation,
            held=job.held,
            cost=job.cost,
            credited=job.credited,
            charged=Charged(job.charged),
            charged_why=job.charged_why,
            waiting_reason=reason,
            needs_decision=_decision(job),
            failure=FailureOut(message=job.failure, code=job.failure_code or None) if job.failure else None,
            output=self._output(job, output) if output else None,
            difference=(output.difference or None) if output else None,
            second_provider_id=job.second_provider_id or None,
            retry_of=job.retry_of_id,
        )

    def _output(self, job: Job, output: Output) -> OutputOut:
        return OutputOut(
            bytes=output.bytes,
            sha256=output.sha256,
            duration=float(output.duration),
            width=output.width,
            height=output.height,
            url=media_links.signed_url(job, output, self.origin, now=self.now),
            container=output.container,
            codec=output.codec,
            has_sound=output.has_sound,
        )


def _decision(job: Job) -> str | None:
    if job.state == State.UNCONFIRMED:
        return "unconfirmed"
    return job.decision or None


def _events(job: Job, events: Iterable[JobEvent]) -> list[EventOut]:
    return [
        EventOut(
            id=event.id,
            at=event.at,
            kind=event.kind,
            from_=State(event.from_state) if event.from_state else None,
            to=State(event.to_state),
            why=event.plain if job.is_veiled else event.why,
            actor=event.actor.email if event.actor else None,
        )
        for event in events
    ]


def _entries(entries: Iterable[LedgerEntry]) -> list[EntryOut]:
    return [
        EntryOut.model_validate(
            {
                "at": entry.at,
                "kind": entry.kind,
                "amount": entry.amount,
                "reason": entry.reason,
                "actor": entry.actor.email if entry.actor else None,
            }
        )
        for entry in entries
    ]
