"""A team's jobs a page at a time: filters, and a cursor that never skips or repeats."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from django.db.models import Q
from pydantic import AfterValidator, BaseModel, Field
from pydantic_core import PydanticCustomError

from dashboard import access, cursor
from dashboard.api.errors import wrong_field
from dashboard.api.schemas import Line
from dashboard.http import Asker
from videojobs.models import Job
from videojobs.models.jobs import JobQuerySet
from videojobs.states import State

MOST_WORDS = 20
YEARS = range(2000, 9000)


def _believable(moment: datetime) -> datetime:
    """Return a moment with its offset, UTC where it has none. Raises a ValueError far from our time."""
    if moment.year not in YEARS:
        raise PydanticCustomError("far_away", "Choose a year from 2000 on")
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


Moment = Annotated[datetime, AfterValidator(_believable)]


class Filters(BaseModel):
    """Which jobs: all conditions must hold. `since` is included, `until` is not; without an offset: UTC."""

    state: Annotated[list[State], Field(description="One or more states; repeat the parameter.")] = []
    model: Line = ""
    person: Annotated[Line, Field(description="The e-mail address of whoever made them.")] = ""
    project: Annotated[Line, Field(description="The project's name.")] = ""
    q: Annotated[Line, Field(description="Words that all stand in the prompt.")] = ""
    since: Moment | None = None
    until: Moment | None = None
    rehearsal: bool | None = None
    cursor: Annotated[Line, Field(description="`next_cursor` of the page before.")] = ""
    limit: Annotated[int, Field(ge=1, le=100)] = 50


@dataclass(frozen=True)
class Page:
    """Some jobs, newest first, and the cursor of the next page, None at the end."""

    jobs: list[Job]
    next_cursor: str | None


def page_of(asker: Asker, filters: Filters) -> Page:
    """Return one page of the jobs this asker may see. Raises ApiError 400 for a cursor that is none."""
    jobs = chosen(access.visible_jobs(asker), filters)
    if filters.cursor:
        jobs = cursor.older(jobs, _place(filters.cursor))
    found = list(
        jobs.select_related("account", "person", "project", "keeper").newest_first()[: filters.limit + 1]
    )
    page = found[: filters.limit]
    return Page(page, cursor.of(page[-1]) if len(found) > len(page) else None)


def _place(text: str) -> cursor.Place:
    try:
        return cursor.read(text)
    except cursor.NoCursor as error:
        message = "This is not a cursor of ours. Start again without one."
        raise wrong_field("cursor", message, "invalid_cursor") from error


def chosen(jobs: JobQuerySet, filters: Filters) -> JobQuerySet:
    """Return the jobs that pass all filters."""
    if filters.state:
        jobs = jobs.filter(state__in=filters.state)
    if filters.model:
        jobs = jobs.filter(model=filters.model)
    if filters.person:
        jobs = jobs.filter(person__email__iexact=filters.person.strip())
    if filters.project:
        jobs = jobs.filter(project__name__iexact=filters.project.strip())
    if filters.rehearsal is not None:
        rehearsal = Q(account__kind="rehearsal")
        jobs = jobs.filter(rehearsal if filters.rehearsal else ~rehearsal)
    words = filters.q.split()[:MOST_WORDS]
    if words:  # what is kept from somebody is not found by guessing at it either
        jobs = jobs.readable()
    for word in words:
        jobs = jobs.filter(prompt__icontains=word)
    return _between(jobs, filters)


def _between(jobs: JobQuerySet, filters: Filters) -> JobQuerySet:
    if filters.since is not None:
        jobs = jobs.filter(created_at__gte=filters.since)
    if filters.until is not None:
        jobs = jobs.filter(created_at__lt=filters.until)
    return jobs
