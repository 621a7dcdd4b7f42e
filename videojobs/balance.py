"""The provider's balance: what should be left of what was paid in, how long it lasts, and a word in time.

One account may serve several teams, and the provider knows only the account: its sums are of all of them.
Rehearsal has no balance.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Min, Sum

from videojobs import audit
from videojobs.models import Balance, DayTotal, Membership, Notice, Team, User
from videojobs.models.accounts import ProviderAccount
from videojobs.money import chain, ledger
from videojobs.money.periods import day_of
from videojobs.prices import plain
from videojobs.rights import Right, roles_with

PACE_DAYS = 14
FEWEST_DAYS = 3
"""With fewer whole days behind it nobody should speak of a pace."""

WARN_BELOW = 7
"""Days."""

NONE = Decimal(0)


class Changed(Exception):
    """Somebody booked a top-up since the page was read."""


@dataclass(frozen=True)
class Parts:
    """Where an account's money went, in USD. `others` is what the site's other teams take of it."""

    topped_up: Decimal | None  # None: nobody typed anything in yet
    spent: Decimal
    held: Decimal
    unknown: Decimal
    others: Decimal

    @property
    def taken(self) -> Decimal:
        """All that is gone or set aside."""
        return self.spent + self.held + self.unknown + self.others

    @property
    def left(self) -> Decimal | None:
        """What should be left, below zero where holds are not covered; None while nobody can know."""
        return None if self.topped_up is None else self.topped_up - self.taken


@dataclass(frozen=True)
class Pace:
    """What jobs of the latest whole days took, in USD, unknown charges included."""

    usd: Decimal
    days: int

    @property
    def per_day(self) -> Decimal:
        """USD."""
        return self.usd / self.days


@dataclass(frozen=True)
class Outlook:
    """What should be left of an account's money, and for how long. `pace` None: too little history."""

    parts: Parts
    pace: Pace | None

    @property
    def lasts(self) -> int | None:
        """Whole days until it is used up; None where nobody can say, or nothing is being spent."""
        left = self.parts.left
        if left is None or self.pace is None or not self.pace.usd:
            return None
        return max(int(left / self.pace.per_day), 0)

    @property
    def warning(self) -> str:
        """Why somebody should pay in soon, in one sentence; "" where there is no hurry."""
        left = self.parts.left
        if left is None:
            return ""
        if left < NONE:
            return (
                f"The provider’s balance may not cover what is under way: {plain(-left)} USD are missing. "
                "Pay in, and type the top-up in."
            )
        if self.lasts is not None and self.lasts < WARN_BELOW:
            days = "less than a day" if self.lasts < 1 else f"{self.lasts} day{'s' if self.lasts > 1 else ''}"
            return (
                f"The provider’s balance lasts {days} at the present pace: {plain(left)} USD should be left."
            )
        return ""


def outlook(team: Team, account: ProviderAccount, *, now: datetime) -> Outlook:
    """Return what a team should know of the balance of an account it works with."""
    return Outlook(_parts(team, account), _pace(account, day_of(now, team.zone)))


def _parts(team: Team, account: ProviderAccount) -> Parts:
    rows = list(Balance.objects.filter(account=account))
    topped_up = sum((row.topped_up for row in rows), NONE)
    own = next((row for row in rows if row.team_id == team.pk), Balance(team=team, account=account))
    others = (row.spent + row.held + row.unknown for row in rows if row.team_id != team.pk)
    return Parts(topped_up or None, own.spent, own.held, own.unknown, sum(others, NONE))


def _pace(account: ProviderAccount, today: date) -> Pace | None:
    totals = DayTotal.objects.filter(team__in=account.balances.values("team"), account=account)
    first = totals.aggregate(first=Min("day"))["first"]
    days = min((today - first).days, PACE_DAYS) if first else 0
    if days < FEWEST_DAYS:
        return None
    lately = totals.filter(day__gte=today - timedelta(days=days), day__lt=today)
    sums = lately.aggregate(charged=Sum("spent"), open=Sum("unknown"))
    return Pace((sums["charged"] or NONE) + (sums["open"] or NONE), days)


def top_up(
    team: Team,
    account: ProviderAccount,
    usd: Decimal,
    actor: User,
    *,
    on: date,
    words: str,
    seen: Decimal,
    now: datetime,
) -> None:
    """Book what was paid in to an account on a day, in USD, with what a person says of it.

    `seen` is the sum paid in so far as it was read: two presses book one top-up. Raises Changed where it is
    another by now, ValueError with a sentence where the amount cannot be one.
    """
    with transaction.atomic(), chain.opened(team.pk):  # whoever else tops up waits here
        if paid_in(account) != seen:
            raise Changed
        reason = f"Paid in on {on.isoformat()}" + (f": {words}" if words else ".")
        entry = ledger.top_up(team, account, usd, now=now, reason=reason, actor=actor)
        said = {"usd": plain(usd), "paid_on": on.isoformat(), "entry": entry.number}
        audit.note(team, actor, "balance_topped_up", str(account), now, after=said)
    watch(account, now=now)


def paid_in(account: ProviderAccount) -> Decimal:
    """Return all that was ever paid in to an account, in USD."""
    return account.balances.aggregate(sum=Sum("topped_up"))["sum"] or NONE


def watch(account: ProviderAccount, *, now: datetime) -> None:
    """Warn once while there is still time, and take the warning back once a top-up mends it."""
    if account.is_rehearsal:
        return
    for team in Team.objects.filter(balances__account=account):
        tell(team, f"balance:{account.pk}", outlook(team, account, now=now).warning, now=now)


def tell(team: Team, key: str, text: str, *, now: datetime) -> None:
    """Tell those who answer for a team's bill, each once; "" takes back what they were told."""
    if not text:
        Notice.objects.open().filter(team=team, key__startswith=f"{key}:").update(closed_at=now)
        return
    answering = Membership.objects.filter(
        team=team, role__in=roles_with(Right.TOP_UP), user__is_active=True
    ).values_list("user_id", flat=True)
    for person_id in answering:
        Notice.objects.tell(team.pk, f"{key}:{person_id}", text, kind="money", now=now, person_id=person_id)
