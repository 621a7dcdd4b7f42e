"""Today's offers: the catalogue, prices on file, models that are gone; and what a body costs a team."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import DjangoAssertNumQueries

from tests.charges import create_run
from tests.factories import DIRECTOR, NOW, Cast, body, live_account, rehearsal_account
from videojobs import catalog, offers, pricelist, prices
from videojobs.catalog.types import PriceUnit
from videojobs.models import GoneModel, Job, ProviderAccount
from videojobs.pricelist import Rule
from videojobs.prices import PriceSource
from videojobs.states import State

pytestmark = pytest.mark.django_db

MODEL = "vidu/vidu-q3"
GUESSED = "Wan-AI/wan2.7-t2v"


def test_every_model_of_the_catalogue_is_offered(cast: Cast) -> None:
    offered = offers.for_team(cast.team, rehearsal_account())
    assert [offer.model.id for offer in offered] == [model.id for model in catalog.all_models()]


def test_a_price_on_file_counts_only_in_its_team(cast: Cast) -> None:
    pricelist.add(cast.team, Rule(MODEL, Decimal("0.2"), PriceUnit.SECOND), cast.alice, now=NOW)
    offer = offers.find(cast.team, rehearsal_account(), MODEL)
    other = offers.find(cast.elsewhere, rehearsal_account(), MODEL)
    assert offer is not None and offer.price_on_file is not None and offer.price_on_file.usd == Decimal("0.2")
    assert other is not None and other.prices_on_file == ()


def test_all_offers_are_read_in_two_queries_whatever_is_on_file(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for seconds in range(10):
        rule = Rule(MODEL, Decimal("0.2"), PriceUnit.SECOND, seconds=seconds)
        pricelist.add(cast.team, rule, cast.alice, now=NOW)
    account = rehearsal_account()
    with django_assert_num_queries(2):
        found = {offer.model.id: offer for offer in offers.for_team(cast.team, account)}
    assert len(found[MODEL].prices_on_file) == 10


def test_a_model_is_gone_only_where_its_provider_said_so(cast: Cast) -> None:
    live = live_account()
    GoneModel.objects.create(account=live, model=MODEL, since=NOW)
    here, there = (offers.find(cast.team, one, MODEL) for one in (live, rehearsal_account()))
    assert here is not None and here.gone_since == NOW
    assert there is not None and there.gone_since is None


def test_a_price_can_be_filed_from_the_command_line_and_filed_anew(cast: Cast) -> None:
    for usd in ("0.4", "0.5"):
        call_command("file_price", "Alice@example.org", "someone/new-model", usd, "clip", team="harbour")
    [filed] = offers.unlisted(cast.team, "someone/new-model").prices_on_file
    assert (filed.usd, filed.unit) == (Decimal("0.5"), "clip")


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


# --- what a body costs


def charged(cast: Cast, account: ProviderAccount, *usd: str, model: str = GUESSED, **fields: Any) -> None:
    create_run(cast.bob, cast.team, account, *usd, model=model, seconds="5", **fields)


def price_of(cast: Cast, model: str = GUESSED, **fields: Any) -> prices.Price:
    wish = body(model=model, seconds="5", **fields)
    made = offers.price(cast.team, wish, offers.named(cast.team, rehearsal_account(), model))
    assert made is not None
    return made


def test_a_guess_gives_way_to_what_three_jobs_were_charged(cast: Cast) -> None:
    live = live_account()
    charged(cast, live, "0.35", "0.35")
    assert price_of(cast).source is PriceSource.GUESS
    charged(cast, live, "0.35")
    assert (price_of(cast).usd, price_of(cast).source) == (Decimal("0.35"), PriceSource.LEARNED)
    assert "3 settled jobs of 1920×1080, 5 s" in price_of(cast).explanation


def test_a_price_nobody_lists_is_learned_too(cast: Cast) -> None:
    size = {"width": 1280, "height": 720}
    charged(cast, live_account(), "0.30", "0.40", "0.35", model="maker/new", **size)
    made = price_of(cast, "maker/new", **size)
    assert (made.usd, made.source) == (Decimal("0.40"), PriceSource.LEARNED)
    assert "0.30 to 0.40 USD" in made.explanation


def test_nothing_is_learned_from_rehearsals_other_teams_or_other_wishes(cast: Cast) -> None:
    charged(cast, rehearsal_account(), "9", "9", "9")
    live = live_account()
    charged(cast, live, "9", "9", "9", generate_audio=True)
    charged(cast, live, "9", "9", "9", model="maker/new")
    assert price_of(cast).source is PriceSource.GUESS
    assert price_of(cast, generate_audio=True).usd == 9
    assert offers.settled(cast.elsewhere.pk).count() == 0


def test_jobs_that_failed_teach_no_price(cast: Cast) -> None:
    charged(cast, live_account(), "0.35", "0.35", "0.35", state=State.FAILED)
    assert price_of(cast).source is PriceSource.GUESS


def test_a_certain_price_is_told_without_a_query(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    offer = offers.named(cast.team, rehearsal_account(), DIRECTOR)
    with django_assert_num_queries(0):
        made = offers.price(cast.team, body(), offer)
    assert made is not None and made.source is PriceSource.TABLE


def test_many_prices_are_learned_in_one_query(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    charged(cast, live_account(), "0.35", "0.35", "0.35")
    offer = offers.named(cast.team, rehearsal_account(), GUESSED)
    charges = offers.Charges(cast.team, at_once=True)
    with django_assert_num_queries(1):
        found = [
            offers.price(cast.team, body(model=GUESSED, seconds=seconds), offer, charges)
            for seconds in ("5", "6", "5")
        ]
    assert [price.source.value for price in found if price] == ["learned", "guess", "learned"]


def test_a_stored_wish_that_cannot_be_read_any_more_teaches_no_price(cast: Cast) -> None:
    live = live_account()
    jobs = create_run(cast.bob, cast.team, live, *["0.9"] * 4, model=GUESSED)
    Job.objects.filter(id=jobs[-1].id).update(body={"model": GUESSED, "gone": True}, prompt="")
    wish = body(model=GUESSED)
    found = offers.price(cast.team, wish, offers.named(cast.team, live, GUESSED))
    assert found is not None and found.source == PriceSource.LEARNED
