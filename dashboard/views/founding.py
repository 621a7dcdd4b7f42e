"""Another team for somebody who owns one."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from dashboard.access import TEAM_KEY, team_page
from dashboard.forms.people import TeamForm
from dashboard.http import TeamRequest
from videojobs import teams


@team_page(methods=["GET", "POST"])
def new_team(request: TeamRequest) -> HttpResponse:
    """Make a team and work in it. Owners only: a new team buys with the site's key, under no limit yet."""
    if not request.may_found:
        raise PermissionDenied("Only who owns a team may make another: a new one spends under no limit yet.")
    form = TeamForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = teams.create_team(form.cleaned_data["name"], request.user, now=timezone.now())
        except teams.Refused as refused:
            form.add_error("name", refused.message)
        else:
            request.session[TEAM_KEY] = made.team_id
            return redirect("team")
    return TemplateResponse(request, "team/new.html", {"form": form}, status=422 if form.errors else 200)
