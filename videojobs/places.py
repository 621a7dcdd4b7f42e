"""Places: how many jobs of a team, person or model may be at the provider at once, and how many may wait.

At once is kept by dispatch, under the account's lock. What may wait is kept here when a job is made, under
the end of the team's chain, which every new job passes through one at a time.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count

from videojobs import audit, broadcast
from videojobs.models import Job, PlaceLimit, ProviderAccount, QueueScope, Target, Team, User
from videojobs.models.compiled import Compiled
from videojobs.money import chain
from videojobs.money.words import who_may
from videojobs.rights import Right

MOST = 100_000
"""No number of places is larger."""


class QueueFull(Exception):
    """No more may wait. The message names whose line is full and the remedy; `scope` is which limit."""

    def __init__(self, scope: str, message: str) -> None:
        super().__init__(message)
        self.scope = scope
        self.message = message


class WrongTarget(Exception):
    """A pause or a number of places cannot be about this. The message says what it can be about."""


@dataclass(frozen=True)
class Taken:
    """How many jobs of a team an account has, counted by person and model."""

    by: Counter[tuple[int, str]]

    def of(self, scope: str, person_id: int | None, model: str) -> int:
        """Count what one limit is about. `person_id` is whose line an `EACH` is asked about."""
        if scope == QueueScope.TEAM:
            return self.by.total()
        if scope == QueueScope.MODEL:
            return sum(number for (_who, what), number in self.by.items() if what == model)
        return sum(number for (who, _what), number in self.by.items() if who == person_id)


@dataclass(frozen=True)
class Places:
    """A team's limits of places in an account, with how many are there and how many wait now."""

    limits: list[PlaceLimit]
    there: Taken
    waiting: Taken

    def limits_on(self, person_id: int, model: str) -> list[PlaceLimit]:
        """Return what one job falls under: limits of the team, the model, and the person or else each one."""
        return governing(self.limits, person_id, model)

    def full(self, person_id: int, model: str) -> PlaceLimit | None:
        """Return the first limit that keeps a job of this person and model from being sent now."""
        for limit in self.limits_on(person_id, model):
            if limit.at_once is not None and self.there.of(limit.scope, person_id, model) >= limit.at_once:
                return limit
        return None


def read(team: Team, account: ProviderAccount) -> Places:
    """Return who may have how many, and how many are there now; nothing is written."""
    limits = PlaceLimit.objects.filter(team=team).select_related("person").order_by("scope", "model", "id")
    jobs = Job.objects.of_account(account).in_team(team)
    return Places(
        list(limits),
        there=_taken(jobs.at_provider().values_list("person_id", "model").annotate(n=Count("id"))),
        waiting=_taken(jobs.waiting().values_list("person_id", "model").annotate(n=Count("id"))),
    )


def _taken(rows: Iterable[tuple[int, str, int]]) -> Taken:
    return Taken(Counter({(person, model): number for person, model, number in rows}))


def governing(limits: Iterable[PlaceLimit], person_id: int, model: str) -> list[PlaceLimit]:
    """Return those of a team's limits that a job of this person and model falls under."""
    limits = list(limits)
    own = any(limit.person_id == person_id for limit in limits)
    return [
        limit
        for limit in limits
        if limit.scope == QueueScope.TEAM
        or limit.person_id == person_id
        or (limit.scope == QueueScope.EACH and not own)
        or (limit.scope == QueueScope.MODEL and limit.model == model)
    ]


# --- setting ---


def check_target(team: Team, target: Target) -> None:
    """Raise WrongTarget where a target names nothing of the team."""
    if target.scope == QueueScope.PERSON:
        ours = target.person and (
            team.memberships.filter(user=target.person).exists()
            or Job.objects.in_team(team).active().filter(person=target.person).exists()
        )
        if not ours:
            raise WrongTarget("Choose a member of this team.")
    if target.scope == QueueScope.MODEL and not target.model:
        raise WrongTarget("Choose a model.")


