"""API tokens: made with what they may do, for which project, how much and until when; ended at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from videojobs import audit
from videojobs.models import LimitAction, LimitPeriod, LimitScope, Project, Team, Token, User
from videojobs.models.teams import digest_of, new_secret
from videojobs.money import budgets
from videojobs.money.budgets import LimitWish
from videojobs.prices import plain
from videojobs.rights import TokenScope

SHOWN_OF_SECRET = 12
"""Characters of a token's secret that are kept to recognise it by."""

LONGEST_LIFE = timedelta(days=3650)


@dataclass(frozen=True)
class TokenWish:
    """What a token is for. `amount` is what its jobs may cost in each `period`, in USD; None: no limit."""

    name: str
    scope: TokenScope = TokenScope.ALL
    project: Project | None = None
    expires_at: datetime | None = None
    amount: Decimal | None = None
    period: LimitPeriod = LimitPeriod.MONTH


def create(person: User, team: Team, wish: TokenWish, *, now: datetime) -> tuple[Token, str]:
    """Make a token and return it with its secret, which is kept nowhere. Raises budgets.WrongLimit."""
    secret = new_secret()
    with transaction.atomic():
        token = Token.objects.create(
            user=person,
            team=team,
            name=wish.name,
            prefix=secret[:SHOWN_OF_SECRET],
            digest=digest_of(secret),
            scope=wish.scope.value,
            project=wish.project,
            expires_at=wish.expires_at,
            created_at=now,
        )
        if wish.amount is not None:
            _limit(token, wish, wish.amount, person, now)
        audit.note(team, person, "token_created", wish.name, now, after=_said(token, wish))
    return token, secret


def _limit(token: Token, wish: TokenWish, amount: Decimal, person: User, now: datetime) -> None:
    limit = LimitWish(
        scope=LimitScope.TOKEN, period=wish.period, amount=amount, action=LimitAction.STOP, token=token
    )
    budgets.add(token.team, limit, person, now=now)


def _said(token: Token, wish: TokenWish) -> dict[str, str]:
    said = {"prefix": token.prefix, "scope": wish.scope.value}
    said |= {"project": wish.project.name} if wish.project else {}
    said |= {"expires_at": wish.expires_at.isoformat()} if wish.expires_at else {}
    return said | ({"limit": f"{plain(wish.amount)} USD a {wish.period}"} if wish.amount else {})


def revoke(token: Token, actor: User, *, now: datetime) -> bool:
    """End a token at once. Returns False where it was revoked before."""
    with transaction.atomic():
        if not Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
            return False
        audit.note(token.team, actor, "token_revoked", token.name, now, before={"prefix": token.prefix})
        return True
