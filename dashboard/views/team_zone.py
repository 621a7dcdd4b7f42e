"""The team's time zone: where its days, weeks and months begin."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from dashboard.access import team_page
from dashboard.forms.zone import ZoneForm
from dashboard.http import TeamRequest
from dashboard.views.team import render_team
from videojobs.money import tallies
from videojobs.rights import Right


@team_page(Right.MANAGE_TEAM, methods=["GET", "POST"])
def set_zone(request: TeamRequest) -> HttpResponse:
    """Let the team's days begin by other clocks; every sum by day is made anew."""
    if request.method != "POST":
        return redirect("team")
    form = ZoneForm(request.POST, team=request.team)
    if not form.is_valid():
        return render_team(request, zoning=form)
    with transaction.atomic():
        tallies.set_zone(request.team, form.chosen, request.user, now=timezone.now())
    messages.success(request, f"Days, weeks and months begin by the clocks of {form.chosen.key} now.")
    return redirect("team")
