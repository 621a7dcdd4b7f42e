"""The fair share: how far shares differ, by money and by count, and what one dispatch and one order cost.

The trace is the same for both: one person's ten cheap drafts beside others' 4K finals. By count is what
InvokeAI's session queue does with several users (invoke-ai/InvokeAI, pull request 9086): whoever was served
longest ago goes next with one item, whatever it costs.
"""

import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import combinations
from statistics import median

from django.db import connection, transaction

from benchmarks import history
from benchmarks.figures import Figure
from benchmarks.looks import say
from videojobs import dispatch
from videojobs.fairness import Shares, Whose, turns
from videojobs.models import Job, ProviderAccount, Share
from videojobs.models.fields import from_micros

DRAFT, FINAL = 50_000, 9_600_000
"""Millionths of a dollar: a short draft, a long 4K final with sound."""

Trace = dict[Whose, list[int]]
Served = list[tuple[Whose, int]]

WAITING, FINISHED = 10_000, 100_000
MOST_MS = 50.0


def drafts_and_finals(finals: int) -> Trace:
    """Return prices of four people's jobs: two make drafts, two make finals, all for the whole time."""
    drafts = finals * FINAL // DRAFT
    return {
        (1, 1): [DRAFT] * drafts,
        (1, 2): [DRAFT] * 10,
        (1, 3): [FINAL] * finals,
        (1, 4): [FINAL] * finals,
    }


def by_money(trace: Trace) -> Served:
    """Return who goes when, by our fair share."""
    lines = {whose: [(price, (whose, price)) for price in line] for whose, line in trace.items()}
    return list(turns(Shares(), lines))


def by_count(trace: Trace) -> Served:
    """Return who goes when if each has one job in turn, the one first who went longest ago."""
    left = {whose: list(reversed(line)) for whose, line in trace.items()}
    served: Served = []
    while any(left.values()):
        served += [(whose, line.pop()) for whose, line in left.items() if line]
    return served


def largest_error(served: Served, trace: Trace) -> int:
    """Return the most by which two who both still wait differ in what they have had, in millionths."""
    had: Counter[Whose] = Counter()
    left = {whose: len(line) for whose, line in trace.items()}
    most = 0
    for whose, price in served:
        had[whose] += price
        left[whose] -= 1
        waiting = [one for one, number in left.items() if number]
        most = max([most, *(abs(had[one] - had[other]) for one, other in combinations(waiting, 2))])
    return most


def spent_before(served: Served, whose: Whose) -> int:
    """Return what had been spent in all when somebody's last job went, in millionths: how long it waits."""
    last = max(number for number, (who, _price) in enumerate(served) if who == whose)
    return sum(price for _who, price in served[:last])


def measure(database: str, *, quick: bool) -> list[Figure]:
    """Compare both orders on one trace, then time dispatch with and without a long past."""
    waiting, finished = (500, 500) if quick else (WAITING, FINISHED)
    return [*compare(10 if quick else 60), *timed(database, waiting, finished)]


def compare(finals: int) -> list[Figure]:
    """Return the share error, and how long ten drafts wait, by money and by count."""
    trace = drafts_and_finals(finals)
    money, count = by_money(trace), by_count(trace)
    pairs = (
        ("largest difference of shares", largest_error(money, trace), largest_error(count, trace), FINAL),
        ("spent before ten drafts were sent", spent_before(money, (1, 2)), spent_before(count, (1, 2)), None),
    )
    return [
        Figure(
            name=name,
            on="",
            unit="USD",
            ours=float(from_micros(ours)),
            reference=float(from_micros(theirs)),
            reference_name="round robin by count",
            ratio=ours / theirs,
            at_most=float(from_micros(bound)) if bound else None,
        )
        for name, ours, theirs, bound in pairs
    ]


