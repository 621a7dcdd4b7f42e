"""API tokens: what is kept of them, and what they carry."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.factories import NOW, Cast, create_cast
from videojobs import tokens
from videojobs.models import AuditEntry, Limit, Token
from videojobs.models.teams import digest_of
from videojobs.money.budgets import WrongLimit
from videojobs.rights import SCOPES, Right, TokenScope
from videojobs.tokens import TokenWish

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Cast:
    """Return Alice, Bob, Charlie and their teams."""
    return create_cast()


def test_the_secret_is_not_kept(cast: Cast) -> None:
    token, secret = tokens.create(cast.bob, cast.team, TokenWish("render"), now=NOW)
    assert secret.startswith(token.prefix)
    assert (token.digest, len(secret) > 40) == (digest_of(secret), True)
    assert secret not in str(list(Token.objects.values())) + str(list(AuditEntry.objects.values()))


def test_a_token_is_revoked_once(cast: Cast) -> None:
    token, secret = tokens.create(cast.bob, cast.team, TokenWish("render"), now=NOW)
    assert tokens.revoke(token, cast.alice, now=NOW)
    assert not tokens.revoke(token, cast.alice, now=NOW + timedelta(days=1))
    assert not Token.objects.usable().by_secret(secret).exists()


def test_its_limit_is_made_with_it_or_nothing_is(cast: Cast) -> None:
    token, _secret = tokens.create(cast.bob, cast.team, TokenWish("render", amount=Decimal(5)), now=NOW)
    assert (Limit.objects.get().token, Limit.objects.get().amount) == (token, Decimal(5))
    with pytest.raises(WrongLimit):
        tokens.create(cast.bob, cast.team, TokenWish("other", amount=Decimal(-1)), now=NOW)
    assert Token.objects.get() == token


def test_no_scope_gives_more_than_the_widest() -> None:
    assert SCOPES[TokenScope.READ] < SCOPES[TokenScope.ALL] > SCOPES[TokenScope.SEND]
    assert Right.SUBMIT not in SCOPES[TokenScope.READ]
    assert Right.CANCEL_ANY not in SCOPES[TokenScope.SEND]
