"""API tokens: made, shown once, listed, revoked."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from dashboard.access import team_page, usable_projects
from dashboard.forms.tokens import SCOPE_WORDS, TokenForm
from dashboard.http import TeamRequest
from videojobs import tokens as api_tokens
from videojobs.models import Limit, Token
from videojobs.money.budgets import WrongLimit
from videojobs.rights import Right, TokenScope


@team_page()
def tokens(request: TeamRequest) -> HttpResponse:
    """List the tokens this person may revoke, and offer to make one."""
    return render_tokens(request, fresh_form(request))


def fresh_form(request: TeamRequest) -> TokenForm:
    """Return the form to be filled in."""
    return TokenForm(request.asker, usable_projects(request.asker))


@never_cache
@team_page(Right.MANAGE_TOKENS, methods=["GET", "POST"])
def make(request: TeamRequest) -> HttpResponse:
    """Make a token and show its secret, now and never again."""
    if request.method != "POST":
        return redirect("tokens")
    form, now = TokenForm(request.asker, usable_projects(request.asker), request.POST), timezone.now()
    if not form.is_valid():
        return render_tokens(request, form)
    try:
        token, secret = api_tokens.create(request.user, request.team, form.wish(now), now=now)
    except WrongLimit as wrong:
        form.add_error("amount", wrong.message)
        return render_tokens(request, form)
    return render_tokens(
        request, TokenForm(request.asker, usable_projects(request.asker)), made=token, secret=secret
    )


@team_page(Right.MANAGE_TOKENS, methods=["GET", "POST"])
def revoke(request: TeamRequest, token_id: int) -> HttpResponse:
    """Ask whether to end a token, then do it."""
    token = get_object_or_404(tokens_of(request), pk=token_id)
    if request.method != "POST":
        return TemplateResponse(request, "tokens/revoke.html", {"token": token})
    api_tokens.revoke(token, request.user, now=timezone.now())
    messages.success(request, f"The token {token.name} is revoked. Scripts that use it get 401 from now on.")
    return redirect("tokens")


@dataclass(frozen=True)
class TokenLine:
    """One token as the page lists it, with the limits on it."""

    token: Token
    limits: list[Limit]
    now: datetime

    @property
    def has_expired(self) -> bool:
        """Whether its last day is over."""
        return self.token.expires_at is not None and self.token.expires_at <= self.now

    @property
    def is_usable(self) -> bool:
        """Whether a script may still use it."""
        return self.token.revoked_at is None and not self.has_expired

    @property
    def scope(self) -> str:
        """What it may do, in words."""
        return SCOPE_WORDS[TokenScope(self.token.scope)]


def lines_of(tokens: Sequence[Token], now: datetime) -> list[TokenLine]:
    """Return tokens with their limits, in one query more."""
    limits: dict[int, list[Limit]] = defaultdict(list)
    for limit in Limit.objects.active().filter(token__in=tokens).order_by("id"):
        if limit.token_id is not None:
            limits[limit.token_id].append(limit)
    return [TokenLine(token, limits[token.pk], now) for token in tokens]


def tokens_of(request: TeamRequest) -> QuerySet[Token]:
    """Return one's own tokens for this team, or everybody's to those who manage people."""
    found = request.team.tokens.select_related("user", "team", "project").order_by("-created_at", "-id")
    return found if request.asker.may(Right.MANAGE_PEOPLE) else found.filter(user=request.user)


def render_tokens(
    request: TeamRequest, form: TokenForm, *, made: Token | None = None, secret: str = ""
) -> HttpResponse:
    """Show the page; `secret` belongs to the token just made."""
    lines = lines_of(list(tokens_of(request)), timezone.now())
    context = {
        "form": form,
        "made": made,
        "secret": secret,
        "usable": [line for line in lines if line.is_usable],
        "revoked": [line for line in lines if not line.is_usable],
        "may_make": request.asker.may(Right.MANAGE_TOKENS),
        "shows_people": request.asker.may(Right.MANAGE_PEOPLE),
        "base": settings.PUBLIC_URL,
    }
    return TemplateResponse(request, "tokens/tokens.html", context, status=422 if form.errors else 200)
