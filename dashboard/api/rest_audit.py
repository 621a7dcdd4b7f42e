"""REST: the audit log, newest entry first, a page at a time."""

from datetime import date, datetime
from typing import Annotated, Any

from django.db.models import QuerySet
from ninja import Query, Router
from pydantic import BaseModel, Field

from dashboard import access
from dashboard.api.days import within
from dashboard.api.schemas import Line, Refusal
from dashboard.api.tokens import ApiRequest
from dashboard.forms.audit import visible_audit
from videojobs.models import AuditEntry, Team
from videojobs.rights import Right

router = Router()

READ = frozenset({400, 401, 403})
LARGEST_ID = 2**63 - 1


class AuditFilters(BaseModel):
    """Which entries: all conditions must hold. `from` and `to` are days in the team's zone, both included."""

    actor: Annotated[Line, Field(description="The e-mail of who did it.")] = ""
    action: Annotated[Line, Field(description="One action, such as role_changed.")] = ""
    subject: Annotated[Line, Field(description="Part of what it was done to.")] = ""
    via: Annotated[Line, Field(description="page, api, mail, command or system.")] = ""
    from_: Annotated[date | None, Field(alias="from", description="First day.")] = None
    to: Annotated[date | None, Field(description="Last day.")] = None
    cursor: Annotated[int | None, Field(ge=1, le=LARGEST_ID, description="`next_cursor` of a page.")] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 100


class AuditEntryOut(BaseModel):
    """One change: who, through which door, what, to what, and how it was before and after."""

    id: int
    at: datetime
    actor: str | None
    via: str
    token: str | None
    action: str
    subject: str
    before: dict[str, Any]
    after: dict[str, Any]


class AuditPage(BaseModel):
    """Entries, newest first. `next_cursor` leads to the older ones, and is null at the end."""

    entries: list[AuditEntryOut]
    next_cursor: int | None


@router.get("/audit", response={200: AuditPage, READ: Refusal}, tags=["team"])
def read_audit(request: ApiRequest, filters: Query[AuditFilters]) -> AuditPage:
    """Read who changed what in the team, newest entry first."""
    access.demand(request.auth, Right.SEE_AUDIT)
    entries = _chosen(visible_audit(request.auth), filters, request.auth.team)
    if filters.cursor is not None:
        entries = entries.filter(id__lt=filters.cursor)
    found = list(entries.select_related("actor", "token").order_by("-id")[: filters.limit + 1])
    page = found[: filters.limit]
    return AuditPage(
        entries=[described(entry) for entry in page],
        next_cursor=page[-1].id if len(found) > len(page) else None,
    )


def _chosen(entries: QuerySet[AuditEntry], filters: AuditFilters, team: Team) -> QuerySet[AuditEntry]:
    """Return the entries that pass all filters. Raises ApiError."""
    wanted = {
        "actor__email__iexact": filters.actor,
        "action": filters.action,
        "subject__icontains": filters.subject,
        "via": filters.via,
    }
    entries = entries.filter(**{name: value for name, value in wanted.items() if value})
    return entries.filter(within(filters.from_, filters.to, team.zone))


def described(entry: AuditEntry) -> AuditEntryOut:
    """Return an entry as REST shows it."""
    return AuditEntryOut(
        id=entry.id,
        at=entry.at,
        actor=entry.actor.email if entry.actor else None,
        via=entry.via,
        token=entry.token.name if entry.token else None,
        action=entry.action,
        subject=entry.subject,
        before=entry.before,
        after=entry.after,
    )
