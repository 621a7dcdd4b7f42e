"""Limits on the Spend page: how each stands, and setting, trying, changing and taking one away."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from dashboard.views.limit_lines import Bar
from tests.factories import (
    DIRECTOR,
    NOW,
    Cast,
    create_job,
    create_limit,
    create_token,
    create_user,
    join,
    live_account,
)
from videojobs.models import AuditEntry, Job, LedgerEntry, Limit, LimitAction, LimitPeriod, LimitScope, Team
from videojobs.money import ledger
from videojobs.rights import Role
from videojobs.states import State

pytestmark = pytest.mark.django_db

ADD = "/spend/limits/add/"
FORM = {"what": "team", "period": "month", "amount": "10.36", "action": "stop", "levels": "50, 80, 100"}


def text(answer: Any) -> str:
    """Return the words of a page, in one line."""
    words = re.sub(r"<(title|script)\b.*?</\1>|<[^>]+>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(words.split())


def section(client: Client, query: str = "") -> str:
    answer = client.get(f"/spend/limits/{query}", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return text(answer)


def charged(cast: Cast, usd: str, *, ago: timedelta = timedelta(0)) -> Job:
    """Make a job that was charged."""
    at = timezone.now() - ago
    job = create_job(cast.bob, cast.team, state=State.COMPLETED, now=at, usd=usd)
    ledger.settle(job.id, Decimal(usd), now=at, reason="Reported.")
    return job


class TestSection:
    """One line per limit."""

    def test_a_new_team_is_offered_the_first(self, alice: Client) -> None:
        assert "Set the first one" in section(alice)

    def test_members_read_that_there_is_none(self, bob: Client) -> None:
        words = section(bob)
        assert "No limit is set on what you do." in words
        assert "Set" not in words and "Add" not in words

    @time_machine.travel(NOW, tick=False)
    def test_a_line_says_all_of_a_limit(self, alice: Client, cast: Cast) -> None:
        Team.objects.filter(id=cast.team.pk).update(time_zone="Europe/Berlin")
        create_limit(cast.team, "10", period=LimitPeriod.MONTH)
        charged(cast, "3")
        create_job(cast.bob, cast.team, usd="2")
        create_job(cast.bob, cast.team, usd="1", state=State.LOST)
        words = section(alice)
        for said in (
            "Team Harbour",
            "$10.00 a month · stops",
            "$4.00 left",
            "$3.00 spent $2.00 held $1.00 unknown",
            "Starts anew Tue 1 Dec 2026, 00:00 Europe/Berlin",
            "A job that does not fit is refused.",
            "At 50, 80 and 100 % of it Alice is told.",
            "It may be raised by Alice.",
        ):
            assert said in words, said

    @pytest.mark.parametrize(
        ("action", "said"),
        [
            (LimitAction.ASK, "waits for a yes from Alice or Dora"),
            (LimitAction.WARN, "Jobs go on above it; people are told."),
            (LimitAction.STOP, "A job that does not fit is refused."),
        ],
    )
    def test_it_says_what_happens_at_the_end(
        self, alice: Client, cast: Cast, action: LimitAction, said: str
    ) -> None:
        join(create_user("dora@example.org", name="Dora"), cast.team, Role.BILLING)
        create_limit(cast.team, "10", action=action)
        assert said in section(alice)

    def test_each_thing_has_its_name(self, alice: Client, cast: Cast) -> None:
        token, _secret = create_token(cast.bob, cast.team)
        create_limit(cast.team, "1", scope=LimitScope.PROJECT, project=cast.project)
        create_limit(cast.team, "1", scope=LimitScope.PERSON, person=cast.bob)
        create_limit(cast.team, "1", scope=LimitScope.MODEL, model=DIRECTOR)
        create_limit(cast.team, "1", scope=LimitScope.TOKEN, token=token)
        words = section(alice)
        for said in (
            "Project General",
            "Person Bob",
            "Model Video 01 Director",
            f"token {token.name} ({token.prefix}",
        ):
            assert said in words, said

    def test_an_address_is_written_as_it_is(self, alice: Client, cast: Cast) -> None:
        nameless = join(create_user("erin@example.org"), cast.team, Role.OWNER).user
        create_limit(cast.team, "1", scope=LimitScope.PERSON, person=nameless)
        words = section(alice)
        assert "Person erin@example.org" in words
        assert "It may be raised by Alice or erin@example.org." in words

    def test_a_passed_limit_says_by_how_much(self, alice: Client, cast: Cast) -> None:
        create_limit(cast.team, "1")
        charged(cast, "0.75")
        charged(cast, "0.25")
        assert "$0.00 left" in section(alice)
        Limit.objects.update(amount=Decimal("0.60"))
        assert "$0.40 above it" in section(alice)

    def test_the_one_that_is_nearest_its_end_stands_first(self, alice: Client, cast: Cast) -> None:
        create_limit(cast.team, "100")
        create_limit(cast.team, "5", scope=LimitScope.PERSON, person=cast.bob)
        create_job(cast.bob, cast.team, usd="4")
        assert section(alice).index("Person Bob") < section(alice).index("Team Harbour")

    def test_money_is_counted_apart(self, alice: Client, cast: Cast, settings: Settings) -> None:
        create_limit(cast.team, "10")
        create_job(cast.bob, cast.team, usd="4")
        create_job(cast.bob, cast.team, usd="1", account=live_account())
        assert "$6.00 left" in section(alice) and "Counted in rehearsal money" in section(alice)
        assert "$9.00 left" in section(alice, "?kind=live")
        settings.PROVIDER_KEY = "k" * 20
        assert "$9.00 left" in section(alice)

    def test_a_member_sees_those_their_jobs_may_fall_under(self, bob: Client, cast: Cast) -> None:
        create_limit(cast.team, "10", scope=LimitScope.PERSON, person=cast.bob)
        create_limit(cast.team, "10", scope=LimitScope.PERSON, person=cast.alice)
        words = section(bob)
        assert "Limits on your jobs 1" in words and "Person Bob" in words and "Person Alice" not in words
        assert "Take away" not in words

    def test_its_own_address_leads_to_the_page_it_stands_on(self, bob: Client) -> None:
        assert bob.get("/spend/limits/?kind=live")["Location"] == "/spend/?kind=live#limits"

    def test_it_stands_on_the_spend_page(self, alice: Client, cast: Cast) -> None:
        create_limit(cast.team, "10")
        html = alice.get("/spend/").content.decode()
        assert 'id="limits"' in html and 'data-src="/spend/limits/?kind=rehearsal"' in html

    def test_more_limits_take_no_more_queries(self, alice: Client, cast: Cast) -> None:
        def count() -> int:
            with CaptureQueriesContext(connection) as captured:
                section(alice)
            return len(captured)

        for usd in ("1", "2"):
            create_limit(cast.team, usd)
        create_job(cast.bob, cast.team)  # makes the counters, which are then read
        few = count()
        for number in range(6):
            create_limit(cast.team, f"{number + 10}")
        create_job(cast.bob, cast.team)
        assert count() == few


class TestSetting:
    """The page a limit is set on."""

    def test_it_is_set_and_shown(self, alice: Client, cast: Cast) -> None:
        answer = alice.post(ADD, FORM, follow=True)
        assert answer.redirect_chain[-1][0].endswith("#limits")
        assert "The limit on Harbour holds from now on." in text(answer)
        limit = Limit.objects.get()
        assert (limit.amount, limit.period, limit.created_by) == (Decimal("10.36"), "month", cast.alice)
        assert AuditEntry.objects.get().action == "limit_set"

    def test_it_may_be_on_anything_of_the_team(self, alice: Client, cast: Cast) -> None:
        token, _secret = create_token(cast.bob, cast.team)
        things = (
            f"project:{cast.project.pk}",
            f"person:{cast.bob.pk}",
            f"model:{DIRECTOR}",
            f"token:{token.pk}",
        )
        for what in things:
            assert alice.post(ADD, FORM | {"what": what}).status_code == 302
        assert [limit.scope for limit in Limit.objects.order_by("id")] == [
            "project",
            "person",
            "model",
            "token",
        ]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            *(("amount", value) for value in ("-1", "0", "NaN", "1e9", "9" * 30, "0.1234567", "", "x\x00")),
            *(("amount", value) for value in ("10 EUR", "€10", "ten", "1,000", "x" * 300)),
            *(("period", value) for value in ("", "year", "0", "hour")),
            *(("action", value) for value in ("", "delete")),
            *(("levels", value) for value in ("0", "101", "-5", "50.5", "many", "9" * 50, "1e2")),
            *(("what", value) for value in ("", "planet:1", "project:99999", "person:x", "model:none/such")),
            *(("what", value) for value in ("token:1", "project:", "model:\x00", "team:9")),
        ],
    )
    def test_what_is_wrong_is_said_beside_its_field(self, alice: Client, field: str, value: str) -> None:
        answer = alice.post(ADD, FORM | {field: value})
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == [field]
        assert f'id="id_{field}_error"' in answer.content.decode()
        assert not Limit.objects.exists() and not AuditEntry.objects.exists()

    def test_what_is_another_teams_is_not_to_be_had(self, alice: Client, cast: Cast) -> None:
        token, _secret = create_token(cast.charlie, cast.elsewhere)
        theirs = cast.elsewhere.projects.get()
        for what in (f"project:{theirs.pk}", f"person:{cast.charlie.pk}", f"token:{token.pk}"):
            answer = alice.post(ADD, FORM | {"what": what})
            assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["what"])
        assert not Limit.objects.exists()
        assert str(theirs.pk) not in re.findall(r'value="project:(\d+)"', answer.content.decode())

    def test_no_levels_are_a_choice(self, alice: Client) -> None:
        alice.post(ADD, FORM | {"levels": ""})
        assert Limit.objects.get().levels == []

    @pytest.mark.parametrize("levels", ["50 80", "80;50", "50 %, 80%", " 80,50,50 "])
    def test_levels_may_be_written_as_one_likes(self, alice: Client, levels: str) -> None:
        alice.post(ADD, FORM | {"levels": levels})
        assert Limit.objects.get().levels == [50, 80]


class TestTrying:
    """What it would have meant."""

    @time_machine.travel(NOW, tick=False)
    def test_the_page_opens_with_what_the_last_periods_came_to(self, alice: Client, cast: Cast) -> None:
        charged(cast, "1")
        charged(cast, "2", ago=timedelta(days=30))
        charged(cast, "4", ago=timedelta(days=60))
        words = text(alice.get(ADD))
        for said in ("This month so far $1.00", "October 2026 $2.00", "September 2026 $4.00"):
            assert said in words, said

    @pytest.mark.parametrize(
        ("period", "labels"),
        [
            ("day", ["Today so far", "Sun 22 Nov", "Sat 21 Nov"]),
            ("week", ["This week so far", "16 Nov – 22 Nov", "9 Nov – 15 Nov"]),
            ("total", ["So far, in all"]),
        ],
    )
    @time_machine.travel(NOW, tick=False)
    def test_each_period_has_its_name(self, alice: Client, period: str, labels: list[str]) -> None:
        answer = alice.post(ADD, FORM | {"period": period, "deed": "try"})
        assert [line.label for line in answer.context["facts"].lines] == labels

    def test_trying_lists_the_jobs_and_stores_nothing(self, alice: Client, cast: Cast) -> None:
        fits, over = (charged(cast, "6", ago=timedelta(minutes=2 - number)) for number in range(2))
        entries = LedgerEntry.objects.count()
        answer = alice.post(ADD, FORM | {"period": "total", "deed": "try"})
        assert answer.status_code == 200
        html = answer.content.decode()
        assert f"/jobs/{over.id}/" in html and f"/jobs/{fits.id}/" not in html
        assert "1 job of $6.00 would have been refused." in text(answer)
        assert not Limit.objects.exists() and LedgerEntry.objects.count() == entries

    @pytest.mark.parametrize(
        ("action", "fate"), [("ask", "would have waited for a yes"), ("warn", "would have gone on above it")]
    )
    def test_it_says_what_would_have_become_of_them(
        self, alice: Client, cast: Cast, action: str, fate: str
    ) -> None:
        charged(cast, "20")
        assert fate in text(alice.post(ADD, FORM | {"action": action, "period": "total", "deed": "try"}))

    def test_a_page_that_asks_by_itself_gets_the_facts_alone(self, alice: Client) -> None:
        answer = alice.post(ADD, FORM, headers={"HX-Request": "true"})
        html = answer.content.decode()
        assert html.count('id="limit-facts"') == 1 and "<form" not in html
        assert not Limit.objects.exists()

    def test_half_a_form_says_what_it_can(self, alice: Client, cast: Cast) -> None:
        charged(cast, "6")
        answer = alice.post(ADD, FORM | {"amount": "x"}, headers={"HX-Request": "true"})
        assert "This month so far $6.00" in text(answer) and "Type an amount" in text(answer)
        answer = alice.post(ADD, {}, headers={"HX-Request": "true"})
        assert "Choose what it is on" in text(answer)

    def test_a_limit_there_is_opens_tried(self, alice: Client, cast: Cast) -> None:
        charged(cast, "6")
        limit = create_limit(cast.team, "5")
        assert "1 job of $6.00 would have been refused." in text(alice.get(f"/spend/limits/{limit.pk}/"))


class TestChanging:
    """Changing and taking away."""

    def test_the_terms_change_and_the_rest_stays(self, alice: Client, cast: Cast) -> None:
        limit = create_limit(cast.team, "10", period=LimitPeriod.WEEK)
        said = {"amount": "12", "action": "ask", "levels": "90"}
        answer = alice.post(f"/spend/limits/{limit.pk}/", said | {"period": "day", "what": "x"})
        assert answer.status_code == 302
        fresh = Limit.objects.get()
        assert (fresh.amount, fresh.action, fresh.levels, fresh.period) == (Decimal(12), "ask", [90], "week")
        assert AuditEntry.objects.latest("id").action == "limit_changed"

    def test_what_is_wrong_changes_nothing(self, alice: Client, cast: Cast) -> None:
        limit = create_limit(cast.team, "10")
        answer = alice.post(f"/spend/limits/{limit.pk}/", {"amount": "-1", "action": "stop", "levels": "5"})
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["amount"])
        assert Limit.objects.get().amount == 10

    def test_taking_it_away_is_asked_first(self, alice: Client, cast: Cast) -> None:
        limit = create_limit(cast.team, "10")
        path = f"/spend/limits/{limit.pk}/remove/"
        assert "Take the limit on Harbour away?" in text(alice.get(path))
        assert Limit.objects.active().exists()
        alice.post(path)
        assert not Limit.objects.active().exists()
        assert AuditEntry.objects.latest("id").action == "limit_retired"

    def test_what_is_gone_is_not_there(self, alice: Client, cast: Cast) -> None:
        limit = create_limit(cast.team, "10")
        alice.post(f"/spend/limits/{limit.pk}/remove/")
        for path in (f"/spend/limits/{limit.pk}/", f"/spend/limits/{limit.pk}/remove/"):
            assert alice.post(path, FORM).status_code == 404

    def test_an_id_beyond_all_rows_is_not_there(self, alice: Client) -> None:
        assert alice.get(f"/spend/limits/{'9' * 40}/").status_code == 404

    def test_the_way_back_leads_to_the_same_money(self, alice: Client, cast: Cast) -> None:
        answer = alice.post(f"{ADD}?kind=live", FORM)
        assert answer["Location"] == "/spend/?kind=live#limits"


class TestBar:
    """The drawing."""

    def test_parts_stand_beside_one_another(self) -> None:
        bar = Bar.of(Decimal(10), [("spent", Decimal(2)), ("held", Decimal(3))], [50, 80, 100])
        assert [(part.name, part.x, part.width) for part in bar.parts] == [("spent", 0, 20), ("held", 20, 30)]
        assert (bar.ticks, bar.full) == ((50, 80), 100)

    def test_what_is_passed_shrinks_the_whole(self) -> None:
        bar = Bar.of(Decimal(10), [("spent", Decimal(20))], [50])
        assert (bar.parts[0].width, bar.full, bar.ticks) == (100, 50, (25,))

    def test_nothing_is_drawn_of_nothing(self) -> None:
        bar = Bar.of(Decimal(0), [("spent", Decimal(0))])
        assert (bar.parts, bar.full) == ((), 100)
