"""A team's own price list: one price for each wish, and what was before stays readable."""

import threading
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from tests.factories import DIRECTOR, NOW, Cast, body, create_job, rehearsal_account
from videojobs import offers, pricelist
from videojobs.catalog.types import PriceUnit
from videojobs.models import AuditEntry, Notice, PriceOnFile
from videojobs.pricelist import Rule, WrongPrice

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=1)
SEEDANCE = "ByteDance/Seedance-2.0"


def rule(usd: str = "0.31", **scope: Any) -> Rule:
    model = scope.pop("model", SEEDANCE)
    return Rule(model, Decimal(usd), PriceUnit.CLIP, **scope)


def add(cast: Cast, usd: str = "0.31", **scope: Any) -> PriceOnFile:
    return pricelist.add(cast.team, rule(usd, **scope), cast.alice, now=NOW)


def in_force() -> list[str]:
    return [str(price.usd) for price in PriceOnFile.objects.in_force().order_by("usd")]


def test_a_changed_price_ends_and_another_begins(cast: Cast) -> None:
    old = add(cast)
    new = pricelist.change(old, rule("0.35"), cast.bob, now=LATER)
    old.refresh_from_db()
    assert (old.retired_at, old.retired_by, old.usd) == (LATER, cast.bob, Decimal("0.31"))
    assert (new.set_at, new.set_by, new.usd) == (LATER, cast.bob, Decimal("0.35"))
    assert in_force() == ["0.350000"]


def test_a_new_price_never_changes_an_old_estimate(cast: Cast) -> None:
    job = create_job(cast.bob, cast.team)
    said = (job.estimate, job.estimate_source, job.estimate_explanation)
    pricelist.put(cast.team, rule("9", model=DIRECTOR), cast.alice, now=NOW)
    job.refresh_from_db()
    assert (job.estimate, job.estimate_source, job.estimate_explanation) == said
    price = offers.price(cast.team, body(), offers.named(cast.team, rehearsal_account(), DIRECTOR))
    assert price is not None and price.usd == 9


def test_a_price_taken_away_stays_readable(cast: Cast) -> None:
    price = add(cast)
    pricelist.take_away(price, cast.alice, now=LATER)
    price.refresh_from_db()
    assert (price.retired_at, price.retired_by) == (LATER, cast.alice)
    assert in_force() == []


def test_a_price_may_be_put_on_file_again_after_it_was_taken_away(cast: Cast) -> None:
    pricelist.take_away(add(cast), cast.alice, now=LATER)
    add(cast, "0.40")
    assert in_force() == ["0.400000"]


def test_everything_leaves_a_trace(cast: Cast) -> None:
    price = add(cast, resolution="720p", source="Invoice 12", verified_on=date(2026, 11, 20))
    changed = pricelist.change(price, rule("0.35"), cast.alice, now=NOW)
    pricelist.take_away(changed, cast.alice, now=NOW)
    filed, change, away = AuditEntry.objects.order_by("id")
    assert [entry.action for entry in (filed, change, away)] == [
        *("price_filed", "price_changed", "price_taken_away"),
    ]
    assert filed.after == change.before
    assert filed.after == {
        "usd": "0.31",
        "unit": "clip",
        "resolution": "720p",
        "source": "Invoice 12",
        "verified_on": "2026-11-20",
    }
    assert change.after == away.before == {"usd": "0.35", "unit": "clip"}


@pytest.mark.parametrize(
    ("scope", "field", "said"),
    [
        ({"resolution": "720P"}, "model", "There is a price for this already: 0.31 USD per clip for 720p"),
        ({"seconds": 5}, "seconds", "It overlaps with 0.31 USD per clip for 720p, set by Alice"),
        ({"size": "1280x720", "sound": "with"}, "", ""),
    ],
)
def test_two_prices_for_the_same_wish_are_refused_unless_one_is_narrower(
    cast: Cast, scope: dict[str, Any], field: str, said: str
) -> None:
    add(cast, resolution="720p")
    if not said:
        add(cast, "0.40", **scope)
        return
    with pytest.raises(WrongPrice, match=said) as wrong:
        add(cast, "0.40", **scope)
    assert wrong.value.field == field
    assert in_force() == ["0.310000"] and AuditEntry.objects.count() == 1


def test_a_change_that_would_overlap_leaves_everything_as_it_was(cast: Cast) -> None:
    add(cast, resolution="720p")
    other = add(cast, "0.40", resolution="1080p")
    with pytest.raises(WrongPrice, match="overlaps"):
        pricelist.change(other, rule("0.40", seconds=5), cast.alice, now=LATER)
    assert in_force() == ["0.310000", "0.400000"]


def test_prices_of_other_teams_and_models_do_not_overlap(cast: Cast) -> None:
    add(cast)
    add(cast, model=DIRECTOR)
    pricelist.add(cast.elsewhere, rule(), cast.charlie, now=NOW)
    assert len(in_force()) == 3


@pytest.mark.parametrize("deed", ["change", "take_away"])
def test_a_price_that_ended_meanwhile_is_not_ended_twice(cast: Cast, deed: str) -> None:
    price = add(cast)
    pricelist.change(price, rule("0.35"), cast.alice, now=NOW)
    with pytest.raises(WrongPrice, match="meanwhile"):
        if deed == "change":
            pricelist.change(price, rule("0.40"), cast.bob, now=LATER)
        else:
            pricelist.take_away(price, cast.bob, now=LATER)
    assert in_force() == ["0.350000"]


def test_a_change_keeps_the_model(cast: Cast) -> None:
    changed = pricelist.change(add(cast), replace(rule(), model=DIRECTOR), cast.alice, now=LATER)
    assert changed.model == SEEDANCE


def test_somebody_asks_for_a_price_once_until_there_is_one(cast: Cast) -> None:
    for _time in range(2):
        pricelist.ask_for(cast.team, SEEDANCE, cast.bob, now=NOW)
    notice = Notice.objects.get()
    assert notice.text.startswith(f"Bob asks for a price of {SEEDANCE}")
    assert pricelist.is_asked(cast.team, SEEDANCE) and not pricelist.is_asked(cast.team, DIRECTOR)
    add(cast)
    assert not pricelist.is_asked(cast.team, SEEDANCE)


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("second", [{}, {"resolution": "720p"}, {"seconds": 5}])
def test_of_two_who_file_a_price_at_once_one_gets_an_error(cast: Cast, second: dict[str, Any]) -> None:
    first = {"seconds": 5} if second.get("resolution") else second
    start, said = threading.Barrier(2), []

    def file(usd: str, scope: dict[str, Any]) -> None:
        start.wait()
        try:
            add(cast, usd, **scope)
            said.append("filed")
        except WrongPrice as wrong:
            said.append(wrong.message.partition(" ")[0])
        finally:
            connection.close()

    people = [threading.Thread(target=file, args=given) for given in (("0.1", first), ("0.2", second))]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert sorted(said) in (["There", "filed"], ["It", "filed"])
    assert len(in_force()) == 1


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_of_two_who_change_a_price_at_once_one_gets_an_error(cast: Cast) -> None:
    price, start, said = add(cast), threading.Barrier(2), []

    def change(usd: str) -> None:
        start.wait()
        try:
            pricelist.change(PriceOnFile.objects.get(pk=price.pk), rule(usd), cast.alice, now=LATER)
        except WrongPrice as wrong:
            said.append(wrong.message)
        finally:
            connection.close()

    people = [threading.Thread(target=change, args=(usd,)) for usd in ("0.1", "0.2")]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert len(said) == 1 and "meanwhile" in said[0]
    assert len(in_force()) == 1
