"""People are told once when a limit's period reaches a level."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from videojobs.models import Job, Limit, LimitCounter, LimitScope, Membership, Notice
from videojobs.money.periods import Window
from videojobs.money.words import a_period, whose
from videojobs.prices import plain
from videojobs.rights import Right, roles_with

PASSED = 101
"""The level above all others: more than the whole is taken."""


def reached(limit: Limit, taken: Decimal) -> int:
    """Return the highest level, in per cent, that an amount in USD reaches; 0 for none."""
    if taken > limit.amount:
        return PASSED
    return max((level for level in limit.levels if taken * 100 >= limit.amount * level), default=0)


def tell(job: Job, counted: Iterable[tuple[Limit, Window, Decimal, int]], *, at: datetime) -> None:
    """Tell of each limit that has reached a level nobody was told of; under the chain's lock."""
    for limit, window, taken, known in counted:
        level = reached(limit, taken)
        if level <= known:
            continue
        counters = LimitCounter.objects.filter(limit=limit, rehearsal=job.account.is_rehearsal)
        counters.filter(period=window.key).update(level=level)
        for person_id in _whom(limit, job):
            key = f"limit:{limit.pk}:{window.key}:{level}:{person_id}"
            if job.account.is_rehearsal:
                key += ":rehearsal"
            text = _sentence(limit, taken, level, rehearsal=job.account.is_rehearsal)
            Notice.objects.tell(job.team_id, key, text, kind="limit", now=at, person_id=person_id)


def _whom(limit: Limit, job: Job) -> list[int]:
    """Return who answers for the bill, and whose own limit it is."""
    answering = Membership.objects.filter(
        team_id=job.team_id, role__in=roles_with(Right.SEE_SPEND), user__is_active=True
    )
    people = set(answering.values_list("user_id", flat=True))
    own = {LimitScope.PERSON: limit.person_id, LimitScope.TOKEN: job.person_id}.get(LimitScope(limit.scope))
    return sorted(people | ({own} if own else set()))


def _sentence(limit: Limit, taken: Decimal, level: int, *, rehearsal: bool) -> str:
    money = "rehearsal money" if rehearsal else "USD"
    of = f"{plain(taken)} of {plain(limit.amount)} {money} {a_period(limit)}"
    if level == PASSED:
        return f"The limit of {whose(limit)} is passed: {of}."[:500]
    return f"{level} % of the limit of {whose(limit)} is taken: {of}."[:500]
