"""The Spend page: what was charged, held, left and unknown; who sees whose; what stands beside it."""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from dashboard.views.spend import Spend
from dashboard.views.spend_table import Line
from tests.factories import (
    DIRECTOR,
    NOW,
    Cast,
    create_job,
    create_limit,
    create_user,
    join,
    live_account,
)
from videojobs.models import Job, LimitPeriod, LimitScope, Project, ProviderAccount, Team, User
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
def live() -> ProviderAccount:
    return live_account()


def charged(
    person: User,
    cast: Cast,
    account: ProviderAccount,
    usd: str,
    *,
    days: int = 0,
    at: datetime | None = None,
    model: str = DIRECTOR,
    state: State = State.COMPLETED,
    project: Project | None = None,
) -> Job:
    """Make a job that was charged some days ago, or at a moment."""
    at = at or NOW - timedelta(days=days)
    job = create_job(person, cast.team, account=account, state=state, now=at, model=model, project=project)
    ledger.settle(job.id, Decimal(usd), now=at, reason="Reported.")
    return job


def view(client: Client, query: str = "?kind=live") -> Spend:
    found: Spend = client.get(f"/spend/{query}").context["spend"]
    return found


def page(client: Client, query: str = "?kind=live") -> str:
    answer = client.get(f"/spend/{query}")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode().partition("<main")[2])


def lines(client: Client, query: str) -> dict[str, Line]:
    return {line.name: line for line in view(client, query).table.lines}


def test_a_new_team_spent_nothing_and_owes_nothing(alice: Client) -> None:
    html = page(alice)
    assert "no charged job" in html and "nothing is on its way" in html
    assert "the charge of every ended job is known" in html
    assert "too few days to say" in html and "no take failed" in html
    assert "No job in these days" in html and "Make a clip" in html


def test_spent_is_this_months_with_all_time_beside_it(
    alice: Client, cast: Cast, live: ProviderAccount
) -> None:
    charged(cast.alice, cast, live, "0.30")
    charged(cast.alice, cast, live, "0.50", days=40)
    html = page(alice)
    assert "$0.30" in html and "$0.80 for 2 in all" in html


def test_the_same_days_of_last_month_stand_beside_it(
    alice: Client, cast: Cast, live: ProviderAccount
) -> None:
    charged(cast.alice, cast, live, "0.40", days=32)
    charged(cast.alice, cast, live, "9.00", days=25)
    assert "$0.40 in 1 – 23 Oct 2026" in page(alice)


def test_unknown_is_apart_and_never_nothing(alice: Client, cast: Cast, live: ProviderAccount) -> None:
    create_job(cast.alice, cast.team, account=live, state=State.LOST, charged="unknown")
    html = page(alice)
    assert "held for 1 ended job</a> whose charge nobody knows" in html
    assert "1 job of unknown charge" in html
    assert view(alice).figures.totals.spent == 0


def test_what_failed_takes_cost_is_told(alice: Client, cast: Cast, live: ProviderAccount) -> None:
    charged(cast.alice, cast, live, "0.30")
    charged(cast.alice, cast, live, "0.10", state=State.FAILED)
    assert "25 % of what was spent" in page(alice)


def test_what_nobody_gave_a_project_stands_apart(alice: Client, cast: Cast, live: ProviderAccount) -> None:
    charged(cast.alice, cast, live, "0.30")
    assert "Without a project" not in page(alice)
    film = cast.team.projects.create(name="Film", created_at=NOW)
    charged(cast.alice, cast, live, "0.50", project=film)
    assert "$0.30</b> for" in page(alice) and "$0.30 without a project" in page(alice)


def test_the_tightest_limit_says_what_is_left(alice: Client, cast: Cast, live: ProviderAccount) -> None:
    create_limit(cast.team, "100", period=LimitPeriod.MONTH)
    create_limit(cast.team, "5")
    create_limit(cast.team, "1", scope=LimitScope.PERSON, person=cast.bob)
    charged(cast.alice, cast, live, "0.50")
    found = view(alice).figures.tightest
    assert found is not None and found.left == Decimal("4.50")
    assert "of $5.00 in total, 10&nbsp;% taken" in page(alice)


def test_what_was_left_on_this_day_of_last_month(alice: Client, cast: Cast, live: ProviderAccount) -> None:
    charged(cast.alice, cast, live, "0.40", days=32)
    create_limit(cast.team, "10", period=LimitPeriod.MONTH)
    assert view(alice).figures.left_before == Decimal("9.60")
    assert view(alice, "?kind=live&period=30d").figures.left_before is None


def test_without_a_limit_nothing_is_said_to_be_left(alice: Client) -> None:
    assert "no limit" in page(alice)


