"""A team's projects: for whom, who is in them, who reads what, and which take no more jobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from videojobs.audit import note
from videojobs.models import Membership, Project, ProjectMember, Prompts, Team, User
from videojobs.teams import Refused

COLOURS = ("grey", "red", "amber", "green", "teal", "blue", "violet", "pink")
"""What marks a project; each has a light and a dark tone in `assets/css/people.css`."""

MOST = 500
"""Projects a team may have: lists of them are shown whole."""


@dataclass(frozen=True)
class ProjectWish:
    """How a project is to be. `members` count where it is not open to the whole team."""

    name: str
    client: str = ""
    colour: str = "grey"
    is_open: bool = True
    prompts: Prompts = Prompts.VISIBLE
    members: tuple[Membership, ...] = ()


def create(team: Team, wish: ProjectWish, actor: User, *, now: datetime) -> Project:
    """Make a project. Raises Refused where its name is taken."""
    _check(team, wish)
    with transaction.atomic():
        Team.objects.select_for_update(no_key=True).get(pk=team.pk)
        if team.projects.count() >= MOST:
            raise Refused(f"A team has at most {MOST} projects. Use one that is archived again.")
        project = Project(team=team, created_at=now)
        _write(project, wish)
        note(team, actor, "project_made", project.name, now, after=_facts(project))
        return project


def change(project: Project, wish: ProjectWish, actor: User, *, now: datetime) -> None:
    """Give a project another name, client, colour, circle or privacy; jobs follow at once. Raises Refused."""
    _check(project.team, wish)
    with transaction.atomic():
        fresh = Project.objects.select_for_update(no_key=True).select_related("team").get(pk=project.pk)
        if fresh.is_default and not wish.is_open:
            raise Refused("Jobs that name no project go here, so it stays open to the whole team.", "is_open")
        before = _facts(fresh)
        _write(fresh, wish)
        after = _facts(fresh)
        if before != after:
            changed = {name for name in before if before[name] != after[name]}
            was = {name: before[name] for name in sorted(changed)}
            becomes = {name: after[name] for name in sorted(changed)}
            note(fresh.team, actor, "project_changed", fresh.name, now, before=was, after=becomes)


def archive(project: Project, actor: User, *, now: datetime) -> bool:
    """Let a project take no more jobs; those it has go on. Returns False where it is archived already."""
    if project.is_default:
        raise Refused("Jobs that name no project go here, so it cannot be archived.")
    return _set_archived(project, now, actor, "project_archived", now)


def reopen(project: Project, actor: User, *, now: datetime) -> bool:
    """Let an archived project take jobs again. Returns False where it is not archived."""
    return _set_archived(project, None, actor, "project_reopened", now)


def _set_archived(project: Project, at: datetime | None, actor: User, action: str, now: datetime) -> bool:
    with transaction.atomic():
        others = Project.objects.filter(pk=project.pk, archived_at__isnull=at is not None)
        if not others.update(archived_at=at):
            return False
        note(project.team, actor, action, project.name, now)
        return True


def _check(team: Team, wish: ProjectWish) -> None:
    if wish.colour not in COLOURS:
        raise Refused("Choose one of the colours.", "colour")
    if any(member.team_id != team.pk for member in wish.members):
        raise Refused("Choose people of this team.", "members")


def _write(project: Project, wish: ProjectWish) -> None:
    project.name, project.client, project.colour = wish.name, wish.client, wish.colour
    project.is_open, project.prompts = wish.is_open, wish.prompts.value
    try:
        with transaction.atomic():
            project.save()
    except IntegrityError as error:
        raise Refused(f"This team has a project named {wish.name} already.", "name") from error
    _set_members(project, wish.members)


def _set_members(project: Project, members: Sequence[Membership]) -> None:
    wanted = {member.pk for member in members}
    ProjectMember.objects.filter(project=project).exclude(membership__in=wanted).delete()
    rows = [ProjectMember(project=project, membership=member) for member in members]
    ProjectMember.objects.bulk_create(rows, ignore_conflicts=True)


def _facts(project: Project) -> dict[str, Any]:
    inside = ProjectMember.objects.filter(project=project).values_list("membership__user__email", flat=True)
    return {
        "name": project.name,
        "client": project.client,
        "colour": project.colour,
        "open_to": "team" if project.is_open else "members",
        "prompts": project.prompts,
        "members": sorted(inside),
    }
