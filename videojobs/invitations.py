"""Asking somebody into a team: a link that works once, until a day, with what they will be set beforehand."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from videojobs.audit import note
from videojobs.models import (
    AuditEntry,
    Invitation,
    LimitAction,
    LimitPeriod,
    LimitScope,
    Membership,
    Project,
    ProjectMember,
    Team,
    User,
)
from videojobs.models.teams import digest_of
from videojobs.money import budgets
from videojobs.money.budgets import LimitWish, WrongLimit
from videojobs.people import create_person, vouch_for
from videojobs.prices import plain
from videojobs.rights import Right, Role
from videojobs.teams import Refused

MOST_OPEN = 200
"""Open invitations a team may have: more than anybody needs, and too few to flood with."""

MOST_DAYS = 30
USUAL_DAYS = 7

_TAKEN = "Somebody has this e-mail address already. If that is you, sign in."

_TOLD_AGAIN = timedelta(hours=1)
"""So often one entry says that a team asked for too many, however many were refused meanwhile."""


class NotOpen(Exception):
    """No invitation that may be taken has this secret: wrong, used, revoked, expired, nobody says which."""


@dataclass(frozen=True)
class InvitationWish:
    """Whom somebody asks in, and what they will be. `email` "": whoever has the link. `limit` is USD."""

    role: Role
    email: str = ""
    projects: tuple[Project, ...] = ()
    limit: Decimal | None = None
    period: LimitPeriod | None = None
    days: int = USUAL_DAYS


@dataclass(frozen=True)
class Newcomer:
    """Who takes an invitation up without having an account: it is made with it."""

    email: str
    name: str
    password: str


def invite(team: Team, wish: InvitationWish, actor: Membership, *, now: datetime) -> tuple[Invitation, str]:
    """Ask somebody in, and return the invitation with its secret, which is kept nowhere.

    Raises Refused where the actor may not give that role or limit, where who is meant is in the team
    already, or where too many are open; nothing is stored then but the audit entry about that.
    """
    _check(team, wish, actor)
    try:
        with transaction.atomic():
            # Two who invite at once count one after the other.
            Team.objects.select_for_update(no_key=True).get(pk=team.pk)
            _refuse_too_many(team, now)
            return _make(team, wish, actor.user, now)
    except TooMany:
        _note_too_many(team, actor.user, now)
        raise


class TooMany(Refused):
    """The team has as many open invitations as it may have."""


def revoke(invitation: Invitation, actor: User, *, now: datetime) -> bool:
    """End an invitation at once. Returns False where it could not be taken up any more anyway."""
    with transaction.atomic():
        if not Invitation.objects.open(now).filter(pk=invitation.pk).update(revoked_at=now):
            return False
        note(invitation.team, actor, "invitation_revoked", subject_of(invitation), now)
        return True


def find(digest: str, *, now: datetime) -> Invitation:
    """Return the invitation that may be taken up with the secret of this digest. Raises NotOpen.

    The secret has 256 random bits and is looked up by its digest, so how long that takes tells nothing of
    how near a guess came: comparing in constant time is a matter of course.
    """
    found = Invitation.objects.open(now).filter(digest=digest).select_related("team", "created_by").first()
    if found is None or not _still_given(found):
        raise NotOpen
    return found


def accept(digest: str, person: User, *, now: datetime) -> Membership:
    """Let somebody who has an account join. Of many at once one does.

    Raises NotOpen, or Refused where it is for another address or they are in the team already; it stays
    open then.
    """
    with transaction.atomic():
        return _join(_taken(digest, person, now), person, now)


def accept_as_new(digest: str, newcomer: Newcomer, *, now: datetime) -> Membership:
    """Make an account and let it join. Raises NotOpen, or Refused where somebody has the address already."""
    try:
        with transaction.atomic():
            asked = find(digest, now=now)
            if User.objects.filter(email__iexact=newcomer.email).exists():
                raise Refused(_TAKEN, "email")
            person = create_person(
                newcomer.email, newcomer.password, name=newcomer.name, is_vouched=bool(asked.email)
            )
            return _join(_taken(digest, person, now), person, now)
    except IntegrityError as error:
        # The same address at once, by another link.
        raise Refused(
            "Somebody has this e-mail address already. If that is you, sign in.", "email"
        ) from error


def newest_first(team: Team) -> QuerySet[Invitation]:
    """Return a team's invitations with what a list shows of them."""
    found = team.invitations.select_related("created_by", "accepted_by").prefetch_related("projects")
    return found.order_by("-created_at", "-id")


def standing(invitation: Invitation, now: datetime) -> str:
    """Say in a word how an invitation stands: open, used, revoked or expired."""
    if invitation.accepted_at is not None:
        return "used"
    if invitation.revoked_at is not None:
        return "revoked"
    return "open" if invitation.expires_at > now else "expired"


def subject_of(invitation: Invitation) -> str:
    """Return what an audit entry calls an invitation."""
    return invitation.email or f"a link, no. {invitation.pk}"


