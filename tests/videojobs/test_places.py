"""Places: how many may be at the provider at once and how many may wait, whoever presses at once."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import Settings

from tests.factories import DIRECTOR, NOW, Cast, body, create_job, price
from videojobs import dispatch, pauses, places
from videojobs.lifecycle import Order, Press, claim_next, create, land_failure
from videojobs.models import (
    AuditEntry,
    Job,
    LedgerEntry,
    PlaceLimit,
    ProviderAccount,
    QueueScope,
    Share,
    Target,
)
from videojobs.pauses import AlreadyPaused, NotPaused
from videojobs.places import QueueFull, WrongTarget
from videojobs.provider.errors import Busy, NotSent, Refused
from videojobs.states import State

pytestmark = [pytest.mark.django_db]
both = pytest.mark.both_databases

TEAM, EACH = Target(QueueScope.TEAM), Target(QueueScope.EACH)


def limit(cast: Cast, target: Target, at_once: int | None = None, waiting: int | None = None) -> None:
    """Set a limit of places as Alice."""
    places.set_places(cast.team, target, at_once, waiting, cast.alice, now=NOW)


def claim(account: ProviderAccount, second: int = 1) -> str:
    """Claim the next job and return its prompt, "-" where none may go."""
    claimed = claim_next(account.pk, dispatch.next_job, now=NOW + timedelta(hours=1, seconds=second))
    return claimed.job.prompt if claimed else "-"


def starts(cast: Cast) -> dict[Any, Decimal]:
    """Return what each has had, by person; None is the team."""
    return {row.person_id: row.start for row in Share.objects.filter(team=cast.team)}


def wish(cast: Cast, key: str = "") -> Order:
    """Return a job Bob may ask for."""
    press = Press("form:bob", key) if key else None
    return Order(cast.team, cast.project, cast.bob, body(), price(), press=press)


@both
@pytest.mark.parametrize("scope", ["team", "person", "model", "each"])
def test_no_more_are_at_the_provider_than_one_limit_lets(
    cast: Cast, account: ProviderAccount, scope: str
) -> None:
    person, model = (cast.bob if scope == "person" else None), (DIRECTOR if scope == "model" else "")
    limit(cast, Target(QueueScope(scope), person, model), at_once=1)
    for number in range(3):
        create_job(cast.bob, cast.team, prompt=f"bob {number}", now=NOW + timedelta(seconds=number))
    assert [claim(account), claim(account, 2)] == ["bob 0", "-"]


def test_ones_own_limit_stands_in_for_each_ones(cast: Cast, account: ProviderAccount) -> None:
    limit(cast, EACH, at_once=1)
    limit(cast, Target(QueueScope.PERSON, cast.bob), at_once=2)
    for person in (cast.alice, cast.bob):
        for _job in range(3):
            create_job(person, cast.team, prompt=person.name)
    assert sorted(claim(account, second) for second in range(4)) == ["-", "Alice", "Bob", "Bob"]


def test_one_who_is_held_back_lets_the_others_go(cast: Cast, account: ProviderAccount) -> None:
    pauses.pause(cast.team, Target(QueueScope.PERSON, cast.alice), cast.alice, "", now=NOW)
    create_job(cast.alice, cast.team, prompt="alice")
    create_job(cast.bob, cast.team, prompt="bob", now=NOW + timedelta(seconds=9))
    assert [claim(account), claim(account, 2)] == ["bob", "-"]


def test_the_next_job_stays_under_a_pause_even_if_marked(cast: Cast, account: ProviderAccount) -> None:
    create_job(cast.bob, cast.team, next_at=NOW, next_by=cast.alice)
    pauses.pause(cast.team, Target(QueueScope.MODEL, model=DIRECTOR), cast.alice, "too slow", now=NOW)
    assert claim(account) == "-"
    assert dispatch.sendable_now(account, NOW, at_most=5) == 0
    pauses.resume(
        cast.team, Target(QueueScope.MODEL, model=DIRECTOR), cast.alice, may_pause_all=True, now=NOW
    )
    assert claim(account) != "-"


def test_a_marked_job_goes_first_and_is_owed_for(cast: Cast, account: ProviderAccount) -> None:
    create_job(cast.alice, cast.team, prompt="alice")
    create_job(cast.bob, cast.team, prompt="bob")
    create_job(cast.bob, cast.team, prompt="marked", next_at=NOW, next_by=cast.alice, priority=-1)
    assert dispatch.order(account, NOW)[0].job_id == Job.objects.get(prompt="marked").id
    assert [claim(account, second) for second in range(3)] == ["marked", "alice", "bob"]


def test_job_after_job_marked_next_is_charged_to_whose_they_are(cast: Cast, account: ProviderAccount) -> None:
    """Whoever marks them: their own person and team owe for all of them, and others catch up first."""
    for number in range(3):
        marked: dict[str, Any] = {"prompt": f"marked {number}", "next_at": NOW, "next_by": cast.bob}
        create_job(cast.alice, cast.team, usd="0.56", **marked)
    for _number in range(4):
        create_job(cast.alice, cast.team, prompt="alice")
        create_job(cast.bob, cast.team, prompt="bob")
        create_job(cast.charlie, cast.elsewhere, prompt="charlie")
    went = [claim(account, second) for second in range(3)]
    assert sorted(went) == ["marked 0", "marked 1", "marked 2"]
    assert starts(cast)[cast.alice.pk] == starts(cast)[None] == Decimal("1.68")
    assert [claim(account, second) for second in range(3, 6)] == ["charlie"] * 3
    later = [claim(account, second) for second in range(6, 12)]
    assert [prompt for prompt in later if prompt != "charlie"][:3] == ["bob"] * 3


@both
def test_what_comes_back_is_given_back_once(cast: Cast, account: ProviderAccount) -> None:
    create_job(cast.bob, cast.team)
    create_job(cast.bob, cast.team)
    claimed = claim_next(account.pk, dispatch.next_job, now=NOW)
    assert claimed is not None
    assert starts(cast) == {None: Decimal("0.28"), cast.bob.pk: Decimal("0.28")}
    for _message in range(2):
        land_failure(claimed.job.id, claimed.id, Busy("slow down", status=429), now=NOW)
    assert starts(cast) == {None: Decimal(0), cast.bob.pk: Decimal(0)}


@pytest.mark.parametrize(("error", "had"), [(NotSent("no route"), "0"), (Refused("no", status=422), "0.28")])
def test_only_what_waits_again_is_given_back(
    cast: Cast, account: ProviderAccount, error: Any, had: str
) -> None:
    create_job(cast.bob, cast.team)
    claimed = claim_next(account.pk, dispatch.next_job, now=NOW)
    assert claimed is not None
    land_failure(claimed.job.id, claimed.id, error, now=NOW)
    assert starts(cast)[cast.bob.pk] == Decimal(had)


@both
def test_a_full_line_refuses_and_names_the_remedy(cast: Cast, account: ProviderAccount) -> None:
    limit(cast, Target(QueueScope.PERSON, cast.bob), waiting=1)
    create(wish(cast), account, now=NOW)
    entries = LedgerEntry.objects.count()
    with pytest.raises(QueueFull, match=r"Bob’s line is full: 1 may wait, and as many do.*ask Alice"):
        create(wish(cast, "again"), account, now=NOW)
    assert (Job.objects.count(), LedgerEntry.objects.count()) == (1, entries)
    claim(account)
    assert create(wish(cast, "again"), account, now=NOW).is_new  # the key was not used up


def test_a_repeat_of_what_waits_already_is_no_new_job(cast: Cast, account: ProviderAccount) -> None:
    limit(cast, TEAM, waiting=1)
    first = create(wish(cast, "once"), account, now=NOW)
    assert create(wish(cast, "once"), account, now=NOW).job == first.job


def test_an_account_may_say_how_many_wait_in_all(cast: Cast, account: ProviderAccount) -> None:
    ProviderAccount.objects.filter(pk=account.pk).update(waiting_most=1)
    account.refresh_from_db()
    create(wish(cast), account, now=NOW)
    with pytest.raises(QueueFull, match="provider account is full"):
        create(wish(cast), account, now=NOW)


def test_the_site_may_say_how_many_wait_in_each_account(
    cast: Cast, account: ProviderAccount, settings: Settings
) -> None:
    settings.PROVIDER_WAITING = 1
    create(wish(cast), account, now=NOW)
    with pytest.raises(QueueFull, match="provider account is full"):
        create(wish(cast), account, now=NOW)


def test_places_are_set_changed_and_taken_away(cast: Cast) -> None:
    limit(cast, TEAM, at_once=3)
    limit(cast, TEAM, at_once=2, waiting=9)
    limit(cast, TEAM, at_once=2, waiting=9)
    limit(cast, TEAM)
    assert not PlaceLimit.objects.exists()
    changes = AuditEntry.objects.filter(action="places_set").order_by("id").values_list("after", flat=True)
    assert [change["at_once"] for change in changes] == [3, 2, None]


def test_a_stranger_cannot_be_named(cast: Cast) -> None:
    stranger = Target(QueueScope.PERSON, cast.charlie)
    with pytest.raises(WrongTarget):
        limit(cast, stranger, at_once=1)
    with pytest.raises(WrongTarget):
        pauses.pause(cast.team, stranger, cast.alice, "", now=NOW)


@both
def test_a_second_pause_of_the_same_says_who_was_first(cast: Cast) -> None:
    pauses.pause(cast.team, TEAM, cast.alice, "lunch", now=NOW)
    with pytest.raises(AlreadyPaused, match="Alice paused the whole team already"):
        pauses.pause(cast.team, TEAM, cast.bob, "", now=NOW)
    assert [pause.why for pause in pauses.open_pauses(cast.team)] == ["lunch"]
    pauses.resume(cast.team, TEAM, cast.bob, may_pause_all=True, now=NOW)
    with pytest.raises(NotPaused):
        pauses.resume(cast.team, TEAM, cast.alice, may_pause_all=True, now=NOW)
    said = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert said == ["queue_paused", "queue_resumed"]


def test_a_pause_leaves_what_runs_alone(cast: Cast, account: ProviderAccount) -> None:
    running = create_job(cast.bob, cast.team, state=State.IN_PROGRESS)
    pauses.pause(cast.team, TEAM, cast.alice, "", now=NOW)
    running.refresh_from_db()
    assert running.state == State.IN_PROGRESS
