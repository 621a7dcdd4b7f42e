"""REST: the ledger's entries, newest first, a page at a time."""

import base64
import binascii
from datetime import date, datetime
from typing import Annotated, Literal

from django.db.models import QuerySet
from ninja import Query, Router
from pydantic import BaseModel, Field

from dashboard.api.days import within
from dashboard.api.errors import wrong_field
from dashboard.api.schemas import Line, Refusal, SignedUsd
from dashboard.api.tokens import ApiRequest
from dashboard.forms.ledger import visible_entries
from videojobs.models import EntryKind, Kind, LedgerEntry, Team
from videojobs.rights import Right

router = Router()

READ = frozenset({400, 401, 403})
MARK = "entry "
LONGEST_CURSOR = 60


class LedgerFilters(BaseModel):
    """Which entries: all conditions must hold. `from` and `to` are days in the team's zone, both included."""

    kind: Annotated[list[EntryKind], Field(description="One or more kinds; repeat the parameter.")] = []
    job: Annotated[Line, Field(description="A job's id.")] = ""
    from_: Annotated[date | None, Field(alias="from", description="First day they were booked on.")] = None
    to: Annotated[date | None, Field(description="Last day.")] = None
    rehearsal: bool | None = None
    cursor: Annotated[Line, Field(description="`next_cursor` of the page before.")] = ""
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class LedgerEntryOut(BaseModel):
    """One movement of money. `hash` covers this entry and `previous`, the hash of the one before it.

    Amounts are above zero; the kind says which way they go. Only a correction may be below zero. A top-up
    belongs to no job, project and person.
    """

    number: int
    at: datetime
    kind: EntryKind
    amount: SignedUsd
    job: str | None
    project: str | None
    person: str | None
    model: str | None
    token: str | None
    rehearsal: bool
    actor: str | None
    reason: str
    previous: str
    hash: str


class LedgerPage(BaseModel):
    """Entries, newest first. `next_cursor` leads to the older ones, and is null at the end."""

    entries: list[LedgerEntryOut]
    next_cursor: str | None
    scope: Literal["team", "own"]


@router.get("/ledger", response={200: LedgerPage, READ: Refusal}, tags=["money"])
def read_ledger(request: ApiRequest, filters: Query[LedgerFilters]) -> LedgerPage:
    """Read the ledger, newest entry first; who may not see the team's spend reads their own jobs' entries."""
    asker = request.auth
    entries = visible_entries(asker)
    entries = _chosen(entries, filters, asker.team)
    if filters.cursor:
        entries = entries.filter(number__lt=read_cursor(filters.cursor))
    entries = entries.select_related("project", "person", "actor", "token", "account").order_by("-number")
    found = list(entries[: filters.limit + 1])
    page = found[: filters.limit]
    return LedgerPage(
        entries=[described(entry) for entry in page],
        next_cursor=cursor_at(page[-1]) if len(found) > len(page) else None,
        scope="team" if asker.may(Right.SEE_SPEND) else "own",
    )


def _chosen(entries: QuerySet[LedgerEntry], filters: LedgerFilters, team: Team) -> QuerySet[LedgerEntry]:
    """Return the entries that pass all filters. Raises ApiError."""
    if filters.kind:
        entries = entries.filter(kind__in=[kind.value for kind in filters.kind])
    if filters.job:
        entries = entries.filter(job=filters.job)
    if filters.rehearsal is not None:
        entries = entries.filter(account__kind=(Kind.REHEARSAL if filters.rehearsal else Kind.LIVE).value)
    return entries.filter(within(filters.from_, filters.to, team.zone))


def described(entry: LedgerEntry) -> LedgerEntryOut:
    """Return an entry as REST shows it."""
    return LedgerEntryOut(
        number=entry.number,
        at=entry.at,
        kind=EntryKind(entry.kind),
        amount=entry.amount,
        job=entry.job_id,
        project=entry.project.name if entry.project else None,
        person=entry.person.email if entry.person else None,
        model=entry.model or None,
        token=entry.token.name if entry.token else None,
        rehearsal=entry.account.is_rehearsal,
        actor=entry.actor.email if entry.actor else None,
        reason=entry.reason,
        previous=entry.previous,
        hash=entry.hash,
    )


def cursor_at(entry: LedgerEntry) -> str:
    """Return the cursor that stands at an entry."""
    return base64.urlsafe_b64encode(f"{MARK}{entry.number}".encode()).decode().rstrip("=")


def read_cursor(text: str) -> int:
    """Return the number of the entry a cursor stands at. Raises ApiError."""
    try:
        padded = text[:LONGEST_CURSOR].encode("ascii") + b"=" * (-len(text) % 4)
        plain = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
    except (ValueError, binascii.Error):
        plain = ""
    number = plain.removeprefix(MARK)
    if not plain.startswith(MARK) or not number.isdigit() or len(number) > 18:
        message = "This is not a cursor of ours. Start again without one."
        raise wrong_field("cursor", message, "invalid_cursor")
    return int(number)
