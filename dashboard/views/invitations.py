"""Asking people into the team: make a link, mail it or show it once, revoke it."""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.contrib import messages
from django.core.mail import send_mail
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from dashboard.access import team_page
from dashboard.forms.invitations import InvitationForm
from dashboard.http import TeamRequest
from dashboard.views.team import render_team, roles_to_give
from videojobs import invitations, teams
from videojobs.models import Invitation
from videojobs.notices.letters import one_line
from videojobs.rights import Right

logger = logging.getLogger(__name__)


@never_cache
@team_page(Right.MANAGE_PEOPLE, methods=["GET", "POST"])
def invite(request: TeamRequest) -> HttpResponse:
    """Make an invitation and show its link, now and never again."""
    if request.method != "POST":
        return redirect("team")
    form = InvitationForm(request.POST, team=request.team, roles=roles_to_give(request.membership))
    if not form.is_valid():
        return render_team(request, inviting=form)
    try:
        made, secret = invitations.invite(request.team, form.wish(), request.membership, now=timezone.now())
    except teams.Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        return render_team(request, inviting=form)
    link = f"{settings.PUBLIC_URL}{reverse('follow_invitation', args=[secret])}"
    context = {"invitation": made, "link": link, "mailed": mailed(made, link, request)}
    return TemplateResponse(request, "team/invited.html", context)


@team_page(Right.MANAGE_PEOPLE, methods=["POST"])
def revoke(request: TeamRequest, invitation_id: int) -> HttpResponse:
    """End an invitation at once."""
    invitation = get_object_or_404(request.team.invitations.select_related("team"), pk=invitation_id)
    if invitations.revoke(invitation, request.user, now=timezone.now()):
        messages.success(request, "The invitation is revoked. Its link leads nowhere from now on.")
    else:
        messages.info(request, "This invitation could not be taken up any more.")
    return redirect(f"{reverse('team')}#invitations")


def mailed(invitation: Invitation, link: str, request: TeamRequest) -> bool:
    """Mail the link where it is for an address and the site sends mail; tell whether that went."""
    if not (invitation.email and settings.EMAIL_CONFIGURED):
        return False
    team, person = one_line(str(request.team)), one_line(str(request.user))
    subject = f"{person} asks you into {team} on Dailies"
    until = invitation.expires_at.astimezone(request.team.zone)
    text = (
        f"{person} ({request.user.email}) asks you into the team {team} as {invitation.role}.\n\n"
        f"Join here:\n{link}\n\n"
        f"The link works once, for {invitation.email} alone, until {until.day} {until:%B %Y, %H:%M} "
        f"({request.team.time_zone}). If you expected nothing of the kind, leave it: nothing happens then.\n"
    )
    try:
        send_mail(subject, text, None, [invitation.email])
    except (OSError, SMTPException) as error:
        logger.warning("an invitation could not be mailed: %s", type(error).__name__)
        return False
    return True
