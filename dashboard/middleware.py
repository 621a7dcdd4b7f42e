"""What every request passes."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

Answer = Callable[[HttpRequest], HttpResponse]


def body_limit(answer: Answer) -> Answer:
    """Refuse a body over the limit with 413 before anything reads it."""

    def check(request: HttpRequest) -> HttpResponse:
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            return _refuse(400, "Content-Length is not a number.", "invalid_length")
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if length > limit:
            return _refuse(413, f"The body has {length} bytes; at most {limit} are taken.", "too_large")
        return answer(request)

    return check


def _refuse(status: int, message: str, code: str) -> HttpResponse:
    """Write an error that gateway and REST clients alike can read."""
    error: dict[str, object] = {
        "message": message,
        "type": "invalid_request_error",
        "param": None,
        "code": code,
        "fields": {},
    }
    return JsonResponse({"error": error}, status=status)
