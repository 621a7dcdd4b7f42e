"""Who asks, for which team: the typed request of a page, and what pages and API share."""

from dataclasses import dataclass

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from videojobs.models import Membership, Team, Token, User
from videojobs.rights import Right


@dataclass(frozen=True)
class Asker:
    """A person in one of their teams, at a page or through an API token."""

    user: User
    team: Team
    membership: Membership
    token: Token | None = None

    def may(self, right: Right) -> bool:
        """Tell whether this person's role in this team carries a right."""
        return self.membership.may(right)


class TeamRequest(HttpRequest):
    """A page's request from somebody who is signed in and in a team; `access.team_page` makes it so."""

    user: User
    team: Team
    membership: Membership
    asker: Asker
    htmx: HtmxDetails
