"""A waiting job becomes another wish: what is sent, held and counted follows, or nothing does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest

from tests.factories import NOW, Cast, body, create_asking_job, create_job, create_limit, price, put
from tests.videojobs.lifecycle.claims import claim
from tests.videojobs.money.crowd import at_once
from videojobs import lifecycle
from videojobs.lifecycle import Decided, Edited, Order, Stale
from videojobs.models import (
    Approval,
    AuditEntry,
    Balance,
    DayTotal,
    Decision,
    Job,
    JobEvent,
    LedgerEntry,
    LimitAction,
    LimitScope,
    Notice,
    Project,
    ProviderAccount,
)
from videojobs.money import budgets
from videojobs.money.ledger import LimitRefused
from videojobs.money.verifying import verify
from videojobs.states import State

pytestmark = [pytest.mark.django_db]

LATER = NOW + timedelta(minutes=5)
OTHER = "pixverse/pixverse-v5"


@pytest.fixture
def job(cast: Cast, account: ProviderAccount) -> Job:
    """Return a waiting job of Bob's for 0.28 USD."""
    return create_job(cast.bob, cast.team, account=account)


@pytest.fixture
def launch(cast: Cast) -> Project:
    """Return another project of the team."""
    return Project.objects.create(team=cast.team, name="Launch", created_at=NOW)


def wish(cast: Cast, usd: str = "0.28", **fields: str) -> Order:
    """Return a checked and priced wish."""
    return Order(cast.team, cast.project, cast.bob, body(**fields), price(usd), seconds=5, size="1366x768")


def edit(job: Job, cast: Cast, order: Order, *, version: int | None = None) -> Edited:
    """Let Bob change a job."""
    return lifecycle.edit(job.id, order, cast.bob, version=version, now=LATER)


def agree(cast: Cast) -> None:
    """Expect the books to agree."""
    assert verify(cast.team).problem == ""


def held(cast: Cast) -> Decimal:
    found: Decimal = Balance.objects.get(team=cast.team).held
    return found


