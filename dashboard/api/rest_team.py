"""REST: the team's spend, and whether its jobs move on."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from ninja import Query, Router

from dashboard import readiness
from dashboard.api.days import check_year
from dashboard.api.errors import ApiError, wrong_field
from dashboard.api.schemas import HealthOut, Refusal
from dashboard.api.schemas_spend import Book, SpendOut, SpendQuery, SpendRow
from dashboard.api.tokens import ApiRequest
from dashboard.http import Asker
from dashboard.limiting import seen_by
from videojobs import reports
from videojobs.models import LedgerCheck, LimitScope, Project, Team, User
from videojobs.money import budgets
from videojobs.money.periods import day_of
from videojobs.reports import By, Days, Row, Totals
from videojobs.rights import Right

router = Router()

READ = frozenset({400, 401, 403})
USUAL_DAYS = 30
MOST_DAYS = 366
MOST_ROWS = 3_660
"""Days with a row each where nothing else is asked for."""


@dataclass(frozen=True)
class Wanted:
    """Whose money is read, of which days; `drawn` are the days that get a row each.

    `project` is the one a token is for, whose money alone it reads.
    """

    team: Team
    person: User | None
    project: int | None
    period: Days
    drawn: Days
    by: By | None

    def read(self, *, rehearsal: bool) -> Book:
        """Return the sums of live or of rehearsal jobs, in a fixed number of queries."""
        whose: dict[str, Any] = {"rehearsal": rehearsal, "person": self.person, "project": self.project}
        found = self._rows(whose)
        listed = {by: [(_key(row.key), asdict(row.totals)) for row in rows] for by, rows in found.items()}
        whole = sum((row.totals for row in found.get(By.MODEL, [])), Totals())
        if By.MODEL not in found:
            whole = reports.totals(self.team, period=self.period, **whose)
        rows = listed[self.by] if self.by else None
        lists = {f"by_{by}": [{by.value: key, **sums} for key, sums in listed[by]] for by in listed}
        return Book(
            **asdict(whole),
            rows=None if rows is None else [SpendRow(key=str(key), **sums) for key, sums in rows],
            **{f"by_{by}": None for by in By} | lists,
        )

    def _rows(self, whose: dict[str, Any]) -> dict[By, list[Row[Any]]]:
        found: dict[By, list[Row[Any]]] = {}
        first, last = self.drawn.first, self.drawn.last
        if first and last:
            found[By.DAY] = list(reports.by_day(self.team, first, last, **whose))
        if self.by is None:
            found |= reports.by_all(self.team, period=self.period, **whose)
        elif self.by != By.DAY:
            read: dict[By, Callable[..., list[Row[Any]]]] = {
                By.MODEL: reports.by_model,
                By.PERSON: reports.by_person,
                By.PROJECT: reports.by_project,
            }
            found[self.by] = read[self.by](self.team, period=self.period, **whose)
        return found


def _key(key: Any) -> Any:
    if isinstance(key, User):
        return key.email
    return key.name if isinstance(key, Project) else key


@router.get("/spend", response={200: SpendOut, READ: Refusal}, by_alias=True, tags=["money"])
def read_spend(request: ApiRequest, asked: Query[SpendQuery]) -> SpendOut:
    """Read what was spent, is held, and is unknown: ever or on some days. `by_day` has 30 days at first."""
    asker = request.auth
    person = None if asker.may(Right.SEE_SPEND) else asker.user
    period = _period(asked)
    project = asker.token.project_id if asker.token else None
    drawn = _drawn(asker.team, person, project, period, asked.by)
    wanted = Wanted(asker.team, person, project, period, drawn, asked.by)
    return SpendOut(
        **dict(wanted.read(rehearsal=False)),
        rehearsal=wanted.read(rehearsal=True),
        scope="own" if person else "team",
        zone=asker.team.time_zone,
        by=asked.by,
        from_=period.first,
        to=period.last,
        since=period.first,
        until=period.last,
        limit=_limit(asker),
    )


def _period(asked: SpendQuery) -> Days:
    """Return the days that are asked for. Raises ApiError 400 for those that make no sense."""
    for name, older, both in (
        ("from", "since", asked.from_ and asked.since),
        ("to", "until", asked.to and asked.until),
    ):
        if both:
            raise wrong_field(older, f"Send `{name}` alone: `{older}` is its older name.")
    first, last = asked.from_ or asked.since, asked.to or asked.until
    ends = (("from" if asked.from_ else "since", first), ("to" if asked.to else "until", last))
    for name, day in ends:
        check_year(name, day)
    if first and last and first > last:
        (begins, _first), (stops, _last) = ends
        message = f"`{begins}` is after `{stops}`: choose a first day that is not after the last one."
        raise ApiError(400, message, "invalid", fields={begins: [message], stops: [message]})
    return Days(first, last)


def _drawn(team: Team, person: User | None, project: int | None, period: Days, by: By | None) -> Days:
    """Return the days that get a row each. Raises ApiError 400 where they are too many."""
    if by not in {None, By.DAY}:
        return Days()
    last = period.last or day_of(timezone.now(), team.zone)
    first = period.first or (
        _began(team, person, project, last) if by else last - timedelta(days=USUAL_DAYS - 1)
    )
    most = MOST_ROWS if by else MOST_DAYS
    if (last - first).days >= most:
        raise wrong_field("from", f"Choose at most {most} days.")
    return Days(min(first, last), last)


def _began(team: Team, person: User | None, project: int | None, otherwise: date) -> date:
    """Return the first day of live or rehearsal money."""
    both = (False, True)
    found = (
        reports.first_day(team, rehearsal=rehearsal, person=person, project=project) for rehearsal in both
    )
    return min((day for day in found if day), default=otherwise)


def _limit(asker: Asker) -> Decimal | None:
    standings = seen_by(asker, budgets.standings(asker.team, now=timezone.now(), rehearsal=False))
    on_team = [one for one in standings if one.limit.scope == LimitScope.TEAM]
    return min(on_team, key=lambda one: one.left).limit.amount if on_team else None


@router.get("/health", response={200: HealthOut, frozenset({401, 403}): Refusal}, tags=["health"])
def read_health(request: ApiRequest) -> HealthOut:
    """Read whether jobs move on, and what a person should see to."""
    account = request.auth.team.provider_account
    counts = reports.counts(request.auth.team, request.auth.user)
    check = LedgerCheck.objects.filter(team=request.auth.team).first()
    away = readiness.broker_problem(time.time()) or account.parked_reason or account.outage_reason
    problem = away or (check.problem if check else "")
    return HealthOut(
        status="attention" if problem else "ok",
        problem=problem or None,
        rehearsal=account.is_rehearsal,
        parked=account.is_parked(),
        outage=account.outage_since is not None,
        waiting=counts.waiting,
        running=counts.running,
        deciding=counts.deciding,
        ledger="not verified" if check is None else "off" if check.problem else "agrees",
    )
