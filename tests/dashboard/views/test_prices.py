"""The Prices page: what is listed, what the team put on file, what was really charged."""

import html
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from tests.charges import create_run
from tests.factories import DIRECTOR, NOW, Cast, create_user, join, live_account
from videojobs import drift, pricelist
from videojobs.catalog.types import PriceUnit
from videojobs.models import AuditEntry, Notice, PriceOnFile, PriceProposal
from videojobs.pricelist import Rule
from videojobs.rights import Role

pytestmark = pytest.mark.django_db

SEEDANCE = "ByteDance/Seedance-2.0"


def file(cast: Cast, usd: str = "0.31", **scope: Any) -> PriceOnFile:
    model = scope.pop("model", SEEDANCE)
    return pricelist.add(cast.team, Rule(model, Decimal(usd), PriceUnit.CLIP, **scope), cast.alice, now=NOW)


def propose(cast: Cast) -> PriceProposal:
    """Let the provider charge 0.35 three times where 0.28 is expected."""
    jobs = create_run(cast.bob, cast.team, live_account(), "0.35", "0.35", "0.35")
    drift.watch(jobs[-1].id, NOW)
    return PriceProposal.objects.get()


def text(response: Any) -> str:
    content: bytes = response.content
    return html.unescape(content.decode())


def page(client: Client, query: str = "") -> str:
    return text(client.get(reverse("prices") + query))


def add(client: Client, model_id: str = SEEDANCE, **fields: str) -> Any:
    form = {"model_id": model_id, "usd": "0.31", "unit": "clip", "sound": ""} | fields
    return client.post(reverse("add_price"), form)


# --- the list


def test_the_providers_list_stands_beside_ours(alice: Client, cast: Cast) -> None:
    file(cast, resolution="720p", source="Invoice 12")
    shown = page(alice, f"?model={SEEDANCE}")
    for words in (
        "$0.836",
        "verified 7 Oct 2026",
        "$0.31",
        "a clip, 720p",
        "Invoice 12",
        "Alice, 23 Nov 2026",
    ):
        assert words in shown


def test_earlier_prices_stay_readable(alice: Client, cast: Cast) -> None:
    later = NOW + timedelta(days=3)
    rule = Rule(SEEDANCE, Decimal("0.35"), PriceUnit.CLIP)
    pricelist.change(file(cast), rule, cast.alice, now=later)
    shown = page(alice, f"?model={SEEDANCE}")
    assert "Earlier prices" in shown and "23 Nov 2026, Alice – 26 Nov 2026, Alice" in shown


def test_a_model_no_catalogue_knows_is_shown_with_its_price(alice: Client, cast: Cast) -> None:
    file(cast, model="maker/new")
    assert "maker/new" in page(alice)


def test_models_are_found_by_words(alice: Client) -> None:
    shown = page(alice, "?q=hailuo")
    assert "Hailuo 02" in shown and "Vidu Q1" not in shown


def test_a_member_reads_prices_and_may_change_none(bob: Client, cast: Cast) -> None:
    file(cast)
    propose(cast)
    shown = page(bob)
    assert "$0.31" in shown and "charged $0.35 three times" in shown
    for words in ("Put a price on file", "Take $0.35 over", "Take away", "Charged against expected"):
        assert words not in shown


def test_prices_of_another_team_are_not_shown(alice: Client, cast: Cast) -> None:
    rule = Rule("maker/theirs", Decimal("0.35"), PriceUnit.CLIP)
    pricelist.add(cast.elsewhere, rule, cast.charlie, now=NOW)
    assert "maker/theirs" not in page(alice)


def test_what_was_charged_stands_beside_what_was_expected(alice: Client, cast: Cast) -> None:
    create_run(cast.bob, cast.team, live_account(), "0.28", "0.35")
    shown = page(alice)
    assert "Charged against expected" in shown
    assert "1 of 2, +12 %" in shown and "$0.28 – $0.35" in shown