@pytest.mark.both_databases
class TestMoney:
    """The hold goes with the wish."""

    @pytest.mark.parametrize("usd", ["0.57", "0.10", "0.28"])
    def test_the_new_estimate_is_held_instead(self, cast: Cast, job: Job, usd: str) -> None:
        edited = edit(job, cast, wish(cast, usd, prompt="A kite"))
        assert (edited.job.held, edited.job.estimate) == (Decimal(usd), Decimal(usd))
        assert edited.rise == Decimal(usd) - Decimal("0.28")
        assert held(cast) == Decimal(usd)
        agree(cast)

    def test_its_ledger_tells_the_change(self, cast: Cast, job: Job) -> None:
        edit(job, cast, wish(cast, "0.57"))
        entries = LedgerEntry.objects.filter(job=job).order_by("id").values_list("kind", "amount", "actor")
        assert [(kind, str(usd)) for kind, usd, _ in entries[1:]] == [
            ("release", "0.280000"),
            ("hold", "0.570000"),
        ]
        assert {actor for _, _, actor in entries} == {cast.bob.pk}

    def test_words_alone_move_no_money(self, cast: Cast, job: Job) -> None:
        edit(job, cast, wish(cast, prompt="A kite"))
        assert LedgerEntry.objects.filter(job=job).count() == 1

    def test_totals_follow_to_another_model_and_project(self, cast: Cast, job: Job, launch: Project) -> None:
        order = replace(wish(cast, "0.57", model=OTHER), project=launch)
        edit(job, cast, order)
        rows = DayTotal.objects.exclude(jobs=0).values_list("model", "project", "held")
        assert list(rows) == [(OTHER, launch.pk, Decimal("0.57"))]
        agree(cast)

    def test_counters_follow_to_another_project(self, cast: Cast, job: Job, launch: Project) -> None:
        for project in (cast.project, launch):
            create_limit(cast.team, "5", scope=LimitScope.PROJECT, project=project)
        create_job(cast.bob, cast.team, account=job.account)  # makes the old one's counters
        lifecycle.move_to_project(job.id, launch, cast.bob, version=1, now=LATER)
        standings = budgets.standings(cast.team, now=LATER, rehearsal=True)
        assert [standing.held for standing in standings] == [Decimal("0.28"), Decimal("0.28")]
        agree(cast)

    def test_its_own_old_hold_takes_no_room(self, cast: Cast, job: Job) -> None:
        create_limit(cast.team, "0.57")
        edit(job, cast, wish(cast, "0.57"))
        agree(cast)

    def test_above_a_limit_nothing_is_changed(self, cast: Cast, job: Job) -> None:
        create_limit(cast.team, "0.56")
        before = Job.objects.values().get(id=job.id)
        with pytest.raises(LimitRefused):
            edit(job, cast, wish(cast, "0.57", prompt="A kite"))
        assert Job.objects.values().get(id=job.id) == before
        assert LedgerEntry.objects.filter(job=job).count() == 1
        agree(cast)

    def test_a_limit_on_the_new_project_refuses(self, cast: Cast, job: Job, launch: Project) -> None:
        create_limit(cast.team, "0.27", scope=LimitScope.PROJECT, project=launch)
        with pytest.raises(LimitRefused):
            lifecycle.move_to_project(job.id, launch, cast.bob, version=1, now=LATER)
        assert Job.objects.get(id=job.id).project == cast.project
        agree(cast)

    def test_over_midnight_its_money_stays_on_its_day(self, cast: Cast, job: Job) -> None:
        tomorrow = NOW + timedelta(days=1)
        lifecycle.edit(job.id, wish(cast, "0.57"), cast.bob, version=1, now=tomorrow)
        assert DayTotal.objects.exclude(jobs=0).get().day == NOW.date()
        agree(cast)

    def test_a_job_held_back_by_a_limit_is_tried_again(self, cast: Cast, job: Job) -> None:
        put(job, not_before=LATER, not_before_reason="Held back by a limit: full.")
        assert edit(job, cast, wish(cast, "0.10")).job.not_before is None


class TestWhatIsSent:
    """The row is what goes out."""

    def test_the_body_that_is_sent_is_what_the_row_says(
        self, cast: Cast, job: Job, account: ProviderAccount
    ) -> None:
        edit(job, cast, wish(cast, prompt="A kite", negative_prompt="rain"))
        sent = claim(account, now=LATER).job.wire_body
        assert (sent.prompt, sent.negative_prompt) == ("A kite", "rain")

    def test_lists_and_search_find_the_new_words(self, cast: Cast, job: Job) -> None:
        order = replace(wish(cast, prompt="A kite"), title="Kite", seconds=10, size="1920x1080")
        changed = edit(job, cast, order).job
        found = Job.objects.get(id=job.id)
        assert (found.prompt, found.title, found.seconds, found.size) == ("A kite", "Kite", 10, "1920x1080")
        assert found.version == changed.version == 2

    def test_the_event_names_what_changed_and_no_prompt(self, cast: Cast, job: Job) -> None:
        edit(job, cast, wish(cast, "0.57", prompt="A kite"))
        event = JobEvent.objects.get(kind="edited")
        said = "Bob changed its prompt. 0.28 USD became 0.57 USD, so it is the newest of its line."
        assert (event.why, event.data) == (said, {"changed": ["prompt"]})

    def test_another_price_stands_in_the_audit_log(self, cast: Cast, job: Job) -> None:
        edit(job, cast, wish(cast, "0.57", prompt="A kite"))
        entry = AuditEntry.objects.get(action="job_edited")
        assert (entry.before["price"], entry.after["price"]) == ("0.28", "0.57")
        assert "kite" not in str(entry.after)

    def test_the_same_wish_again_changes_nothing(self, cast: Cast, job: Job) -> None:
        assert edit(job, cast, wish(cast)).job.version == 1

    def test_a_title_alone(self, cast: Cast, job: Job) -> None:
        assert lifecycle.rename(job.id, "Kite", cast.bob, version=1, now=LATER).title == "Kite"
        assert JobEvent.objects.get(kind="edited").why == "Bob changed its title."


