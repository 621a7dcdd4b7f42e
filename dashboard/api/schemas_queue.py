"""What REST gives of the queue: what waits, with place, reason and range; what runs; what holds it back."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from dashboard.api.schemas import Line, Usd
from dashboard.api.schemas_control import PauseOut, PriorityWord
from videojobs.states import State

MOST_BEHIND = 1_000_000


class QueueFilters(BaseModel):
    """Which jobs: all conditions must hold."""

    person: Annotated[Line, Field(description="An e-mail address, or “me”.")] = ""
    project: Annotated[Line, Field(description="The project's name.")] = ""
    model: Line = ""
    offset: Annotated[int, Field(ge=0, le=MOST_BEHIND, description="`next_offset` of the page before.")] = 0
    limit: Annotated[int, Field(ge=1, le=100)] = 50


class ExpectedOut(BaseModel):
    """When it probably starts and has its clip kept: 8 of 10 do so within."""

    start_low: datetime
    start_high: datetime
    finish_low: datetime
    finish_high: datetime


class WaitingOut(BaseModel):
    """A job that waits. `place` counts from 1 in the whole account's line, `own_place` in its person's.

    `place` is null while it may not be sent, `expected` where past times say nothing. `body` is null where
    the project keeps prompts from you.
    """

    id: str
    version: int
    place: int | None
    own_place: int
    reason: str
    expected: ExpectedOut | None
    needs_decision: str | None
    priority: PriorityWord
    next: bool
    send_after: datetime | None
    title: str
    prompt: str
    body: dict[str, Any] | None
    model: str
    size: str
    seconds: int | None
    person: str
    project: str
    held: Usd
    rehearsal: bool
    created_at: datetime


class RunningOut(BaseModel):
    """A job at the provider, or whose clip is being kept: seconds since it was accepted, beside usual ones.

    The three usual figures (the middle, and the range of 8 in 10) are null without past times.
    """

    id: str
    version: int
    state: State
    title: str
    prompt: str
    model: str
    size: str
    person: str
    project: str
    held: Usd
    rehearsal: bool
    accepted_at: datetime | None
    elapsed: float | None
    usual: float | None
    usual_low: float | None
    usual_high: float | None


class PlacesOut(BaseModel):
    """How many may be at the provider at once, how many are, and how many may wait; null: no limit.

    *account* is the whole provider account's, *each* stands for every person without a number of their own.
    """

    scope: Literal["account", "team", "person", "model", "each"]
    person: str | None
    model: str | None
    at_once: int | None
    busy: int | None
    may_wait: int | None


class QueueOut(BaseModel):
    """The queue in the order it goes; what has no place comes last. `next_offset` is null at the end."""

    waiting: list[WaitingOut]
    waiting_count: int
    next_offset: int | None
    running: list[RunningOut]
    pauses: list[PauseOut]
    places: list[PlacesOut]
