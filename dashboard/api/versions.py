"""Versions over REST: `If-Match` or `version` in, `ETag` out."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from dashboard import versions
from dashboard.api.errors import ApiError, wrong_field
from dashboard.api.reading import read_object

MESSAGE = "Send the whole number a read gave, as `version` or as If-Match."

IF_MATCH: dict[str, Any] = {
    "in": "header",
    "name": "If-Match",
    "required": False,
    "schema": {"type": "string"},
    "description": "The ETag of a read. Another version by now: 409 with what somebody did meanwhile.",
}

OPTIONAL_BODY: dict[str, Any] = {
    "required": False,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "properties": {"version": {"type": "integer", "minimum": 1}},
                "additionalProperties": False,
            }
        }
    },
}


def wanted(request: HttpRequest, said: int | None = None) -> int | None:
    """Return the version a request was made on, None where it names none. Raises ApiError 400."""
    header = request.headers.get("If-Match", "").strip()
    if not header or header == "*":
        return said
    version = versions.read(header.removeprefix("W/").strip('"'))
    if not version:
        raise ApiError(400, MESSAGE, "invalid", fields={"If-Match": [MESSAGE]})
    if said is not None and said != version:
        raise wrong_field("version", "`version` and If-Match name two versions. Send one of them.")
    return version


def required(request: HttpRequest, said: int | None) -> int:
    """Return the version a change was made on. Raises ApiError 400 where it names none."""
    version = wanted(request, said)
    if version is None:
        message = (
            "Say which version you change: read the job, and send its `version` (or its ETag as If-Match)."
        )
        raise wrong_field("version", message, "missing")
    return version


def in_body(request: HttpRequest) -> int | None:
    """Return the version of a request that may come without a body. Raises ApiError 400."""
    if not request.body.strip():
        return wanted(request)
    said = read_object(request)
    for name in said.keys() - {"version"}:
        raise wrong_field(name, "There is no such field here. Only `version` may be sent.")
    version = said.get("version")
    if version is not None and (isinstance(version, bool) or not isinstance(version, int) or version < 1):
        raise wrong_field("version", MESSAGE)
    return wanted(request, version)


def tag(response: HttpResponse, version: int) -> None:
    """Let an answer name the version it tells of."""
    response["ETag"] = f'"{version}"'
