"""Leaving a team or being taken out of it: what a person has there, and into whose hands it goes."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum

from videojobs import broadcast, invitations, lifecycle
from videojobs.audit import note
from videojobs.lifecycle.steps import note_all
from videojobs.models import Decision, Job, Limit, Membership, Project, Team, Token, User
from videojobs.models.jobs import JobQuerySet
from videojobs.models.limits import HELD_BACK
from videojobs.money import budgets
from videojobs.money.budgets import WrongLimit
from videojobs.prices import plain
from videojobs.rights import RIGHTS, Right, Role
from videojobs.states import ENDED, State
from videojobs.teams import Refused, refuse_last_owner, refuse_owner_matters


@dataclass(frozen=True)
class Belongings:
    """What a member has in their team. `held` is what their waiting jobs hold, in USD."""

    waiting: int
    held: Decimal
    running: int
    ended: int
    tokens: int
    projects: list[str]
    limits: int
    invitations: int = 0

    @property
    def jobs(self) -> int:
        """Jobs somebody must look after."""
        return self.waiting + self.running + self.ended


@dataclass(frozen=True)
class HandOver:
    """What becomes of it. `heir` None: jobs stay for those who look after everybody's, tokens end."""

    heir: Membership | None = None
    keeps_waiting: bool = True
    hands_tokens: bool = False


@dataclass(frozen=True)
class Left:
    """What was done, in numbers; `freed` is USD."""

    jobs: int = 0
    cancelled: int = 0
    freed: Decimal = Decimal(0)
    tokens_handed: int = 0
    tokens_revoked: int = 0
    limits: int = 0
    invitations: int = 0


def belongings(member: Membership, *, now: datetime) -> Belongings:
    """Count what a member has in their team."""
    jobs = _jobs_of(member)
    waiting = jobs.waiting()
    held = waiting.aggregate(held=Sum("held"))["held"] or Decimal(0)
    inside = Project.objects.filter(members__membership=member).order_by("name")
    return Belongings(
        waiting=waiting.count(),
        held=held,
        running=jobs.active().exclude(state=State.WAITING).count(),
        ended=jobs.ended().count(),
        tokens=_tokens_of(member).count(),
        projects=list(inside.values_list("name", flat=True)),
        limits=_limits_of(member).count(),
        invitations=invitations.open_of(member.team, member.user, now=now).count(),
    )


def why_not(member: Membership) -> str:
    """Say why a member cannot leave at all, whatever becomes of their things; "" where they can."""
    try:
        if member.role == Role.OWNER:
            refuse_last_owner(member)
    except Refused as refused:
        return refused.message
    return ""


def heirs(member: Membership) -> QuerySet[Membership]:
    """Return who may look after a member's jobs: everybody else of the team who may send any."""
    senders = [role.value for role in Role if Right.SUBMIT in RIGHTS[role]]
    found = Membership.objects.filter(team=member.team_id, role__in=senders, user__is_active=True)
    return found.exclude(pk=member.pk).select_related("user", "team").order_by("created_at", "id")


def may_have_tokens(heir: Membership, member: Membership, actor: Membership) -> bool:
    """Tell whether a member's tokens may go on in an heir's name.

    Who left may still know a token's secret. So nobody hands their own to somebody else, and the heir may do
    and see nothing that the member could not.
    """
    if actor.user_id == member.user_id or not actor.may(Right.MANAGE_PEOPLE):
        return False
    if not RIGHTS[Role(heir.role)] <= RIGHTS[Role(member.role)]:
        return False
    return set(_closed_to(member)) <= set(_closed_to(heir))


def leave(member: Membership, wish: HandOver, actor: Membership, *, now: datetime) -> Left:
    """Take a person out of a team, themselves or by somebody who may, and hand over what they have there.

    All of it or nothing. Money and history stay with who made the jobs. Raises Refused for a team's last
    owner, and where the actor or the heir may not.
    """
    with transaction.atomic():
        fresh = _locked(member)
        _refuse(fresh, wish, actor)
        # Jobs' rows before the chain, as everywhere: cancelling and limits open it.
        list(_to_lock(fresh).locked().only("id").order_by("id"))
        cancelled, freed = (0, Decimal(0)) if wish.keeps_waiting else _cancel(fresh, actor.user, now)
        done = Left(
            jobs=_hand_jobs(fresh, wish.heir, actor.user, now),
            cancelled=cancelled,
            freed=freed,
            tokens_handed=_hand_tokens(fresh, wish, actor),
            tokens_revoked=_tokens_of(fresh).update(revoked_at=now),
            limits=_retire_limits(fresh, actor.user, now),
            invitations=invitations.revoke_of(fresh.team, fresh.user, now=now),
        )
        action = "member_left" if actor.user_id == fresh.user_id else "member_removed"
        after = _facts(done, wish.heir)
        note(fresh.team, actor.user, action, fresh.user.email, now, before={"role": fresh.role}, after=after)
        team_id = fresh.team_id
        fresh.delete()
        transaction.on_commit(lambda: broadcast.queue_changed(team_id))
    return done


