"""Together's own protocol: a script written for it works here with another base URL and key.

`POST /v2/videos` makes a job, `GET /v2/videos/{id}` reads one. Answers and errors have Together's shape;
neither session nor cookie is touched.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from dashboard import access, media_links
from dashboard.api import errors
from dashboard.api.errors import ApiError, wrong_method
from dashboard.api.making import default_project, make, press_of
from dashboard.api.reading import idempotency_key, is_repeat, read_object
from dashboard.api.tokens import asker_of
from dashboard.submitting import Wish
from videojobs.bodies.shape import USUAL_SECONDS
from videojobs.catalog.sizes import PROVIDER_DEFAULT_SIZE
from videojobs.models import Job, Output
from videojobs.rights import Right
from videojobs.states import State

P = ParamSpec("P")
Answer = Callable[Concatenate[HttpRequest, P], HttpResponse]
Wire = dict[str, Any]

STATUSES = {
    State.WAITING: "queued",
    State.SENDING: "queued",
    State.QUEUED: "queued",
    State.IN_PROGRESS: "in_progress",
    State.STORING: "in_progress",
    State.UNCONFIRMED: "in_progress",
    State.COMPLETED: "completed",
    State.CANCELLED: "cancelled",
    State.FAILED: "failed",
    State.LOST: "failed",
}
"""Our states in the provider's words."""

ERROR_TYPES = {
    402: "billing_error",
    403: "permission_error",
    500: "server_error",
    502: "server_error",
    503: "overloaded_error",
}
"""`type` in an error's body; every other status is an invalid request."""


def together(method: str) -> Callable[[Answer[P]], Answer[P]]:
    """Let a view speak the protocol: one method, and every exception as an error in Together's shape."""

    def decorate(view: Answer[P]) -> Answer[P]:
        @login_not_required
        @csrf_exempt
        @wraps(view)
        def speak(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            try:
                if request.method not in (method, "HEAD" if method == "GET" else method):
                    raise wrong_method(str(request.method), method)
                return view(request, *args, **kwargs)
            except Exception as error:  # noqa: BLE001  whatever it is, a script reads JSON
                return refusal(errors.read(error))

        return speak

    return decorate


def refusal(error: ApiError) -> HttpResponse:
    """Write an error in Together's shape; `param` is the first field that is wrong."""
    kind = ERROR_TYPES.get(error.status, "invalid_request_error")
    param = next(iter(error.fields), None)
    wire = {"message": error.message, "type": kind, "param": param, "code": error.code, **error.more}
    return JsonResponse({"error": wire}, status=error.status, headers=error.headers)


@together("POST")
def create_video(request: HttpRequest) -> HttpResponse:
    """Make a job of a `CreateVideoBody` and answer with it as a `VideoJob`."""
    now = timezone.now()
    asker = asker_of(request, now=now)
    access.demand(asker, Right.SUBMIT)
    wish = Wish(
        values=read_object(request),
        team=asker.team,
        project=default_project(asker),
        person=asker.user,
        token=asker.token,
        press=press_of(asker, idempotency_key(request), repeat=is_repeat(request)),
    )
    origin = media_links.origin_of(request)
    made = make(wish, lambda job: video_of(job, origin, now=now), now=now)
    return JsonResponse(made.answer)


@together("GET")
def read_video(request: HttpRequest, job_id: str) -> HttpResponse:
    """Answer with a job of the token's team as a `VideoJob`."""
    now = timezone.now()
    asker = asker_of(request, now=now)
    job = access.job_or_404(asker, job_id)
    return JsonResponse(video_of(job, media_links.origin_of(request), now=now))


@login_not_required
@csrf_exempt
def nothing_here(request: HttpRequest) -> HttpResponse:
    """Answer an address of the protocol that does not exist here as Together would: in JSON."""
    message = f"There is nothing at {request.path[:200]}. Videos are at /v2/videos."
    return refusal(ApiError(404, message, "not_found"))


def video_of(job: Job, origin: str, *, now: datetime) -> Wire:
    """Return a job as Together's `VideoJob`. An unknown cost is left out, never 0."""
    output = _output_of(job)
    status = STATUSES[State(job.state)]
    video: Wire = {
        "id": job.id,
        "object": "video",
        "model": job.model,
        "status": status,
        "size": f"{output.width}x{output.height}" if output else job.size or _usual_size(),
        "seconds": _seconds(job, output),
        "created_at": _unix(job.created_at),
    }
    if job.ended_at is not None:
        video["completed_at"] = _unix(job.ended_at)
        video["outputs"] = _outputs(job, output, origin, now)
    if status == "failed":
        message = job.failure or "It failed without a reason."
        video["error"] = {"message": message, "code": job.failure_code or job.state}
    return video


def _output_of(job: Job) -> Output | None:
    """Return the kept clip; a job that has not completed has none, and no query asks for it."""
    return Output.objects.filter(job=job).first() if job.state == State.COMPLETED else None


def _outputs(job: Job, output: Output | None, origin: str, now: datetime) -> Wire | None:
    if output is None:
        return None
    outputs: Wire = {"video_url": media_links.signed_url(job, output, origin, now=now)}
    return outputs if job.cost is None else {"cost": float(job.cost), **outputs}


def _seconds(job: Job, output: Output | None) -> str:
    """Return the length as Together writes it, in whole seconds."""
    if output is not None:
        return str(max(round(output.duration), 1))
    return str(job.seconds if job.seconds is not None else USUAL_SECONDS)


def _usual_size() -> str:
    return f"{PROVIDER_DEFAULT_SIZE.width}x{PROVIDER_DEFAULT_SIZE.height}"


def _unix(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp())
