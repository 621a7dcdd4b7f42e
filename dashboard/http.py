"""Who asks, for which team: the typed request of a page, and what pages and API share."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from videojobs.models import Membership, Project, ProjectMember, Prompts, Team, Token, User
from videojobs.models.veils import Veil
from videojobs.rights import PROJECT_RIGHTS, SCOPES, Right, TokenScope


@dataclass(frozen=True)
class Asker:
    """A person in one of their teams, at a page or through an API token."""

    user: User
    team: Team
    membership: Membership
    token: Token | None = None

    def may(self, right: Right) -> bool:
        """Tell whether this person's role in this team, and the token they use, carry a right."""
        if self.token is not None:
            if right not in SCOPES[TokenScope(self.token.scope)]:
                return False
            if self.token.project_id is not None and right not in PROJECT_RIGHTS:
                return False
        return self.membership.may(right)

    @cached_property
    def hidden_projects(self) -> frozenset[int]:
        """The projects of the team whose jobs this person may not see, by id; read once a request."""
        closed = {project.pk for project in self._guarded if not project.is_open}
        if not closed or self.membership.may(Right.SEE_ALL_PROJECTS):
            return frozenset()
        mine = ProjectMember.objects.filter(membership=self.membership, project__in=closed)
        return frozenset(closed.difference(mine.values_list("project_id", flat=True)))

    @cached_property
    def veil(self) -> Veil:
        """What of others' prompts this person may not read."""
        if self.may(Right.SEE_PROMPTS):
            return Veil()
        kept = {one.pk: one.prompts for one in self._guarded if one.prompts != Prompts.VISIBLE}
        return Veil(self.user.pk, kept)

    @cached_property
    def _guarded(self) -> list[Project]:
        """The team's projects that keep something from somebody: few, mostly none."""
        if self.may(Right.SEE_PROMPTS) and self.membership.may(Right.SEE_ALL_PROJECTS):
            return []
        keeps = Q(is_open=False) | ~Q(prompts=Prompts.VISIBLE)
        return list(Project.objects.filter(keeps, team=self.team).only("pk", "is_open", "prompts"))


class TeamRequest(HttpRequest):
    """A page's request from somebody who is signed in and in a team; `access.team_page` makes it so."""

    user: User
    team: Team
    membership: Membership
    others: list[Membership]
    may_found: bool
    asker: Asker
    htmx: HtmxDetails
