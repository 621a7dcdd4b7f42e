"""What REST takes and gives of limits, as types."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from dashboard.api.schemas import Strict, Usd
from dashboard.limiting import read_amount, read_levels
from videojobs.models.limits import USUAL_LEVELS

T = TypeVar("T")

Kind = Literal["team", "project", "person", "model", "token"]
Period = Literal["day", "week", "month", "total"]
Action = Literal["warn", "ask", "stop"]


def _said(read: Callable[[], T]) -> T:
    """Turn a ValueError's sentence into the field's own."""
    try:
        return read()
    except ValueError as error:
        raise PydanticCustomError("wrong", "{sentence}", {"sentence": str(error)}) from error


def _amount(value: object) -> Decimal:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**30:
        value = str(value)
    if not isinstance(value, str):
        raise PydanticCustomError("wrong", 'Send US dollars as text, such as "10.36"')
    text = value
    return _said(lambda: read_amount(text))


def _levels(value: object) -> tuple[int, ...]:
    if not isinstance(value, list) or not all(type(level) is int for level in value):
        raise PydanticCustomError("wrong", "Send a list of whole per cents, such as [50, 80, 100]")
    levels = value
    return _said(lambda: read_levels(levels))


def _name(value: object) -> int | str | None:
    if isinstance(value, str) and len(value) <= 500 and value.isprintable():
        return value
    if value is None or type(value) is int:
        return value
    raise PydanticCustomError("wrong", "Send an id, or the name people give it, as text")


LimitUsd = Annotated[
    Decimal,
    BeforeValidator(_amount),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]+(\.[0-9]{1,6})?$", "examples": ["10.36"]}),
]
Levels = Annotated[
    tuple[int, ...],
    BeforeValidator(_levels),
    WithJsonSchema({"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 100}}),
]
Name = Annotated[
    int | str | None,
    BeforeValidator(_name),
    WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string"}, {"type": "null"}]}),
]
SignedUsd = Annotated[
    Decimal,
    PlainSerializer(lambda usd: f"{usd:.6f}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{6}$", "examples": ["7.400000"]}),
]


class ScopeIn(Strict):
    """What a limit is on. `id`: a project's id or name, a person's id or e-mail address, a model's id, a
    token's id or its beginning; the team needs none."""

    kind: Kind
    id: Name = None


class NewLimit(Strict):
    """A limit to set. `amount` is USD; people are told at `levels`, in per cent of it."""

    scope: ScopeIn
    period: Period
    amount: LimitUsd
    action: Action
    levels: Levels = USUAL_LEVELS


class LimitChange(Strict):
    """What of a limit is to change; what is left out stays."""

    amount: LimitUsd | None = None
    action: Action | None = None
    levels: Levels | None = None


class ScopeOut(BaseModel):
    """What a limit is on; `name` is for people."""

    kind: Kind
    id: int | str
    name: str


class LimitOut(BaseModel):
    """A limit, and how it stands in the period that is running. Amounts are USD.

    `held` is set aside for jobs that go on, `unknown` for ended jobs nobody knows the charge of; `left` is
    below zero where a charge was higher than its hold. Both moments are null for a limit in total.
    """

    id: int
    scope: ScopeOut
    period: Period
    amount: Usd
    action: Action
    levels: list[int]
    spent: Usd
    held: Usd
    unknown: Usd
    left: SignedUsd
    starts_at: datetime | None
    resets_at: datetime | None
    time_zone: str
    created_at: datetime


class LimitList(BaseModel):
    """The limits the asker's jobs fall under, or all; `rehearsal` says which of both moneys is counted."""

    rehearsal: bool
    limits: list[LimitOut]
