"""What REST takes and gives where a queue is kept in order: changes of a job, pauses, deeds on many."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from dashboard.api.listing import Filters, Moment
from dashboard.api.schemas import Line, Strict, Title, Usd, Version, VideoBody, one_line
from videojobs.pauses import LONGEST_WHY
from videojobs.states import Charged, State

PriorityWord = Literal["low", "normal", "high"]

MOST_IDS = 1_000


class JobChange(Strict):
    """What a waiting job should be instead; what is left out stays.

    `version` is the one a read gave; If-Match does as well. `place` counts from 1 in its person's own line.
    `body` takes the place of the whole body, and is checked and priced as a new job's.
    """

    version: Version = None
    title: Title | None = None
    project: Annotated[Line | None, Field(description="The project's name.")] = None
    body: VideoBody | None = None
    priority: PriorityWord | None = None
    place: Annotated[int, Field(ge=1, le=10**9)] | Literal["top", "bottom"] | None = None
    before: Annotated[Line | None, Field(description="The id of a job of the same line.")] = None
    after: Annotated[Line | None, Field(description="The id of a job of the same line.")] = None
    next: Annotated[bool | None, Field(description="Sent before everything else.")] = None
    send_after: Annotated[Moment | None, Field(description="Not sent sooner; null: in its turn.")] = None


class PauseWish(Strict):
    """Whose sending stops or goes on. `person` is an e-mail address, or "me"."""

    scope: Literal["team", "person", "model"]
    person: Line | None = None
    model: Annotated[
        str | None, Field(max_length=200), AfterValidator(lambda text: text and one_line(text))
    ] = None
    reason: Annotated[str, Field(max_length=LONGEST_WHY), AfterValidator(one_line)] = ""


class PauseOut(BaseModel):
    """One pause: who, when, why; `ended_at` is null while it holds."""

    scope: Literal["team", "person", "model"]
    person: str | None
    model: str | None
    by: str
    at: datetime
    why: str
    ended_at: datetime | None
    ended_by: str | None


class BulkFilter(Strict):
    """Which jobs: all conditions must hold; without any, all you may change."""

    ids: Annotated[list[Line], Field(max_length=MOST_IDS)] | None = None
    state: list[State] = []
    model: Line = ""
    person: Annotated[Line, Field(description="The e-mail address of whoever made them.")] = ""
    project: Annotated[Line, Field(description="The project's name.")] = ""
    q: Annotated[Line, Field(description="Words that all stand in the prompt.")] = ""
    since: Moment | None = None
    until: Moment | None = None
    rehearsal: bool | None = None
    failure: Annotated[str | None, Field(description="Exactly what a failure says.")] = None
    failure_code: Line | None = None
    charged: Charged | None = None

    @property
    def listed(self) -> Filters:
        """Return the conditions that lists know."""
        return Filters.model_validate(self.model_dump(exclude={"ids", "failure", "failure_code", "charged"}))


class BulkWish(Strict):
    """One deed on all jobs that match. `dry_run`: only count them, and their money."""

    deed: Literal["cancel", "priority", "project", "later", "retry", "dismiss"]
    filter: BulkFilter
    dry_run: bool = False
    priority: Annotated[PriorityWord | None, Field(description="For *priority*.")] = None
    project: Annotated[Line | None, Field(description="For *project*: its name.")] = None
    send_after: Annotated[Moment | None, Field(description="For *later*; null: in their turn.")] = None


class BulkOut(BaseModel):
    """What came of it. `usd` is what the matching jobs hold; for *retry*, what they held or cost before.

    `left` were not come to within some seconds: send the same again. `why` is the first reason for one that
    was not done, or for stopping.
    """

    deed: str
    dry_run: bool
    matches: int
    usd: Usd
    done: int
    not_done: int
    left: int
    why: str | None