def test_it_reads_as_much_with_many_prices_as_with_one(
    alice: Client, cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    file(cast, seconds=4)
    page(alice)
    with CaptureQueriesContext(connection) as first:
        page(alice)
    for seconds in range(5, 15):
        file(cast, seconds=seconds)
    with django_assert_num_queries(len(first)):
        page(alice)


# --- adding


def test_a_price_is_put_on_file(alice: Client, cast: Cast) -> None:
    fields = {"resolution": "720P", "seconds": "5", "sound": "with", "source": "Invoice 12"}
    response = add(alice, **fields, verified_on="2026-11-20")
    assert response.status_code == 302
    price = PriceOnFile.objects.get()
    assert (price.usd, price.unit, price.set_by) == (Decimal("0.31"), "clip", cast.alice)
    assert (price.resolution, price.seconds, price.sound) == ("720p", 5, "with")
    assert (price.source, str(price.verified_on)) == ("Invoice 12", "2026-11-20")


@pytest.mark.parametrize(
    "usd", ["-1", "0", "NaN", "1e3", "10001", "0.0000001", "€0.31", "0.31 EUR", "1,5", ""]
)
def test_an_amount_that_is_none_is_refused_beside_its_field(alice: Client, usd: str) -> None:
    response = add(alice, usd=usd)
    assert response.status_code == 422
    assert 'id="id_usd_error"' in text(response)
    assert not PriceOnFile.objects.exists() and not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("unit", "minute"), ("sound", "loud"), ("resolution", "sharp"), ("resolution", "2160p0")),
        *(("size", "wide"), ("size", "1280x720x3"), ("seconds", "0"), ("seconds", "-5"), ("seconds", "1000")),
        *(("seconds", "3"), ("seconds", "five"), ("resolution", "360p"), ("verified_on", "2999-01-01")),
        *(("verified_on", "yesterday"), ("source", "x" * 301), ("source", "a\x07b")),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(alice: Client, field: str, value: str) -> None:
    response = add(alice, **{field: value})
    assert response.status_code == 422
    assert f'id="id_{field}_error"' in text(response)
    assert not PriceOnFile.objects.exists()


def test_a_resolution_and_a_size_are_not_named_at_once(alice: Client) -> None:
    assert "not both" in text(add(alice, resolution="720p", size="1280x720"))


def test_a_size_the_model_does_not_make_is_refused(alice: Client) -> None:
    assert "does not make 640×480" in text(add(alice, DIRECTOR, size="640x480"))


@pytest.mark.parametrize(
    ("model_id", "said"),
    [
        ("bytedance/seedance-2.0", "Did you mean ByteDance/Seedance-2.0?"),
        ("maker/unheard", "No catalogue knows this model"),
        ("not an id", "This is not a model's id"),
        ("", "Name a model"),
    ],
)
def test_a_model_nobody_knows_is_refused(alice: Client, model_id: str, said: str) -> None:
    response = add(alice, model_id)
    assert response.status_code == 422 and said in text(response)
    assert not PriceOnFile.objects.exists()


def test_a_model_nobody_knows_is_taken_where_it_is_meant(alice: Client) -> None:
    assert add(alice, "maker/unheard", unlisted="on").status_code == 302
    assert PriceOnFile.objects.get().model == "maker/unheard"


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"resolution": "720p"}, "model_id", "There is a price for this already: 0.31 USD per clip for 720p"),
        ({"seconds": "5"}, "seconds", "It overlaps with 0.31 USD per clip for 720p"),
    ],
)
def test_a_price_that_overlaps_another_is_refused_beside_its_field(
    alice: Client, cast: Cast, fields: dict[str, str], field: str, said: str
) -> None:
    file(cast, resolution="720p")
    response = add(alice, usd="0.40", **fields)
    assert response.status_code == 422
    assert f'id="id_{field}_error"' in text(response) and said in text(response)
    assert PriceOnFile.objects.count() == 1


