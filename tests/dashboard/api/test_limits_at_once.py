"""Two hundred at the door of a limit that fits thirty-seven, by the form, REST and the gateway."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from tests.dashboard.api.scripts import WISH, Script
from tests.dashboard.views.create_form import send
from tests.factories import NOW, Cast, create_cast, create_job, create_limit
from videojobs.models import Job, LedgerEntry, LimitPeriod, LimitScope
from videojobs.money import budgets, ledger
from videojobs.money.verifying import verify
from videojobs.states import State

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

SUBMISSIONS = 200
FEWER = 72
"""Where it is about more than one limit, or about what happens meanwhile."""

THREADS = 16
FITS = 37
"""Jobs of 0.28 USD in 10.36 USD: the last one meets it exactly."""

Door = Callable[[], str]
"""One submission; says what came of it: "passed", "refused", or whatever else it was."""


@pytest.fixture
def cast() -> Cast:
    return create_cast()


def of_script(answer: Any) -> str:
    """Read what a script was told."""
    if answer.status_code in (200, 201):
        return "passed"
    refused = answer.status_code == 402 and answer.json()["error"]["code"] == "spend_limit"
    return "refused" if refused else f"{answer.status_code}: {answer.content[:300]!r}"


def of_page(answer: Any) -> str:
    """Read what a person was told."""
    if answer.status_code == 302:
        return "passed"
    refused = (
        answer.status_code == 422 and "do not fit the limit of the team Harbour" in answer.content.decode()
    )
    return "refused" if refused else f"{answer.status_code}: {answer.content[:300]!r}"


def at_gateway(script: Script) -> str:
    """Ask as Together's own package does."""
    return of_script(script.create())


def over_rest(script: Script) -> str:
    """Ask over REST."""
    return of_script(script.post("/api/v1/jobs", {"body": WISH}))


def at_form(browser: Client) -> str:
    """Press the button of the Create page."""
    return of_page(send(browser))


def doors(cast: Cast) -> Iterator[Door]:
    """Give the three doors in turn, each of two people, again and again."""
    found: list[Door] = []
    for person in (cast.alice, cast.bob):
        script, browser = Script.of(person, cast.team), Client()
        browser.force_login(person)
        found += [partial(at_gateway, script), partial(at_form, browser), partial(over_rest, script)]
    return itertools.cycle(found)


def closing(deed: Door) -> str:
    """Do it, and let go of this thread's connection."""
    try:
        return deed()
    finally:
        connection.close()


def at_once(cast: Cast, submissions: int, *, meanwhile: Sequence[Door] = ()) -> Counter[str]:
    """Submit from many threads, with other deeds among the first two thirds; count what came of each.

    After the last of them more follow than there are threads, so that some begin when it is done.
    """
    meanwhile, step = list(meanwhile), submissions * 2 // 3 // (len(meanwhile) or 1)
    asked, others = [], []
    with ThreadPoolExecutor(THREADS) as pool:
        for number, door in enumerate(itertools.islice(doors(cast), submissions), start=1):
            asked.append(pool.submit(closing, door))
            if meanwhile and number % step == 0:
                others.append(pool.submit(closing, meanwhile.pop()))
    assert {future.result() for future in others} <= {"settled", "cancelled"}
    return Counter(future.result() for future in asked)


def check_books(cast: Cast) -> None:
    """Let the chain, the counters and all sums agree."""
    assert verify(cast.team).problem == ""


def test_exactly_as_many_pass_as_fit(cast: Cast) -> None:
    create_limit(cast.team, "10.36", period=LimitPeriod.MONTH)
    assert at_once(cast, SUBMISSIONS) == {"passed": FITS, "refused": SUBMISSIONS - FITS}
    assert Job.objects.count() == LedgerEntry.objects.count() == FITS
    check_books(cast)


def test_as_many_pass_under_several_limits(cast: Cast) -> None:
    create_limit(cast.team, "10.36")
    create_limit(cast.team, "100", period=LimitPeriod.DAY)
    create_limit(cast.team, "50", scope=LimitScope.PROJECT, project=cast.project)
    for person in (cast.alice, cast.bob):
        create_limit(cast.team, "40", scope=LimitScope.PERSON, person=person, period=LimitPeriod.WEEK)
    assert at_once(cast, FEWER) == {"passed": FITS, "refused": FEWER - FITS}
    check_books(cast)


def settling(cast: Cast, count: int, usd: str) -> list[Door]:
    """Make running jobs of 0.28 USD each, and return the deeds that settle them."""
    jobs = [create_job(cast.bob, cast.team, state=State.IN_PROGRESS) for _ in range(count)]

    def settle(job: Job) -> str:
        with transaction.atomic():
            assert ledger.settle(job.id, Decimal(usd), now=NOW, reason="Reported.")
        return "settled"

    return [partial(settle, job) for job in jobs]


def test_jobs_that_settle_meanwhile_let_no_more_pass(cast: Cast) -> None:
    create_limit(cast.team, "10.36")
    meanwhile = settling(cast, 10, "0.28")
    passed = at_once(cast, FEWER, meanwhile=meanwhile)
    assert passed == {"passed": FITS - 10, "refused": FEWER - FITS + 10}
    check_books(cast)


def test_what_settles_below_its_hold_makes_room(cast: Cast) -> None:
    # Ten jobs of 0.28 come to 0.14 each: five more fit, now or as soon as all are settled.
    create_limit(cast.team, "10.36")
    passed = at_once(cast, FEWER, meanwhile=settling(cast, 10, "0.14"))
    assert set(passed) == {"passed", "refused"}
    later = Counter(closing(door) for door in itertools.islice(doors(cast), 8))
    assert passed["passed"] + later["passed"] == FITS - 5
    [standing] = budgets.standings(cast.team, now=NOW, rehearsal=True)
    assert standing.left == 0
    check_books(cast)


def test_what_cancels_free_meanwhile_is_taken_at_once(cast: Cast) -> None:
    create_limit(cast.team, "10.36")
    script = Script.of(cast.alice, cast.team)
    ids = [script.create().json()["id"] for _ in range(12)]

    def cancel(job_id: str) -> str:
        answer = script.post(f"/api/v1/jobs/{job_id}/cancel")
        return "cancelled" if answer.status_code == 200 else answer.content.decode()

    passed = at_once(cast, FEWER, meanwhile=[partial(cancel, job_id) for job_id in ids])
    assert passed == {"passed": FITS, "refused": FEWER - FITS}
    check_books(cast)
