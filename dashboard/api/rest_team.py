"""REST: the team's spend, and whether its jobs move on."""

import time
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from django.utils import timezone
from ninja import Query, Router
from pydantic import BaseModel, Field

from dashboard import readiness
from dashboard.api.errors import wrong_field
from dashboard.api.schemas import Book, DaySums, HealthOut, ModelSums, PersonSums, Refusal, SpendOut
from dashboard.api.tokens import ApiRequest
from videojobs import reports
from videojobs.models import ProviderAccount, Team, User
from videojobs.reports import Period, Totals
from videojobs.rights import Right

router = Router()

READ = frozenset({400, 401, 403})
USUAL_DAYS = 30
MOST_DAYS = 366
FIRST_YEAR = 2000


class Days(BaseModel):
    """Whole days in UTC, both ends included."""

    since: Annotated[date | None, Field(description="First day. Without it: from the beginning.")] = None
    until: Annotated[date | None, Field(description="Last day. Without it: up to now.")] = None


@dataclass(frozen=True)
class Books:
    """Whose money is read, and when: sums over a period, days from `first` to `last`, both included."""

    team: Team
    person: User | None
    period: Period
    first: date
    last: date

    def read(self, *, rehearsal: bool) -> Book:
        """Return the sums of live or of rehearsal jobs, in a fixed number of queries."""
        whose: dict[str, Any] = {"rehearsal": rehearsal, "person": self.person}
        days = reports.by_day(self.team, self.first, self.last, **whose)
        models = reports.by_model(self.team, period=self.period, **whose)
        people = reports.by_person(self.team, period=self.period, **whose)
        return Book(
            **_sums(reports.balance(self.team, period=self.period, **whose)),
            by_day=[DaySums(day=row.key, **_sums(row.totals)) for row in days],
            by_model=[ModelSums(model=row.key, **_sums(row.totals)) for row in models],
            by_person=[PersonSums(person=row.key.email, **_sums(row.totals)) for row in people],
        )


def _sums(totals: Totals) -> dict[str, Any]:
    return {name: getattr(totals, name) for name in ("spent", "held", "unknown", "jobs")}


@router.get("/spend", response={200: SpendOut, READ: Refusal}, tags=["money"])
def read_spend(request: ApiRequest, days: Query[Days]) -> SpendOut:
    """Read what was spent, is held, and is unknown: ever or on some days. `by_day` has 30 days at first."""
    asker = request.auth
    person = None if asker.may(Right.SEE_SPEND) else asker.user
    first, last = _bounds(days, timezone.now().date())
    books = Books(asker.team, person, _period(days), first, last)
    return SpendOut(
        **dict(books.read(rehearsal=False)),
        rehearsal=books.read(rehearsal=True),
        scope="own" if person else "team",
        since=days.since,
        until=days.until,
        limit=asker.team.spend_limit,
    )


def _bounds(days: Days, today: date) -> tuple[date, date]:
    last = days.until or today
    first = days.since or last - timedelta(days=USUAL_DAYS - 1)
    if not FIRST_YEAR <= first.year <= last.year <= today.year + 1:
        raise wrong_field("since", f"Choose days from the year {FIRST_YEAR} on.")
    if not timedelta(0) <= last - first < timedelta(days=MOST_DAYS):
        raise wrong_field("until", f"Choose at most {MOST_DAYS} days, the last one not before the first.")
    return first, last


def _period(days: Days) -> Period:
    since = reports.midnight(days.since) if days.since else None
    until = reports.midnight(days.until + timedelta(days=1)) if days.until else None
    return Period(since, until)


@router.get("/health", response={200: HealthOut, frozenset({401, 403}): Refusal}, tags=["health"])
def read_health(request: ApiRequest) -> HealthOut:
    """Read whether jobs move on, and what a person should see to."""
    account = ProviderAccount.objects.current()
    counts = reports.counts(request.auth.team, request.auth.user)
    problem = readiness.broker_problem(time.time()) or account.parked_reason or account.outage_reason
    return HealthOut(
        status="attention" if problem else "ok",
        problem=problem or None,
        rehearsal=account.is_rehearsal,
        parked=account.is_parked(),
        outage=account.outage_since is not None,
        waiting=counts.waiting,
        running=counts.running,
        deciding=counts.deciding,
    )
