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
            return JsonResponse({"error": {"message": "Content-Length is not a number."}}, status=400)
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if length > limit:
            sentence = f"The body has {length} bytes; at most {limit} are taken."
            return JsonResponse({"error": {"message": sentence, "type": "too_large"}}, status=413)
        return answer(request)

    return check
