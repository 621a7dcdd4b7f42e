"""Signing in through somebody else: allauth's pages, with an answer where the provider gives none."""

import logging
from collections.abc import Callable

from allauth.socialaccount.providers.google import views as google
from allauth.socialaccount.providers.openid_connect import views as oidc
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

logger = logging.getLogger(__name__)

View = Callable[[HttpRequest], HttpResponseBase]


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def oidc_login(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Lead to the provider's sign-in page; a GET asks first, so that no link elsewhere can start it."""
    return _answered(request, lambda request: oidc.login(request, provider_id), "openid_connect")


@login_not_required
@never_cache
@require_GET
def oidc_callback(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Take what the provider says of the person."""
    return _answered(request, lambda request: oidc.callback(request, provider_id), "openid_connect")


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def google_login(request: HttpRequest) -> HttpResponseBase:
    """Lead to Google's sign-in page."""
    return _answered(request, google.oauth2_login, "google")


@login_not_required
@never_cache
@require_GET
def google_callback(request: HttpRequest) -> HttpResponseBase:
    """Take what Google says of the person."""
    return _answered(request, google.oauth2_callback, "google")


@login_not_required
def cancelled(_request: HttpRequest) -> HttpResponseBase:
    """Go back to the sign-in page from a sign-in that was broken off."""
    return redirect("account_login")


def _answered(request: HttpRequest, view: View, provider: str) -> HttpResponseBase:
    """Give allauth's answer; a page of ours where the provider is away or does not keep to its protocol."""
    if provider not in settings.SOCIALACCOUNT_PROVIDERS:
        raise Http404("This site is not registered there.")
    try:
        return view(request)
    except (OSError, ValueError, KeyError) as error:
        logger.warning("an identity provider gave no answer: %s", type(error).__name__)
        return render(request, "socialaccount/authentication_error.html", status=502)