class TestPlace:
    """A place is kept by what costs no more."""

    @pytest.fixture
    def behind(self, cast: Cast, job: Job) -> Job:
        """Return a job of Bob's that came later."""
        return create_job(cast.bob, cast.team, account=job.account, now=NOW + timedelta(seconds=1))

    @pytest.mark.parametrize(("usd", "place"), [("0.28", 1), ("0.27", 1), ("0.29", 2)])
    def test_it_is_kept_where_the_price_does_not_rise(
        self, cast: Cast, job: Job, behind: Job, usd: str, place: int
    ) -> None:
        edited = edit(job, cast, wish(cast, usd, prompt="A kite"))
        assert lifecycle.place_of(edited.job) == place
        assert edited.keeps_place == (place == 1)

    def test_a_dearer_wish_is_marked_next_no_more(self, cast: Cast, job: Job) -> None:
        lifecycle.mark_next(job.id, cast.alice, on=True, version=1, now=LATER)
        assert edit(job, cast, wish(cast, "0.29")).job.next_at is None

    def test_one_that_costs_no_more_stays_next(self, cast: Cast, job: Job) -> None:
        lifecycle.mark_next(job.id, cast.alice, on=True, version=1, now=LATER)
        assert edit(job, cast, wish(cast, "0.10")).job.next_by == cast.alice


@pytest.mark.both_databases
class TestAsking:
    """A yes is to the wish that was asked about."""

    @pytest.fixture
    def asking(self, cast: Cast) -> Job:
        """Return a job of Bob's for 5.60 USD that asks, in a team that asks above 1."""
        job = create_asking_job(cast.bob, cast.team, now=NOW)
        cast.team.asks_above_job = Decimal(1)
        cast.team.save()
        return job

    def test_a_dearer_wish_asks(self, cast: Cast, job: Job) -> None:
        create_limit(cast.team, "0.50", action=LimitAction.ASK)
        edited = edit(job, cast, wish(cast, "0.57"))
        assert edited.job.decision == Decision.APPROVAL
        assert edited.asks == Approval.objects.get(job=job).why
        agree(cast)

    def test_a_cheaper_wish_takes_the_question_back(self, cast: Cast, asking: Job) -> None:
        assert edit(asking, cast, wish(cast, "0.90")).job.decision == ""
        assert Approval.objects.get(job=asking).answer == "withdrawn"
        assert not Notice.objects.open().filter(kind="approval").exists()

    def test_another_wish_is_another_question(self, cast: Cast, asking: Job) -> None:
        old = Approval.objects.get(job=asking).pk
        edit(asking, cast, wish(cast, "5.70"))
        new = Approval.objects.get(job=asking)
        assert (new.answer, new.pk == old, "5.70" in new.why) == ("open", False, True)
        assert "5.70" in Notice.objects.open().get(kind="approval").text

    def test_a_yes_to_what_was_read_before_is_none(self, cast: Cast, asking: Job) -> None:
        edit(asking, cast, wish(cast, "9000"))
        with pytest.raises(Stale, match="Bob changed its price"):
            lifecycle.grant(asking, cast.alice, now=LATER, version=asking.version)
        assert Job.objects.get(id=asking.id).decision == Decision.APPROVAL

    def test_a_yes_holds_where_the_price_does_not_rise(self, cast: Cast, asking: Job) -> None:
        lifecycle.grant(asking, cast.alice, now=LATER)
        edited = edit(asking, cast, wish(cast, "5.50", prompt="A kite"))
        assert (edited.job.decision, Approval.objects.get(job=asking).answer) == ("", "granted")

    def test_a_dearer_wish_needs_another_yes(self, cast: Cast, asking: Job) -> None:
        lifecycle.grant(asking, cast.alice, now=LATER)
        assert edit(asking, cast, wish(cast, "5.70")).job.decision == Decision.APPROVAL
        assert Approval.objects.get(job=asking).answer == "open"

    def test_an_old_yes_lets_nothing_dearer_through_at_its_claim(self, cast: Cast, asking: Job) -> None:
        lifecycle.grant(asking, cast.alice, now=LATER)
        cast.team.asks_above_job = None
        cast.team.save()
        edit(asking, cast, wish(cast, "5.70"))
        assert Approval.objects.get(job=asking).answer == "withdrawn"

    def test_a_project_whose_limit_asks_needs_its_own_yes(
        self, cast: Cast, asking: Job, launch: Project
    ) -> None:
        create_limit(cast.team, "1", scope=LimitScope.PROJECT, project=launch, action=LimitAction.ASK)
        lifecycle.grant(asking, cast.alice, now=LATER)
        edited = lifecycle.move_to_project(asking.id, launch, cast.bob, version=None, now=LATER)
        assert edited.job.decision == Decision.APPROVAL