def _locked(member: Membership) -> Membership:
    """Return the membership as it is, with its team locked: owners are counted one change at a time.

    Rows that only refer to the team may be written meanwhile, or a job that is being made and holds the
    chain would wait for us, and we for the chain.
    """
    Team.objects.select_for_update(no_key=True).get(pk=member.team_id)
    found = Membership.objects.select_related("team", "user").filter(pk=member.pk).first()
    if found is None:
        raise Refused("This person is not in the team any more.")
    return found


def _refuse(member: Membership, wish: HandOver, actor: Membership) -> None:
    if actor.user_id != member.user_id:
        if not actor.may(Right.MANAGE_PEOPLE):
            raise Refused("Your role takes nobody out of the team.")
        refuse_owner_matters(actor, Role(member.role))
    if member.role == Role.OWNER:
        refuse_last_owner(member)
    if wish.heir is not None and not heirs(member).filter(pk=wish.heir.pk).exists():
        raise Refused("Choose somebody else of this team who may send jobs.", "heir")
    if wish.hands_tokens and (wish.heir is None or not may_have_tokens(wish.heir, member, actor)):
        raise Refused(
            "Tokens go only to somebody who may do and see no more than they could: who left may still "
            "know them. Revoke them instead.",
            "tokens",
        )


def _jobs_of(member: Membership) -> JobQuerySet:
    """Return the jobs a member looks after: made and not taken over, or taken over."""
    return Job.objects.in_team(member.team).filter(
        Q(keeper=member.user_id) | Q(keeper=None, person=member.user_id)
    )


def _to_lock(member: Membership) -> JobQuerySet:
    """Return the jobs whose rows are written: theirs, and those a limit on them holds back."""
    theirs = Q(keeper=member.user_id) | Q(keeper=None, person=member.user_id)
    held_back = Q(not_before_reason__startswith=HELD_BACK)
    return Job.objects.in_team(member.team).filter(theirs | held_back).exclude(state__in=ENDED)


def _tokens_of(member: Membership) -> QuerySet[Token]:
    return Token.objects.filter(team=member.team_id, user=member.user_id, revoked_at=None)


def _limits_of(member: Membership) -> QuerySet[Limit]:
    return Limit.objects.active().filter(team=member.team_id, person=member.user_id).order_by("id")


def _closed_to(member: Membership) -> QuerySet[Project, int]:
    hidden = Project.objects.closed_to(member).values_list("pk", flat=True)
    return hidden.none() if member.may(Right.SEE_ALL_PROJECTS) else hidden


def _cancel(member: Membership, actor: User, now: datetime) -> tuple[int, Decimal]:
    waiting = list(_jobs_of(member).waiting().order_by("id"))
    for job in waiting:
        lifecycle.cancel(job, actor, now=now)
    # What was restored from a backup may have been sent since, and keeps its hold.
    freed = sum((job.held for job in waiting if job.decision != Decision.RESTORED), Decimal(0))
    return len(waiting), freed


def _hand_jobs(member: Membership, heir: Membership | None, actor: User, now: datetime) -> int:
    """Give a member's jobs to an heir; those that go on say so to whoever has an older version of them."""
    if heir is None:
        return 0
    jobs = _jobs_of(member)
    going_on = list(jobs.active().select_related("project"))
    jobs.active().update(version=F("version") + 1)
    handed = jobs.update(keeper=heir.user)
    done = "took it over" if heir.user_id == actor.pk else f"gave it to {heir.user}"
    why = f"{actor} {done}: {member.user} is out of the team."
    note_all(going_on, "handed_over", lambda _job: why, now=now, actor=actor)
    return handed


def _hand_tokens(member: Membership, wish: HandOver, actor: Membership) -> int:
    if not wish.hands_tokens or wish.heir is None:
        return 0
    return _tokens_of(member).update(user=wish.heir.user)


def _retire_limits(member: Membership, actor: User, now: datetime) -> int:
    retired = 0
    for limit in _limits_of(member):
        with suppress(WrongLimit):  # somebody took it away meanwhile
            budgets.retire(limit, actor, now=now)
            retired += 1
    return retired


def _facts(done: Left, heir: Membership | None) -> dict[str, Any]:
    return {
        "heir": heir.user.email if heir else None,
        "jobs_handed": done.jobs,
        "jobs_cancelled": done.cancelled,
        "freed": f"{plain(done.freed)} USD",
        "tokens_handed": done.tokens_handed,
        "tokens_revoked": done.tokens_revoked,
        "limits_retired": done.limits,
        "invitations_revoked": done.invitations,
    }
