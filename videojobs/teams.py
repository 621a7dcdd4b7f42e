"""Who belongs where: teams, their people and their API tokens, each change with its audit entry."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils.text import slugify

from videojobs.audit import note
from videojobs.models import Membership, Project, Team, User
from videojobs.people import create_person, may_be_another
from videojobs.rights import Right, Role

DEFAULT_PROJECT = "General"
_FIRST_OWNER_LOCK = 0x6461_696C  # any number nobody else locks on


class Refused(Exception):
    """This may not be done. The message says why and what to do instead; `field` names where, or ""."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


@dataclass(frozen=True)
class NewOwner:
    """What the first visitor or an operator says of an owner and their team."""

    email: str
    password: str
    team: str
    name: str = ""


@dataclass(frozen=True)
class NewMember:
    """What an operator says of a member. `password` counts for somebody new alone."""

    email: str
    password: str
    name: str = ""


def create_first_owner(wish: NewOwner, *, now: datetime) -> Membership:
    """Make the first owner with their team. Raises Refused once there is an owner, however close the race."""
    with transaction.atomic():
        _one_at_a_time()
        if Membership.objects.owners().exists():
            raise Refused("The owner account has just been made. Sign in instead.")
        if User.objects.filter(email__iexact=wish.email).exists():
            raise Refused("Somebody has this e-mail address already.", "email")
        owner = create_person(wish.email, wish.password, name=wish.name, is_vouched=True)
        return create_team(wish.team, owner, now=now)


def _one_at_a_time() -> None:
    """Let two first visitors pass one after the other. SQLite's writers queue up by themselves."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_FIRST_OWNER_LOCK])


def create_owner(wish: NewOwner, *, now: datetime) -> Membership:
    """Make a team and its owner, who may exist already and then keeps their password and name.

    Raises Refused where this person owns a team of that name.
    """
    with transaction.atomic():
        owner = User.objects.filter(email__iexact=wish.email).first()
        if owner is None:
            if not wish.password:
                raise Refused(f"{wish.email} is new here and needs a password.", "password")
            owner = create_person(wish.email, wish.password, name=wish.name, is_vouched=True)
        return create_team(wish.team, owner, now=now)


def create_team(name: str, owner: User, *, now: datetime) -> Membership:
    """Make a team with its default project. Raises Refused where this person owns one of that name."""
    with transaction.atomic():
        # Two of these for one person wait for each other here.
        User.objects.select_for_update().get(pk=owner.pk)
        if Membership.objects.filter(user=owner, role=Role.OWNER, team__name__iexact=name).exists():
            raise Refused(f"{owner.email} owns a team named {name} already. Choose another name.", "team")
        team = _create_with_slug(name, now)
        Project.objects.create(team=team, name=DEFAULT_PROJECT, is_default=True, created_at=now)
        membership = Membership.objects.create(team=team, user=owner, role=Role.OWNER, created_at=now)
        note(team, owner, "team_created", name, now, after={"owner": owner.email})
        return membership


def _create_with_slug(name: str, now: datetime) -> Team:
    for slug in _slugs(name):
        try:
            with transaction.atomic():
                return Team.objects.create(name=name, slug=slug, created_at=now)
        except IntegrityError:
            continue
    raise AssertionError("slugs never run out")


def _slugs(name: str) -> Iterator[str]:
    """Yield "harbour", "harbour-2", … without those that are taken now."""
    base = slugify(name)[:50].strip("-") or "team"
    taken = set(Team.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    candidates = (f"{base}-{number}" if number > 1 else base for number in count(1))
    return (slug for slug in candidates if slug not in taken)


def rename(team: Team, name: str, actor: User, *, now: datetime) -> None:
    """Give a team another name; its addresses stay."""
    with transaction.atomic():
        fresh = Team.objects.select_for_update().get(pk=team.pk)
        if Team.objects.filter(pk=team.pk).exclude(name=name).update(name=name):
            note(fresh, actor, "team_renamed", name, now, before={"name": fresh.name}, after={"name": name})


def add_member(team: Team, email: str, role: Role, actor: Membership, *, now: datetime) -> Membership:
    """Put a person in a team, making their account where there is none; that one has no password yet.

    Raises Refused where they are in it, where nobody checked that the address is theirs, or where the actor
    may not give that role.
    """
    refuse_owner_matters(actor, role)
    with transaction.atomic():
        person = User.objects.filter(email__iexact=email).first() or create_person(email, is_vouched=True)
        if may_be_another(person):
            raise Refused(
                f"Nobody checked that {person.email} belongs to who uses it here. "
                f"Invite {person.email} instead: whoever has that link shows that they are meant.",
                "email",
            )
        try:
            with transaction.atomic():
                added = Membership.objects.create(team=team, user=person, role=role, created_at=now)
        except IntegrityError as error:
            raise Refused(f"{person.email} is in this team already.", "email") from error
        note(team, actor.user, "member_added", person.email, now, after={"role": role.value})
        return added


def create_member(team: Team, wish: NewMember, role: Role, *, now: datetime) -> Membership:
    """Put a person in a team on an operator's word. Raises Refused where they are in it already."""
    with transaction.atomic():
        person = User.objects.filter(email__iexact=wish.email).first()
        if person is None:
            if not wish.password:
                raise Refused(f"{wish.email} is new here and needs a password.", "password")
            person = create_person(wish.email, wish.password, name=wish.name, is_vouched=True)
        try:
            with transaction.atomic():
                made = Membership.objects.create(team=team, user=person, role=role, created_at=now)
        except IntegrityError as error:
            there = team.memberships.get(user=person).role
            raise Refused(f"{person.email} is in {team} already, as {there}.", "email") from error
        note(team, None, "member_added", person.email, now, after={"role": role.value})
        return made


