"""Who a script is: a bearer token in, the person and team behind it out."""

from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import DatabaseError
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest

from dashboard.api.errors import ApiError
from dashboard.http import Asker
from videojobs.audit import Origin, origin
from videojobs.models import Membership, Token
from videojobs.models.compiled import Compiled
from videojobs.models.teams import digest_of

USED_EVERY = timedelta(minutes=1)
"""How old `last_used_at` may grow while a token is in use, so that a busy script costs no write a call."""

GUESSES = 30
"""Wrong tokens from one address until it is asked to wait."""

GUESSING_FOR = timedelta(minutes=10)

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="dailies"'}


class ApiRequest(HttpRequest):
    """A request to REST whose token has been checked."""

    auth: Asker


def asker_of(request: HttpRequest, *, now: datetime) -> Asker:
    """Return who asks. Raises ApiError 401 for anything but a usable token of a member of its team."""
    secret = bearer(request)
    if not secret:
        message = "Send your API token as a header: Authorization: Bearer dailies_…"
        raise ApiError(401, message, "missing_api_key", headers=CHALLENGE)
    asker = _behind(secret)
    if asker is None or asker.token is None:
        raise _refusal_of_a_guess(request)
    expires_at = asker.token.expires_at
    if expires_at is not None and expires_at <= now:
        on = expires_at.astimezone(asker.team.zone)
        message = f"This API token expired on {on.day} {on:%B %Y}. Make a new one on the page API tokens."
        raise ApiError(401, message, "expired_api_key", headers=CHALLENGE)
    _note_use(asker.token, now)
    origin.set(Origin("api", asker.token))  # the request's own middleware puts it back
    return asker


def _refusal_of_a_guess(request: HttpRequest) -> ApiError:
    """Return what a wrong token gets; many from one address are told to wait. A right one always passes."""
    key = f"guesses:{request.META.get('REMOTE_ADDR', '')}"
    cache.add(key, 0, timeout=int(GUESSING_FOR.total_seconds()))
    try:
        guesses = cache.incr(key)
    except ValueError:  # it went between the two
        guesses = 1
    if guesses > GUESSES:
        wait = {"Retry-After": str(int(GUESSING_FOR.total_seconds()))}
        message = "Too many wrong tokens came from this address. Wait ten minutes."
        return ApiError(429, message, "too_many_wrong_keys", headers=wait)
    message = "This API token is wrong or was revoked. Make a new one on the page API tokens."
    return ApiError(401, message, "invalid_api_key", headers=CHALLENGE)


def bearer(request: HttpRequest) -> str:
    """Return the secret in the Authorization header, "" where there is none."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def _seated(digest: str) -> "QuerySet[Token]":
    tokens = Token.objects.usable().filter(digest=digest, user__memberships__team=F("team"))
    seated = tokens.annotate(seat=F("user__memberships__pk"), role=F("user__memberships__role"))
    return seated.select_related("user", "team")


_tokens = Compiled(_seated, str)


def _behind(secret: str) -> Asker | None:
    """Return who a secret stands for, in one query; None where they are not in its team any more."""
    tokens = _tokens(digest_of(secret))
    if not tokens:
        return None
    found = tokens[0]
    joined = vars(found)
    membership = Membership(pk=joined["seat"], user=found.user, team=found.team, role=joined["role"])
    return Asker(user=found.user, team=found.team, membership=membership, token=found)


def _note_use(token: Token, now: datetime) -> None:
    """Date the token's use, at most once a minute; a database too busy for that refuses nobody."""
    oldest = now - USED_EVERY
    if token.last_used_at is not None and token.last_used_at > oldest:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lte=oldest)
    try:
        Token.objects.filter(stale, pk=token.pk).update(last_used_at=now)
    except DatabaseError:
        return
