"""Today's offers: the catalogue with what a team's people and its provider added, as plain types."""

from videojobs import bodies, catalog
from videojobs.catalog.types import FiledPrice, Offer, PriceUnit
from videojobs.models import GoneModel, PriceOnFile, ProviderAccount, Team


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
    gone = GoneModel.objects.filter(account=account, model=model_id).first()
    return Offer(
        model=model, gone_since=gone.since if gone else None, price_on_file=_filed(team).get(model_id)
    )


def unlisted(team: Team, model_id: str) -> Offer:
    """Return an offer for an id no catalogue knows, with the team's price on file if there is one."""
    offer = bodies.unlisted(model_id)
    filed = _filed(team).get(model_id)
    return Offer(model=offer.model, listed=False, price_on_file=filed)


def _filed(team: Team) -> dict[str, FiledPrice]:
    rows = PriceOnFile.objects.filter(team=team).select_related("set_by").order_by("set_at", "id")
    return {
        row.model: FiledPrice(
            usd=row.usd, unit=PriceUnit(row.unit), set_on=row.set_at.date(), set_by=str(row.set_by)
        )
        for row in rows
    }