def test_a_range_is_expected_by_the_end_of_the_month(
    alice: Client, cast: Cast, live: ProviderAccount
) -> None:
    for days in range(1, 29):
        charged(cast.alice, cast, live, "0.10", days=days)
    html = page(alice)
    assert "Expected by 30 Nov" in html and "$3.00 – $3.00" in html
    assert "8 days left, today among them" in html


def test_rehearsal_is_the_first_view_while_nothing_is_bought(alice: Client, settings: Settings) -> None:
    assert view(alice, "").asked.rehearsal
    settings.PROVIDER_KEY = "k" * 20
    assert not view(alice, "").asked.rehearsal


def test_the_two_kinds_of_money_never_meet(alice: Client, cast: Cast, live: ProviderAccount) -> None:
    charged(cast.alice, cast, live, "0.30")
    charged(cast.alice, cast, ProviderAccount.objects.current(), "0.11")
    assert view(alice, "?kind=live").figures.totals.spent == Decimal("0.30")
    assert view(alice, "?kind=rehearsal").figures.totals.spent == Decimal("0.11")
    assert "would have cost $0.11" in page(alice, "?kind=live")
    assert "none of this was paid" in page(alice, "?kind=rehearsal")


def test_rows_by_model_person_and_project(alice: Client, cast: Cast, live: ProviderAccount) -> None:
    charged(cast.alice, cast, live, "0.30")
    charged(cast.bob, cast, live, "0.10")
    assert lines(alice, "?kind=live")["Video 01 Director"].totals.spent == Decimal("0.40")
    people = lines(alice, "?kind=live&split=person")
    assert [(name, line.share) for name, line in people.items()] == [("Alice", 75), ("Bob", 25)]
    assert lines(alice, "?kind=live&split=project")["General"].totals.jobs == 2


def test_rows_by_day_leave_quiet_days_out(alice: Client, cast: Cast, live: ProviderAccount) -> None:
    charged(cast.alice, cast, live, "0.30")
    charged(cast.alice, cast, live, "0.10", days=3)
    assert list(lines(alice, "?kind=live&split=day")) == ["Mon 23 Nov", "Fri 20 Nov"]


@pytest.mark.parametrize(
    ("sort", "first"),
    [("-spent", "Bob"), ("spent", "Alice"), ("-jobs", "Alice"), ("name", "Alice"), ("-name", "Bob")],
)
def test_rows_stand_in_the_order_of_a_column(
    alice: Client, cast: Cast, live: ProviderAccount, sort: str, first: str
) -> None:
    charged(cast.alice, cast, live, "0.10")
    charged(cast.alice, cast, live, "0.10")
    charged(cast.bob, cast, live, "0.90")
    assert next(iter(lines(alice, f"?kind=live&split=person&sort={sort}"))) == first


def test_pressing_a_head_again_turns_the_order_round(alice: Client) -> None:
    heads = {column.name: column for column in view(alice, "?sort=-jobs").table.columns}
    assert (heads["jobs"].order, heads["spent"].order) == ("descending", "")
    assert "sort=jobs" in heads["jobs"].url and "sort=-spent" in heads["spent"].url


def test_the_average_of_a_clip_is_at_least_that_while_charges_are_unknown(
    alice: Client, cast: Cast, live: ProviderAccount
) -> None:
    charged(cast.alice, cast, live, "0.30")
    assert "≥" not in page(alice)
    create_job(cast.alice, cast.team, account=live, state=State.COMPLETED)
    assert "≥" in page(alice)


def test_all_that_is_asked_stays_in_the_address(alice: Client) -> None:
    asked = "?kind=live&from=2026-11-02&to=2026-11-20&split=project&sort=-jobs"
    found = view(alice, asked).asked
    assert found.at() == f"/spend/{asked}"
    assert all("split=project" in choice.url for choice in found.periods)
    assert dict(found.hidden) == {"kind": "live", "split": "project", "sort": "-jobs"}


def test_wrong_days_are_told_beside_their_fields(alice: Client) -> None:
    html = page(alice, "?from=2026-11-20&to=2026-11-02")
    assert "The first day is after the last one" in html
    assert 'value="2026-11-20" aria-invalid="true"' in html


def test_bars_sum_to_what_was_spent_however_many_models(
    alice: Client, cast: Cast, live: ProviderAccount
) -> None:
    for number in range(9):
        charged(cast.alice, cast, live, f"0.{number + 1}", days=number % 2, model=f"maker/{number}")
    found = view(alice)
    chart = found.bars.chart
    assert sum(day.total for day in chart.days) == found.figures.totals.spent
    assert chart.keys[-1].name == "Others" and len(chart.keys) == 6
    assert sum(key.total for key in chart.keys) == found.figures.totals.spent
    assert [day.day.day for day in chart.days if day.unfinished] == [23]


