"""What the frame around every page shows: who, where, how much. Nothing is read before a template asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from dashboard.http import Asker
from dashboard.told import as_told, wanted_new
from videojobs import reports
from videojobs.models.accounts import ProviderAccount
from videojobs.models.limits import LimitScope
from videojobs.models.notices import Notice
from videojobs.models.people import User
from videojobs.models.teams import Membership, Team
from videojobs.money import budgets
from videojobs.money.budgets import LimitStanding
from videojobs.notices import choices
from videojobs.reports import Counts
from videojobs.rights import Right

THEMES = ("light", "dark", "system")
THEME_COOKIE = "dailies_theme"
RAIL_COOKIE = "dailies_rail"
NOTICES_SHOWN = 6
NEARLY_FULL, FULL = 80, 100
"""Per cent of a limit at which the money pill changes its colour."""

NO_JOBS = Counts(running=0, waiting=0, waiting_mine=0, deciding=0, open=0, open_mine=0)


@dataclass(frozen=True)
class Place:
    """One place the rail leads to."""

    name: str
    label: str
    icon: str
    url: str
    current: str = ""
    """ "page" where somebody is on it, "true" where they are on a page below it; what aria-current takes."""


CREATE = ("create", "Create", "clapperboard")
PROJECTS = ("projects", "Projects", "folder")
PLACES = (("queue", "Queue", "list-video"), ("gallery", "Gallery", "layout-grid"), PROJECTS)
SPEND = ("spend", "Spend", "wallet")
PRICES = ("prices", "Prices", "coins")
TOKENS = ("tokens", "API tokens", "key-round")
TEAM = ("team", "Team", "users")
HEALTH = ("health", "Health", "circle-check")
CHANNELS = ("channels", "Channels", "bell")
KEY = ("provider_key", "Provider key", "key-round")
AUDIT = ("audit", "Audit log", "history")


class Frame:
    """The frame of one request. Strangers get the empty one."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.team: Team | None = getattr(request, "team", None)
        self.membership: Membership | None = getattr(request, "membership", None)

    @property
    def others(self) -> list[Membership]:
        """This person's memberships in other teams."""
        return getattr(self.request, "others", [])

    @property
    def may_found(self) -> bool:
        """Whether this person may make another team."""
        return getattr(self.request, "may_found", False)

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
        """Whether nothing is bought: by this team; on a page of no team, by any."""
        if self.team:
            return self.team.provider_account.is_rehearsal
        return not settings.PROVIDER_KEY and not Team.objects.exclude(account=None).exists()

    @property
    def live(self) -> bool:
        """Whether the page listens for news."""
        return True

    def may(self, right: Right) -> bool:
        """Tell whether this person's role carries a right."""
        return self.membership is not None and self.membership.may(right)

    @cached_property
    def parked(self) -> ProviderAccount | None:
        """The account that would send, while it waits for somebody's Resume."""
        account = self.team.provider_account if self.team else None
        return account if account and account.is_parked() else None

    @property
    def may_resume(self) -> bool:
        """Whether this person may let it send again."""
        return self.may(Right.RESUME_DISPATCH)

    @property
    def may_send(self) -> bool:
        """Whether this person may make clips."""
        return self.may(Right.SUBMIT)

    @cached_property
    def places(self) -> list[Place]:
        """Where the rail leads, from the top."""
        return self._known((*((CREATE,) if self.may_send else ()), *PLACES, SPEND))

    @cached_property
    def keeping(self) -> list[Place]:
        """Where the rail leads, at its foot: what one keeps in order."""
        return self._known((PRICES, TEAM, TOKENS, HEALTH))

    @property
    def upkeep(self) -> list[Place]:
        """Where the Team page leads: what this person may keep in order of the team."""
        key = (KEY,) if self.may(Right.SET_KEY) else ()
        log = (AUDIT,) if self.may(Right.SEE_AUDIT) else ()
        return self._known((PROJECTS, CHANNELS, *key, *log))

    def _known(self, places: Sequence[tuple[str, str, str]]) -> list[Place]:
        here = self.request.path
        found = []
        for name, label, icon in places:
            try:
                url = reverse(name)
            except NoReverseMatch:
                continue
            current = "page" if here == url else "true" if here.startswith(url) else ""
            found.append(Place(name, label, icon, url, current))
        return found

    @cached_property
    def counts(self) -> Counts:
        """The team's jobs that have not ended, and which of them are this person's."""
        if self.team is None or self.person is None:
            return NO_JOBS
        return reports.counts(self.team, self.person)

    @cached_property
    def notices(self) -> list[Notice]:
        """The newest things this person is told and has not read."""
        asker = getattr(self.request, "asker", None)
        if not isinstance(asker, Asker):
            return []
        unread = wanted_new(asker).select_related("job").newest_first()
        return as_told(asker, unread[:NOTICES_SHOWN])

    @cached_property
    def tell(self) -> str:
        """What this person's browser tells them of their own jobs, for its script: "done failed sound"."""
        if self.membership is None:
            return ""
        chosen = choices.chosen(self.membership)
        return " ".join([*sorted(chosen.browser), *(["sound"] if chosen.sound else [])])

    @cached_property
    def sees_spend(self) -> bool:
        """Whether the money pill counts the whole team; otherwise it counts this person alone."""
        return self.may(Right.SEE_SPEND)

    @cached_property
    def spent(self) -> Decimal:
        """Charged for jobs of this month in the team's zone, in USD; in rehearsal what it would have cost."""
        if self.team is None:
            return Decimal(0)
        person = None if self.sees_spend else self.person
        sums = reports.this_month(self.team, timezone.now(), rehearsal=self.rehearsal, person=person)
        return sums.spent

    @cached_property
    def tightest(self) -> LimitStanding | None:
        """The limit on the team, or on this person alone, with the least room; None without one."""
        if self.team is None or self.person is None:
            return None
        standings = budgets.standings(self.team, now=timezone.now(), rehearsal=self.rehearsal)
        mine = [one for one in standings if self._is_mine(one)]
        return min(mine, key=lambda one: one.left, default=None)

    @property
    def money_tone(self) -> str:
        """How the pill is coloured: "bad" where nothing is left, "warn" above four fifths."""
        taken = self.tightest.per_cent if self.tightest else 0
        return "bad" if taken >= FULL else "warn" if taken >= NEARLY_FULL else ""

    def _is_mine(self, one: LimitStanding) -> bool:
        if self.sees_spend:
            return one.limit.scope == LimitScope.TEAM
        return one.limit.person_id == self.request.user.pk


def frame(request: HttpRequest) -> dict[str, Frame]:
    """Put the frame into every template."""
    return {"frame": Frame(request)}
