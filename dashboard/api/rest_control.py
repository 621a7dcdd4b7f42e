"""REST: a waiting job is changed, sending is paused and resumed, one deed is done to many jobs."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from ninja import Router

from dashboard import access, media_links, submitting
from dashboard.api import bulk, making, versions
from dashboard.api.describing import Reader
from dashboard.api.errors import ApiError, wrong_field
from dashboard.api.making import project_named
from dashboard.api.rest_jobs import router as jobs_router
from dashboard.api.schemas import JobDetail, Refusal
from dashboard.api.schemas_control import BulkOut, BulkWish, JobChange, PauseOut, PauseWish
from dashboard.api.tokens import ApiRequest
from dashboard.http import Asker
from dashboard.submitting import Wish
from videojobs import lifecycle, pauses
from videojobs.lifecycle import ordering
from videojobs.models import Job, Limit, Pause, Priority, Project, QueueScope, Target, User
from videojobs.rights import Right

router = Router(tags=["queue"])

CHANGED = frozenset({400, 401, 402, 403, 404, 409, 411, 413, 415, 429})

Deed = Callable[[int | None], object]
"""One part of a change, on the version it is given; None: on whatever the part before made."""


@jobs_router.patch(  # beside the read: two routers of one address would hide each other's methods
    "/jobs/{job_id}",
    response={200: JobDetail, CHANGED: Refusal},
    by_alias=True,
    openapi_extra={"parameters": [versions.IF_MATCH]},
)
def change_job(request: ApiRequest, job_id: str, change: JobChange, response: HttpResponse) -> JobDetail:
    """Change a waiting job: all that is named, or nothing. Wants the version that was read, else 409."""
    asker, now = request.auth, timezone.now()
    job = access.job_or_404(asker, job_id)
    access.demand_change(asker, job, Right.CANCEL_OWN, Right.CANCEL_ANY)
    if change.next is not None:
        access.demand(asker, Right.MARK_NEXT)
    version = versions.required(request, change.version)
    deeds = _deeds(asker, job, change, now)
    with transaction.atomic():
        ordering.hold_line(job)
        for number, deed in enumerate(deeds):
            deed(None if number else version)
    making.nudge(job.account)
    found = Reader(media_links.origin_of(request), now).detail(access.job_or_404(asker, job_id))
    versions.tag(response, found.version)
    return found


def _deeds(asker: Asker, job: Job, change: JobChange, now: datetime) -> list[Deed]:
    """Return what is to be done, in an order in which no part undoes another. Raises ApiError 400."""
    named = change.model_fields_set - {"version"}
    wanted = {name for name in named if name == "send_after" or getattr(change, name) is not None}
    if not wanted:
        raise ApiError(400, "Name at least one thing to change, such as `priority` or `place`.", "invalid")
    deeds = _edits(asker, job, change, now)
    actor = asker.user
    if change.priority is not None:
        priority = Priority[change.priority.upper()]
        deeds.append(lambda v: lifecycle.set_priority(job.id, priority, actor, version=v, now=now))
    deeds += _moves(job, change, wanted, actor, now)
    if change.next is not None:
        on = change.next
        deeds.append(lambda v: lifecycle.mark_next(job.id, actor, on=on, version=v, now=now))
    if "send_after" in wanted:
        deeds.append(lambda v: lifecycle.start_later(job.id, change.send_after, actor, version=v, now=now))
    return deeds


def _edits(asker: Asker, job: Job, change: JobChange, now: datetime) -> list[Deed]:
    """Return the change of body, project and title: one where the body changes, since that is one price."""
    project = None if change.project is None else project_named(asker, change.project)
    title, actor, deeds = change.title, asker.user, list[Deed]()
    if change.body is not None:
        order = _order(asker, job, change.body, project or job.project, job.title if title is None else title)
        _refuse_past_token(asker, job, order)
        return [lambda v: lifecycle.edit(job.id, order, actor, version=v, now=now)]
    if project is not None:
        deeds.append(lambda v: lifecycle.move_to_project(job.id, project, actor, version=v, now=now))
    if title is not None:
        deeds.append(lambda v: lifecycle.rename(job.id, title, actor, version=v, now=now))
    return deeds


def _order(asker: Asker, job: Job, body: dict[str, object], project: Project, title: str) -> lifecycle.Order:
    wish = Wish(
        values=body,
        team=asker.team,
        project=project,
        person=asker.user,
        token=asker.token,
        title=title,
    )
    return submitting.order_of(wish, submitting.quote(wish, job.account))


def _refuse_past_token(asker: Asker, job: Job, order: lifecycle.Order) -> None:
    """Raise PermissionDenied where a token's limit would not count what another job costs more.

    A limit of a token counts the jobs it made, and whose job it is stays whatever it is changed to.
    """
    token = asker.token
    if token is None or job.token_id == token.pk or order.price.usd <= job.estimate:
        return
    if Limit.objects.active().filter(token=token).exists():
        raise PermissionDenied(
            "This API token has a limit of its own, which counts jobs it made, so it makes no other dearer."
        )


def _moves(job: Job, change: JobChange, wanted: set[str], actor: User, now: datetime) -> list[Deed]:
    ways = sorted(wanted & {"priority", "place", "before", "after"})
    if len(ways) > 1:
        message = f"Send one of {', '.join(ways)}: a place brings the priority with it that it needs."
        raise ApiError(400, message, "invalid", fields={name: [message] for name in ways})
    where = {
        "top": lifecycle.to_top,
        "bottom": lifecycle.to_bottom,
    }
    move: Callable[..., Job] | None = None
    if isinstance(change.place, str):
        move = partial(where[change.place], job.id, actor)
    elif change.place is not None:
        move = partial(lifecycle.move, job.id, change.place, actor)
    elif change.before is not None:
        move = partial(lifecycle.move_before, job.id, change.before, actor)
    elif change.after is not None:
        move = partial(lifecycle.move_after, job.id, change.after, actor)
    found = move
    return [] if found is None else [lambda v: found(version=v, now=now)]


# --- pauses


@router.post("/queue/pause", response={200: PauseOut, CHANGED: Refusal})
def pause_queue(request: ApiRequest, wish: PauseWish) -> PauseOut:
    """Send nothing more of the team, a person or a model; what is at the provider runs on."""
    asker, target = request.auth, _target(request.auth, wish)
    return pause_out(pauses.pause(asker.team, target, asker.user, wish.reason, now=timezone.now()))


@router.post("/queue/resume", response={200: PauseOut, CHANGED: Refusal})
def resume_queue(request: ApiRequest, wish: PauseWish) -> PauseOut:
    """Let it be sent again, each in its turn."""
    asker, target = request.auth, _target(request.auth, wish)
    may_all = asker.may(Right.PAUSE)
    ended = pauses.resume(asker.team, target, asker.user, may_pause_all=may_all, now=timezone.now())
    making.nudge(asker.team.provider_account)
    return pause_out(ended)


def _target(asker: Asker, wish: PauseWish) -> Target:
    """Return whose sending it is about. Raises ApiError 400, PermissionDenied."""
    scope = QueueScope(wish.scope)
    person = _person(asker, wish) if scope == QueueScope.PERSON else None
    mine = person is not None and person.pk == asker.user.pk
    access.demand(asker, Right.CANCEL_OWN if mine and not asker.may(Right.PAUSE) else Right.PAUSE)
    for name in {"person", "model"} - {scope.value}:
        if getattr(wish, name):
            raise wrong_field(name, f"Leave `{name}` out where the scope is {scope}.")
    if scope == QueueScope.MODEL:
        return Target(QueueScope.MODEL, model=_model(asker, wish.model or ""))
    return Target(scope, person=person)


def _person(asker: Asker, wish: PauseWish) -> User:
    """Return the member who is named. Raises ApiError 400, and that only to those who may pause anybody."""
    if wish.person == "me":
        return asker.user
    email = (wish.person or "").strip()
    found = User.objects.filter(memberships__team=asker.team, email__iexact=email).first() if email else None
    if found is None:
        access.demand(asker, Right.PAUSE)
        raise wrong_field("person", "Name a member of this team by e-mail address, or “me”.", "not_found")
    return found


def _model(asker: Asker, model_id: str) -> str:
    known = bool(model_id) and bulk.knows_model(asker, model_id)
    if not known:
        raise wrong_field("model", "No such model. Name one of the list of models.", "unknown_model")
    return model_id


def pause_out(pause: Pause) -> PauseOut:
    """Return a pause as REST shows it."""
    return PauseOut.model_validate(
        {
            "scope": pause.scope,
            "person": pause.person.email if pause.person else None,
            "model": pause.model or None,
            "by": pause.paused_by.email,
            "at": pause.at,
            "why": pause.why,
            "ended_at": pause.ended_at,
            "ended_by": pause.ended_by.email if pause.ended_by else None,
        }
    )


# --- many at once


@router.post("/queue/bulk", response={200: BulkOut, CHANGED: Refusal})
def change_many(request: ApiRequest, wish: BulkWish) -> BulkOut:
    """Do one thing to all jobs that match and that you may change. Where some are `left`, send it again."""
    return bulk.do(request.auth, wish, now=timezone.now())
