"""What a person says of a charge on the Money tab: who may, what is wrong beside its field, what it shows."""

from decimal import Decimal

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from tests.factories import NOW, Cast, create_job, create_limit, create_user, join
from videojobs.models import Job, LedgerEntry, LimitPeriod, LimitScope
from videojobs.money import ledger
from videojobs.rights import Role
from videojobs.states import State

pytestmark = pytest.mark.django_db

DEEDS = ("settle", "uncharged", "correct", "credit")


def lost(cast: Cast) -> Job:
    return create_job(cast.bob, cast.team, state=State.LOST, charged="unknown", claimed_at=NOW)


def settled(cast: Cast, usd: str = "0.30") -> Job:
    job = create_job(cast.bob, cast.team, state=State.COMPLETED)
    with transaction.atomic():
        ledger.settle(job.id, Decimal(usd), now=NOW, reason="The provider reported this cost.")
    return Job.objects.get(id=job.id)


def press(client: Client, job: Job, deed: str, **fields: str) -> HttpResponse:
    answer: HttpResponse = client.post(f"/jobs/{job.id}/{deed}/", fields)  # type: ignore[assignment]
    return answer


def money(client: Client, job: Job) -> str:
    return client.get(f"/jobs/{job.id}/?show=money").content.decode()


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize(
    ("role", "status"), [(Role.VIEWER, 403), (Role.MEMBER, 403), (Role.BILLING, 422), (Role.ADMIN, 422)]
)
def test_who_may(client: Client, cast: Cast, deed: str, role: Role, status: int) -> None:
    person = create_user("dora@example.org")
    join(person, cast.team, role)
    client.force_login(person)
    assert press(client, lost(cast), deed).status_code == status


@pytest.mark.parametrize("deed", DEEDS)
def test_strangers_find_no_such_job(client: Client, cast: Cast, deed: str) -> None:
    client.force_login(cast.charlie)
    assert press(client, lost(cast), deed).status_code == 404


def test_it_was_not_charged(alice: Client, cast: Cast) -> None:
    job = lost(cast)
    answer = press(alice, job, "uncharged", reason="Not on the bill", next=f"/jobs/{job.id}/?show=money")
    assert answer["Location"] == f"/jobs/{job.id}/?show=money"
    html = money(alice, job)
    assert "Not charged, said by hand: Not on the bill" in html
    assert "It was charged after all" in html


def test_a_correction_and_a_credit_show_in_the_ledger_with_who(alice: Client, cast: Cast) -> None:
    job = settled(cast)
    press(alice, job, "correct", usd="0.45", reason="The bill", seen="0.30/0.00")
    press(alice, job, "credit", usd="0.05", reason="Ticket 7", seen="0.45/0.00")
    html = money(alice, job)
    for said in ("Corrected by hand: The bill", "Credited: Ticket 7", "+$0.15", "−$0.05", "$0.40", "Alice"):
        assert said in html


def test_nothing_is_a_correction_too(alice: Client, cast: Cast) -> None:
    job = settled(cast)
    assert press(alice, job, "correct", usd="0", reason="Refunded", seen="0.30/0.00").status_code == 302
    job.refresh_from_db()
    assert (job.cost, job.charged) == (Decimal(0), "no")
    html = money(alice, job)
    assert "Correct it" in html and "Book a credit" not in html


@pytest.mark.parametrize("deed", ["settle", "correct", "credit"])
@pytest.mark.parametrize("usd", ["", "-1", "NaN", "Infinity", "0.0000001", "99999", "€1", "1 EUR", "1e9999"])
def test_an_amount_that_cannot_be_stands_beside_its_field(
    alice: Client, cast: Cast, deed: str, usd: str
) -> None:
    job = lost(cast) if deed == "settle" else settled(cast)
    before = LedgerEntry.objects.count()
    answer = press(alice, job, deed, usd=usd, reason="The bill")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in html
    assert LedgerEntry.objects.count() == before


