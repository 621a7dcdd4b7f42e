"""Who may say yes or no to a job that asks."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from videojobs.models import Job, Membership, User
from videojobs.rights import Right, Role, roles_with

NAMED = 3
"""People a sentence names; the others are counted."""


def may_answer(member: Membership, job: Job) -> bool:
    """Tell whether a member may answer for a job of their team; for one's own, only an owner may."""
    if member.team_id != job.team_id or not member.may(Right.GRANT):
        return False
    return member.user_id != job.person_id or member.role == Role.OWNER


def grantors_of(jobs: Iterable[Job]) -> dict[str, list[User]]:
    """Return for each job the people who may answer for it, owners first, in one query."""
    jobs = list(jobs)
    members: defaultdict[int, list[Membership]] = defaultdict(list)
    for member in _members({job.team_id for job in jobs}):
        members[member.team_id].append(member)
    return {
        job.id: [member.user for member in members[job.team_id] if may_answer(member, job)] for job in jobs
    }


def _members(teams: set[int]) -> list[Membership]:
    if not teams:
        return []
    found = Membership.objects.filter(
        team__in=teams, role__in=roles_with(Right.GRANT), user__is_active=True
    ).select_related("user")
    return sorted(found.order_by("created_at", "id"), key=lambda member: member.role != Role.OWNER)


def named(people: Sequence[User]) -> str:
    """Name people as those of whom one will do: "Alice or Dora"."""
    if not people:
        return "an owner"
    names = [str(person) for person in people[:NAMED]]
    more = len(people) - len(names)
    if more:
        names.append(f"{more} other{'s' if more > 1 else ''}")
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
