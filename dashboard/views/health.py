"""Is it alive, and is it ready: for process managers and load balancers, without a token."""

import time

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from dashboard.readiness import broker_problem, database_problem


@login_not_required
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """Answer 200 as long as this process answers anything."""
    return JsonResponse({"status": "alive"})


@login_not_required
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 when jobs are accepted and move on, else 503 and what is away."""
    problems = database_problem() or broker_problem(time.time())
    if problems:
        return JsonResponse({"status": "not ready", "problem": problems}, status=503)
    return JsonResponse({"status": "ready"})
