"""One deed on all that match: whole jobs, honest counts, and a second press finds nothing to do."""

from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import transaction

from tests.factories import NOW, Cast, body, create_job, create_limit, live_account, price, put
from tests.videojobs.lifecycle.claims import claim
from tests.videojobs.money.crowd import at_once
from videojobs import lifecycle
from videojobs.bodies import BodyProblem, BodyRefused
from videojobs.lifecycle import Decided, Done, Order, Stale, WrongAnswer
from videojobs.lifecycle.bulk import of_one_kind, summed, troubles
from videojobs.lifecycle.steps import Step, take
from videojobs.models import AuditEntry, Balance, Job, JobEvent, LimitScope, Project, ProviderAccount
from videojobs.models.jobs import JobQuerySet
from videojobs.money.verifying import verify
from videojobs.states import State

pytestmark = [pytest.mark.django_db]

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def jobs(cast: Cast, account: ProviderAccount) -> JobQuerySet:
    """Return seven waiting jobs of Bob's."""
    for second in range(7):
        create_job(cast.bob, cast.team, account=account, now=NOW + timedelta(seconds=second))
    return Job.objects.in_team(cast.team)


@pytest.fixture
def failures(cast: Cast, account: ProviderAccount) -> JobQuerySet:
    """Return five failures of one kind, and one of another."""
    words = ["no such size"] * 5 + ["blocked"]
    for second, failure in enumerate(words):
        when = NOW + timedelta(seconds=second)
        job = create_job(cast.bob, cast.team, account=account, now=when)
        put(job, state=State.FAILED, ended_at=when, failure=failure)
    return of_one_kind(Job.objects.in_team(cast.team), Job.objects.earliest("created_at"))


def again(job: Job) -> tuple[Order, ProviderAccount]:
    """Return the same wish at today's price."""
    order = Order(job.team, job.project, job.person, body(prompt=job.prompt), price(), retry_of=job)
    return order, job.account


def agree(cast: Cast) -> None:
    assert verify(cast.team).problem == ""


