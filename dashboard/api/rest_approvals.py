"""REST: jobs that wait for a yes, and the answer to one."""

from datetime import datetime
from typing import Annotated, Literal

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone
from ninja import Router
from pydantic import BaseModel, Field

from dashboard import access
from dashboard.api import making, versions
from dashboard.api.schemas import Line, Refusal, Strict, Usd, Version
from dashboard.api.tokens import ApiRequest
from dashboard.http import Asker
from videojobs import lifecycle
from videojobs.lifecycle import Way
from videojobs.models import Approval, Decision
from videojobs.models.approvals import ApprovalQuerySet
from videojobs.money import grantors
from videojobs.rights import Right

router = Router(tags=["approvals"])

LARGEST_ID = 2**63 - 1


class ApprovalAnswer(Strict):
    """A yes or a no; the reason of a no is told to whoever asked."""

    answer: Literal["grant", "refuse"]
    reason: Line = ""
    version: Annotated[Version, Field(description="The job's, as it was read.")] = None


class ApprovalOut(BaseModel):
    """One question: may this job be bought? `limit` is the id of the limit that asks, if one does.

    `version` is the job's: an answer that names it is to this very wish.
    """

    id: int
    job: str
    version: int
    rehearsal: bool
    person: str
    project: str
    model: str
    prompt: str
    price: Usd
    why: str
    limit: int | None
    asked_at: datetime
    expires_at: datetime
    answer: Literal["open", "granted", "refused", "expired", "withdrawn"]
    answered_at: datetime | None
    answered_by: str | None
    reason: str


class ApprovalList(BaseModel):
    """The team's open questions, the one that is over first at the top."""

    approvals: list[ApprovalOut]


@router.get("/approvals", response={200: ApprovalList, frozenset({401, 403}): Refusal})
def list_approvals(request: ApiRequest) -> ApprovalList:
    """List the jobs that wait for a yes."""
    access.demand(request.auth, Right.SEE_JOBS)
    found = _approvals(request).open().filter(job__decision=Decision.APPROVAL).order_by("expires_at", "id")
    return ApprovalList(approvals=[_described(approval, request.auth) for approval in found])


@router.post(
    "/approvals/{int:approval_id}",
    response={200: ApprovalOut, frozenset({400, 401, 403, 404, 409, 411, 413, 415}): Refusal},
)
def answer_approval(request: ApiRequest, approval_id: int, answer: ApprovalAnswer) -> ApprovalOut:
    """Say yes or no. 409 where somebody was first, or the question is over; the message says who and when."""
    approval = _one(request, approval_id)
    job, actor, now = approval.job, request.auth.user, timezone.now()
    # Named or not: a yes is to the wish this question is about, and another wish is another question.
    version = versions.wanted(request, answer.version) or job.version
    if answer.answer == "grant":
        lifecycle.grant(job, actor, now=now, way=Way.SCRIPT, version=version)
        making.nudge(job.account)
    else:
        lifecycle.refuse(job, answer.reason, actor, now=now, way=Way.SCRIPT, version=version)
    return _described(_one(request, approval_id), request.auth)


def _approvals(request: ApiRequest) -> ApprovalQuerySet:
    asked = Approval.objects.filter(team=request.auth.team)
    asked = asked.filter(job__in=access.visible_jobs(request.auth).values("id"))
    return asked.select_related("job__person", "job__project", "job__account", "answered_by")


def _one(request: ApiRequest, approval_id: int) -> Approval:
    """Return a question this asker may answer. Raises Http404 to strangers, PermissionDenied to others."""
    if approval_id > LARGEST_ID or not request.auth.may(Right.SEE_JOBS):
        raise Http404("No such question.")
    approval = _approvals(request).filter(pk=approval_id).first()
    if approval is None:
        raise Http404("No such question.")
    access.demand(request.auth, Right.GRANT)
    if not grantors.may_answer(request.auth.membership, approval.job):
        raise PermissionDenied("You asked for this job yourself, so somebody else says yes or no.")
    return approval


def _described(approval: Approval, asker: Asker) -> ApprovalOut:
    job, by = approval.job, approval.answered_by
    return ApprovalOut(
        id=approval.pk,
        job=job.id,
        version=job.version,
        rehearsal=job.account.is_rehearsal,
        person=job.person.email,
        project=job.project.name,
        model=job.model,
        prompt=access.shown_prompt(asker, job),
        price=job.estimate,
        why=approval.why,
        limit=approval.limit_id,
        asked_at=approval.asked_at,
        expires_at=approval.expires_at,
        answer=approval.answer,
        answered_at=approval.answered_at,
        answered_by=by.email if by else None,
        reason=approval.reason,
    )
