"""Who asks, for which team: the typed request of a page, and what pages and API share."""

from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from videojobs.models import Membership, Project, Team, Token, User
from videojobs.rights import SCOPES, Right, TokenScope


@dataclass(frozen=True)
class Asker:
    """A person in one of their teams, at a page or through an API token."""

    user: User
    team: Team
    membership: Membership
    token: Token | None = None

    def may(self, right: Right) -> bool:
        """Tell whether this person's role in this team, and the token they use, carry a right."""
        if self.token is not None and right not in SCOPES[TokenScope(self.token.scope)]:
            return False
        return self.membership.may(right)

    @cached_property
    def hidden_projects(self) -> frozenset[int]:
        """The projects of the team whose jobs this person may not see, by id; one query, once a request."""
        if self.membership.may(Right.SEE_ALL_PROJECTS):
            return frozenset()
        return frozenset(Project.objects.closed_to(self.membership).values_list("pk", flat=True))


class TeamRequest(HttpRequest):
    """A page's request from somebody who is signed in and in a team; `access.team_page` makes it so."""

    user: User
    team: Team
    membership: Membership
    asker: Asker
    htmx: HtmxDetails
