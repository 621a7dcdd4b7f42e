"""Figures for a scraper, behind a token of their own."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from dashboard import metrics as figures


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer with all figures to whoever has METRICS_TOKEN; without that setting there is nothing here."""
    if not settings.METRICS_TOKEN:
        raise Http404("METRICS_TOKEN is not set.")
    said = request.headers.get("Authorization", "")
    if not constant_time_compare(said, f"Bearer {settings.METRICS_TOKEN}"):
        answer = HttpResponse(
            "Send METRICS_TOKEN as Authorization: Bearer …\n", status=401, content_type="text/plain"
        )
        answer["WWW-Authenticate"] = 'Bearer realm="metrics"'
        return answer
    return HttpResponse(figures.written(), content_type=CONTENT_TYPE_LATEST)
