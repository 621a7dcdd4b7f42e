"""REST under /api/v1: one token, one shape of error, one OpenAPI document."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, URLResolver
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser
from ninja.security import HttpBearer

from dashboard import access, media_links
from dashboard.api import (
    errors,
    rest_approvals,
    rest_audit,
    rest_control,
    rest_jobs,
    rest_ledger,
    rest_limits,
    rest_models,
    rest_queue,
    rest_team,
)
from dashboard.api.describing import Reader
from dashboard.api.errors import ApiError, wrong_method
from dashboard.api.reading import read_object
from dashboard.api.tokens import ApiRequest, asker_of
from dashboard.http import Asker
from videojobs.lifecycle import Stale

View = Callable[..., HttpResponse]

DESCRIPTION = """Jobs, models and spend of one team. Make a token on the page API tokens and send it as
`Authorization: Bearer dailies_…`. Amounts are USD as text with six decimals; null means that nobody knows."""


class ApiToken(HttpBearer):
    """A token made on the page API tokens."""

    def __call__(self, request: HttpRequest) -> Asker:
        return asker_of(request, now=timezone.now())

    def authenticate(self, request: HttpRequest, token: str) -> Asker:
        """Return who asks; `token` is in the request."""
        return self(request)


class StrictParser(Parser):
    """Reads JSON as the gateway does."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """Return the object in the body. Raises ApiError."""
        return read_object(request)


class JsonApi(NinjaAPI):
    """Answers in JSON also where no operation was reached: wrong methods, addresses beside the map."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._described: dict[str, OpenAPISchema] = {}

    def get_openapi_schema(self, **where: Any) -> OpenAPISchema:
        """Describe the operations, once per address: it takes most of a second, and anybody may ask."""
        prefix = where.get("path_prefix") or self.get_root_path(where.get("path_params") or {})
        if prefix not in self._described:
            self._described[prefix] = super().get_openapi_schema(path_prefix=prefix)
        return self._described[prefix]

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        patterns, app_name, namespace = super().urls
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                pattern.callback = in_json(pattern.callback)
        return patterns, app_name, namespace


def in_json(view: View) -> View:
    """Let a view answer in JSON whatever happens in it."""

    @login_not_required
    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except Exception as error:  # noqa: BLE001  whatever it is, a script reads JSON
            return refuse(request, error)
        if response.status_code == 405:
            return refuse(request, wrong_method(str(request.method), response["Allow"]))
        return response

    return answer


def refuse(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    """Write any exception in REST's shape."""
    raised = error() if isinstance(error, type) else error
    read = _read_ninja(raised) or errors.read(raised)
    if isinstance(raised, Stale):
        read.more["job"] = _as_it_is(cast(ApiRequest, request), raised.job.id)
    wire = {"message": read.message, "code": read.code, "fields": read.fields, **read.more}
    return JsonResponse({"error": wire}, status=read.status, headers=read.headers)


def _as_it_is(request: ApiRequest, job_id: str) -> Any:
    """Return a job as whoever asks may see it now; None where they may not any more."""
    reader = Reader(media_links.origin_of(request), timezone.now())
    try:
        found = reader.detail(access.job_or_404(request.auth, job_id))
    except Http404:
        return None
    return found.model_dump(mode="json", by_alias=True)


def _read_ninja(error: Exception) -> ApiError | None:
    if isinstance(error, ValidationError):
        return _wrong_fields(error)
    if isinstance(error, HttpError):
        cause = error.__cause__
        return errors.read(cause) if isinstance(cause, Exception) else None
    return None


def _wrong_fields(error: ValidationError) -> ApiError:
    fields: errors.Fields = {}
    for detail in error.errors:
        # Before the field's own name stand the place ("body") and the argument's name.
        name = ".".join(str(part) for part in detail["loc"][2:] or detail["loc"][1:])
        fields.setdefault(name, []).append(f"{detail['msg']}.")
    told = " ".join(f"{name}: {' '.join(messages)}" for name, messages in fields.items())
    return ApiError(400, told, "invalid", fields=fields)


@login_not_required
@csrf_exempt
def nothing_here(request: HttpRequest) -> HttpResponse:
    """Answer an address that does not exist, in JSON."""
    message = f"There is nothing at {request.path[:200]}. The map is at /api/v1/openapi.json."
    return refuse(request, ApiError(404, message, "not_found"))


api = JsonApi(
    title="Dailies",
    version="1",
    description=DESCRIPTION,
    docs_url=None,
    docs_decorator=require_safe,
    auth=ApiToken(),
    parser=StrictParser(),
    urls_namespace="api",
)
for kind in (Exception, Http404, HttpError, ValidationError):
    api.add_exception_handler(kind, refuse)
for router in (
    rest_jobs.router,
    rest_control.router,
    rest_queue.router,
    rest_models.router,
    rest_limits.router,
    rest_approvals.router,
    rest_team.router,
    rest_ledger.router,
    rest_audit.router,
):
    api.add_router("", router)
