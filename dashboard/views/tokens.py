"""API tokens: made, shown once, listed, revoked."""

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from dashboard.access import team_page
from dashboard.forms.people import TokenForm
from dashboard.http import TeamRequest
from videojobs import teams
from videojobs.models import Token
from videojobs.rights import Right


@team_page()
def tokens(request: TeamRequest) -> HttpResponse:
    """List the tokens this person may revoke, and offer to make one."""
    return render_tokens(request, TokenForm())


@never_cache
@team_page(Right.MANAGE_TOKENS, methods=["GET", "POST"])
def make(request: TeamRequest) -> HttpResponse:
    """Make a token and show its secret, now and never again."""
    if request.method != "POST":
        return redirect("tokens")
    form = TokenForm(request.POST)
    if not form.is_valid():
        return render_tokens(request, form)
    name = form.cleaned_data["name"]
    token, secret = teams.create_token(request.user, request.team, name, now=timezone.now())
    return render_tokens(request, TokenForm(), made=token, secret=secret)


@team_page(Right.MANAGE_TOKENS, methods=["GET", "POST"])
def revoke(request: TeamRequest, token_id: int) -> HttpResponse:
    """Ask whether to end a token, then do it."""
    token = get_object_or_404(tokens_of(request), pk=token_id)
    if request.method != "POST":
        return TemplateResponse(request, "tokens/revoke.html", {"token": token})
    teams.revoke_token(token, request.user, now=timezone.now())
    messages.success(request, f"The token {token.name} is revoked. Scripts that use it get 401 from now on.")
    return redirect("tokens")


def tokens_of(request: TeamRequest) -> QuerySet[Token]:
    """Return one's own tokens for this team, or everybody's to those who manage people."""
    found = request.team.tokens.select_related("user", "team").order_by("-created_at", "-id")
    return found if request.asker.may(Right.MANAGE_PEOPLE) else found.filter(user=request.user)


def render_tokens(
    request: TeamRequest, form: TokenForm, *, made: Token | None = None, secret: str = ""
) -> HttpResponse:
    """Show the page; `secret` belongs to the token just made."""
    found = list(tokens_of(request))
    context = {
        "form": form,
        "made": made,
        "secret": secret,
        "usable": [token for token in found if token.revoked_at is None],
        "revoked": [token for token in found if token.revoked_at is not None],
        "may_make": request.asker.may(Right.MANAGE_TOKENS),
        "shows_people": request.asker.may(Right.MANAGE_PEOPLE),
        "base": settings.PUBLIC_URL,
    }
    return TemplateResponse(request, "tokens/tokens.html", context, status=422 if form.errors else 200)