def test_it_opens_with_the_model_it_was_asked_for(alice: Client) -> None:
    shown = text(alice.get(f"{reverse('add_price')}?model={SEEDANCE}"))
    assert f'value="{SEEDANCE}"' in shown and "480p, 720p, 1080p or 4k" in shown


# --- changing and taking away


def test_a_change_ends_the_old_price(alice: Client, cast: Cast) -> None:
    price = file(cast, resolution="720p")
    fields = {"usd": "0.40", "unit": "second", "resolution": "720p", "sound": ""}
    assert alice.post(reverse("change_price", args=[price.pk]), fields).status_code == 302
    price.refresh_from_db()
    assert price.retired_at is not None and price.retired_by == cast.alice
    assert (PriceOnFile.objects.in_force().get().usd, PriceOnFile.objects.count()) == (Decimal("0.40"), 2)


def test_a_change_opens_filled_in(alice: Client, cast: Cast) -> None:
    price = file(cast, size="1280x720", seconds=5)
    shown = text(alice.get(reverse("change_price", args=[price.pk])))
    assert 'value="0.31"' in shown and 'value="1280x720"' in shown and 'value="5"' in shown


def test_a_change_of_a_price_that_ended_meanwhile_says_so(alice: Client, cast: Cast) -> None:
    price = file(cast)
    pricelist.take_away(price, cast.alice, now=NOW)
    fields = {"usd": "0.40", "unit": "clip", "sound": ""}
    response = alice.post(reverse("change_price", args=[price.pk]), fields)
    assert response.status_code == 422 and "meanwhile" in text(response)
    assert not PriceOnFile.objects.in_force().exists()


def test_a_price_is_taken_away_after_a_question(alice: Client, cast: Cast) -> None:
    address = reverse("take_price_away", args=[file(cast).pk])
    assert "Take it away" in text(alice.get(address))
    assert PriceOnFile.objects.in_force().exists()
    assert alice.post(address).status_code == 302
    assert not PriceOnFile.objects.in_force().exists()
    assert alice.post(address).status_code == 409


# --- what the provider charges


def test_a_proposal_is_taken_over(alice: Client, cast: Cast) -> None:
    proposal = propose(cast)
    assert "charged $0.35 three times where we expected $0.28" in page(alice)
    assert alice.post(reverse("take_proposal", args=[proposal.pk])).status_code == 302
    assert PriceOnFile.objects.get().usd == Decimal("0.35")
    assert "three times" not in page(alice)


def test_a_proposal_is_left(alice: Client, cast: Cast) -> None:
    assert alice.post(reverse("leave_proposal", args=[propose(cast).pk])).status_code == 302
    assert not PriceOnFile.objects.exists() and not Notice.objects.open().exists()


def test_a_proposal_that_overlaps_says_so_beside_it(alice: Client, cast: Cast) -> None:
    proposal = propose(cast)
    file(cast, model=DIRECTOR, sound="without")
    response = alice.post(reverse("take_proposal", args=[proposal.pk]))
    assert response.status_code == 409 and "It overlaps with 0.31 USD per clip" in text(response)
    assert "Take $0.35 over" in text(response)


def test_an_answer_that_came_second_is_told(alice: Client, cast: Cast) -> None:
    proposal = propose(cast)
    drift.leave(proposal, cast.alice, now=NOW)
    response = alice.post(reverse("take_proposal", args=[proposal.pk]))
    assert response.status_code == 409 and "Somebody answered this proposal" in text(response)


@pytest.mark.parametrize(
    ("role", "status"), [(Role.BILLING, 302), (Role.ADMIN, 302), (Role.MEMBER, 403), (Role.VIEWER, 403)]
)
def test_only_who_may_set_prices_sets_them(cast: Cast, role: Role, status: int) -> None:
    person, client = create_user("dora@example.org"), Client()
    join(person, cast.team, role)
    client.force_login(person)
    assert add(client).status_code == status
    assert PriceOnFile.objects.exists() is (status == 302)
