"""Sign-in and security: one page of how a person signs in, and where they are signed in."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from allauth.account.internal.flows.logout import logout
from allauth.account.models import EmailAddress
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from dashboard.access import in_team
from dashboard.accounts import note_of_person
from dashboard.browsers import browser_of
from dashboard.live.guests import is_signed_in, open_sessions
from videojobs.models import User

NUMBERS_ONLY = frozenset("0123456789.:[]")


@dataclass(frozen=True)
class Place:
    """A browser somebody is signed in with."""

    pk: int
    browser: str
    address: str
    since: datetime | None
    is_this: bool


@never_cache
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Show how this person signs in, and where they are signed in now."""
    with suppress(PermissionDenied):  # somebody in no team signs in too
        in_team(request)
    person = cast(User, request.user)
    factors = list(Authenticator.objects.filter(user=person).order_by("created_at"))
    codes = next((one for one in factors if one.type == Authenticator.Type.RECOVERY_CODES), None)
    shown = {
        "person": person,
        "new_address": EmailAddress.objects.get_new(person),
        "mails": settings.EMAIL_CONFIGURED,
        "app": next((one for one in factors if one.type == Authenticator.Type.TOTP), None),
        "passkeys": [one for one in factors if one.type == Authenticator.Type.WEBAUTHN],
        "codes": codes,
        "codes_left": codes_left(codes) if codes else 0,
        "places": places_of(request, person),
        "linked": list(SocialAccount.objects.filter(user=person)),
        "may_link": bool(settings.SOCIALACCOUNT_PROVIDERS),
        "passkeys_work": passkeys_work(request),
        "named_url": named_url(request),
    }
    return TemplateResponse(request, "security/security.html", shown)


@require_POST
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Sign this person out in one other browser."""
    session = get_object_or_404(UserSession, user=request.user, pk=session_id)
    if session.session_key == request.session.session_key:
        logout(request)
        return redirect("account_login")
    session.end()
    note_of_person(cast(User, request.user), "session_ended", browser_of(session.user_agent), timezone.now())
    return redirect("security")


@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Sign this person out everywhere but here."""
    person = cast(User, request.user)
    ended = _end_all_but(request.session.session_key or "", person)
    note_of_person(person, "sessions_ended", f"{ended} elsewhere", timezone.now())
    return redirect("security")


def places_of(request: HttpRequest, person: User) -> list[Place]:
    """Return where somebody is signed in: this browser first, then the newest."""
    rows = list(UserSession.objects.filter(user=person).order_by("-created_at"))
    alive = open_sessions({row.session_key for row in rows})
    here = request.session.session_key
    found = [
        Place(row.pk, browser_of(row.user_agent), row.ip, row.created_at, row.session_key == here)
        for row in rows
        if row.session_key in alive and is_signed_in(alive[row.session_key], person)
    ]
    if not any(place.is_this for place in found):
        agent = request.headers.get("User-Agent", "")
        found.append(Place(0, browser_of(agent), request.META.get("REMOTE_ADDR", ""), None, is_this=True))
    return sorted(found, key=lambda place: not place.is_this)


def codes_left(codes: Authenticator) -> int:
    """Return how many recovery codes are not used yet, without unsealing any."""
    used: int = codes.data["used_mask"]
    return int(app_settings.RECOVERY_CODE_COUNT) - used.bit_count()


def passkeys_work(request: HttpRequest) -> bool:
    """Tell whether browsers offer passkeys here: to a name, and encrypted or on this machine alone."""
    host, _port = split_domain_port(request.get_host())
    is_name = not set(host) <= NUMBERS_ONLY
    return is_name and (request.is_secure() or host == "localhost" or host.endswith(".localhost"))


def named_url(request: HttpRequest) -> str:
    """Return this page's address by this machine's name, where it was asked for by its number; else ""."""
    host, port = split_domain_port(request.get_host())
    return f"http://localhost:{port}{request.path}" if host in {"127.0.0.1", "[::1]"} else ""


def _end_all_but(here: str, person: User) -> int:
    """End every session of a person but one, those that were never listed too, and return how many."""
    theirs = [
        row.session_key
        for row in Session.objects.filter(expire_date__gt=timezone.now()).exclude(session_key=here).iterator()
        if is_signed_in(row.get_decoded(), person)
    ]
    Session.objects.filter(session_key__in=theirs).delete()
    UserSession.objects.filter(user=person).exclude(session_key=here).delete()
    return len(theirs)