def timed(database: str, waiting: int, finished: int) -> list[Figure]:
    """Time one choice of dispatch and one whole order, before there is a past and after."""
    crew = history.create_crew(datetime.now(UTC))
    # What is at the provider must leave a place, or nothing is chosen.
    ProviderAccount.objects.filter(pk=crew.account.pk).update(places=crew_places())
    young = with_past(crew, waiting, 0)
    history.forget_history()
    Share.objects.all().delete()
    old = with_past(crew, waiting, finished)
    return [
        Figure(
            name=f"{name}, {waiting:,} waiting, {finished:,} more in the past",
            on=database,
            unit="ms",
            ours=old[name],
            reference=young[name],
            reference_name="without a past",
            ratio=old[name] / young[name],
            at_most=MOST_MS if name == CHOICE and database == "postgresql" else None,
            details={
                "the fastest of them, ms": old[f"{name}, fastest"],
                "the oldest job alone, no share, ms": old[OLDEST],
            },
        )
        for name in (CHOICE, ORDER)
    ]


OPEN = history.WAITING + history.RUNNING + history.STORING + history.UNCONFIRMED
"""Jobs a history has that have not ended, however long it is."""

CHOICE, ORDER, OLDEST = "one dispatch", "the whole order", "the oldest"
TIMES = 15


def with_past(crew: history.Crew, waiting: int, finished: int) -> dict[str, float]:
    """Measure with so many jobs in line and so many that have ended; what runs is always as much."""
    history.create_history(crew, finished + OPEN, datetime.now(UTC))
    fill(crew, waiting)
    return costs(crew.account, waiting)


def crew_places() -> int:
    """Return places for everything a history has at the provider, and more."""
    return history.RUNNING * 5


def fill(crew: history.Crew, waiting: int) -> None:
    """Put jobs in line: of all people, in all teams, at all prices."""
    now = datetime.now(UTC)
    prices = (DRAFT, 280_000, 1_200_000, FINAL)
    jobs = [
        Job(
            team=crew.teams[number % len(crew.teams)],
            project=crew.projects[number % len(crew.teams)],
            person=crew.people[number % len(crew.people)],
            account=crew.account,
            model=history.MODELS[number % len(history.MODELS)],
            body={"model": history.MODELS[0], "prompt": "A paper boat"},
            size="1366x768",
            created_at=now,
            counted_at=now,
            rank=number,
            estimate=from_micros(prices[number % len(prices)]),
            estimate_source="table",
        )
        for number in range(waiting)
    ]
    Job.objects.bulk_create(jobs, batch_size=500)


def costs(account: ProviderAccount, waiting: int) -> dict[str, float]:
    """Return the median milliseconds of each, with tables as the database keeps them by itself."""
    account = ProviderAccount.objects.get(pk=account.pk)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE videojobs_job")  # as autovacuum would have by now
    found: dict[str, float] = {}
    for name, work in (
        (CHOICE, lambda: _choose(account)),
        (ORDER, lambda: _order(account, waiting)),
        (OLDEST, lambda: Job.objects.of_account(account).waiting().order_by("rank", "id").first()),
    ):
        times = runs(work)
        found |= {name: median(times), f"{name}, fastest": min(times)}
    for name, milliseconds in found.items():
        say(f"{name}: {milliseconds:.1f} ms")
    return found


def _choose(account: ProviderAccount) -> None:
    with transaction.atomic():
        ProviderAccount.objects.locked().get(pk=account.pk)
        if dispatch.next_job(account, datetime.now(UTC)) is None:
            raise RuntimeError("nobody may be sent")


def _order(account: ProviderAccount, waiting: int) -> None:
    if len(dispatch.order(account, datetime.now(UTC))) < waiting:
        raise RuntimeError("the order lacks jobs")


def runs(work: Callable[[], object]) -> list[float]:
    """Return the milliseconds of several runs, after one that does not count."""
    return [_once(work) for _run in range(TIMES + 1)][1:]


def _once(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)
