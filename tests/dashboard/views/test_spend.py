"""The Spend page: what was charged, held and unknown; who sees whose; numbers that lead to their jobs."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from dashboard.forms.gallery import Filters
from dashboard.views.spend import Line, Span, Spend
from tests.factories import NOW, Cast, create_cast, create_job, create_user, join, live_account
from videojobs.models import Job, ProviderAccount, User
from videojobs.money import ledger
from videojobs.rights import Role
from videojobs.states import State

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    """Let it be noon on 23 November."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cast() -> Cast:
    return create_cast()


@pytest.fixture
def live() -> ProviderAccount:
    return live_account()


@pytest.fixture
def alice(client: Client, cast: Cast) -> Client:
    client.force_login(cast.alice)
    return client


def charged(person: User, cast: Cast, account: ProviderAccount, usd: str, *, days: int = 0) -> Job:
    """Make a job that was charged some days ago."""
    at = NOW - timedelta(days=days)
    job = create_job(person, cast.team, account=account, state=State.COMPLETED, now=at)
    ledger.settle(job.id, Decimal(usd), now=at, reason="Reported.")
    return job


def view(client: Client, query: str = "?kind=live") -> Spend:
    found: Spend = client.get(f"/spend/{query}").context["spend"]
    return found


def page(client: Client, query: str = "?kind=live") -> str:
    answer = client.get(f"/spend/{query}")
    assert answer.status_code == 200
    return answer.content.decode().partition("<main")[2]


def lines(client: Client, query: str) -> dict[str, Line]:
    return {line.name: line for line in view(client, query).lines}


def test_a_new_team_spent_nothing_and_owes_nothing(alice: Client) -> None:
    html = page(alice)
    assert "no charged job" in html and "nothing is on its way" in html
    assert "the charge of every ended job is known" in html


def test_spent_is_this_months_with_all_time_beside_it(
    alice: Client, cast: Cast, live: ProviderAccount
) -> None:
    charged(cast.alice, cast, live, "0.30")
    charged(cast.alice, cast, live, "0.50", days=40)
    html = page(alice)
    assert "$0.30" in html and "$0.80 in all" in html


def test_the_same_days_of_last_month_stand_beside_it(
    alice: Client, cast: Cast, live: ProviderAccount
) -> None:
    charged(cast.alice, cast, live, "0.40", days=32)
    charged(cast.alice, cast, live, "9.00", days=25)
    assert view(alice).before == Decimal("0.40")


def test_unknown_is_apart_and_never_nothing(alice: Client, cast: Cast, live: ProviderAccount) -> None:
    create_job(
        cast.alice, cast.team, account=live, state=State.LOST, charged="unknown", charged_why="It is gone."
    )
    html = page(alice)
    assert "Held for 1 ended job" in html and "It is gone." in html
    assert view(alice).totals.spent == 0


def test_rehearsal_is_the_first_view_while_nothing_is_bought(alice: Client, settings: Settings) -> None:
    assert view(alice, "").rehearsal
    settings.PROVIDER_KEY = "k" * 20
    assert not view(alice, "").rehearsal


def test_the_two_kinds_of_money_never_meet(alice: Client, cast: Cast, live: ProviderAccount) -> None:
    charged(cast.alice, cast, live, "0.30")
    charged(cast.alice, cast, ProviderAccount.objects.current(), "0.11")
    assert view(alice, "?kind=live").totals.spent == Decimal("0.30")
    assert view(alice, "?kind=rehearsal").totals.spent == Decimal("0.11")
    assert "would have cost $0.11" in page(alice, "?kind=live")
    assert "none of this was paid" in page(alice, "?kind=rehearsal")


def test_rows_by_model_and_person(alice: Client, cast: Cast, live: ProviderAccount) -> None:
    charged(cast.alice, cast, live, "0.30")
    charged(cast.bob, cast, live, "0.10")
    assert lines(alice, "?kind=live")["Video 01 Director"].totals.spent == Decimal("0.40")
    people = lines(alice, "?kind=live&split=person")
    assert [(name, line.share) for name, line in people.items()] == [("Alice", 75), ("Bob", 25)]


def test_rows_by_day_leave_quiet_days_out(alice: Client, cast: Cast, live: ProviderAccount) -> None:
    charged(cast.alice, cast, live, "0.30")
    charged(cast.alice, cast, live, "0.10", days=3)
    assert list(lines(alice, "?kind=live&split=day")) == ["Mon 23 Nov", "Fri 20 Nov"]


def test_bars_sum_to_what_was_spent_however_many_models(
    alice: Client, cast: Cast, live: ProviderAccount
) -> None:
    for number in range(9):
        job = charged(cast.alice, cast, live, f"0.{number + 1}", days=number % 2)
        Job.objects.filter(id=job.id).update(model=f"maker/{number}")
    found = view(alice)
    assert sum(day.total for day in found.days) == found.totals.spent
    assert found.series[-1] == "Others" and len(found.series) == 6
    assert [day.day.day for day in found.days if day.unfinished] == [23]


