"""Pauses: nothing more is sent of a team, a person of it or a model of it; what was sent runs on."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from videojobs import audit, broadcast
from videojobs.models import Job, Pause, ProviderAccount, QueueScope, Target, Team, User
from videojobs.models.queueing import PauseQuerySet
from videojobs.money.words import who_may
from videojobs.places import WrongTarget, check_target
from videojobs.rights import Right

__all__ = [
    "LONGEST_WHY",
    "AlreadyPaused",
    "NotPaused",
    "NotYours",
    "Target",
    "WrongTarget",
    "may_lift",
    "open_pauses",
    "pause",
    "resume",
]

LONGEST_WHY = 300


class AlreadyPaused(Exception):
    """Somebody paused it before. The message says who."""


class NotPaused(Exception):
    """It is not paused, or somebody resumed it a moment ago."""


class NotYours(PermissionDenied):
    """Somebody else paused it, and only who may pause anybody's line can resume it. The message says who."""


def pause(team: Team, target: Target, actor: User, why: str, *, now: datetime) -> Pause:
    """Send nothing more of a target, from this very moment; what is at the provider runs on.

    Raises AlreadyPaused, and WrongTarget where it is no person of the team.
    """
    if target.scope == QueueScope.EACH:
        raise WrongTarget("Pause the team, one person or one model.")
    check_target(team, target)
    try:
        with transaction.atomic():
            _wait_for_claims(team)
            made = Pause.objects.create(
                team=team, **target.columns, paused_by=actor, at=now, why=why.strip()[:LONGEST_WHY]
            )
            audit.note(team, actor, "queue_paused", target.subject, now, after=_facts(made))
            transaction.on_commit(lambda: broadcast.queue_changed(team.pk), robust=True)
            return made
    except IntegrityError as error:
        earlier = _open(team, target).select_related("paused_by").first()
        if earlier is None:
            raise
        raise AlreadyPaused(f"{earlier.paused_by} paused {target} already.") from error


def _wait_for_claims(team: Team) -> None:
    """Let claims that have chosen already end: none begins after the pause without having seen it."""
    waiting_in = Job.objects.in_team(team).waiting().values("account_id")
    list(ProviderAccount.objects.locked().filter(pk__in=waiting_in).order_by("pk").values_list("pk"))


def may_lift(pause: Pause, actor: User, *, may_pause_all: bool) -> bool:
    """Tell whether a person may end a pause: who may pause all, else who set it over their own line."""
    return may_pause_all or pause.person_id == pause.paused_by_id == actor.pk


def resume(team: Team, target: Target, actor: User, *, may_pause_all: bool, now: datetime) -> Pause:
    """Let a target be sent again, each in its turn; the caller nudges. Raises NotPaused or NotYours."""
    with transaction.atomic():
        ended = _open(team, target).select_related("paused_by", "person").first()
        if ended is not None and not may_lift(ended, actor, may_pause_all=may_pause_all):
            who = who_may(team.pk, Right.PAUSE)
            raise NotYours(f"{ended.paused_by} paused it; {who} can resume it.")
        if ended is None or not Pause.objects.open().filter(pk=ended.pk).update(ended_at=now, ended_by=actor):
            raise NotPaused(f"Nobody has {target} paused.")
        ended.ended_at, ended.ended_by = now, actor
        audit.note(team, actor, "queue_resumed", target.subject, now, before=_facts(ended))
        transaction.on_commit(lambda: broadcast.queue_changed(team.pk), robust=True)
        return ended


def open_pauses(team: Team) -> list[Pause]:
    """Return what is paused in a team now, the oldest first."""
    return list(Pause.objects.open().filter(team=team).select_related("person", "paused_by").order_by("at"))


def _open(team: Team, target: Target) -> PauseQuerySet:
    return Pause.objects.open().filter(team=team, **target.columns)


def _facts(pause: Pause) -> dict[str, object]:
    return {"scope": pause.scope, "why": pause.why}
