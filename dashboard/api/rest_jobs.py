"""REST: jobs are made, listed, read, cancelled, resolved and tried again."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from ninja import Query, Router, Status

from dashboard import access, media_links
from dashboard.api import versions
from dashboard.api.deciding import decide
from dashboard.api.describing import Reader
from dashboard.api.listing import Filters, page_of
from dashboard.api.making import Made, default_project, make, press_of, project_named, retry
from dashboard.api.reading import idempotency_key
from dashboard.api.schemas import Answer, JobDetail, JobPage, NewJob, Refusal
from dashboard.api.tokens import ApiRequest
from dashboard.http import Asker
from dashboard.submitting import Wish
from videojobs import lifecycle
from videojobs.models import Job
from videojobs.rights import Right

router = Router(tags=["jobs"])

READ = frozenset({400, 401, 403, 404})
MADE = frozenset({400, 401, 402, 403, 409, 411, 413, 415, 429})
CHANGED = MADE | {404, 502}

KEY: dict[str, Any] = {
    "parameters": [
        {
            "in": "header",
            "name": "Idempotency-Key",
            "required": False,
            "schema": {"type": "string", "maxLength": 255},
            "description": "The same key and request: the job made before. The same key, another: 409.",
        }
    ]
}

KEY_AND_VERSION: dict[str, Any] = {"parameters": [*KEY["parameters"], versions.IF_MATCH]}


@router.post("/jobs", response={201: JobDetail, MADE: Refusal}, by_alias=True, openapi_extra=KEY)
def create_job(request: ApiRequest, wish: NewJob, response: HttpResponse) -> Status[JobDetail]:
    """Make a job. A repeat with the same Idempotency-Key returns the earlier one, also with 201."""
    now = timezone.now()
    asker = request.auth
    access.demand(asker, Right.SUBMIT)
    wanted = Wish(
        values=wish.body,
        team=asker.team,
        project=project_named(asker, wish.project) if wish.project else default_project(asker),
        person=asker.user,
        token=asker.token,
        press=_press(request),
        title=wish.title,
    )
    return _created(response, make(wanted, _reader(request).detail, now=now))


@router.get("/jobs", response={200: JobPage, READ: Refusal}, by_alias=True)
def list_jobs(request: ApiRequest, filters: Query[Filters]) -> JobPage:
    """List the team's jobs, newest first."""
    page = page_of(request.auth, filters)
    return JobPage(jobs=_reader(request).summaries(page.jobs), next_cursor=page.next_cursor)


@router.get("/jobs/{job_id}", response={200: JobDetail, READ: Refusal}, by_alias=True)
def read_job(request: ApiRequest, job_id: str, response: HttpResponse) -> JobDetail:
    """Read one job with everything that happened to it and to its money. Its ETag is its `version`."""
    found = _reader(request).detail(access.job_or_404(request.auth, job_id))
    versions.tag(response, found.version)
    return found


@router.post(
    "/jobs/{job_id}/cancel",
    response={200: JobDetail, CHANGED: Refusal},
    by_alias=True,
    openapi_extra={"parameters": [versions.IF_MATCH], "requestBody": versions.OPTIONAL_BODY},
)
def cancel_job(request: ApiRequest, job_id: str) -> JobDetail:
    """Take a job out of the queue before it is sent. Afterwards: 409, since nobody can stop it any more."""
    job = _changeable(request.auth, job_id, Right.CANCEL_OWN, Right.CANCEL_ANY)
    lifecycle.cancel(job, request.auth.user, now=timezone.now(), version=versions.in_body(request))
    return _read_again(request, job_id)


@router.post(
    "/jobs/{job_id}/resolve",
    response={200: JobDetail, 201: JobDetail, CHANGED: Refusal},
    by_alias=True,
    openapi_extra=KEY_AND_VERSION,
)
def resolve_job(
    request: ApiRequest, job_id: str, answer: Answer, response: HttpResponse
) -> JobDetail | Status[JobDetail]:
    """Decide about an unconfirmed, lost or restored job. *send_again* answers 201 with the new job."""
    job = _changeable(request.auth, job_id, None, Right.RESOLVE)
    version = versions.wanted(request, answer.version)
    made = decide(job, answer, request.auth, _press(request), _reader(request), version)
    return _created(response, made) if made else _read_again(request, job_id)


@router.post(
    "/jobs/{job_id}/retry",
    response={201: JobDetail, CHANGED: Refusal},
    by_alias=True,
    openapi_extra=KEY_AND_VERSION | {"requestBody": versions.OPTIONAL_BODY},
)
def retry_job(request: ApiRequest, job_id: str, response: HttpResponse) -> Status[JobDetail]:
    """Make a new job of an ended one's body, with its own hold; the old one stays as it is."""
    job = _changeable(request.auth, job_id, Right.CANCEL_OWN, Right.CANCEL_ANY)
    access.demand(request.auth, Right.SUBMIT)
    reader = _reader(request)
    press, version = _press(request), versions.in_body(request)
    made = retry(job, request.auth, press, reader.detail, now=reader.now, version=version)
    return _created(response, made)


def _changeable(asker: Asker, job_id: str, own: Right | None, any: Right) -> Job:
    """Return a job this asker may change. Raises Http404 to strangers, PermissionDenied to readers."""
    job = access.job_or_404(asker, job_id)
    access.demand_change(asker, job, own, any)
    return job


def _reader(request: HttpRequest) -> Reader:
    return Reader(origin=media_links.origin_of(request), now=timezone.now())


def _read_again(request: ApiRequest, job_id: str) -> JobDetail:
    return _reader(request).detail(access.job_or_404(request.auth, job_id))


def _press(request: ApiRequest) -> lifecycle.Press | None:
    key = idempotency_key(request)
    return press_of(request.auth, key) if key else None


def _created(response: HttpResponse, made: Made[JobDetail]) -> Status[JobDetail]:
    response["Location"] = reverse("api:read_job", args=[made.answer.id])
    if not made.is_new:
        response["Idempotent-Replayed"] = "true"
    return Status(201, made.answer)
