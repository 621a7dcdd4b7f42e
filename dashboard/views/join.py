"""Coming into a team by a link: it is followed once, and its secret leaves the address at once."""

from allauth.core.internal import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from dashboard.access import TEAM_KEY
from dashboard.accounts import INVITATION_KEY, invitation_of, let_in
from dashboard.forms.invitations import JoinForm
from videojobs import invitations, teams
from videojobs.invitations import NotOpen
from videojobs.models import Invitation, Membership, User
from videojobs.models.teams import digest_of

GUESSES = {"join": "10/m/ip"}
"""Wrong links one address may follow; right ones cost nothing."""


@login_not_required
@never_cache
@require_safe
def follow(request: HttpRequest, secret: str) -> HttpResponseBase:
    """Keep in the session which invitation it is, by its digest, and go on where no secret is to be seen."""
    if not _may_guess(request, dry_run=True):
        too_often: HttpResponse = ratelimit.respond_429(request)
        return too_often
    digest = digest_of(secret)
    try:
        invitations.find(digest, now=timezone.now())
    except NotOpen:
        _may_guess(request, dry_run=False)
        return _nothing(request)
    request.session[INVITATION_KEY] = digest
    return redirect("join")


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponseBase:
    """Say who asks one into what, and let whoever says yes in."""
    invitation = invitation_of(request)
    if invitation is None:
        return _nothing(request)
    person = request.user if isinstance(request.user, User) else None
    form = None if person else JoinForm(_said(request), invitation=invitation)
    problem = ""
    if person is not None and request.method == "POST":
        problem = _accepted(request, invitation, person)
    elif form is not None and form.is_valid():
        problem = _accepted_as_new(request, invitation, form)
    if request.method == "POST" and not problem and not (form and form.errors):
        return redirect("home")
    return _page(request, invitation, form, problem)


def _said(request: HttpRequest) -> dict[str, str] | None:
    return request.POST.dict() if request.method == "POST" else None


def _accepted(request: HttpRequest, invitation: Invitation, person: User) -> str:
    """Join as who one is signed in as; return why not, "" where it is done."""
    try:
        _enter(request, invitations.accept(invitation.digest, person, now=timezone.now()))
    except (teams.Refused, NotOpen) as refused:
        return _why(refused)
    return ""


def _accepted_as_new(request: HttpRequest, invitation: Invitation, form: JoinForm) -> str:
    """Make an account, sign it in with a session of its own, and join; return why not."""
    try:
        made = invitations.accept_as_new(invitation.digest, form.newcomer(), now=timezone.now())
    except (teams.Refused, NotOpen) as refused:
        return _why(refused)
    let_in(request, made.user)
    _enter(request, made)
    return ""


def _why(refused: Exception) -> str:
    return refused.message if isinstance(refused, teams.Refused) else "Somebody has just taken it up."


def _enter(request: HttpRequest, made: Membership) -> None:
    request.session.pop(INVITATION_KEY, None)
    request.session[TEAM_KEY] = made.team_id
    messages.success(request, f"You are in {made.team}, as {made.role}.")


def _page(request: HttpRequest, invitation: Invitation, form: JoinForm | None, problem: str) -> HttpResponse:
    is_wrong = problem or (form is not None and form.errors)
    person = request.user if isinstance(request.user, User) else None
    context = {
        "invitation": invitation,
        "form": form,
        "problem": problem,
        "is_anothers": person is not None and invitation.email not in {"", person.email.lower()},
        "is_in": person is not None and invitation.team.memberships.filter(user=person).exists(),
    }
    return TemplateResponse(request, "join/join.html", context, status=422 if is_wrong else 200)


def _nothing(request: HttpRequest) -> HttpResponse:
    """Say the same of what is wrong, used, revoked and expired."""
    return render(request, "join/nothing.html", status=404)


def _may_guess(request: HttpRequest, *, dry_run: bool) -> bool:
    usage = ratelimit.consume(
        request, app="dailies", action="join", config=GUESSES, dry_run=dry_run, limit_get=True
    )
    return usage is not None