def test_the_bars_come_as_json(alice: Client, cast: Cast, live: ProviderAccount) -> None:
    charged(cast.alice, cast, live, "0.30", days=1)
    answer = alice.get("/spend/chart.json?kind=live")
    said = json.loads(answer.content)
    assert answer["Content-Type"] == "application/json"
    assert said["zone"] == "UTC"
    assert said["series"] == [{"name": "Video 01 Director", "total": "$0.30"}]
    day = next(day for day in said["days"] if day["day"] == "2026-11-22")
    assert (day["amounts"], day["words"], day["unfinished"]) == (["0.300000"], ["$0.30"], False)
    assert len(said["days"]) == 30


def test_a_members_spend_is_their_own(client: Client, cast: Cast, live: ProviderAccount) -> None:
    charged(cast.alice, cast, live, "7.30")
    charged(cast.bob, cast, live, "0.11")
    client.force_login(cast.bob)
    assert view(client).figures.totals.spent == view(client).figures.ever.spent == Decimal("0.11")
    assert "Your spend" in page(client)
    for split in ("person", "model", "project", "day"):
        html = page(client, f"?kind=live&split={split}")
        assert "Alice" not in html and "7.30" not in html and "7.41" not in html
    assert "7.3" not in client.get("/spend/chart.json?kind=live&split=person").content.decode()


def test_a_members_limit_is_their_own(client: Client, cast: Cast) -> None:
    create_limit(cast.team, "3")
    create_limit(cast.team, "9", scope=LimitScope.PERSON, person=cast.bob)
    client.force_login(cast.bob)
    found = view(client).figures.tightest
    assert found is not None and found.limit.person_id == cast.bob.pk


def test_billing_sees_the_teams(client: Client, cast: Cast, live: ProviderAccount) -> None:
    charged(cast.alice, cast, live, "0.30")
    dana = create_user("dana@example.org")
    join(dana, cast.team, Role.BILLING)
    client.force_login(dana)
    assert view(client).figures.totals.spent == Decimal("0.30")


def test_strangers_see_their_own_teams_money(client: Client, cast: Cast, live: ProviderAccount) -> None:
    charged(cast.alice, cast, live, "0.30")
    client.force_login(cast.charlie)
    assert view(client).figures.ever.jobs == 0


@pytest.mark.parametrize("query", ["?kind=x&period=y&split=z&sort=q", "?period=all&split=day", "?period=90d"])
def test_any_address_shows_a_page(alice: Client, query: str) -> None:
    assert "Split" in page(alice, query)


def test_days_are_the_teams(alice: Client, cast: Cast, live: ProviderAccount) -> None:
    Team.objects.filter(pk=cast.team.pk).update(time_zone="Asia/Tokyo")
    charged(cast.alice, cast, live, "0.30", at=NOW.replace(hour=1))
    assert "Asia/Tokyo" in page(alice)
    with time_machine.travel(NOW.replace(day=30, hour=16), tick=False):
        assert view(alice).asked.span.first.month == 12


def test_it_says_which_period_a_job_around_midnight_counts_in(
    alice: Client, cast: Cast, live: ProviderAccount
) -> None:
    charged(cast.alice, cast, live, "0.30")
    assert "A job sent before midnight and settled after counts in the period of its claim" in page(alice)


def test_estimates_that_were_off_are_worth_a_look(alice: Client, cast: Cast, live: ProviderAccount) -> None:
    for usd in ("0.308", "0.252"):  # exactly ten per cent
        charged(cast.alice, cast, live, usd)
    assert "estimated wrongly" not in page(alice)
    charged(cast.alice, cast, live, "0.309")
    charged(cast.alice, cast, live, "0.25")
    assert "2 jobs estimated wrongly" in page(alice)


def test_a_limit_in_the_way_is_worth_a_look(alice: Client, cast: Cast, live: ProviderAccount) -> None:
    create_limit(cast.team, "0.28")
    create_job(cast.alice, cast.team, account=live, not_before_reason="Held back by a limit: x")
    html = page(alice)
    assert "1 limit is reached" in html and "1 job held back by a limit" in html


def test_open_pages_read_the_sums_again(alice: Client, cast: Cast, live: ProviderAccount) -> None:
    source = re.search(r'id="spend-body" data-live="spend" data-src="([^"]+)"', page(alice))
    assert source is not None
    charged(cast.alice, cast, live, "0.30")
    assert "$0.30" in alice.get(source[1].replace("&amp;", "&")).content.decode()


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


def test_who_may_not_send_is_not_led_to_create(client: Client, cast: Cast) -> None:
    vera = create_user("vera@example.org")
    join(vera, cast.team, Role.VIEWER)
    client.force_login(vera)
    html = page(client)
    assert "No job in these days" in html and "Make a clip" not in html
