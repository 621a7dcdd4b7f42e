"""Today's offers: the catalogue with what a team's people and its provider added, as plain types."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from videojobs import bodies, catalog
from videojobs.catalog.types import FiledPrice, Offer, PriceUnit
from videojobs.models import AuditEntry, GoneModel, PriceOnFile, ProviderAccount, Team, User
from videojobs.models.compiled import Compiled


def for_team(team: Team, account: ProviderAccount) -> list[Offer]:
    """Return every model in the catalogue as it stands for a team in an account, in three queries."""
    filed = _filed(team)
    gone = dict(GoneModel.objects.filter(account=account).values_list("model", "since"))
    return [
        Offer(model=model, gone_since=gone.get(model.id), price_on_file=filed.get(model.id))
        for model in catalog.all_models()
    ]


def find(team: Team, account: ProviderAccount, model_id: str) -> Offer | None:
    """Return one model as it stands for a team, or None where no catalogue knows it."""
    model = catalog.find(model_id)
    if model is None:
        return None
    gone = next(iter(_gone(account.pk, model_id)), None)
    filed = _filed(team, model_id)
    return Offer(model=model, gone_since=gone.since if gone else None, price_on_file=filed.get(model_id))


def unlisted(team: Team, model_id: str) -> Offer:
    """Return an offer for an id no catalogue knows, with the team's price on file if there is one."""
    offer = bodies.unlisted(model_id)
    filed = _filed(team, model_id)
    return Offer(model=offer.model, listed=False, price_on_file=filed.get(model_id))


def _all_filed(team: Team) -> QuerySet[PriceOnFile]:
    return PriceOnFile.objects.filter(team=team).select_related("set_by").order_by("set_at", "id")


_filed_for = Compiled(lambda team, model_id: _all_filed(team).filter(model=model_id), int, str)
_gone = Compiled(
    lambda account, model_id: GoneModel.objects.filter(account=account, model=model_id), int, str
)


def _filed(team: Team, model_id: str | None = None) -> dict[str, FiledPrice]:
    """Return the newest price on file of each model, or of one."""
    rows = _all_filed(team) if model_id is None else _filed_for(team.pk, model_id)
    return {
        row.model: FiledPrice(
            usd=row.usd, unit=PriceUnit(row.unit), set_on=row.set_at.date(), set_by=str(row.set_by)
        )
        for row in rows
    }


def file_price(
    team: Team, model_id: str, price: Decimal, unit: PriceUnit, by: User, *, now: datetime
) -> None:
    """Put a model's price on file, in USD for each clip or second; earlier ones stay for the record."""
    before = _filed(team, model_id).get(model_id)
    with transaction.atomic():
        PriceOnFile.objects.create(team=team, model=model_id, usd=price, unit=unit, set_by=by, set_at=now)
        AuditEntry.objects.create(
            team=team,
            actor=by,
            at=now,
            action="file price",
            subject=model_id,
            before={"usd": str(before.usd), "unit": before.unit} if before else {},
            after={"usd": str(price), "unit": unit},
        )
