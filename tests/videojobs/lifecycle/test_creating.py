"""A job is made: all of it or nothing, and once for each press."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from tests.factories import (
    NOW,
    Cast,
    body,
    create_limit,
    create_token,
    live_account,
    price,
    rehearsal_account,
)
from videojobs.lifecycle import KeyReused, Order, Press, create
from videojobs.models import Job, JobEvent, LedgerEntry, ProviderAccount, Submission, User
from videojobs.money.ledger import LimitRefused

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def order(cast: Cast, *, press: Press | None = None, prompt: str = "a cat", usd: str = "0.28") -> Order:
    """Return Alice's wish."""
    return Order(
        team=cast.team,
        project=cast.project,
        person=cast.alice,
        body=body(prompt=prompt),
        price=price(usd),
        press=press,
    )


def test_row_hold_and_first_event_are_made_together(cast: Cast) -> None:
    job = create(order(cast), rehearsal_account(), now=NOW).job
    assert (job.state, job.held, job.charged) == ("waiting", Decimal("0.28"), "no")
    assert [entry.kind for entry in job.entries.all()] == ["hold"]
    assert [(event.from_state, event.to_state) for event in job.events.all()] == [("", "waiting")]


def test_the_body_is_kept_as_it_will_be_sent(cast: Cast) -> None:
    job = create(order(cast, prompt="a cat"), rehearsal_account(), now=NOW).job
    assert job.body == {"model": "minimax/video-01-director", "prompt": "a cat"}


def test_nothing_is_left_of_a_job_whose_limit_refuses(cast: Cast) -> None:
    create_limit(cast.team, "0.27")
    with pytest.raises(LimitRefused, match="Alice can raise it"):
        create(order(cast), live_account(), now=NOW)
    assert not Job.objects.exists() and not LedgerEntry.objects.exists() and not JobEvent.objects.exists()


def test_a_limit_set_after_the_team_was_read_counts(cast: Cast) -> None:
    # The request read its team; an owner sets a limit; the request makes its job.
    assert not cast.team.limits.exists()
    create_limit(cast.team, "0.27")
    with pytest.raises(LimitRefused):
        create(order(cast), live_account(), now=NOW)


def test_exactly_meeting_a_limit_passes(cast: Cast) -> None:
    create_limit(cast.team, "0.28")
    assert create(order(cast), live_account(), now=NOW).is_new


def test_rehearsal_and_real_money_are_counted_apart(cast: Cast) -> None:
    create_limit(cast.team, "0.28")
    assert create(order(cast), rehearsal_account(), now=NOW).is_new
    assert create(order(cast), live_account(), now=NOW).is_new
    with pytest.raises(LimitRefused):
        create(order(cast), rehearsal_account(), now=NOW)


def test_the_same_press_makes_one_job(cast: Cast) -> None:
    press = Press(scope="form:1", key="one")
    first = create(order(cast, press=press), rehearsal_account(), now=NOW)
    second = create(order(cast, press=press), rehearsal_account(), now=NOW)
    assert (first.is_new, second.is_new) == (True, False)
    assert first.job == second.job


def test_a_key_with_another_wish_is_refused(cast: Cast) -> None:
    press = Press(scope="form:1", key="one")
    create(order(cast, press=press), rehearsal_account(), now=NOW)
    with pytest.raises(KeyReused):
        create(order(cast, press=press, prompt="a dog"), rehearsal_account(), now=NOW)


def test_another_ones_key_is_another_key(cast: Cast) -> None:
    for scope in ("form:1", "form:2"):
        assert create(order(cast, press=Press(scope, "one")), rehearsal_account(), now=NOW).is_new


def test_a_declared_repeat_returns_the_earlier_job_for_ten_minutes(cast: Cast) -> None:
    first = create(order(cast, press=Press("token:1")), rehearsal_account(), now=NOW)
    repeat = Press("token:1", repeat=True)
    again = create(order(cast, press=repeat), rehearsal_account(), now=NOW + timedelta(minutes=9))
    late = create(order(cast, press=repeat), rehearsal_account(), now=NOW + timedelta(minutes=20))
    assert again.job == first.job
    assert late.is_new


def test_a_first_request_overtaken_by_its_own_repeat_means_the_repeats_job_once(cast: Cast) -> None:
    # The first POST hung in the server past the client's time-out; the repeat was stored before it.
    repeat = create(order(cast, press=Press("token:1", repeat=True)), rehearsal_account(), now=NOW)
    late = create(order(cast, press=Press("token:1")), rehearsal_account(), now=NOW + timedelta(seconds=61))
    wanted = create(order(cast, press=Press("token:1")), rehearsal_account(), now=NOW + timedelta(seconds=62))
    assert (late.is_new, late.job) == (False, repeat.job)
    assert wanted.is_new


def test_a_wish_long_after_a_repeat_is_a_new_one(cast: Cast) -> None:
    create(order(cast, press=Press("token:1", repeat=True)), rehearsal_account(), now=NOW)
    assert create(
        order(cast, press=Press("token:1")), rehearsal_account(), now=NOW + timedelta(minutes=3)
    ).is_new


def test_the_same_wish_twice_without_a_key_is_two_jobs(cast: Cast) -> None:
    jobs = [create(order(cast, press=Press("token:1")), rehearsal_account(), now=NOW) for _ in range(2)]
    assert all(created.is_new for created in jobs)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "press", [Press("token:1", "one"), Press("token:1", repeat=True)], ids=["key", "repeat"]
)
def test_two_presses_at_once_make_one_job(cast: Cast, press: Press) -> None:
    # Both look before either commits: the lock lets the second look again, the constraint would stop it.
    token, _secret = create_token(cast.alice, cast.team)
    account, barrier = ProviderAccount.objects.current(), threading.Barrier(6)
    wish = order(cast, press=press)
    wish = Order(**{**vars(wish), "token": token})

    def run() -> None:
        barrier.wait()
        try:
            create(wish, account, now=NOW)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Job.objects.count() == 1
    assert Submission.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_key_in_two_hands_makes_one_job(cast: Cast) -> None:
    # Each holds a lock of their own, so only the constraint stops the second one, who looks again.
    account, barrier, made = ProviderAccount.objects.current(), threading.Barrier(6), []

    def run(person: User) -> None:
        wish = Order(cast.team, cast.project, person, body(), price(), press=Press("shared", "one"))
        barrier.wait()
        try:
            made.append(create(wish, account, now=NOW).job.id)
        finally:
            connection.close()

    people = [cast.alice, cast.bob, cast.charlie] * 2
    threads = [threading.Thread(target=run, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 6 and len(set(made)) == 1
    assert Job.objects.count() == LedgerEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_requests_at_once_never_pass_a_limit_together(cast: Cast) -> None:
    create_limit(cast.team, "1.00")
    account, barrier, refused = live_account(), threading.Barrier(8), []

    def run() -> None:
        barrier.wait()
        try:
            create(order(cast), account, now=NOW)
        except LimitRefused:
            refused.append(1)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (Job.objects.count(), len(refused)) == (3, 5)
