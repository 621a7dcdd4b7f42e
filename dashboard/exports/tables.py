"""The tables there are to export: which rows, in which order, and what each column says.

Rows are read as plain values with amounts in millionths: rows of models would take several times as long.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.expressions import Combinable

from dashboard.exports.names import Names
from videojobs.cells import moment, usd
from videojobs.models import DayTotal, Job, LedgerEntry, Team
from videojobs.models.veils import Veil
from videojobs.money import periods, verifying
from videojobs.states import ENDED, State

AT_ONCE = 2000
"""Rows read from the database at a time."""

Values = tuple[Any, ...]
Fields = tuple[str | Combinable, ...]
Said = tuple[object, ...]


@dataclass(frozen=True)
class Table:
    """Some rows of one kind. `say` turns what the database gives into what stands in the columns."""

    name: str
    columns: tuple[str, ...]
    found: QuerySet[Any]
    fields: Fields
    say: Callable[[Values], Said]

    def rows(self) -> Iterator[Said]:
        """Yield the rows one by one, all as of one moment."""
        with verifying.one_moment():
            for values in self.found.values_list(*self.fields).iterator(AT_ONCE):
                yield self.say(values)


@dataclass(frozen=True)
class Choice:
    """Which rows somebody asks for and may have: all conditions must hold, None and "" leave one open.

    `first` and `last` are days in the team's zone, both included.
    """

    team: Team
    kind: str
    first: date | None = None
    last: date | None = None
    person: int | None = None
    project: int | None = None
    model: str = ""
    veil: Veil = field(default_factory=Veil)

    def whose(self) -> Q:
        """Return the conditions that do not ask for a time."""
        wanted: dict[str, Any] = {"team": self.team, "account__kind": self.kind}
        wanted |= {"person_id": self.person} if self.person is not None else {}
        wanted |= {"project_id": self.project} if self.project is not None else {}
        return Q(**wanted | ({"model": self.model} if self.model else {}))

    def within(self, column: str) -> Q:
        """Return the condition that a column's moment lies in the days."""
        zone, bounds = self.team.zone, {}
        if self.first is not None:
            bounds[f"{column}__gte"] = periods.days(self.first, self.first, zone)[0]
        if self.last is not None:
            bounds[f"{column}__lt"] = periods.days(self.last, self.last, zone)[1]
        return Q(**bounds)

    def among(self) -> Q:
        """Return the condition that a day is one of the days."""
        bounds = {"day__gte": self.first, "day__lte": self.last}
        return Q(**{name: day for name, day in bounds.items() if day is not None})


def micros(column: str) -> Combinable:
    """Read a column of money as whole millionths."""
    return ExpressionWrapper(F(column), output_field=BigIntegerField())


# --- jobs ---

JOB_FIELDS: Fields = (
    *("created_at", "counted_at", "id", "state", "person_id", "project_id", "token_id", "model"),
    *("seconds", "size", "output__duration", "output__width", "output__height", "account_id"),
    *map(micros, ("estimate", "held", "cost", "credited")),
    *("estimate_source", "charged", "charged_why", "provider_id", "ended_at", "retry_of_id", "prompt"),
    *("title", "keeper_id"),
)
JOB_COLUMNS = (
    *("made_at", "counted_at", "job", "state", "person", "project", "token", "model", "seconds", "size"),
    *("money", "estimate_usd", "estimate_source", "held_usd", "unknown_usd", "cost_usd", "credited_usd"),
    *("net_usd", "charged", "why", "provider_id", "ended_at", "retry_of", "prompt"),
)


def jobs(choice: Choice) -> Table:
    """Return the jobs whose money counts in the days, oldest first."""
    found = Job.objects.filter(choice.whose(), choice.within("counted_at")).order_by("counted_at", "id")
    names = Names()
    return Table("jobs", JOB_COLUMNS, found, JOB_FIELDS, lambda values: _job(values, names, choice.veil))


def _job(values: Values, names: Names, veil: Veil) -> Said:
    made_at, counted_at, job, state, person, project, token, model, *rest = values
    seconds, size, duration, width, height, account, *rest = rest
    estimate, held, cost, credited, source, charged, why, provider_id, ended_at, retry_of, *said = rest
    prompt, title, keeper = said
    prompt = veil.words(project, keeper or person, prompt, title)
    ended = state in ENDED
    if duration is not None and state == State.COMPLETED:  # the kept file knows better
        seconds, size = f"{float(duration):g}", f"{width}x{height}"
    return (
        *(moment(made_at), moment(counted_at), job, state),
        *(names.person[person], names.project[project], names.token[token], model, seconds, size),
        *(names.money[account], usd(estimate), source),
        *(None if ended else usd(held), usd(held) if ended else None),
        *(usd(cost), None if cost is None else usd(credited), None if cost is None else usd(cost - credited)),
        *(charged, why, provider_id, moment(ended_at), retry_of, prompt),
    )


# --- entries ---

ENTRY_FIELDS: Fields = (
    *("number", "at", "kind", micros("amount"), "job_id", "person_id", "project_id", "token_id", "model"),
    *("account_id", "actor_id", "reason", "previous", "hash"),
)
ENTRY_COLUMNS = (
    *("entry", "at", "kind", "amount_usd", "job", "person", "project", "token", "model"),
    *("money", "actor", "reason", "previous", "hash"),
)


def entries(choice: Choice) -> Table:
    """Return the ledger's entries booked in the days, oldest first."""
    found = LedgerEntry.objects.filter(choice.whose(), choice.within("at")).order_by("number")
    names = Names()
    return Table("ledger", ENTRY_COLUMNS, found, ENTRY_FIELDS, lambda values: _entry(values, names))


def _entry(values: Values, names: Names) -> Said:
    number, at, kind, amount, job, person, project, token, model, account, actor, *rest = values
    return (
        *(number, moment(at), kind, usd(amount), job, names.person[person] or None),
        *(names.project[project] or None, names.token[token] or None, model or None),
        *(names.money[account], names.person[actor] or None, *rest),
    )


# --- day totals ---

DAY_FIELDS: Fields = (
    *("day", "account_id", "project_id", "person_id", "model", "jobs", "charged", "open_ends"),
    *map(micros, ("spent", "held", "unknown")),
    *("clips", "seconds", "failed", micros("spent_on_failed")),
)
DAY_COLUMNS = (
    *("day", "money", "project", "person", "model", "jobs", "charged_jobs", "unknown_jobs"),
    *("spent_usd", "held_usd", "unknown_usd", "clips", "seconds", "failed", "spent_on_failed_usd"),
)


def days(choice: Choice) -> Table:
    """Return what each day adds up to by project, person and model, oldest first."""
    found = DayTotal.objects.filter(choice.whose(), choice.among())
    found = found.order_by("day", "account_id", "project_id", "person_id", "model")
    names = Names()
    return Table("days", DAY_COLUMNS, found, DAY_FIELDS, lambda values: _day(values, names))


def _day(values: Values, names: Names) -> Said:
    day, account, project, person, model, made, charged, open_ends, *rest = values
    spent, held, unknown, clips, seconds, failed, on_failed = rest
    return (
        *(day.isoformat(), names.money[account], names.project[project], names.person[person], model),
        # Nothing charged yet is 0; where only unknown charges stand, what was spent is unknown, too.
        *(made, charged, open_ends, usd(spent) if charged or not open_ends else None, usd(held)),
        *(usd(unknown) if open_ends else None, clips, seconds, failed, usd(on_failed)),
    )
