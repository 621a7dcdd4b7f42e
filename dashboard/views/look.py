"""How the site looks for one browser: theme and rail, kept in cookies."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from dashboard.access import team_page
from dashboard.context import RAIL_COOKIE, THEME_COOKIE, THEMES
from dashboard.http import TeamRequest

YEAR = 365 * 24 * 3600
CHOICES = {"theme": (THEME_COOKIE, THEMES), "rail": (RAIL_COOKIE, ("open", "closed"))}


@login_not_required
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Keep the theme or the rail as chosen, and go back to the page."""
    wanted = request.POST.get("next", "")
    inside = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    answer = HttpResponseRedirect(wanted if inside else "/")
    for field, (cookie, allowed) in CHOICES.items():
        value = request.POST.get(field, "")
        if value in allowed:
            answer.set_cookie(
                cookie, value, max_age=YEAR, samesite="Lax", httponly=True, secure=settings.SECURE
            )
    return answer


@team_page()
def frame(request: TeamRequest) -> HttpResponse:
    """Return the counts of the frame alone, for pages that are open."""
    return render(request, "frame/news.html")