class TestTooLate:
    """Somebody or something was first."""

    def test_a_job_that_was_claimed_is_not_changed(
        self, cast: Cast, job: Job, account: ProviderAccount
    ) -> None:
        claim(account, now=LATER)
        with pytest.raises(Stale, match="Its turn: sending it now"):
            edit(job, cast, wish(cast, "0.10", prompt="A kite"), version=1)
        assert Job.objects.get(id=job.id).prompt == job.prompt

    def test_a_restored_job_stays_as_it_may_have_been_sent(self, cast: Cast, job: Job) -> None:
        put(job, decision=Decision.RESTORED)
        with pytest.raises(Decided, match="may have been sent already"):
            edit(job, cast, wish(cast, prompt="A kite"))

    def test_a_project_of_another_team_is_no_project(self, cast: Cast, job: Job) -> None:
        with pytest.raises(ValueError, match="another team"):
            lifecycle.move_to_project(job.id, cast.elsewhere.projects.get(), cast.bob, version=1, now=LATER)


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """Two at the same moment: one wins, the other changes nothing."""

    def outcomes(self, *deeds: Callable[[], object]) -> list[str]:
        return sorted(type(problem).__name__ for problem in at_once(deeds))

    def test_of_two_edits_one_wins(self, cast: Cast, job: Job) -> None:
        deeds = [partial(edit, job, cast, wish(cast, usd), version=1) for usd in ("0.57", "0.10")]
        assert self.outcomes(*deeds) == ["Stale"]
        found = Job.objects.get(id=job.id)
        assert (found.version, found.held in {Decimal("0.57"), Decimal("0.10")}) == (2, True)
        agree(cast)

    def test_of_an_edit_and_a_cancel_one_wins(self, cast: Cast, job: Job) -> None:
        change = partial(edit, job, cast, wish(cast, "0.57", prompt="A kite"), version=1)
        cancel = partial(lifecycle.cancel, job, cast.alice, now=LATER, version=1)
        assert self.outcomes(change, cancel) == ["Stale"]
        found = Job.objects.get(id=job.id)
        cancelled = (State.CANCELLED, job.prompt, Decimal(0))
        assert (found.state, found.prompt, found.held) in {
            cancelled,
            (State.WAITING, "A kite", Decimal("0.57")),
        }
        agree(cast)

    def test_of_an_edit_and_a_claim_one_is_first_and_that_is_what_is_sent(
        self, cast: Cast, job: Job, account: ProviderAccount
    ) -> None:
        sent: list[str | None] = []
        change = partial(edit, job, cast, wish(cast, "0.57", prompt="A kite"), version=1)
        failed = self.outcomes(change, lambda: sent.append(claim(account, now=LATER).job.wire_body.prompt))
        found = Job.objects.get(id=job.id)
        assert failed in ([], ["Stale"])
        assert sent == [found.prompt] == ["A kite" if not failed else job.prompt]
        assert found.held == found.estimate == Decimal("0.28" if failed else "0.57")
        agree(cast)
