"""The front door, and the first visit that makes the owner account."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from dashboard import first_visit
from dashboard.access import team_page, to_sign_in
from dashboard.accounts import let_in
from dashboard.forms.people import WelcomeForm
from dashboard.http import TeamRequest
from videojobs import teams
from videojobs.rights import Right


@login_not_required
@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """Lead people to their work, strangers to the sign-in, and the very first one to where the token is."""
    if request.user.is_authenticated:
        return _to_work(request)
    if first_visit.is_open():
        return TemplateResponse(request, "welcome/elsewhere.html")
    return to_sign_in(request)


@team_page()
def _to_work(request: TeamRequest) -> HttpResponse:
    """Lead to what one's role does most."""
    return redirect("create" if request.asker.may(Right.SUBMIT) else "gallery")


@login_not_required
@never_cache
@sensitive_post_parameters("password", "token")
@require_http_methods(["GET", "HEAD", "POST"])
def welcome(request: HttpRequest) -> HttpResponse:
    """Make the owner account and the team, for whoever holds the token, and sign in."""
    if not first_visit.is_open():
        return redirect("home")
    token = request.POST.get("token") or request.GET.get("token", "")
    if not first_visit.check(token):
        return TemplateResponse(request, "welcome/elsewhere.html", {"wrong": True}, status=403)
    form = WelcomeForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and sign_in_first_owner(request, form):
        return redirect("home")
    status = 422 if form.errors else 200
    return TemplateResponse(request, "welcome/welcome.html", {"form": form, "token": token}, status=status)


def sign_in_first_owner(request: HttpRequest, form: WelcomeForm) -> bool:
    """Make the owner and sign them in; where somebody was first, say so in the form."""
    try:
        membership = first_visit.make_owner(form.wish(), now=timezone.now())
    except teams.Refused as refused:
        form.add_error(refused.field or None, refused.message)
        return False
    let_in(request, membership.user)
    return True
