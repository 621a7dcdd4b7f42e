"""Who a script is: a bearer token in, the person and team behind it out."""

from datetime import datetime, timedelta

from django.db import DatabaseError
from django.db.models import Q
from django.http import HttpRequest

from dashboard.api.errors import ApiError
from dashboard.http import Asker
from videojobs.models import Membership, Token

USED_EVERY = timedelta(minutes=1)
"""How old `last_used_at` may grow while a token is in use, so that a busy script costs no write a call."""


class ApiRequest(HttpRequest):
    """A request to REST whose token has been checked."""

    auth: Asker


CHALLENGE = {"WWW-Authenticate": 'Bearer realm="dailies"'}


def asker_of(request: HttpRequest, *, now: datetime) -> Asker:
    """Return who asks. Raises ApiError 401 for anything but a usable token of a member of its team."""
    secret = bearer(request)
    if not secret:
        message = "Send your API token as a header: Authorization: Bearer dailies_…"
        raise ApiError(401, message, "missing_api_key", headers=CHALLENGE)
    token = Token.objects.usable().by_secret(secret).select_related("user", "team").first()
    membership = _membership(token) if token else None
    if token is None or membership is None:
        message = "This API token is wrong or was revoked. Make a new one on the page API tokens."
        raise ApiError(401, message, "invalid_api_key", headers=CHALLENGE)
    _note_use(token, now)
    return Asker(user=token.user, team=token.team, membership=membership, token=token)


def bearer(request: HttpRequest) -> str:
    """Return the secret in the Authorization header, "" where there is none."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def _membership(token: Token) -> Membership | None:
    return Membership.objects.filter(user_id=token.user_id, team_id=token.team_id).first()


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
