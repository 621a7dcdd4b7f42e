"""What REST says of a team's money."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from dashboard.api.schemas import Usd
from videojobs.reports import By

OLDER: dict[str, JsonValue] = {"deprecated": True}
Day = Annotated[date | None, Field(description="A day in the team's time zone, such as 2026-11-23.")]


class SpendQuery(BaseModel):
    """Whole days in the team's time zone, both ends included. `since` and `until` are older names."""

    model_config = ConfigDict(populate_by_name=True)

    from_: Annotated[Day, Field(alias="from", description="First day. Without it: from the beginning.")] = (
        None
    )
    to: Annotated[Day, Field(description="Last day. Without it: up to now.")] = None
    by: Annotated[By | None, Field(description="What the rows are. Without it: all four lists.")] = None
    since: Annotated[Day, Field(description="The same as `from`.", json_schema_extra=OLDER)] = None
    until: Annotated[Day, Field(description="The same as `to`.", json_schema_extra=OLDER)] = None


class Sums(BaseModel):
    """USD: charged, set aside for jobs that go on, and open for ended jobs nobody knows the charge of.

    `spent_on_failed` is the part of `spent` for jobs that made no clip. `jobs` were made; `charged` have a
    known charge; `open_ends` are behind `unknown`; `clips` were finished, `seconds` long in all; `failed`
    ended without one.
    """

    spent: Usd
    held: Usd
    unknown: Usd
    spent_on_failed: Usd
    jobs: int
    charged: int
    open_ends: int
    clips: int
    seconds: int
    failed: int


class SpendRow(Sums):
    """The sums of one day, model (its id), person (their e-mail address) or project (its name)."""

    key: str


class DaySums(Sums):
    """The sums of one day in the team's time zone."""

    day: date


class ModelSums(Sums):
    """The sums of one model."""

    model: str


class PersonSums(Sums):
    """The sums of one person."""

    person: str


class ProjectSums(Sums):
    """The sums of one project."""

    project: str


class Book(Sums):
    """Sums, and the same in rows: with `by` those alone, without it by day, model, person and project."""

    rows: list[SpendRow] | None
    by_day: list[DaySums] | None
    by_model: list[ModelSums] | None
    by_person: list[PersonSums] | None
    by_project: list[ProjectSums] | None


class SpendOut(Book):
    """Real money at the top; the rehearsal's apart, since nothing of it was ever paid.

    `scope` is "own" for roles that may not see the team's spend: then only the asker's jobs are counted.
    `limit` is the amount of the team's limit with the least room, null without one and for roles that see
    no limits.
    """

    model_config = ConfigDict(populate_by_name=True)

    scope: Literal["team", "own"]
    zone: str
    from_: Annotated[date | None, Field(serialization_alias="from")]
    to: date | None
    by: By | None
    since: date | None
    until: date | None
    limit: Usd | None
    rehearsal: Book
