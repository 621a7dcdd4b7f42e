"""What of somebody else's prompt a project keeps from its readers, taken away as soon as a row is read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, Self, TypeVar

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.expressions import Combinable

from videojobs.models.limits import HELD_BACK
from videojobs.models.teams import Project, Prompts
from videojobs.states import State

KEPT_PROMPT = "Prompt kept private"
"""What stands where a project keeps a prompt from others."""

KEPT_REASON = "The reason is kept private, as the prompt is."
"""What stands where the provider said why, which may repeat the prompt; its code stays."""


Row = TypeVar("Row", bound=models.Model)


class Veilable(Protocol):
    """What a veil reads of a job, and what it takes away."""

    project_id: int
    model: str
    prompt: str
    title: str
    body: dict[str, Any]
    state: str
    failure: str
    not_before_reason: str
    last_answer: str
    is_veiled: bool

    @property
    def whose(self) -> int:
        """Whose prompt it is."""


@dataclass(frozen=True)
class Veil:
    """One reader's view of prompts. `projects` are those that keep them, by id, with how much (`Prompts`)."""

    person: int = 0
    projects: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def of_outsiders(cls, project: Project) -> "Veil":
        """Return the view of whoever is nobody in the team: of clients, and of those who read mails."""
        return cls(projects={} if project.prompts == Prompts.VISIBLE else {project.pk: project.prompts})

    def covers(self, job: Veilable) -> bool:
        """Tell whether this reader may not read a job's prompt, and with it its body and all answers."""
        return job.project_id in self.projects and job.whose != self.person

    def instead(self, job: Veilable) -> str:
        """Return what stands in the place of a job's prompt; the prompt itself where it is not covered."""
        return self.words(job.project_id, job.whose, job.prompt, job.title)

    def readable(self) -> Q:
        """Return the condition that this reader may read a job's prompt."""
        mine = Q(keeper=self.person) | Q(keeper=None, person=self.person)
        return ~Q(project__in=list(self.projects)) | mine if self.projects else Q()

    def words(self, project_id: int, person_id: int, prompt: str, title: str) -> str:
        """Return what this reader may read of a prompt whose maker or keeper is `person_id`."""
        if project_id not in self.projects or person_id == self.person:
            return prompt
        return title if self.projects[project_id] == Prompts.TITLES and title else KEPT_PROMPT

    def fall_over(self, job: Veilable) -> None:
        """Take away what this reader may not read of a row in memory; the database keeps all of it."""
        if "prompt" in job.__dict__ and self.covers(job):
            job.prompt, job.body, job.is_veiled = self.instead(job), {"model": job.model}, True
            job.title = job.title if self.projects[job.project_id] == Prompts.TITLES else ""
            job.last_answer = ""
            if job.failure and job.state != State.LOST:  # that is ours to say
                job.failure = KEPT_REASON
            if not job.not_before_reason.startswith(HELD_BACK):
                job.not_before_reason = ""

    @property
    def failure(self) -> Combinable:
        """Return what this reader may read of why jobs failed, as the database says it of many."""
        if not self.projects:
            return F("failure")
        mine = self.readable() | Q(state=State.LOST) | Q(failure="")
        kept = Value(KEPT_REASON, output_field=models.TextField())
        return Case(When(mine, then=F("failure")), default=kept, output_field=models.TextField())


class VeiledQuerySet(models.QuerySet[Row]):
    """Rows come with the veil over them, however they are fetched; plain values do not."""

    _veil: Veil | None = None

    def veiled(self, veil: Veil) -> Self:
        """Return the same rows as one reader may see them."""
        found = self.all()
        found._veil = veil if veil.projects else None
        return found

    def readable(self) -> Self:
        """Return the rows whose prompts this reader may read: searching reads, too."""
        return self if self._veil is None else self.filter(self._veil.readable())

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone._veil = self._veil
        return clone

    def _fetch_all(self) -> None:
        is_fresh = self._result_cache is None
        super()._fetch_all()
        if is_fresh and self._veil is not None:
            for row in self._result_cache or ():
                _cover(self._veil, row)

    def iterator(self, *arguments: Any, **named: Any) -> Iterator[Row]:
        """Go through the rows without keeping them."""
        for row in super().iterator(*arguments, **named):
            if self._veil is not None:
                _cover(self._veil, row)
            yield row


def _cover(veil: Veil, row: object) -> None:
    if hasattr(row, "is_veiled"):  # a job, not values of one
        veil.fall_over(row)  # type: ignore[arg-type]
