"""Limits as people and scripts speak of them: read from what they sent, shown in words, seen by role."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeGuard

from dashboard.http import Asker
from videojobs import offers
from videojobs.models import (
    DayTotal,
    LimitAction,
    LimitPeriod,
    LimitScope,
    PriceOnFile,
    Project,
    Team,
    Token,
)
from videojobs.models.fields import LARGEST
from videojobs.money import budgets
from videojobs.money.budgets import LimitStanding, LimitWish, WrongLimit
from videojobs.rights import Right
from videojobs.trials import Subject

LARGEST_ID = 2**31 - 1
"""Ids beyond it are nobody's, and a database may not even compare them."""

AMOUNT = re.compile(r"[0-9]{1,40}(?:\.[0-9]{1,40})?")
CURRENCY = re.compile(r"[^\W\d_]{2,}|[€£¥₹]")
HOW = "Type US dollars with digits and a point, such as 10.36"


@dataclass(frozen=True)
class Terms:
    """How much in USD, how often anew, and what happens then."""

    period: LimitPeriod
    amount: Decimal
    action: LimitAction
    levels: tuple[int, ...]

    def wish(self, subject: Subject) -> LimitWish:
        """Return the limit that is asked for."""
        return LimitWish(
            scope=subject.scope,
            period=self.period,
            amount=self.amount,
            action=self.action,
            project=subject.project,
            person=subject.person,
            token=subject.token,
            model=subject.model,
            levels=self.levels,
        )


# --- reading ---


def read_amount(text: str) -> Decimal:
    """Read a limit's amount in USD. Raises ValueError with a sentence, without its point."""
    plain = text.strip().removeprefix("$").removesuffix("USD").strip()
    if CURRENCY.search(plain) and re.search("[0-9]", plain):
        raise ValueError(f"Amounts are US dollars, whatever was meant by {plain[:20]!r}. {HOW}")
    if plain.startswith("-") and AMOUNT.fullmatch(plain[1:]):
        raise ValueError("A limit is above 0 US dollars")
    if not AMOUNT.fullmatch(plain):
        raise ValueError(HOW)
    if len(plain.partition(".")[2]) > 6:
        raise ValueError("At most 6 digits after the point: a millionth of a dollar is the smallest amount")
    amount = Decimal(plain)
    if amount == 0:
        raise ValueError("A limit is above 0 US dollars. To stop everything, pause the queue")
    if amount > LARGEST:
        raise ValueError(f"A limit is at most {LARGEST:,} US dollars")
    return amount


def read_levels(levels: Iterable[int]) -> tuple[int, ...]:
    """Read per cents people are told at. Raises ValueError with a sentence, without its point."""
    found = sorted(set(levels))
    if not all(1 <= level <= 100 for level in found) or len(found) > budgets.MOST_LEVELS:
        raise ValueError(f"Choose at most {budgets.MOST_LEVELS} levels between 1 and 100 per cent")
    return tuple(found)


def subject_of(team: Team, scope: LimitScope, name: int | str | None) -> Subject:
    """Return whose jobs are meant: a thing of this team, by its id or the name people give it.

    A whole number is an id; digits as text may be a name. Raises WrongLimit, the same for what is another
    team's and for what is nowhere.
    """
    if scope is LimitScope.TEAM:
        if name not in (None, "", team.pk, str(team.pk), team.slug):
            raise WrongLimit("id", "A limit on the team is on your own. Leave the id out.")
        return Subject()
    readers = {
        LimitScope.PROJECT: _project,
        LimitScope.PERSON: _person,
        LimitScope.TOKEN: _token,
        LimitScope.MODEL: _model,
    }
    return readers[scope](team, name if isinstance(name, int) else (name or "").strip())


def _project(team: Team, name: int | str) -> Subject:
    named = team.projects.filter(name__iexact=name).first() if _is_name(name) else None
    found = named or team.projects.filter(pk=_id(name)).first()
    if found is None:
        raise WrongLimit("id", f"This team has no such project. It has: {_names(team.projects.all())}.")
    return Subject(LimitScope.PROJECT, project=found)


def _person(team: Team, name: int | str) -> Subject:
    members = team.memberships.select_related("user")
    named = members.filter(user__email__iexact=name) if _is_name(name) else members.none()
    found = named.first() or members.filter(user=_id(name)).first()
    if found is None:
        raise WrongLimit("id", "Nobody of this team has this id or e-mail address.")
    return Subject(LimitScope.PERSON, person=found.user)


def _token(team: Team, name: int | str) -> Subject:
    tokens = Token.objects.usable().filter(team=team).select_related("user")
    named = list(tokens.filter(prefix=name)[:2]) if _is_name(name) else []
    found = named[0] if len(named) == 1 else tokens.filter(pk=_id(name)).first()
    if found is None:
        raise WrongLimit("id", "This team has no usable API token with this id or beginning.")
    return Subject(LimitScope.TOKEN, token=found)


def _model(team: Team, name: int | str) -> Subject:
    if not _is_name(name) or name not in known_models(team):
        raise WrongLimit("id", "No such model. The Create page shows them all, and GET /api/v1/models.")
    return Subject(LimitScope.MODEL, model=name)


def known_models(team: Team) -> list[str]:
    """Return the models a limit may be on: the catalogue's, those with a price on file, those made with."""
    listed = [offer.model.id for offer in offers.for_team(team, team.provider_account)]
    filed = PriceOnFile.objects.filter(team=team).values_list("model", flat=True).distinct()
    made = DayTotal.objects.filter(team=team).values_list("model", flat=True).distinct()
    return list(dict.fromkeys([*listed, *filed, *made]))


def _is_name(name: int | str) -> TypeGuard[str]:
    """Tell whether something may be looked for among names."""
    return isinstance(name, str) and name != "" and name.isprintable()


def _id(name: int | str) -> int:
    """Return a name as an id, 0 (nobody's) where it is none."""
    digits = str(name)
    is_one = digits.isascii() and digits.isdigit() and len(digits) < 11 and int(digits) <= LARGEST_ID
    return int(digits) if is_one else 0


def _names(projects: Iterable[Project]) -> str:
    return ", ".join(project.name for project in projects)


# --- who sees which ---


def seen_by(asker: Asker, standings: Iterable[LimitStanding]) -> list[LimitStanding]:
    """Return the limits somebody may see: all, or those that jobs of their own may fall under."""
    if asker.may(Right.SEE_SPEND):
        return list(standings)
    if not asker.may(Right.SUBMIT):
        return []
    tokens = Token.objects.filter(team=asker.team, user=asker.user)
    mine = {None, *tokens.values_list("pk", flat=True)}
    only = asker.token.project_id if asker.token else None
    return [
        one
        for one in standings
        if one.limit.person_id in {None, asker.user.pk}
        and one.limit.token_id in mine
        and (only is None or one.limit.project_id in {None, only})
    ]
