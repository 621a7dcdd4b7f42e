"""What one person is told, and how: chosen by them, for themselves, team by team."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from dashboard.access import team_page
from dashboard.forms.notice_choices import ChoicesForm
from dashboard.http import TeamRequest
from videojobs.notices import choices
from videojobs.notices.events import ACTING, Way
from videojobs.rights import Role


@team_page(methods=["GET", "POST"])
def notice_choices(request: TeamRequest) -> HttpResponse:
    """Show what this person is told in this team, and keep what they choose."""
    member = request.membership
    form = ChoicesForm(
        request.POST if request.method == "POST" else None,
        stands=choices.chosen(member),
        has_channels=request.team.channels.filter(person=request.user).exists(),
    )
    if form.is_valid():
        choices.choose(member, form.wish(), now=timezone.now())
        messages.success(request, "Kept. It holds from now on.")
        return redirect("notice_choices")
    context = {
        "form": form,
        "mails": settings.EMAIL_CONFIGURED,
        "address": request.user.email,
        "is_spared": Way.MAIL.value not in member.told and Role(member.role) not in ACTING,
    }
    return TemplateResponse(request, "notices/choices.html", context, status=422 if form.errors else 200)
