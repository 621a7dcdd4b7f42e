"""Today's offers: the catalogue with what a team's people and its provider added, as plain types."""

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import QuerySet

from videojobs import bodies, catalog, prices
from videojobs.bodies import Shape
from videojobs.catalog.types import FiledPrice, Offer, PriceUnit
from videojobs.models import GoneModel, Job, PriceOnFile, ProviderAccount, Team
from videojobs.models.compiled import Compiled
from videojobs.models.jobs import JobQuerySet
from videojobs.prices import Price
from videojobs.provider.types import CreateVideoBody
from videojobs.states import State

LATEST = 1_000
"""Settled jobs of a team that are looked through; older ones say little of today's prices."""

LATEST_OF_A_KIND = 20
"""Settled jobs that one price is learned from at most."""

Kind = tuple[str, str, int]
"""A model, a size and a length."""


def for_team(team: Team, account: ProviderAccount) -> list[Offer]:
    """Return every model in the catalogue as it stands for a team in an account, in two queries."""
    filed = _by_model(_all_filed(team.pk))
    gone = dict(GoneModel.objects.filter(account=account).values_list("model", "since"))
    return [
        Offer(model=model, gone_since=gone.get(model.id), prices_on_file=filed.get(model.id, ()))
        for model in catalog.all_models()
    ]


def find(team: Team, account: ProviderAccount, model_id: str) -> Offer | None:
    """Return one model as it stands for a team, or None where no catalogue knows it."""
    model = catalog.find(model_id)
    if model is None:
        return None
    gone = next(iter(_gone(account.pk, model_id)), None)
    return Offer(
        model=model, gone_since=gone.since if gone else None, prices_on_file=_filed_of(team, model_id)
    )


def unlisted(team: Team, model_id: str) -> Offer:
    """Return an offer for an id no catalogue knows, with the team's prices on file if there are any."""
    offer = bodies.unlisted(model_id)
    return Offer(model=offer.model, listed=False, prices_on_file=_filed_of(team, model_id))


def unlisted_on_file(team: Team) -> list[Offer]:
    """Return an offer for each id no catalogue knows and the team has a price of, in one query."""
    filed = _by_model(_all_filed(team.pk))
    return [
        Offer(model=bodies.unlisted(model_id).model, listed=False, prices_on_file=prices_on_file)
        for model_id, prices_on_file in filed.items()
        if catalog.find(model_id) is None
    ]


def named(team: Team, account: ProviderAccount, model_id: str) -> Offer:
    """Return the offer of any id, known to the catalogue or not."""
    return find(team, account, model_id) or unlisted(team, model_id)


# --- prices on file


def _all_filed(team_id: int) -> QuerySet[PriceOnFile]:
    return PriceOnFile.objects.in_force().filter(team=team_id).select_related("set_by").order_by("id")


_filed_for = Compiled(lambda team, model_id: _all_filed(team).filter(model=model_id), int, str)
_gone = Compiled(
    lambda account, model_id: GoneModel.objects.filter(account=account, model=model_id), int, str
)


def _filed_of(team: Team, model_id: str) -> tuple[FiledPrice, ...]:
    return tuple(map(filed_price, _filed_for(team.pk, model_id)))


def _by_model(rows: Iterable[PriceOnFile]) -> dict[str, tuple[FiledPrice, ...]]:
    found: dict[str, tuple[FiledPrice, ...]] = {}
    for row in rows:
        found[row.model] = (*found.get(row.model, ()), filed_price(row))
    return found


def filed_price(row: PriceOnFile) -> FiledPrice:
    """Return a row's price as a plain type; the row comes with who set it."""
    return FiledPrice(
        usd=row.usd,
        unit=PriceUnit(row.unit),
        set_on=row.set_at.date(),
        set_by=str(row.set_by),
        resolution=row.resolution,
        size=row.size,
        seconds=row.seconds,
        sound=row.sound,
        source=row.source,
        verified_on=row.verified_on,
    )


# --- what a body costs


def price(team: Team, body: CreateVideoBody, offer: Offer, charges: "Charges | None" = None) -> Price | None:
    """Return what a body will cost a team, or None where somebody must say.

    Its own settled jobs are read only where neither a price on file nor the table is certain.
    """
    listed = prices.estimate(body, offer)
    if listed is not None and not listed.is_guess:
        return listed
    shape = bodies.describe(body, offer)
    charged = (charges or Charges(team)).of(body, shape)
    return prices.learned(charged, f"{shape.width}×{shape.height}, {shape.seconds} s") or listed


def settled(team_id: int) -> JobQuerySet:
    """Return a team's latest settled jobs that cost real money and did not fail, newest first."""
    known = Job.objects.filter(team=team_id, cost__isnull=False, finished_at__isnull=False)
    latest = known.order_by("-finished_at").values("pk")[:LATEST]
    jobs = Job.objects.live().filter(pk__in=latest, cost__gt=0)
    return jobs.exclude(state__in=[State.FAILED, State.CANCELLED]).order_by("-finished_at", "-id")


class Charges:
    """What a team's settled jobs were charged: read for each question, or for all of them in one query."""

    def __init__(self, team: Team, *, at_once: bool = False) -> None:
        self._team_id = team.pk
        self._at_once = at_once
        self._all: dict[Kind, list[tuple[Decimal, object]]] | None = None

    def of(self, body: CreateVideoBody, shape: Shape) -> list[Decimal]:
        """Return what the latest jobs for the like of a body were charged, newest first."""
        alike = prices.kindred(body)
        rows = self._rows((body.model, shape.size, shape.seconds))
        same = [usd for usd, other in rows if _kindred(other) == alike]
        return same[:LATEST_OF_A_KIND]

    def _rows(self, kind: Kind) -> list[tuple[Decimal, object]]:
        if not self._at_once:
            model, size, seconds = kind
            found = settled(self._team_id).filter(model=model, size=size, seconds=seconds)
            pairs = found.values_list("cost", "body")[: 2 * LATEST_OF_A_KIND]
            return [(usd, body) for usd, body in pairs if usd is not None]
        if self._all is None:
            self._all = {}
            rows = settled(self._team_id).values_list("model", "size", "seconds", "cost", "body")
            for name, made, length, usd, body in rows:
                if usd is not None:
                    self._all.setdefault((name, made, length or 0), []).append((usd, body))
        return self._all.get(kind, [])


def _kindred(stored: object) -> tuple[bool | None, bool | None, bool] | None:
    """Return what a stored body's price turns on; None for one of another version, which is like no other."""
    try:
        return prices.kindred(CreateVideoBody.model_validate(stored))
    except ValueError:
        return None
