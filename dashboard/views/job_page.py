"""One job with everything about it: read once for a request, whole or one live piece."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django import forms
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from dashboard import media_links
from dashboard.access import visible_jobs
from dashboard.http import Asker, TeamRequest
from dashboard.views import raw_text
from dashboard.views.deeds import Deeds
from dashboard.views.job_facts import Fact, Phase, file_of, phases_of, settings_of
from dashboard.views.job_money import Money
from dashboard.views.job_timeline import Moment, moments_of
from videojobs import dispatch, reports
from videojobs.models import Job, Look, Output
from videojobs.rights import Right
from videojobs.states import State

PARTS = (
    ("settings", "Settings"),
    ("money", "Money"),
    ("timeline", "Timeline"),
    ("file", "File"),
    ("raw", "Raw"),
)
ABOUT_MONEY = frozenset({"settle", "uncharged", "correct", "credit"})
"""Forms of the Money tab, by the name they come back under."""

MOST_LOOKS = 60
"""Kept looks shown; a job looked at in vain for a day keeps hundreds."""


@dataclass(frozen=True)
class Part:
    """One tab of the page."""

    label: str
    url: str
    current: bool
    name: str


@dataclass(frozen=True)
class RawAnswer:
    """One answer of the provider, as text."""

    label: str
    at: datetime
    text: str


@dataclass(frozen=True)
class JobPage:
    """What the page and its live pieces show of one job."""

    job: Job
    asker: Asker
    part: str
    now: datetime
    bound: Mapping[str, forms.Form] = field(default_factory=dict)
    problem: str = ""

    @cached_property
    def deeds(self) -> Deeds:
        """What this person may do with it."""
        return Deeds(self.job, self.asker, self.bound)

    @cached_property
    def output(self) -> Output | None:
        """Our own copy, where there is one."""
        return Output.objects.filter(job=self.job).first()

    @property
    def clip(self) -> str:
        """The address of our copy."""
        return media_links.clip_path(self.job.id)

    @property
    def download(self) -> str:
        """The address that saves our copy."""
        return f"{self.clip}?download"

    @property
    def remix(self) -> str:
        """Create, filled in with this wish; "" for those who may not send."""
        return f"{reverse('create')}?from={self.job.id}" if self.asker.may(Right.SUBMIT) else ""

    @property
    def poster(self) -> str:
        """The address of its poster, "" where none could be made."""
        return media_links.poster_path(self.job.id) if self.output and self.output.poster else ""

    @property
    def console(self) -> str:
        """Where the provider shows its jobs, "" in rehearsal."""
        return "" if self.job.account.is_rehearsal else self.job.account.base_url

    @property
    def live(self) -> bool:
        """Whether news may still change its picture."""
        return self.job.state != State.COMPLETED

    # what it waits for

    @cached_property
    def typical(self) -> reports.Wait | None:
        """How long its model usually takes, from our own history."""
        return reports.typical_wait(self.job.team, self.job.model, rehearsal=self.job.account.is_rehearsal)

    @cached_property
    def sentence(self) -> str:
        """Why it is where it is, where its state alone does not say so."""
        if self.job.state == State.WAITING:
            return dispatch.reasons([self.job], self.now, self.asker.user).get(self.job.id, "")
        if elsewhere := dispatch.unwatched(self.job, self.job.account):
            return elsewhere
        if self.job.state == State.STORING:
            return self.job.store_problem
        if self.job.is_watched and self.job.account.outage_since:
            return self.job.account.outage_reason
        return ""

    # its tabs

    @property
    def parts(self) -> list[Part]:
        """The tabs, each with its own address."""
        base = reverse("job", args=[self.job.id])
        return [
            Part(label, base if name == PARTS[0][0] else f"{base}?show={name}", name == self.part, name)
            for name, label in PARTS
        ]

    @cached_property
    def settings(self) -> list[Fact]:
        """What was asked for."""
        return settings_of(self.job)

    @cached_property
    def file(self) -> list[Fact]:
        """What is in the file."""
        return file_of(self.output) if self.output else []

    @cached_property
    def money(self) -> Money:
        """Its money, and what this person may say about it."""
        return Money(self.job, self.asker, self.bound)

    @cached_property
    def phases(self) -> list[Phase]:
        """How long each stretch of its way took."""
        return phases_of(self.job)

    @cached_property
    def looks(self) -> list[Look]:
        """The latest kept looks, oldest first."""
        return list(self.job.looks.order_by("-id")[:MOST_LOOKS])[::-1]

    @cached_property
    def moments(self) -> list[Moment]:
        """Its way, oldest first."""
        events = self.job.events.select_related("actor").order_by("id")
        return moments_of(events, self.looks, veiled=self.job.is_veiled)

    @property
    def request_line(self) -> str:
        """What was asked of which address."""
        origin = "the simulator" if self.job.account.is_rehearsal else self.job.account.base_url
        return f"POST /v2/videos at {origin}"

    @cached_property
    def raw_request(self) -> str:
        """The body as it is or was sent; "" for those who may not read its prompt."""
        if self.job.is_veiled:
            return ""
        return raw_text.shown(json.dumps(self.job.body, ensure_ascii=False), self._key)

    @cached_property
    def _key(self) -> str:
        return raw_text.key_behind(self.job)

    @cached_property
    def raw_answers(self) -> list[RawAnswer]:
        """The last answer and those of the kept looks, newest first; they may repeat the prompt."""
        if self.job.is_veiled:
            return []
        kept = [
            RawAnswer(look.outcome, look.at, raw_text.shown(look.raw, self._key))
            for look in reversed(self.looks)
            if look.raw
        ]
        last = self.job.last_answer
        if last and not any(look.raw == last for look in self.looks):
            at = self.job.last_look_at or self.job.accepted_at or self.job.created_at
            kept.insert(0, RawAnswer("last answer", at, raw_text.shown(last, self._key)))
        return kept

    # where it comes from, what came of it

    @cached_property
    def retries(self) -> list[Job]:
        """Jobs made from this one, oldest first."""
        made = visible_jobs(self.asker).filter(retry_of=self.job)
        return list(made.order_by("created_at", "id")[:20])

    @cached_property
    def origin(self) -> Job | None:
        """The job this one was made from."""
        earlier = self.job.retry_of_id
        return visible_jobs(self.asker).filter(pk=earlier).first() if earlier else None


def page_of(
    request: TeamRequest, job: Job, bound: Mapping[str, forms.Form] | None = None, problem: str = ""
) -> JobPage:
    """Return the page as this request asks for it."""
    # A form that came back stands on its own tab.
    wanted = "money" if ABOUT_MONEY & set(bound or {}) else request.GET.get("show", "")
    part = wanted if wanted in dict(PARTS) else PARTS[0][0]
    return JobPage(job, request.asker, part, timezone.now(), bound or {}, problem)


def show_job(
    request: TeamRequest,
    job: Job,
    *,
    bound: Mapping[str, forms.Form] | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """Show the whole page, with what was wrong where something was."""
    page = page_of(request, job, bound, problem)
    return TemplateResponse(request, "jobs/job.html", {"page": page, "job": job}, status=status)