def behind(client: Client, url: str) -> set[str]:
    """Return the ids of the jobs an address shows."""
    found = client.get(url).context["gallery"]
    return {tile.job.id for tile in [*found.running, *found.tiles]}


def test_every_number_leads_to_exactly_its_jobs(alice: Client, cast: Cast, live: ProviderAccount) -> None:
    paid = charged(cast.alice, cast, live, "0.30")
    late = create_job(cast.bob, cast.team, account=live, state=State.LOST, now=NOW - timedelta(days=40))
    ledger.settle(late.id, Decimal("0.5"), now=NOW, reason="Read on the bill.")
    held = create_job(cast.bob, cast.team, account=live, state=State.IN_PROGRESS)
    lost = create_job(cast.bob, cast.team, account=live, state=State.LOST)
    charged(cast.alice, cast, live, "0.30", days=40)
    charged(cast.alice, cast, ProviderAccount.objects.current(), "0.30")
    found = view(alice)
    assert behind(alice, found.spent_url) == {paid.id, late.id}
    assert behind(alice, found.held_url) == {held.id}
    assert behind(alice, found.unknown_url) == {lost.id}
    assert behind(alice, found.made_url) == {paid.id, held.id, lost.id}
    assert behind(alice, found.days[22].url) == {paid.id, late.id}
    assert found.totals.settled == 2 and found.totals.jobs == 3


def test_a_members_spend_is_their_own(client: Client, cast: Cast, live: ProviderAccount) -> None:
    charged(cast.alice, cast, live, "0.30")
    mine = charged(cast.bob, cast, live, "0.11")
    client.force_login(cast.bob)
    found = view(client)
    assert found.totals.spent == Decimal("0.11")
    assert behind(client, found.spent_url) == {mine.id}
    assert "Your spend" in page(client)
    assert "Alice" not in page(client, "?kind=live&split=person")


def test_billing_sees_the_teams(client: Client, cast: Cast, live: ProviderAccount) -> None:
    charged(cast.alice, cast, live, "0.30")
    dana = create_user("dana@example.org")
    join(dana, cast.team, Role.BILLING)
    client.force_login(dana)
    assert view(client).totals.spent == Decimal("0.30")


def test_strangers_see_their_own_teams_money(client: Client, cast: Cast, live: ProviderAccount) -> None:
    charged(cast.alice, cast, live, "0.30")
    client.force_login(cast.charlie)
    assert view(client).ever.jobs == 0


@pytest.mark.parametrize("query", ["?kind=x&period=y&split=z", "?period=all&split=day", "?period=90d"])
def test_any_address_shows_a_page(alice: Client, query: str) -> None:
    assert "Split" in page(alice, query)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("month", date(2026, 11, 1), date(2026, 11, 30)),
        ("last", date(2026, 10, 1), date(2026, 10, 31)),
        ("30d", date(2026, 10, 25), date(2026, 11, 23)),
    ],
)
def test_periods_are_whole_days_in_utc(name: str, first: date, last: date) -> None:
    span = Span.read(name, NOW)
    assert (span.first, span.last) == (first, last)


def test_the_month_before_january_is_december() -> None:
    span = Span.read("last", NOW.replace(year=2027, month=1))
    assert (span.first, span.last) == (date(2026, 12, 1), date(2026, 12, 31))


def test_open_pages_read_the_sums_again(alice: Client, cast: Cast, live: ProviderAccount) -> None:
    html = page(alice)
    source = re.search(r'data-live="spend" data-src="([^"]+)"', html)
    assert source is not None
    charged(cast.alice, cast, live, "0.30")
    assert "$0.30" in alice.get(source[1].replace("&amp;", "&")).content.decode()


def test_links_carry_filters_the_gallery_knows(alice: Client, cast: Cast, live: ProviderAccount) -> None:
    charged(cast.alice, cast, live, "0.30")
    line = lines(alice, "?kind=live")["Video 01 Director"]
    for url in (line.jobs_url, line.spent_url, line.unknown_url):
        query = dict(part.split("=") for part in urlsplit(url).query.split("&"))
        assert set(Filters.read(query).as_query()) == set(query)


def test_more_jobs_take_no_more_queries(alice: Client, cast: Cast, live: ProviderAccount) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            page(alice)
        return len(captured)

    charged(cast.alice, cast, live, "0.30")
    create_job(cast.alice, cast.team, account=live, state=State.LOST)
    count()
    few = count()
    for number in range(8):
        charged(cast.bob, cast, live, "0.30", days=number)
        create_job(cast.bob, cast.team, account=live, state=State.LOST)
    assert count() == few
