"""Signing in and up, forgotten passwords, one's address: allauth's pages, where this site adds something."""

from allauth.account import views as allauth
from allauth.mfa.webauthn import views as passkeys
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache

from dashboard import first_visit
from dashboard.views.security import passkeys_work


@login_not_required
@never_cache
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Ask for e-mail and password, once there is somebody who could know them."""
    if first_visit.is_open() and not request.user.is_authenticated:
        return redirect("home")
    answer: HttpResponseBase = allauth.login(request)
    if isinstance(answer, TemplateResponse) and answer.context_data is not None:
        answer.context_data |= {
            "passkeys_work": passkeys_work(request),
            "open_sign_up": settings.OPEN_SIGN_UP,
        }
    return answer


@login_not_required
@never_cache
def passkey_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Sign somebody in with a passkey alone."""
    answer: HttpResponseBase = passkeys.login_webauthn(request)
    return answer


@login_not_required
@never_cache
def sign_up(request: HttpRequest) -> HttpResponseBase:
    """Make an account where that is open to anybody; else say that one is asked in."""
    if first_visit.is_open() and not request.user.is_authenticated:
        return redirect("home")
    answer: HttpResponseBase = allauth.signup(request)
    return answer


@never_cache
def address(request: HttpRequest) -> HttpResponseBase:
    """Change one's own e-mail address, once it is confirmed; without mail, say why that cannot be."""
    if not settings.EMAIL_CONFIGURED:
        return TemplateResponse(request, "account/email_fixed.html")
    answer: HttpResponseBase = allauth.email(request)
    return answer


def to_security(_request: HttpRequest) -> HttpResponseBase:
    """Go to the page that shows all of it."""
    return redirect("security")


@login_not_required
@never_cache
def forgotten(request: HttpRequest) -> HttpResponseBase:
    """Mail a link that sets a new password; without mail, say whom to ask for one."""
    if not settings.EMAIL_CONFIGURED:
        return TemplateResponse(request, "account/password_ask.html")
    answer: HttpResponseBase = allauth.password_reset(request)
    return answer
