"""How limits are spoken of: whose they are, how often they start anew, and what does not fit them."""

from decimal import Decimal
from zoneinfo import ZoneInfo

from videojobs.models import Limit, LimitPeriod, LimitScope, Membership
from videojobs.money.periods import Window
from videojobs.prices import plain
from videojobs.rights import Right, roles_with

_PERIODS = {
    LimitPeriod.DAY: "a day",
    LimitPeriod.WEEK: "a week",
    LimitPeriod.MONTH: "a month",
    LimitPeriod.TOTAL: "in total",
}


def whose(limit: Limit) -> str:
    """Say whose limit it is: "the team Harbour", "the project Launch", "Bob"."""
    if limit.scope == LimitScope.PROJECT:
        return f"the project {limit.project}"
    if limit.scope == LimitScope.PERSON:
        return str(limit.person)
    if limit.scope == LimitScope.MODEL:
        return f"the model {limit.model}"
    if limit.scope == LimitScope.TOKEN:
        return f"the API token {limit.token}"
    return f"the team {limit.team}"


def a_period(limit: Limit) -> str:
    """Say how often a limit starts anew."""
    return _PERIODS[LimitPeriod(limit.period)]


def anew(window: Window, zone: ZoneInfo) -> str:
    """Say when a period ends, on the team's clocks; "" for one that never does."""
    if window.ends_at is None:
        return ""
    local = window.ends_at.astimezone(zone)
    return f"It starts anew on {local.day} {local:%B %Y}, {local:%H:%M} ({zone.key}). "


def who_may(team_id: int, right: Right) -> str:
    """Name the people whose role carries a right: "Alice or Dora"."""
    members = Membership.objects.filter(team_id=team_id, role__in=roles_with(right), user__is_active=True)
    names = [str(member.user) for member in members.select_related("user").order_by("created_at", "id")[:3]]
    return " or ".join(filter(None, [", ".join(names[:-1]), *names[-1:]])) or "An owner"


def does_not_fit(
    limit: Limit, amount: Decimal, parts: tuple[Decimal, Decimal, Decimal], window: Window, zone: ZoneInfo
) -> str:
    """Say that an amount does not fit a limit: whose, what is spent, held, unknown and left, until when."""
    spent, held, unknown = parts
    left = max(limit.amount - spent - held - unknown, Decimal(0))
    return (
        f"This job’s {plain(amount)} USD do not fit the limit of {whose(limit)}, "
        f"{plain(limit.amount)} USD {a_period(limit)}: {plain(spent)} are spent, {plain(held)} held, "
        f"{plain(unknown)} unknown and {plain(left)} left. {anew(window, zone)}"
        f"{who_may(limit.team_id, Right.SET_LIMITS)} can raise it."
    )
