"""Today's offers: the catalogue, prices on file, and models the provider says are gone."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from tests.factories import NOW, Cast, live_account, rehearsal_account
from videojobs import catalog, offers
from videojobs.catalog.types import PriceUnit
from videojobs.models import AuditEntry, GoneModel

pytestmark = pytest.mark.django_db

MODEL = "vidu/vidu-q3"


def test_every_model_of_the_catalogue_is_offered(cast: Cast) -> None:
    offered = offers.for_team(cast.team, rehearsal_account())
    assert [offer.model.id for offer in offered] == [model.id for model in catalog.all_models()]


def test_the_newest_price_on_file_counts_and_only_in_its_team(cast: Cast) -> None:
    for day, usd in enumerate(("0.1", "0.2")):
        moment = NOW + timedelta(days=day)
        offers.file_price(cast.team, MODEL, Decimal(usd), PriceUnit.SECOND, cast.alice, now=moment)
    offer = offers.find(cast.team, rehearsal_account(), MODEL)
    other = offers.find(cast.elsewhere, rehearsal_account(), MODEL)
    assert offer is not None and offer.price_on_file is not None and offer.price_on_file.usd == Decimal("0.2")
    assert other is not None and other.price_on_file is None


def test_filing_a_price_leaves_a_trace_of_what_was_before(cast: Cast) -> None:
    for usd in ("0.1", "0.2"):
        offers.file_price(cast.team, MODEL, Decimal(usd), PriceUnit.CLIP, cast.alice, now=NOW)
    entry = AuditEntry.objects.latest("id")
    assert Decimal(entry.before["usd"]) == Decimal("0.1") and entry.after["usd"] == "0.2"


def test_a_model_is_gone_only_where_its_provider_said_so(cast: Cast) -> None:
    live = live_account()
    GoneModel.objects.create(account=live, model=MODEL, since=NOW)
    here, there = (offers.find(cast.team, one, MODEL) for one in (live, rehearsal_account()))
    assert here is not None and here.gone_since == NOW
    assert there is not None and there.gone_since is None


def test_a_price_can_be_filed_from_the_command_line(cast: Cast) -> None:
    call_command("file_price", "Alice@example.org", "someone/new-model", "0.5", "clip", team="harbour")
    filed = offers.unlisted(cast.team, "someone/new-model").price_on_file
    assert filed is not None and (filed.usd, filed.unit) == (Decimal("0.5"), "clip")


@pytest.mark.parametrize(
    ("email", "usd", "said"),
    [
        ("bob@example.org", "0.5", "may not"),
        ("charlie@example.org", "0.5", "no team"),
        ("alice@example.org", "0", "above 0"),
        ("alice@example.org", "NaN", "US dollars"),
    ],
)
def test_a_price_is_filed_only_by_who_may_and_only_if_it_is_one(
    cast: Cast, email: str, usd: str, said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("file_price", email, MODEL, usd, "clip", team="harbour")