def change_role(member: Membership, role: Role, actor: Membership, *, now: datetime) -> None:
    """Give a member another role. Raises Refused to those who may not, and for a team's last owner."""
    with transaction.atomic():
        fresh = _locked(member)
        refuse_owner_matters(actor, role, Role(fresh.role))
        if fresh.role == Role.OWNER and role != Role.OWNER:
            refuse_last_owner(fresh)
        before = fresh.role
        fresh.role = role
        fresh.save(update_fields=["role"])
        changed = {"before": {"role": before}, "after": {"role": role.value}}
        note(fresh.team, actor.user, "role_changed", fresh.user.email, now, **changed)


def may_reset_password(actor: Membership, person: User) -> bool:
    """Tell whether somebody may make a link that sets this person's password.

    Who has the link can be that person, so it takes the right over people in each of their teams, and an
    owner's takes an owner.
    """
    theirs = {member.team_id: Role(member.role) for member in person.memberships.all()}
    mine = {member.team_id: member for member in actor.user.memberships.filter(team_id__in=theirs)}
    return bool(theirs) and all(
        team in mine and mine[team].may(Right.MANAGE_PEOPLE) and _outranks(mine[team], role)
        for team, role in theirs.items()
    )


def note_reset_link(person: User, actor: Membership, *, now: datetime) -> None:
    """Keep that somebody made a link that sets this person's password. Raises Refused."""
    if not may_reset_password(actor, person):
        raise Refused(f"Only {person} or an owner of each of their teams may do that.")
    note(actor.team, actor.user, "password_link_made", person.email, now)


def _locked(member: Membership) -> Membership:
    """Return the membership as it is now, with its team locked: owners are counted one change at a time."""
    Team.objects.select_for_update(no_key=True).get(pk=member.team_id)
    try:
        return Membership.objects.select_related("team", "user").get(pk=member.pk)
    except Membership.DoesNotExist as error:
        raise Refused("This person is not in the team any more.") from error


def _outranks(actor: Membership, role: Role) -> bool:
    return role != Role.OWNER or actor.role == Role.OWNER


def refuse_owner_matters(actor: Membership, *roles: Role) -> None:
    """Raise Refused where somebody who is no owner makes, changes or removes one."""
    if not all(_outranks(actor, role) for role in roles):
        raise Refused("Only an owner may make, change or remove an owner.", "role")


def refuse_last_owner(member: Membership) -> None:
    """Raise Refused where nobody else owns the team. Who then changes it holds the team's lock."""
    others = Membership.objects.owners().filter(~Q(pk=member.pk), team=member.team)
    if not others.exists():
        raise Refused("A team needs an owner. Make somebody else an owner first.", "role")