def set_places(
    team: Team, target: Target, at_once: int | None, waiting: int | None, actor: User, *, now: datetime
) -> None:
    """Say how many jobs of a target may be at the provider at once and how many may wait; the caller nudges.

    None is as many as the account has; both None take the limit away. Jobs that are there or wait already
    stay. Raises WrongTarget, ValueError for a number below 1.
    """
    if not all(number is None or 1 <= number <= MOST for number in (at_once, waiting)):
        raise ValueError(f"A number of places is between 1 and {MOST:,}.")
    check_target(team, target)
    with transaction.atomic(), chain.opened(team.pk):
        rows = PlaceLimit.objects.filter(team=team, **target.columns)
        earlier = rows.first()
        before, after = _facts(earlier), {"at_once": at_once, "waiting": waiting}
        if before == after:
            return
        rows.delete()
        if at_once is not None or waiting is not None:
            PlaceLimit.objects.create(team=team, **target.columns, **after, set_by=actor, set_at=now)
        audit.note(team, actor, "places_set", target.subject, now, before=before, after=after)
        transaction.on_commit(lambda: broadcast.queue_changed(team.pk), robust=True)


def _facts(limit: PlaceLimit | None) -> dict[str, Any]:
    if limit is None:
        return {"at_once": None, "waiting": None}
    return {"at_once": limit.at_once, "waiting": limit.waiting}


# --- what may wait ---

_limits_of = Compiled(lambda team_id: PlaceLimit.objects.filter(team_id=team_id).order_by("id"), int)


def admit(job: Job) -> None:
    """Raise QueueFull where one job more may not wait. Takes the locks that make the count hold, in order.

    Must run in the transaction that stores the job, before its other locks.
    """
    lock_account(job.account)
    limits = governing(_limits_of(job.team_id), job.person_id, job.model)
    if any(limit.waiting is not None for limit in limits):
        with chain.opened(job.team_id):
            for limit in limits:
                _refuse_full(limit, job)
    most = job.account.may_wait
    if most is not None and Job.objects.of_account(job.account).waiting().count() >= most:
        raise QueueFull(
            "account",
            f"The queue of this provider account is full: {most:,} jobs wait, and no more may. "
            "Send this again once some of them have gone.",
        )


def admit_model(job: Job) -> None:
    """Raise QueueFull where a waiting job may not become one of its model; the chain's end is locked."""
    for limit in _limits_of(job.team_id):
        if limit.scope == QueueScope.MODEL and limit.model == job.model and limit.waiting is not None:
            _refuse_full(limit, job)


def lock_account(account: ProviderAccount) -> None:
    """Lock an account's row where it says how many may wait; whoever locks jobs as well does this before."""
    if account.may_wait is not None:
        ProviderAccount.objects.locked().get(pk=account.pk)


def _refuse_full(limit: PlaceLimit, job: Job) -> None:
    if limit.waiting is None:
        return
    mine = Job.objects.of_account(job.account).in_team(job.team).waiting().exclude(pk=job.pk)
    if limit.scope == QueueScope.MODEL:
        mine = mine.filter(model=limit.model)
    elif limit.scope != QueueScope.TEAM:
        mine = mine.filter(person=job.person_id)
    if mine.count() < limit.waiting:
        return
    raise QueueFull(
        limit.scope,
        f"{_whose_line(limit, job)} is full: {limit.waiting:,} may wait, and as many do. "
        "Send this again once one of them has gone, cancel one, "
        f"or ask {who_may(job.team_id, Right.SET_PLACES)} to let more wait.",
    )


def _whose_line(limit: PlaceLimit, job: Job) -> str:
    if limit.scope == QueueScope.TEAM:
        return f"The queue of the team {job.team}"
    if limit.scope == QueueScope.MODEL:
        return f"The queue for {limit.model}"
    return f"{job.person}’s line"
