"""The Balance page: what should be left, top-ups looked at twice, the provider's figures beside ours."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.template import engines
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from dashboard.http import Asker
from tests.factories import Cast, create_job, create_user, join, live_account
from videojobs import balance
from videojobs.models import EntryKind, LedgerEntry, ProviderAccount, ProviderUsage
from videojobs.rights import Role
from videojobs.states import State

pytestmark = pytest.mark.django_db

TODAY = timezone.now().date().isoformat()


@pytest.fixture
def live(settings: Settings) -> ProviderAccount:
    """Set the site up to buy."""
    settings.PROVIDER_KEY = "k" * 40
    return ProviderAccount.objects.current()


def pay_in(cast: Cast, account: ProviderAccount, usd: str) -> None:
    seen, now = balance.paid_in(account), timezone.now()
    balance.top_up(
        cast.team, account, Decimal(usd), cast.alice, on=now.date(), words="Invoice 7", seen=seen, now=now
    )


def page(client: Client, query: str = "") -> str:
    answer = client.get(f"/spend/balance/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def press(client: Client, **fields: str) -> HttpResponse:
    said = {"usd": "250", "day": TODAY, "note": "Invoice 8", "seen": "0.00"} | fields
    answer: HttpResponse = client.post("/spend/balance/top-up/", said)  # type: ignore[assignment]
    return answer


def booked() -> list[Decimal]:
    entries = LedgerEntry.objects.filter(kind=EntryKind.TOP_UP).order_by("number")
    return list(entries.values_list("amount", flat=True))


# --- what should be left ---


@pytest.mark.usefixtures("live")
def test_nobody_typed_anything_in_is_said_and_never_nothing(alice: Client) -> None:
    html = page(alice)
    assert "Nobody has typed in yet what was paid in." in html
    assert "nothing typed in" in html


def test_every_part_is_shown(alice: Client, cast: Cast, live: ProviderAccount) -> None:
    pay_in(cast, live, "100")
    create_job(cast.bob, cast.team, account=live, usd="3.5")
    create_job(cast.bob, cast.team, account=live, usd="1.25", state=State.LOST)
    html = page(alice)
    for amount in ("$100.00", "−$3.50", "−$1.25", "$95.25"):
        assert amount in html
    assert "Invoice 7" in html


def test_rehearsal_has_no_balance(alice: Client) -> None:
    assert "Rehearsal has no balance" in page(alice)
    assert press(alice).status_code == 404


def test_the_account_of_an_earlier_key_is_still_there(
    alice: Client, cast: Cast, live: ProviderAccount
) -> None:
    old = live_account("https://old.example")
    pay_in(cast, old, "40")
    assert f"?account={old.pk}" in page(alice)
    assert "$40.00" in page(alice, f"?account={old.pk}")


@pytest.mark.usefixtures("live")
def test_another_teams_account_is_not_there(alice: Client, cast: Cast) -> None:
    theirs = live_account("https://theirs.example")
    create_job(cast.charlie, cast.elsewhere, account=theirs)
    assert alice.get(f"/spend/balance/?account={theirs.pk}").status_code == 404
    assert press(alice, account=str(theirs.pk)).status_code == 404


# --- a top-up ---


def test_an_amount_is_looked_at_twice_and_then_booked(alice: Client, live: ProviderAccount) -> None:
    first = press(alice).content.decode()
    assert "Book $250.00" in first and "$250.00 should be left" in first
    assert booked() == []
    assert press(alice, sure="250.00")["Location"] == "/spend/balance/"
    assert booked() == [Decimal(250)]


@pytest.mark.usefixtures("live")
def test_another_amount_than_was_looked_at_is_looked_at_again(alice: Client) -> None:
    assert "Book $2,500.00" in press(alice, usd="2500", sure="250.00").content.decode()
    assert booked() == []


@pytest.mark.usefixtures("live")
def test_a_double_press_books_once(alice: Client) -> None:
    answers = [press(alice, sure="250.00").status_code for _press in range(2)]
    assert answers == [302, 409]
    assert booked() == [Decimal(250)]


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize("usd", ["", "0", "-5", "NaN", "1e99", "0.0000001", "€50", "50 EUR", "99999999999"])
def test_an_amount_that_cannot_be_stands_beside_its_field(alice: Client, usd: str) -> None:
    answer = press(alice, usd=usd, sure="250.00")
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert booked() == []


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize("day", ["", "tomorrow", "1999-12-31", "2026-02-30", "9999-12-31"])
def test_a_day_that_cannot_be_is_refused(alice: Client, day: str) -> None:
    assert press(alice, day=day, sure="250.00").status_code == 422
    assert booked() == []


@pytest.mark.usefixtures("live")
@pytest.mark.parametrize("seen", ["", "NaN", "sNaN", "-1", "x"])
def test_a_page_that_saw_something_else_books_nothing(alice: Client, seen: str) -> None:
    assert press(alice, seen=seen, sure="250.00").status_code == 409
    assert booked() == []


@pytest.mark.usefixtures("live")
def test_billing_tops_up_and_a_member_does_not(client: Client, cast: Cast) -> None:
    dora = create_user("dora@example.org")
    join(dora, cast.team, Role.BILLING)
    for person, status in ((cast.bob, 403), (dora, 302)):
        client.force_login(person)
        assert press(client, sure="250.00").status_code == status


# --- the provider's own figures ---


def test_figures_stand_side_by_side_and_a_difference_stands_out(alice: Client, live: ProviderAccount) -> None:
    now = timezone.now()
    yesterday = now.date() - timedelta(days=1)
    ProviderUsage.objects.create(
        account=live, day=yesterday, product="Video", usd=Decimal("0.40"), imported_at=now
    )
    html = page(alice)
    assert "usage-off" in html and "+$0.40" in html


@pytest.mark.usefixtures("live")
def test_it_says_how_to_have_the_figures(alice: Client, settings: Settings) -> None:
    assert "IMPORT_USAGE=1" in page(alice)
    settings.IMPORT_USAGE = True
    assert "Nothing was taken in yet" in page(alice)


# --- the line on other pages ---


def line(cast: Cast, person: str = "alice") -> str:
    """Return what balance/_box.html says to somebody."""
    request = RequestFactory().get("/spend/")
    user = getattr(cast, person)
    membership = user.memberships.get()
    request.asker = Asker(user=user, team=cast.team, membership=membership)  # type: ignore[attr-defined]
    said = engines["django"].get_template("balance/_box.html").render({}, request)
    return " ".join(said.split())


def test_the_line_says_what_should_be_left(cast: Cast, live: ProviderAccount) -> None:
    assert "what is left there is unknown" in line(cast)
    pay_in(cast, live, "100")
    assert "<strong>$100.00</strong> should be left at the provider." in line(cast)


def test_the_line_warns(cast: Cast, live: ProviderAccount) -> None:
    pay_in(cast, live, "1")
    create_job(cast.bob, cast.team, account=live, usd="3")
    assert "2.00 USD are missing" in line(cast)


def test_the_line_is_not_for_everybody_and_not_for_rehearsal(
    cast: Cast, live: ProviderAccount, settings: Settings
) -> None:
    assert line(cast, "bob") == ""
    settings.PROVIDER_KEY = ""
    assert line(cast) == ""


def test_the_page_takes_no_more_queries_with_many_entries(
    alice: Client,
    cast: Cast,
    live: ProviderAccount,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    pay_in(cast, live, "1")
    for _number in range(10):
        pay_in(cast, live, "1")
    with django_assert_max_num_queries(16):
        page(alice)


def test_a_day_is_one_of_the_teams_zone(alice: Client, cast: Cast, live: ProviderAccount) -> None:
    cast.team.time_zone = "Pacific/Kiritimati"
    cast.team.save(update_fields=["time_zone"])
    ahead = timezone.now().astimezone(cast.team.zone).date().isoformat()
    assert "Book $250.00" in press(alice, day=ahead).content.decode()
