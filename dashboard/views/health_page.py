"""Health: whether jobs move on and the books agree, and for each thing that is wrong what to do."""

from collections import Counter

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from dashboard.access import team_page
from dashboard.http import TeamRequest
from dashboard.views.health_lines import lines
from videojobs.rights import Right


@team_page(Right.SEE_JOBS)
def health(request: TeamRequest) -> HttpResponse:
    """Show what a team's jobs and money depend on, red lines first."""
    found = lines(request, timezone.now())
    levels = Counter(line.level for line in found)
    context = {
        "lines": found,
        "broken": levels["bad"],
        "minor": levels["warn"],
        "may_support": request.asker.may(Right.MANAGE_TEAM),
    }
    return TemplateResponse(request, "health/health.html", context)
