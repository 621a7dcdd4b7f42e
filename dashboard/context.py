"""What the frame around every page shows: who, where, how much. Nothing is read before a template asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from functools import cached_property

from django.conf import settings
from django.db.models import Count, Q, Sum
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from videojobs.models.jobs import Job
from videojobs.models.money import EntryKind, LedgerEntry
from videojobs.models.notices import Notice
from videojobs.models.people import User
from videojobs.models.teams import Membership, Team
from videojobs.rights import Right
from videojobs.states import AT_PROVIDER, State

THEMES = ("light", "dark", "system")
THEME_COOKIE = "dailies_theme"
RAIL_COOKIE = "dailies_rail"
NOTICES_SHOWN = 6


@dataclass(frozen=True)
class Place:
    """One place the rail leads to."""

    name: str
    label: str
    icon: str
    url: str
    current: bool = False


PLACES = (
    ("create", "Create", "clapperboard"),
    ("queue", "Queue", "list-video"),
    ("gallery", "Gallery", "layout-grid"),
)
SPEND = ("spend", "Spend", "wallet")
TOKENS = ("tokens", "API tokens", "key-round")
TEAM = ("team", "Team", "users")


class Frame:
    """The frame of one request. Strangers get the empty one."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.team: Team | None = getattr(request, "team", None)
        self.membership: Membership | None = getattr(request, "membership", None)

    @property
    def person(self) -> User | None:
        """Who is signed in."""
        return self.request.user if isinstance(self.request.user, User) else None

    @property
    def theme(self) -> str:
        """ "light", "dark" or "system"."""
        chosen = self.request.COOKIES.get(THEME_COOKIE, "")
        return chosen if chosen in THEMES else "system"

    @property
    def rail(self) -> str:
        """ "open" or "closed"."""
        return "closed" if self.request.COOKIES.get(RAIL_COOKIE) == "closed" else "open"

    @property
    def rehearsal(self) -> bool:
        """Whether nothing is bought."""
        return not settings.PROVIDER_KEY

    @property
    def live(self) -> bool:
        """Whether the page listens for news."""
        return True

    def may(self, right: Right) -> bool:
        """Tell whether this person's role carries a right."""
        return self.membership is not None and self.membership.may(right)

    @cached_property
    def places(self) -> list[Place]:
        """Where the rail leads, from the top."""
        return self._known((*PLACES, SPEND))

    @cached_property
    def keeping(self) -> list[Place]:
        """Where the rail leads, at its foot: what one keeps in order."""
        return self._known((TEAM, TOKENS))

    def _known(self, places: Sequence[tuple[str, str, str]]) -> list[Place]:
        match = self.request.resolver_match
        here = match.view_name if match else ""
        found = []
        for name, label, icon in places:
            try:
                url = reverse(name)
            except NoReverseMatch:
                continue
            found.append(Place(name, label, icon, url, current=here == name))
        return found

    @cached_property
    def counts(self) -> dict[str, int]:
        """The team's jobs that have not ended: `all`, `mine`, `running`, and `deciding` (a person must)."""
        if self.team is None:
            return dict.fromkeys(("all", "mine", "running", "deciding"), 0)
        running = Q(state__in=[*AT_PROVIDER, State.STORING])
        deciding = Q(state=State.UNCONFIRMED) | ~Q(decision="")
        return (
            Job.objects.in_team(self.team)
            .active()
            .aggregate(
                all=Count("pk"),
                mine=Count("pk", filter=Q(person_id=self.request.user.pk)),
                running=Count("pk", filter=running & Q(decision="")),
                deciding=Count("pk", filter=deciding),
            )
        )

    @cached_property
    def notices(self) -> list[Notice]:
        """The newest things this person is told."""
        if self.team is None:
            return []
        told = Q(person=None) | Q(person_id=self.request.user.pk)
        return list(Notice.objects.open().filter(told, team=self.team).newest_first()[:NOTICES_SHOWN])

    @cached_property
    def sees_spend(self) -> bool:
        """Whether the money pill counts the whole team; otherwise it counts this person alone."""
        return self.may(Right.SEE_SPEND)

    @cached_property
    def spent(self) -> Decimal:
        """Settled since the month began (UTC), in USD; in rehearsal what it would have cost."""
        if self.team is None:
            return Decimal(0)
        month = timezone.now().astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        kind = "rehearsal" if self.rehearsal else "live"
        settled = LedgerEntry.objects.filter(
            team=self.team, kind=EntryKind.SETTLE, account__kind=kind, at__gte=month
        )
        if not self.sees_spend:
            settled = settled.filter(person_id=self.request.user.pk)
        return settled.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)


def frame(request: HttpRequest) -> dict[str, Frame]:
    """Put the frame into every template."""
    return {"frame": Frame(request)}