def revoke_of(team: Team, person: User, *, now: datetime) -> int:
    """End what somebody who leaves still has open, so that nobody returns by a link they made themselves."""
    return open_of(team, person, now=now).update(revoked_at=now)


def open_of(team: Team, person: User, *, now: datetime) -> QuerySet[Invitation]:
    """Return the invitations somebody made that may still be taken up."""
    return Invitation.objects.open(now).filter(team=team, created_by=person)


def _check(team: Team, wish: InvitationWish, actor: Membership) -> None:
    if not _may_give(actor, wish.role):
        raise Refused("Only an owner may ask in an owner.", "role")
    if not 1 <= wish.days <= MOST_DAYS:
        raise Refused(f"An invitation is good for 1 to {MOST_DAYS} days.", "days")
    if (wish.limit is None) != (wish.period is None):
        raise Refused("A limit takes an amount and how often it starts anew.", "limit")
    if wish.limit is not None and not actor.may(Right.SET_LIMITS):
        raise Refused("Your role sets no limits.", "limit")
    if any(project.team_id != team.pk or project.archived_at for project in wish.projects):
        raise Refused("Choose projects of this team that are not archived.", "projects")
    if wish.email and team.memberships.filter(user__email__iexact=wish.email).exists():
        raise Refused(f"{wish.email} is in this team already.", "email")


def _may_give(actor: Membership, role: Role) -> bool:
    return actor.may(Right.MANAGE_PEOPLE) and (role != Role.OWNER or actor.role == Role.OWNER)


def _refuse_too_many(team: Team, now: datetime) -> None:
    if Invitation.objects.open(now).filter(team=team).count() >= MOST_OPEN:
        raise TooMany(f"{MOST_OPEN} invitations are open, and that is the most. Revoke some of them first.")


def _note_too_many(team: Team, actor: User, now: datetime) -> None:
    lately = AuditEntry.objects.filter(team=team, action="invitations_refused", at__gt=now - _TOLD_AGAIN)
    if not lately.exists():
        note(team, actor, "invitations_refused", f"more than {MOST_OPEN} open", now)


def _make(team: Team, wish: InvitationWish, actor: User, now: datetime) -> tuple[Invitation, str]:
    secret = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        team=team,
        email=wish.email.lower(),
        role=wish.role,
        limit_amount=wish.limit,
        limit_period=wish.period or "",
        digest=digest_of(secret),
        created_by=actor,
        created_at=now,
        expires_at=now + timedelta(days=wish.days),
    )
    invitation.projects.set(wish.projects)
    note(team, actor, "invitation_made", subject_of(invitation), now, after=_facts(invitation))
    return invitation, secret


def _facts(invitation: Invitation) -> dict[str, Any]:
    facts: dict[str, Any] = {"role": invitation.role, "expires": invitation.expires_at.isoformat()}
    if invitation.limit_amount is not None:
        facts["limit"] = f"{plain(invitation.limit_amount)} USD, {invitation.limit_period}"
    projects = sorted(invitation.projects.values_list("name", flat=True))
    return facts | ({"projects": projects} if projects else {})


def _still_given(invitation: Invitation) -> bool:
    """Tell whether who made it may still give what it gives: a lower role bites at once, here too."""
    maker = Membership.objects.filter(team=invitation.team_id, user=invitation.created_by_id).first()
    return maker is not None and _may_give(maker, Role(invitation.role))


def _taken(digest: str, person: User, now: datetime) -> Invitation:
    """Take an invitation for somebody: of two at once the second finds it taken. Raises NotOpen, Refused."""
    asked = find(digest, now=now)
    # Roles change under the same lock, so who made it may give it until this is committed.
    Team.objects.select_for_update(no_key=True).get(pk=asked.team_id)
    taken = Invitation.objects.open(now).filter(pk=asked.pk).update(accepted_at=now, accepted_by=person)
    if not taken or not _still_given(asked):
        raise NotOpen
    if asked.email and person.email.lower() != asked.email:
        raise Refused(f"This invitation is for {asked.email}. Sign in with that address.", "email")
    return asked


def _join(asked: Invitation, person: User, now: datetime) -> Membership:
    try:
        with transaction.atomic():
            made = Membership.objects.create(team=asked.team, user=person, role=asked.role, created_at=now)
    except IntegrityError as error:
        raise Refused(f"You are in {asked.team} already.") from error
    projects = asked.projects.filter(team=asked.team)
    ProjectMember.objects.bulk_create(ProjectMember(project=one, membership=made) for one in projects)
    if asked.email:
        vouch_for(person)
    if asked.limit_amount is not None:
        _limit(asked, person, now)
    note(asked.team, person, "invitation_accepted", person.email, now, after=_facts(asked))
    return made


def _limit(asked: Invitation, person: User, now: datetime) -> None:
    wish = LimitWish(
        scope=LimitScope.PERSON,
        period=LimitPeriod(asked.limit_period),
        amount=asked.limit_amount,
        action=LimitAction.STOP,
        person=person,
    )
    try:
        budgets.add(asked.team, wish, asked.created_by, now=now)
    except WrongLimit as wrong:
        raise Refused(wrong.message, "limit") from wrong
