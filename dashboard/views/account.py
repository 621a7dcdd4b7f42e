"""Sign-in and forgotten passwords: allauth's pages, where this site has something to add."""

from allauth.account import views as allauth
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache

from dashboard import first_visit


@login_not_required
@never_cache
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Ask for e-mail and password, once there is somebody who could know them."""
    if first_visit.is_open() and not request.user.is_authenticated:
        return redirect("home")
    answer: HttpResponseBase = allauth.login(request)
    return answer


@login_not_required
@never_cache
def forgotten(request: HttpRequest) -> HttpResponseBase:
    """Mail a link that sets a new password; without mail, say whom to ask for one."""
    if not settings.EMAIL_CONFIGURED:
        return TemplateResponse(request, "account/password_ask.html")
    answer: HttpResponseBase = allauth.password_reset(request)
    return answer
