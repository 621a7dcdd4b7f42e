"""What REST takes and gives, as types; the OpenAPI document is made of these.

Amounts are USD as text with six decimals, so that no script reads money through a float. Moments are ISO 8601
in UTC.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import PydanticCustomError

from videojobs.models import EntryKind
from videojobs.prices import PriceSource
from videojobs.provider.types import CreateVideoBody
from videojobs.states import Charged, State

Usd = Annotated[
    Decimal,
    PlainSerializer(lambda usd: f"{usd:.6f}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]+\.[0-9]{6}$", "examples": ["0.280000"]}),
]

SignedUsd = Annotated[
    Decimal,
    PlainSerializer(lambda usd: f"{usd:.6f}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{6}$", "examples": ["-0.080000"]}),
]
"""An amount that only a correction makes negative."""


def one_line(text: str) -> str:
    """Return a text without control characters, or refuse it: a NUL never reaches the database."""
    if not all(character.isprintable() for character in text):
        raise PydanticCustomError("control_characters", "Remove the control characters")
    return text


Line = Annotated[str, Field(max_length=500), AfterValidator(one_line)]
"""One line of text from a script."""


Title = Annotated[str, Field(max_length=120), AfterValidator(one_line)]
"""What a job is called in lists."""

Version = Annotated[int | None, Field(ge=1, le=2**31 - 1)]
"""Which version of a job something was decided on; null: any."""


class _AsVideoBody:
    """Describes a body as `CreateVideoBody`; the room of bodies checks it, and says more than a type can."""

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: Any, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(CreateVideoBody.__pydantic_core_schema__)


VideoBody = Annotated[dict[str, Any], _AsVideoBody]
"""A body as Together takes it."""


class Strict(BaseModel):
    """What a script sends: a field nobody knows is an error that names it."""

    model_config = ConfigDict(extra="forbid")


class NewJob(Strict):
    """A wish: the body as Together takes it, and the project it is for (its name; else the default one)."""

    body: VideoBody
    project: Line | None = None
    title: Title = ""


class Answer(Strict):
    """A person's decision. *found* wants `provider_id`, *never_arrived* a `reason`."""

    answer: Literal["found", "never_arrived", "give_up", "send_again", "look_again", "send_restored"]
    provider_id: Line = ""
    reason: Line = ""
    version: Version = None


class OutputOut(BaseModel):
    """Our own copy of the clip. `duration` is in seconds; `url` needs no header and expires."""

    bytes: int
    sha256: str
    duration: float
    width: int
    height: int
    url: str
    container: str
    codec: str
    has_sound: bool


class EventOut(BaseModel):
    """One thing that happened to a job. `from` is null for the first one."""

    id: int
    at: datetime
    kind: str
    from_: State | None = Field(serialization_alias="from")
    to: State
    why: str
    actor: str | None


class EntryOut(BaseModel):
    """One movement of a job's money.

    Hold sets aside, settle books the charge, release gives the hold back; a correction changes the charge,
    up or down, and a credit is what the provider gave back.
    """

    at: datetime
    kind: EntryKind
    amount: SignedUsd
    reason: str
    actor: str | None


class FailureOut(BaseModel):
    """Why a job ended badly, as the provider or a person said it."""

    message: str
    code: str | None


class JobOut(BaseModel):
    """A job as lists show it. `cost` is null while nobody knows it; `credited` of it was given back.

    `version` is one more with every change. `place` counts from 1 in its person's own line, and is null
    where it does not wait, and in lists. `keeper` looks after it since its `person` left.
    """

    id: str
    version: int
    state: State
    title: str
    priority: Literal["low", "normal", "high"]
    place: int | None
    next: bool
    send_after: datetime | None
    dismissed_at: datetime | None
    keeper: str | None
    rehearsal: bool
    model: str
    prompt: str
    body: dict[str, Any]
    size: str
    seconds: int | None
    person: str
    project: str
    created_at: datetime
    accepted_at: datetime | None
    finished_at: datetime | None
    ended_at: datetime | None
    provider_id: str | None
    provider_status: str | None
    estimate: Usd
    estimate_source: PriceSource
    estimate_explanation: str
    held: Usd
    cost: Usd | None
    credited: Usd
    charged: Charged
    charged_why: str
    waiting_reason: str | None
    needs_decision: str | None
    failure: FailureOut | None
    output: OutputOut | None
    difference: str | None
    second_provider_id: str | None
    retry_of: str | None


class JobDetail(JobOut):
    """A job with everything that happened to it and to its money, oldest first."""

    events: list[EventOut]
    ledger: list[EntryOut]


class JobPage(BaseModel):
    """Jobs, newest first. `next_cursor` leads to the older ones, and is null at the end."""

    jobs: list[JobOut]
    next_cursor: str | None


class PriceOut(BaseModel):
    """One line of a price list. `certain` is false where the list leaves open what the amount buys."""

    usd: Usd
    per: Literal["clip", "second"]
    resolution: str | None
    certain: bool
    note: str


class FiledPriceOut(BaseModel):
    """A price that somebody in the team put on file; it comes before the list."""

    usd: Usd
    per: Literal["clip", "second"]
    set_on: date
    set_by: str


class LimitsOut(BaseModel):
    """What a model takes. Empty lists and nulls mean that nobody published it."""

    seconds: list[int]
    seconds_default: int | None
    seconds_longest: int | None
    sizes: list[str]
    resolutions: list[str]
    ratios: list[str]
    fps: list[int]
    takes_prompt: bool
    prompt_shortest: int
    prompt_longest: int
    takes_negative_prompt: bool | None
    first_frame: bool
    last_frame: bool
    needs_frame: bool
    reference_images: int
    reference_videos: int
    reference_audios: int
    needs_reference: bool
    needs_source_video: bool
    sound: str


class ModelOut(BaseModel):
    """A model of the catalogue as it stands for the team. `gone_since`: the provider says it has none."""

    id: str
    name: str
    maker: str
    enabled: bool
    why_off: str | None
    gone_since: datetime | None
    note: str
    verified_on: date
    source: str
    price_known: bool
    prices: list[PriceOut]
    price_on_file: FiledPriceOut | None
    limits: LimitsOut


class ModelList(BaseModel):
    """The whole catalogue, models on offer first."""

    models: list[ModelOut]


class HealthOut(BaseModel):
    """Whether jobs move on. `problem` is a sentence for people, null where there is none."""

    status: Literal["ok", "attention"]
    problem: str | None
    rehearsal: bool
    parked: bool
    outage: bool
    waiting: int
    running: int
    deciding: int
    ledger: Literal["agrees", "off", "not verified"]


class ChangedOut(BaseModel):
    """What somebody did to a job since it was read. `by` is null where it happened by itself."""

    by: str | None
    at: datetime | None
    what: str


class ErrorOut(BaseModel):
    """What is wrong: a sentence with the remedy, a stable word, and a list of sentences for each field.

    `limit_id` is there only where a limit refuses: which one. `changed` and `job` are there where the job has
    another version by now: who did what since, and how it stands.
    """

    message: str
    code: str
    fields: dict[str, list[str]]
    limit_id: int | None = None
    changed: ChangedOut | None = None
    job: JobDetail | None = None


class Refusal(BaseModel):
    """Every answer that is not 2xx."""

    error: ErrorOut
