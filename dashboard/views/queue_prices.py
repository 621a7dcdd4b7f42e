"""What many jobs would cost once more, in a fixed number of queries however many they are."""

from dataclasses import dataclass
from functools import cached_property
from uuid import uuid4

from dashboard import submitting
from dashboard.http import Asker
from dashboard.submitting import Quote, Wish
from dashboard.views.deeds import Again, Deeds
from videojobs import bodies, lifecycle, offers, prices
from videojobs.bodies import BodyRefused
from videojobs.catalog import Offer
from videojobs.models import Job, ProviderAccount
from videojobs.prices import Price, PriceSource


@dataclass(frozen=True)
class Prices:
    """Today's offers of a team in one account, read once."""

    asker: Asker
    account: ProviderAccount

    @cached_property
    def _offers(self) -> dict[str, Offer]:
        found = offers.for_team(self.asker.team, self.account)
        return {offer.model.id: offer for offer in found}

    @cached_property
    def _charges(self) -> offers.Charges:
        return offers.Charges(self.asker.team, at_once=True)

    @cached_property
    def _unlisted(self) -> dict[str, Offer]:
        found = offers.unlisted_on_file(self.asker.team)
        return {offer.model.id: offer for offer in found}

    def deeds(self, job: Job) -> Deeds:
        """Return what may be done with a job, priced without another query."""
        deeds = Deeds(job, self.asker)
        if deeds.retry or deeds.resolve:
            deeds.__dict__["again"] = self.again(job)  # fills the cached property
        return deeds

    def again(self, job: Job) -> Again | None:
        """Return the same wish as of now, None where it would be refused today."""
        request_id = uuid4().hex
        wish = Wish(
            values=job.body,
            team=job.team,
            project=job.project,
            person=self.asker.user,
            press=lifecycle.Press(scope=f"form:{self.asker.user.pk}", key=request_id),
            may_type_price=True,
            retry_of=job,
        )
        try:
            order = submitting.order_of(wish, self._quote(job))
        except BodyRefused:
            return None
        return Again(order, self.account, request_id)

    def _quote(self, job: Job) -> Quote:
        offer = self._offers.get(job.model) or self._unlisted.get(job.model) or bodies.unlisted(job.model)
        body = bodies.build(job.body, offer)
        return Quote(body, offer, _price(job) or offers.price(job.team, body, offer, self._charges))


def _price(job: Job) -> Price | None:
    """Return the price a person typed for the earlier job, which still stands."""
    if job.estimate_source != PriceSource.TYPED:
        return None
    return prices.typed(job.estimate)