@pytest.mark.parametrize(
    ("deed", "usd", "said"),
    [
        ("credit", "0.31", "cannot give back more than it charged"),
        ("correct", "0.30", "booked with this amount already"),
    ],
)
def test_what_the_ledger_refuses_stands_there_too(
    alice: Client, cast: Cast, deed: str, usd: str, said: str
) -> None:
    answer = press(alice, settled(cast), deed, usd=usd, reason="The bill", seen="0.30/0.00")
    assert answer.status_code == 422
    assert said in answer.content.decode()


@pytest.mark.parametrize(("deed", "usd"), [("credit", "0.10"), ("correct", "0.40")])
def test_a_double_press_books_once(alice: Client, cast: Cast, deed: str, usd: str) -> None:
    job = settled(cast)
    answers = [press(alice, job, deed, usd=usd, reason="The bill", seen="0.30/0.00") for _press in range(2)]
    assert [answer.status_code for answer in answers] == [302, 409]
    assert "has changed since this page was made" in answers[1].content.decode()


def test_a_form_that_came_back_stands_on_its_tab(alice: Client, cast: Cast) -> None:
    html = press(alice, settled(cast), "credit", usd="5", reason="", seen="0.30/0.00").content.decode()
    assert '<details class="answer" name="charge-' in html
    assert "Say where the credit stands" in html
    assert 'value="5"' in html


def test_the_money_tab_says_where_it_counts(alice: Client, cast: Cast) -> None:
    cast.team.time_zone = "Europe/Berlin"
    cast.team.save(update_fields=["time_zone"])
    create_limit(cast.team, "50", period=LimitPeriod.MONTH)
    create_limit(cast.team, "9", period=LimitPeriod.WEEK, scope=LimitScope.PERSON, person=cast.bob)
    create_limit(cast.team, "7", scope=LimitScope.PERSON, person=cast.alice)
    html = money(alice, settled(cast))
    assert "All its money counts on 23 November 2026 (Europe/Berlin), the day it was sent" in html
    assert "the team Harbour, $50.00 a month" in html and "November 2026" in html
    assert "Bob, $9.00 a week" in html and "week of 23 Nov 2026" in html
    assert "$7.00" not in html


def test_a_waiting_job_counts_in_the_period_that_runs(alice: Client, cast: Cast) -> None:
    html = money(alice, create_job(cast.bob, cast.team))
    assert "whichever day and month are running" in html


def test_others_limits_are_not_for_those_who_see_no_spend(client: Client, cast: Cast) -> None:
    create_limit(cast.team, "50", period=LimitPeriod.MONTH)
    viewer = create_user("vera@example.org")
    join(viewer, cast.team, Role.VIEWER)
    client.force_login(viewer)
    html = money(client, settled(cast))
    assert "$50.00" not in html and "Dispute pack" not in html and "Correct it" not in html


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("charged", ["no", "unknown"])
def test_every_job_says_yes_no_or_unknown_and_why(
    alice: Client, cast: Cast, state: State, charged: str
) -> None:
    job = create_job(cast.bob, cast.team, state=state, charged=charged, charged_why="Because of this.")
    html = money(alice, job)
    word = "No" if charged == "no" else "Nobody knows" if job.is_ended else "Not known yet"
    assert f">{word}</dd>" in html
    assert "Because of this." in html


@pytest.mark.parametrize("address", ["/gallery/?state=any", "/gallery/?money={money}"])
@pytest.mark.parametrize(
    ("charged", "money_word", "said"), [("no", "free", "not charged"), ("unknown", "unknown", "unknown")]
)
def test_tiles_say_it_and_can_be_filtered_by_it(
    alice: Client, cast: Cast, address: str, charged: str, money_word: str, said: str
) -> None:
    job = create_job(
        cast.bob, cast.team, state=State.FAILED, charged="unknown", charged_why="Because of this."
    )
    if charged == "no":
        with transaction.atomic():
            ledger.release(job.id, now=NOW, reason="Because of this.")
    html = alice.get(address.format(money=money_word)).content.decode()
    assert f'<span class="money-figure">{said}</span>' in html
    assert "Because of this." in html


def test_the_gallery_offers_the_charge_as_a_filter(alice: Client, cast: Cast) -> None:
    create_job(cast.bob, cast.team)
    assert "/gallery/?money=unknown" in alice.get("/gallery/").content.decode()
