"""A team's own price list: what people put on file, change and take away. What was before stays readable."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from videojobs import audit, catalog, offers, prices
from videojobs.catalog.rules import conflict
from videojobs.catalog.types import FiledPrice, PriceUnit
from videojobs.models import Notice, PriceOnFile, Team, User

LONGEST_KEY = 120


class WrongPrice(Exception):
    """A price that cannot be filed: the field it is wrong in, "" for the whole, and a sentence."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


@dataclass(frozen=True)
class Rule:
    """A price to be filed, in USD; what narrows it is left empty where it is for all."""

    model: str
    usd: Decimal
    unit: PriceUnit
    resolution: str = ""
    size: str = ""
    seconds: int = 0
    sound: str = ""
    source: str = ""
    verified_on: date | None = None

    def row(self, team: Team, by: User, now: datetime) -> PriceOnFile:
        """Return it as a row that is not stored yet."""
        return PriceOnFile(team=team, set_by=by, set_at=now, **vars(self))


def add(team: Team, rule: Rule, by: User, *, now: datetime) -> PriceOnFile:
    """Put a price on file beside the others. Raises WrongPrice where another fits the same wishes."""
    with _one_at_a_time(team):
        _refuse_overlap(team, rule.row(team, by, now))
        return _filed(team, rule, by, now, before=None)


def change(row: PriceOnFile, rule: Rule, by: User, *, now: datetime) -> PriceOnFile:
    """End a price and let another begin. Raises WrongPrice where it ended meanwhile, or overlaps.

    What jobs were thought to cost when they were made stays as it was.
    """
    rule = replace(rule, model=row.model)
    with _one_at_a_time(row.team):
        _end(row, by, now)
        _refuse_overlap(row.team, rule.row(row.team, by, now))
        return _filed(row.team, rule, by, now, before=row)


def take_away(row: PriceOnFile, by: User, *, now: datetime) -> None:
    """End a price. Raises WrongPrice where somebody did so before."""
    with _one_at_a_time(row.team):
        _end(row, by, now)
        _note(row.team, by, "price_taken_away", row.model, now, before=_words(row))


def put(team: Team, rule: Rule, by: User, *, now: datetime) -> PriceOnFile:
    """Put a price on file in the place of the one for the very same things, if there is one."""
    scope = {name: getattr(rule, name) for name in ("model", "resolution", "size", "seconds", "sound")}
    with _one_at_a_time(team):
        same = PriceOnFile.objects.in_force().filter(team=team, **scope).select_related("team").first()
        return change(same, rule, by, now=now) if same else add(team, rule, by, now=now)


@contextmanager
def _one_at_a_time(team: Team) -> Iterator[None]:
    """Let one person at a time file prices of a team: two that overlap must not pass each other."""
    try:
        with transaction.atomic():
            Team.objects.select_for_update(no_key=True).get(pk=team.pk)
            yield
    except IntegrityError as error:
        raise WrongPrice("", "Somebody filed this price a moment ago. Look at the list again.") from error


def _end(row: PriceOnFile, by: User, now: datetime) -> None:
    in_force = PriceOnFile.objects.in_force().filter(pk=row.pk)
    if in_force.update(retired_at=now, retired_by=by) != 1:
        raise WrongPrice("", "Somebody changed this price or took it away meanwhile. Look at the list again.")


def _refuse_overlap(team: Team, new: PriceOnFile) -> None:
    model = catalog.find(new.model)
    output_sizes = model.output_sizes if model else {}
    filed = offers.filed_price(new)
    rows = PriceOnFile.objects.in_force().filter(team=team, model=new.model).select_related("set_by")
    for other in map(offers.filed_price, rows):
        field = conflict(filed, other, output_sizes)
        if field is not None:
            raise WrongPrice(field or "model", _overlap(other, same=not field))


def _overlap(other: FiledPrice, *, same: bool) -> str:
    words = prices.filed_words(other)
    if same:
        return f"There is a price for this already: {words}. Change that one."
    return f"It overlaps with {words}: one wish would fit both, and neither is narrower. Narrow one of them."


def _filed(team: Team, rule: Rule, by: User, now: datetime, *, before: PriceOnFile | None) -> PriceOnFile:
    row = rule.row(team, by, now)
    row.save()
    action = "price_changed" if before else "price_filed"
    _note(team, by, action, rule.model, now, before=_words(before) if before else {}, after=_words(row))
    Notice.objects.close(team.pk, _wanted_key(rule.model), now=now)
    return row


def _words(row: PriceOnFile) -> dict[str, Any]:
    """Return what the audit log keeps of a price."""
    kept = {name: getattr(row, name) for name in ("resolution", "size", "seconds", "sound", "source")}
    kept |= {"verified_on": row.verified_on.isoformat() if row.verified_on else ""}
    return {"usd": prices.plain(row.usd), "unit": str(row.unit)} | {
        key: value for key, value in kept.items() if value
    }


def _note(
    team: Team,
    by: User,
    action: str,
    model: str,
    now: datetime,
    *,
    before: dict[str, Any],
    after: dict[str, Any] | None = None,
) -> None:
    audit.note(team, by, action, model, now, before=before, after=after)


# --- prices nobody knows


def ask_for(team: Team, model_id: str, by: User, *, now: datetime) -> None:
    """Tell a team that somebody needs a model's price; once, until there is one on file."""
    text = f"{by} asks for a price of {model_id}: nobody lists one, so nothing can be sent with it."
    Notice.objects.tell(team.pk, _wanted_key(model_id), text, kind="price", now=now)


def is_asked(team: Team, model_id: str) -> bool:
    """Whether a team is told already that a model needs a price."""
    return Notice.objects.open().filter(team=team, key=_wanted_key(model_id)).exists()


def _wanted_key(model_id: str) -> str:
    return f"price:{model_id}"[:LONGEST_KEY]
