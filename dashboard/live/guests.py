"""Who may listen, and whether they still may. Reads the database; call it in a thread."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, get_user
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from dashboard.access import TEAM_KEY, chosen_membership
from videojobs.models import Membership, Project, ProjectMember, User
from videojobs.rights import Right

SessionStore = import_module(settings.SESSION_ENGINE).SessionStore


@dataclass(frozen=True)
class Guest:
    """A signed-in person in one of their teams, at one browser, with what they may see there."""

    user: int
    team: int
    session: str
    role: str
    hidden: frozenset[int]
    """Projects of the team whose jobs they may not see."""


def admit(session_key: str) -> Guest | None:
    """Return who this session is, or None for strangers and for those who may not see jobs."""
    request = HttpRequest()
    request.session = SessionStore(session_key)
    user = get_user(request)
    if not isinstance(user, User):
        return None
    membership = chosen_membership(memberships_of([user.pk])[user.pk], request.session.get(TEAM_KEY))
    if membership is None or not membership.may(Right.SEE_JOBS):
        return None
    return guest_of(user.pk, membership, session_key, hidden_from([membership]))


def guest_of(
    user_id: int, membership: Membership, session_key: str, hidden: Mapping[int, frozenset[int]]
) -> Guest:
    """Return who listens with a session, as they stand in their team now."""
    return Guest(user_id, membership.team_id, session_key, membership.role, hidden[membership.pk])


def still_welcome(guests: Collection[Guest]) -> set[Guest]:
    """Return the guests who are still signed in, in the same team and role, and may see what they could see.

    Whose role or projects changed must come again: their page then hears what it now may.
    """
    sessions = open_sessions({guest.session for guest in guests})
    people = User.objects.filter(is_active=True).in_bulk({guest.user for guest in guests})
    memberships = memberships_of(people)
    hidden = hidden_from([membership for theirs in memberships.values() for membership in theirs])

    def is_welcome(guest: Guest) -> bool:
        session, person = sessions.get(guest.session), people.get(guest.user)
        if session is None or person is None or not is_signed_in(session, person):
            return False
        membership = chosen_membership(memberships[guest.user], session.get(TEAM_KEY))
        if membership is None or not membership.may(Right.SEE_JOBS):
            return False
        return guest == guest_of(guest.user, membership, guest.session, hidden)

    return {guest for guest in guests if is_welcome(guest)}


def open_sessions(keys: Collection[str]) -> dict[str, dict[str, Any]]:
    """Return what is in the sessions that have not ended, by key."""
    rows = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    return {row.session_key: row.get_decoded() for row in rows}


def is_signed_in(session: Mapping[str, Any], person: User) -> bool:
    """Tell whether a session is this person's and was made with the password they have now."""
    return session.get(SESSION_KEY) == str(person.pk) and constant_time_compare(
        session.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash()
    )


def memberships_of(user_ids: Collection[int]) -> dict[int, list[Membership]]:
    """Return each person's memberships, the first they joined first."""
    found: dict[int, list[Membership]] = {user_id: [] for user_id in user_ids}
    for membership in Membership.objects.filter(user_id__in=user_ids).order_by("created_at", "id"):
        found[membership.user_id].append(membership)
    return found


def hidden_from(memberships: Collection[Membership]) -> dict[int, frozenset[int]]:
    """Return by membership the projects of its team that are closed to it, in two queries at most."""
    teams = {membership.team_id for membership in memberships}
    closed = list(Project.objects.filter(team__in=teams, is_open=False).values_list("team_id", "pk"))
    members = ProjectMember.objects.filter(project__in=[pk for _team, pk in closed]) if closed else None
    inside = set(members.values_list("membership_id", "project_id")) if members is not None else set()

    def hidden(membership: Membership) -> frozenset[int]:
        if membership.may(Right.SEE_ALL_PROJECTS):
            return frozenset()
        theirs = (pk for team, pk in closed if team == membership.team_id)
        return frozenset(pk for pk in theirs if (membership.pk, pk) not in inside)

    return {membership.pk: hidden(membership) for membership in memberships}
