"""What a script sent, as plain values, or the reason it cannot be read."""

import json
from typing import Any

from django.http import HttpRequest, UnreadablePostError

from dashboard.api.errors import ApiError

LONGEST_KEY = 255
"""Characters of an Idempotency-Key."""


def read_object(request: HttpRequest) -> dict[str, Any]:
    """Return the JSON object in a request's body. Raises ApiError: 400, 411 or 415."""
    value = read_json(request)
    if not isinstance(value, dict):
        raise ApiError(400, 'Send one JSON object, such as {"model": "…"}.', "invalid_json")
    return value


def read_json(request: HttpRequest) -> Any:
    """Return the JSON in a request's body, NaN and Infinity as floats that every field refuses by name."""
    _expect_json(request)
    try:
        return json.loads(request.body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ApiError(400, "The body is not UTF-8 text.", "invalid_json") from error
    except RecursionError as error:
        raise ApiError(400, "The body is nested too deeply.", "invalid_json") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise ApiError(400, f"The body is not JSON: {error.msg} at {where}.", "invalid_json") from error
    except ValueError as error:  # a whole number of thousands of digits
        raise ApiError(400, "A number in the body is too long.", "invalid_json") from error
    except UnreadablePostError as error:
        raise ApiError(400, "The connection ended before the body did.", "invalid_json") from error


def _expect_json(request: HttpRequest) -> None:
    if request.content_type != "application/json":
        given = request.content_type or "none"
        message = f"Send JSON with Content-Type: application/json, not {given[:80]}."
        raise ApiError(415, message, "unsupported_media_type")
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        raise ApiError(411, "Send the body with a Content-Length, not in chunks.", "length_required")


def idempotency_key(request: HttpRequest) -> str:
    """Return the key that makes a repeated request harmless, "" where there is none. Raises ApiError 400."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > LONGEST_KEY or not (key.isascii() and key.isprintable()):
        message = f"Idempotency-Key is at most {LONGEST_KEY} plain ASCII characters."
        raise ApiError(400, message, "invalid_idempotency_key", fields={"Idempotency-Key": [message]})
    return key


def is_repeat(request: HttpRequest) -> bool:
    """Whether the SDK itself says that it sent this request before."""
    count = request.headers.get("X-Stainless-Retry-Count", "").strip()
    return count.isascii() and count.isdigit() and int(count[:9]) > 0