@pytest.mark.both_databases
class TestCancel:
    """Out of our queue."""

    def test_all_are_cancelled_and_their_money_is_free(self, cast: Cast, jobs: JobQuerySet) -> None:
        assert lifecycle.cancel_all(jobs, cast.alice, now=LATER) == Done(7)
        assert set(jobs.values_list("state", flat=True)) == {"cancelled"}
        assert Balance.objects.get(team=cast.team).held == 0
        agree(cast)

    def test_what_was_sent_runs_on(self, cast: Cast, jobs: JobQuerySet, account: ProviderAccount) -> None:
        sent = claim(account, now=LATER).job
        assert lifecycle.cancel_all(jobs, cast.alice, now=LATER).done == 6
        assert Job.objects.get(id=sent.id).state == State.SENDING

    def test_out_of_patience_it_says_how_many_are_left(
        self, cast: Cast, jobs: JobQuerySet, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("videojobs.lifecycle.bulk.BATCH", 3)
        assert lifecycle.cancel_all(jobs, cast.alice, now=LATER, patience=-1) == Done(3, left=4)
        assert lifecycle.cancel_all(jobs, cast.alice, now=LATER) == Done(4)

    def test_one_entry_of_the_audit_log_says_how_many(self, cast: Cast, jobs: JobQuerySet) -> None:
        lifecycle.cancel_all(jobs, cast.alice, now=LATER)
        entry = AuditEntry.objects.get(action="jobs_cancelled")
        assert (entry.actor, entry.after) == (cast.alice, {"jobs": 7})

    def test_nothing_to_do_is_no_deed(self, cast: Cast) -> None:
        assert lifecycle.cancel_all(Job.objects.in_team(cast.team), cast.alice, now=LATER) == Done(0)
        assert not AuditEntry.objects.filter(action="jobs_cancelled").exists()


class TestOrder:
    """Priority and time."""

    def test_each_changes_once(self, cast: Cast, jobs: JobQuerySet) -> None:
        assert lifecycle.prioritise_all(jobs, 1, cast.alice, now=LATER) == Done(7)
        assert lifecycle.prioritise_all(jobs, 1, cast.alice, now=LATER) == Done(0)
        assert set(jobs.values_list("priority", "version")) == {(1, 2)}
        assert JobEvent.objects.filter(kind="priority", actor=cast.alice).count() == 7

    def test_later_and_at_once_again(self, cast: Cast, jobs: JobQuerySet) -> None:
        when = LATER + timedelta(hours=1)
        assert lifecycle.start_all_later(jobs, when, cast.bob, now=LATER).done == 7
        assert not jobs.sendable(LATER).exists()
        assert lifecycle.start_all_later(jobs, None, cast.bob, now=LATER).done == 7
        assert jobs.sendable(LATER).count() == 7

    def test_the_past_is_refused_before_anything_is_done(self, cast: Cast, jobs: JobQuerySet) -> None:
        with pytest.raises(WrongAnswer):
            lifecycle.start_all_later(jobs, NOW, cast.bob, now=LATER)


@pytest.mark.both_databases
class TestProject:
    """For another client."""

    @pytest.fixture
    def launch(self, cast: Cast) -> Project:
        return Project.objects.create(team=cast.team, name="Launch", created_at=NOW)

    def test_the_books_follow(self, cast: Cast, jobs: JobQuerySet, launch: Project) -> None:
        assert lifecycle.move_all(jobs, launch, cast.bob, now=LATER) == Done(7)
        assert set(jobs.values_list("project", flat=True)) == {launch.pk}
        agree(cast)

    def test_what_does_not_fit_stays_and_says_why(
        self, cast: Cast, jobs: JobQuerySet, launch: Project
    ) -> None:
        create_limit(cast.team, "0.60", scope=LimitScope.PROJECT, project=launch)
        done = lifecycle.move_all(jobs, launch, cast.bob, now=LATER)
        assert (done.done, done.not_done) == (2, 5)
        assert "Launch" in done.why
        agree(cast)


@pytest.mark.both_databases
class TestRetry:
    """Failures are tried again."""

    def test_each_makes_one_job_and_is_put_away(self, cast: Cast, failures: JobQuerySet) -> None:
        assert lifecycle.retry_all(failures, again, cast.bob, now=LATER) == Done(5)
        made = Job.objects.exclude(retry_of=None)
        assert sorted(made.values_list("state", flat=True)) == ["waiting"] * 5
        assert failures.count() == 0
        assert troubles(Job.objects.all()).get().failure == "blocked"
        agree(cast)

    def test_a_second_press_makes_none(self, cast: Cast, failures: JobQuerySet) -> None:
        lifecycle.retry_all(failures, again, cast.bob, now=LATER)
        assert lifecycle.retry_all(failures, again, cast.alice, now=LATER) == Done(0)

    def test_they_line_up_as_they_did(self, cast: Cast, failures: JobQuerySet) -> None:
        born = list(failures.order_by("created_at").values_list("id", flat=True))
        lifecycle.retry_all(failures, again, cast.bob, now=LATER)
        events = JobEvent.objects.filter(kind="retried").order_by("id")
        assert list(events.values_list("job", flat=True)) == born

    def test_it_stops_at_the_first_limit_and_says_so(self, cast: Cast, failures: JobQuerySet) -> None:
        create_limit(cast.team, "2.28")  # 1.68 is unknown
        done = lifecycle.retry_all(failures, again, cast.bob, now=LATER)
        assert (done.done, done.not_done, done.left) == (2, 0, 3)
        assert "would not fit" in done.why or "limit" in done.why
        assert failures.count() == 3
        agree(cast)

    def test_one_whose_wish_is_refused_today_holds_up_no_other(
        self, cast: Cast, failures: JobQuerySet
    ) -> None:
        first = failures.earliest("created_at")

        def but_one(job: Job) -> tuple[Order, ProviderAccount]:
            if job == first:
                raise BodyRefused((BodyProblem("model", "No such model.", "unknown_model"),))
            return again(job)

        done = lifecycle.retry_all(failures, but_one, cast.bob, now=LATER)
        assert done == Done(4, not_done=1, why="No such model.")

    def test_a_rehearsal_is_never_bought_in_one_click(self, cast: Cast, failures: JobQuerySet) -> None:
        buys = live_account()
        done = lifecycle.retry_all(failures, lambda job: (again(job)[0], buys), cast.bob, now=LATER)
        assert (done.done, done.not_done) == (0, 5)
        assert "rehearsal" in done.why
        assert not Job.objects.live().exists()

    def test_one_that_was_tried_again_by_itself_is_left_out(self, cast: Cast, failures: JobQuerySet) -> None:
        order, account = again(failures.earliest("created_at"))
        lifecycle.create(order, account, now=LATER)
        assert lifecycle.retry_all(failures, again, cast.bob, now=LATER).done == 4


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_two_people_trying_all_again_make_one_set(cast: Cast, failures: JobQuerySet) -> None:
    deeds = [partial(lifecycle.retry_all, failures, again, who, now=LATER) for who in (cast.alice, cast.bob)]
    assert at_once(deeds) == []
    assert Job.objects.exclude(retry_of=None).count() == 5
    agree(cast)


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_cancelling_all_while_all_are_sent_leaves_each_one_or_the_other(
    cast: Cast, jobs: JobQuerySet, account: ProviderAccount
) -> None:
    def send_all() -> None:
        while lifecycle.claim_next(
            account.pk, lambda *_: jobs.waiting().values_list("id", flat=True).first(), now=LATER
        ):
            pass

    assert at_once([send_all, partial(lifecycle.cancel_all, jobs, cast.alice, now=LATER)]) == []
    assert set(jobs.values_list("state", flat=True)) <= {"cancelled", "sending"}
    agree(cast)


class TestDismiss:
    """Out of sight; nothing else."""

    def test_a_kind_of_failure(self, cast: Cast, failures: JobQuerySet) -> None:
        assert lifecycle.dismiss_all(failures, cast.bob, now=LATER) == Done(5)
        assert failures.count() == 0

    def test_one_and_back(self, cast: Cast, failures: JobQuerySet) -> None:
        job = failures[0]
        assert lifecycle.dismiss(job.id, cast.bob, version=1, now=LATER).dismissed_at == LATER
        assert lifecycle.bring_back(job.id, cast.bob, version=2, now=LATER).dismissed_at is None

    def test_a_job_that_was_sent_is_watched_on(self, cast: Cast) -> None:
        job = create_job(cast.bob, cast.team, state=State.IN_PROGRESS)
        hidden = lifecycle.dismiss(job.id, cast.bob, version=1, now=LATER)
        assert (hidden.state, hidden.next_look_at) == (State.IN_PROGRESS, job.next_look_at)
        assert (
            JobEvent.objects.get(kind="dismissed").why
            == "Bob waits for it no more; it is kept when it comes."
        )

    @pytest.mark.parametrize(("end", "stays"), [(State.FAILED, False), (State.STORING, True)])
    def test_what_is_hidden_is_shown_again_where_no_clip_comes(
        self, cast: Cast, end: State, *, stays: bool
    ) -> None:
        job = create_job(cast.bob, cast.team, state=State.IN_PROGRESS)
        hidden = lifecycle.dismiss(job.id, cast.bob, version=1, now=LATER)
        with transaction.atomic():
            take(hidden, Step(end, "landed", "It ended."), now=LATER)
        hidden.refresh_from_db()
        assert (hidden.dismissed_at is not None) is stays

    @pytest.mark.parametrize("state", [State.WAITING, State.UNCONFIRMED, State.COMPLETED])
    def test_what_waits_or_needs_somebody_stays_in_sight(self, cast: Cast, state: State) -> None:
        job = create_job(cast.bob, cast.team, state=state)
        with pytest.raises(Decided, match="only one that was sent"):
            lifecycle.dismiss(job.id, cast.bob, version=1, now=LATER)

    def test_an_older_version_is_stale(self, cast: Cast, failures: JobQuerySet) -> None:
        lifecycle.dismiss(failures[0].id, cast.bob, version=1, now=LATER)
        with pytest.raises(Stale, match="Bob put it away"):
            lifecycle.dismiss(
                Job.objects.exclude(dismissed_at=None).get().id, cast.alice, version=1, now=LATER
            )


def test_what_matches_is_counted_with_its_money(jobs: JobQuerySet) -> None:
    tally = summed(jobs.waiting())
    assert (tally.count, tally.usd) == (7, Decimal("1.96"))
