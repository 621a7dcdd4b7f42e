"""The provider's own figures: taken in once a day where that is wanted, and laid beside our books.

Days are UTC, as the provider's are. Our side of a day is what its jobs were charged, corrections included;
credits are no usage and are left out.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Protocol
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max, Min, QuerySet, Sum
from django.db.models.functions import TruncDate

from videojobs import balance
from videojobs.models import Job, ProviderUsage, Team
from videojobs.models.accounts import ProviderAccount
from videojobs.models.fields import LARGEST, round_up
from videojobs.money.periods import days
from videojobs.prices import plain
from videojobs.provider.errors import UsageFailed
from videojobs.provider.types_usage import BilledLine

LATE_DAYS = 5
"""So long into a month the last one is read once more: its figures may still have moved."""

LAID_BESIDE = 31
"""Days shown and watched."""

A_CENT = Decimal("0.01")
A_SHARE = Decimal("0.02")
NONE = Decimal(0)
UTC_ZONE = ZoneInfo("UTC")


class ReadsBilling(Protocol):
    """The part of the provider that an import needs."""

    def billed(self, month: str) -> list[BilledLine]:
        """Read all that was billed on the finished days of a month. Raises UsageFailed."""
        ...


def take_in(account: ProviderAccount, provider: ReadsBilling, *, now: datetime) -> bool:
    """Read what the provider says it billed and keep it; the same figures twice change nothing.

    All of it or nothing: where one answer cannot be read, people are told and nothing is stored. Returns
    whether it was stored.
    """
    try:
        months = {month: _by_day(provider.billed(month)) for month in _months(now)}
    except UsageFailed as failed:
        text = f"The provider’s figures were not taken in. {failed.message} They are read again tomorrow."
        _tell(account, "failed", text[:500], now)
        return False
    with transaction.atomic():
        ProviderAccount.objects.locked().get(id=account.pk)
        for month, sums in months.items():
            _replace(account, month, sums, now)
    _tell(account, "failed", "", now)
    watch(account, now=now)
    return True


def _months(now: datetime) -> list[str]:
    today = now.astimezone(UTC).date()
    last = today.replace(day=1) - timedelta(days=1)
    return [*([f"{last:%Y-%m}"] if today.day <= LATE_DAYS else []), f"{today:%Y-%m}"]


def _by_day(lines: Iterable[BilledLine]) -> dict[tuple[date, str], Decimal]:
    """Sum up lines exactly, and round each sum once. Raises UsageFailed where one is beyond our books."""
    sums: dict[tuple[date, str], Decimal] = defaultdict(lambda: NONE)
    for line in lines:
        sums[line.day, line.product] += line.usd
    if any(usd > LARGEST for usd in sums.values()):
        raise UsageFailed("The provider's figures cannot be right: a day's sum is beyond counting.")
    return {key: round_up(usd) for key, usd in sums.items()}


def _replace(
    account: ProviderAccount, month: str, sums: dict[tuple[date, str], Decimal], now: datetime
) -> None:
    first = date.fromisoformat(f"{month}-01")
    after = (first + timedelta(days=32)).replace(day=1)
    ProviderUsage.objects.filter(account=account, day__gte=first, day__lt=after).delete()
    today = now.astimezone(UTC).date()
    ProviderUsage.objects.bulk_create(
        ProviderUsage(account=account, day=day, product=product, usd=usd, imported_at=now)
        for (day, product), usd in sums.items()
        if day < today  # what is not finished still moves
    )


@dataclass(frozen=True)
class DayBeside:
    """One finished day in UTC: what the provider billed and what our books say was charged, in USD."""

    day: date
    provider: Decimal
    ours: Decimal

    @property
    def difference(self) -> Decimal:
        """What the provider billed beyond our books."""
        return self.provider - self.ours

    @property
    def is_off(self) -> bool:
        """Whether the two differ by more than a cent and 2 %."""
        gap = abs(self.difference)
        return gap > A_CENT and gap > A_SHARE * max(self.provider, self.ours)


def beside(account: ProviderAccount, *, now: datetime) -> list[DayBeside]:
    """Return the latest finished days the provider's figures are known of, newest first."""
    last = now.astimezone(UTC).date() - timedelta(days=1)
    known = ProviderUsage.objects.filter(account=account, day__gt=last - timedelta(days=LAID_BESIDE))
    ends = known.aggregate(first=Min("day"), imported=Max("imported_at"))
    if ends["first"] is None:
        return []
    # A day without a line was billed nothing; one after the import is not known yet.
    last = min(last, ends["imported"].astimezone(UTC).date() - timedelta(days=1))
    theirs = {row["day"]: row["sum"] for row in known.values("day").annotate(sum=Sum("usd")).order_by()}
    ours = charged_by_day(account, ends["first"], last)
    wanted = (last - timedelta(days=back) for back in range((last - ends["first"]).days + 1))
    return [DayBeside(day, theirs.get(day, NONE), ours.get(day, NONE)) for day in wanted]


def charged_by_day(account: ProviderAccount, first: date, last: date) -> dict[date, Decimal]:
    """Return what an account's jobs were charged, by the UTC day the provider was done with them.

    A job whose end nobody saw counts on the day it was sent.
    """
    since, until = days(first, last, UTC_ZONE)
    jobs = Job.objects.of_account(account).filter(
        cost__isnull=False, team__in=account.balances.values("team")
    )
    seen = jobs.filter(finished_at__gte=since, finished_at__lt=until)
    unseen = jobs.filter(finished_at=None, claimed_at__gte=since, claimed_at__lt=until)
    sums: dict[date, Decimal] = defaultdict(lambda: NONE)
    for found, column in ((seen, "finished_at"), (unseen, "claimed_at")):
        for day, usd in _costs(found, column):
            sums[day] += usd
    return dict(sums)


def _costs(jobs: QuerySet[Job], column: str) -> list[tuple[date, Decimal]]:
    by_day = jobs.annotate(day=TruncDate(column, tzinfo=UTC)).values("day").annotate(sum=Sum("cost"))
    return [(row["day"], row["sum"]) for row in by_day.order_by()]


def watch(account: ProviderAccount, *, now: datetime) -> None:
    """Tell once that the provider's figures and our books differ, until they agree again."""
    off = [day for day in beside(account, now=now) if day.is_off]
    _tell(account, "differs", _sentence(off) if off else "", now)


def _sentence(off: Sequence[DayBeside]) -> str:
    day = off[0]
    more = f" {len(off) - 1} more of the last {LAID_BESIDE} days differ too." if len(off) > 1 else ""
    return (
        f"The provider billed {plain(day.provider)} USD for {day.day.day} {day.day:%B %Y} (UTC), "
        f"and our books say {plain(day.ours)} USD.{more} The Balance page lays them side by side."
    )


def _tell(account: ProviderAccount, what: str, text: str, now: datetime) -> None:
    for team in Team.objects.filter(balances__account=account):
        balance.tell(team, f"usage-{what}:{account.pk}", text, now=now)
