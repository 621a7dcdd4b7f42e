"""REST: limits are set, listed with how they stand, changed and taken away."""

from typing import Annotated

from django.http import Http404
from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import BaseModel, Field

from dashboard import access
from dashboard.api.errors import ApiError, wrong_field
from dashboard.api.schemas import Refusal
from dashboard.api.schemas_limits import LimitChange, LimitList, LimitOut, NewLimit, ScopeOut
from dashboard.api.tokens import ApiRequest
from dashboard.http import Asker
from dashboard.limiting import LARGEST_ID, Terms, seen_by, subject_of
from videojobs.models import Limit, LimitAction, LimitPeriod, LimitScope, Team
from videojobs.money import budgets
from videojobs.money.budgets import LimitStanding, WrongLimit
from videojobs.rights import Right

router = Router(tags=["limits"])

READ = frozenset({400, 401, 403, 404})
WRITTEN = READ | {411, 413, 415}
ON = frozenset({"id", "project", "person", "token", "model"})
"""Fields of a wrong limit that a script knows as its scope's id."""


class Which(BaseModel):
    """Which of both moneys, which limits count apart."""

    rehearsal: Annotated[
        bool | None,
        Field(description="Rehearsal or real money. Without it: what jobs are made with now."),
    ] = None


@router.post("/limits", response={201: LimitOut, WRITTEN: Refusal})
def create_limit(request: ApiRequest, limit: NewLimit) -> Status[LimitOut]:
    """Set a limit. What its period has spent, holds and has unknown already counts from the start."""
    asker = request.auth
    access.demand(asker, Right.SET_LIMITS)
    terms = Terms(LimitPeriod(limit.period), limit.amount, LimitAction(limit.action), limit.levels)
    try:
        subject = subject_of(asker.team, LimitScope(limit.scope.kind), limit.scope.id)
        made = budgets.add(asker.team, terms.wish(subject), asker.user, now=timezone.now())
    except WrongLimit as wrong:
        raise _wrong(wrong) from wrong
    return Status(201, _read(asker, made.pk, Which()))


@router.get("/limits", response={200: LimitList, READ: Refusal})
def list_limits(request: ApiRequest, which: Query[Which]) -> LimitList:
    """List the limits with what they have left; members see those their own jobs may fall under."""
    asker, rehearsal = request.auth, _rehearsal(which, request.auth.team)
    return LimitList(
        rehearsal=rehearsal, limits=[_limit(one) for one in _standings(asker, rehearsal=rehearsal)]
    )


@router.get("/limits/{limit_id}", response={200: LimitOut, READ: Refusal})
def read_limit(request: ApiRequest, limit_id: int, which: Query[Which]) -> LimitOut:
    """Read one limit with what it has left."""
    return _read(request.auth, limit_id, which)


@router.patch("/limits/{limit_id}", response={200: LimitOut, WRITTEN: Refusal})
def change_limit(request: ApiRequest, limit_id: int, change: LimitChange) -> LimitOut:
    """Change a limit's amount, action or levels. On what and how often it counts stays: set another."""
    asker, limit = request.auth, _changeable(request.auth, limit_id)
    try:
        budgets.change(
            limit,
            amount=change.amount,
            action=None if change.action is None else LimitAction(change.action),
            levels=change.levels,
            actor=asker.user,
            now=timezone.now(),
        )
    except WrongLimit as wrong:
        raise _wrong(wrong) from wrong
    return _read(asker, limit_id, Which())


@router.delete("/limits/{limit_id}", response={204: None, READ: Refusal})
def retire_limit(request: ApiRequest, limit_id: int) -> Status[None]:
    """Take a limit away. Jobs it held back are tried again; what it counted stays in the books."""
    limit = _changeable(request.auth, limit_id)
    try:
        budgets.retire(limit, request.auth.user, now=timezone.now())
    except WrongLimit as wrong:
        raise _wrong(wrong) from wrong
    return Status(204, None)


def _changeable(asker: Asker, limit_id: int) -> Limit:
    """Return a limit this asker may change. Raises Http404 to strangers, PermissionDenied to readers."""
    limits = Limit.objects.active().filter(team=asker.team)
    found = limits.filter(pk=limit_id).first() if 0 < limit_id <= LARGEST_ID else None
    if found is None:
        raise Http404("No such limit.")
    access.demand(asker, Right.SET_LIMITS)
    return found


def _standings(asker: Asker, *, rehearsal: bool) -> list[LimitStanding]:
    return seen_by(asker, budgets.standings(asker.team, now=timezone.now(), rehearsal=rehearsal))


def _read(asker: Asker, limit_id: int, which: Which) -> LimitOut:
    standings = _standings(asker, rehearsal=_rehearsal(which, asker.team))
    found = next((one for one in standings if one.limit.pk == limit_id), None)
    if found is None:
        raise Http404("No such limit.")
    return _limit(found)


def _rehearsal(which: Which, team: Team) -> bool:
    if which.rehearsal is not None:
        return which.rehearsal
    return team.provider_account.is_rehearsal


def _limit(standing: LimitStanding) -> LimitOut:
    limit, window = standing.limit, standing.window
    return LimitOut.model_validate(
        {
            "id": limit.pk,
            "scope": _scope(limit),
            "period": limit.period,
            "amount": limit.amount,
            "action": limit.action,
            "levels": limit.levels,
            "spent": standing.spent,
            "held": standing.held,
            "unknown": standing.unknown,
            "left": standing.left,
            "starts_at": window.starts_at,
            "resets_at": window.ends_at,
            "time_zone": limit.team.time_zone,
            "created_at": limit.created_at,
        }
    )


def _scope(limit: Limit) -> ScopeOut:
    things = {
        LimitScope.TEAM: limit.team,
        LimitScope.PROJECT: limit.project,
        LimitScope.PERSON: limit.person,
        LimitScope.TOKEN: limit.token,
    }
    thing = things.get(LimitScope(limit.scope))
    name = str(thing) if thing is not None else limit.model
    return ScopeOut.model_validate(
        {"kind": limit.scope, "id": thing.pk if thing is not None else limit.model, "name": name}
    )


def _wrong(wrong: WrongLimit) -> ApiError:
    """Return a script's answer to a limit that cannot be; one that is gone meanwhile is not there."""
    if not wrong.field:
        return ApiError(404, wrong.message, "not_found")
    return wrong_field("scope.id" if wrong.field in ON else wrong.field, wrong.message)
