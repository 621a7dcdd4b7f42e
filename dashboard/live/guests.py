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
from videojobs.models import Membership, User
from videojobs.rights import Right

SessionStore = import_module(settings.SESSION_ENGINE).SessionStore


@dataclass(frozen=True)
class Guest:
    """A signed-in person in one of their teams, at one browser."""

    user: int
    team: int
    session: str


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
    return Guest(user=user.pk, team=membership.team_id, session=session_key)


def still_welcome(guests: Collection[Guest]) -> set[Guest]:
    """Return the guests who are still signed in, in the same team, with the right to see its jobs."""
    sessions = open_sessions({guest.session for guest in guests})
    people = User.objects.filter(is_active=True).in_bulk({guest.user for guest in guests})
    memberships = memberships_of(people)

    def is_welcome(guest: Guest) -> bool:
        session, person = sessions.get(guest.session), people.get(guest.user)
        if session is None or person is None or not is_signed_in(session, person):
            return False
        membership = chosen_membership(memberships[guest.user], session.get(TEAM_KEY))
        return membership is not None and membership.team_id == guest.team and membership.may(Right.SEE_JOBS)

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
