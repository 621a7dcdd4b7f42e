"""A site's long history, made by SQL: jobs with their ledger entries, sums, events and kept clips.

Every constraint of the tables holds while the rows go in. The newest jobs are open (waiting, at the provider,
being kept, unconfirmed), always as many; what grows is the past, spread over two years, five teams and forty
people, each with a favourite model.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, models, transaction

from benchmarks import bulk
from benchmarks.books import forget_books, keep_books
from benchmarks.seed import create_token
from videojobs.models import (
    Job,
    JobEvent,
    LedgerEntry,
    Membership,
    Output,
    Project,
    ProviderAccount,
    Team,
    User,
)
from videojobs.models.fields import to_micros
from videojobs.rights import Role

TABLES: tuple[type[models.Model], ...] = (Job, LedgerEntry, JobEvent, Output)
TEAMS, PEOPLE = 5, 40
WAITING, RUNNING, STORING, UNCONFIRMED = 300, 1000, 20, 10
YEARS = timedelta(days=730)
CHUNK = 100_000
"""Jobs in one transaction."""

CENTS_28 = "280000"
KINDS = ("hold", "settle", "release")
BLANK = "'" + "0" * 64 + "'"
MODELS = ("minimax/video-01-director", "google/veo-3.0", "kwaivgI/kling-2.1-master", "openai/sora-2")


@dataclass(frozen=True)
class Dialect:
    """What SQLite and PostgreSQL write differently. Moments are as Django stores them."""

    series: str
    later: Callable[[str, str], str]
    random_id: str
    true: str
    false: str
    json: str


SQLITE = Dialect(
    series="""WITH RECURSIVE numbers(n) AS
        (SELECT %(first)s UNION ALL SELECT n + 1 FROM numbers WHERE n < %(last)s)""",
    later=lambda moment, seconds: (
        f"strftime('%%Y-%%m-%%d %%H:%%M:%%f000', {moment}, ({seconds}) || ' seconds')"
    ),
    random_id="lower(hex(randomblob(11)))",
    true="1",
    false="0",
    json="'{}'",
)
POSTGRESQL = Dialect(
    series="WITH numbers AS (SELECT generate_series(%(first)s, %(last)s) AS n)",
    later=lambda moment, seconds: f"({moment})::timestamptz + ({seconds}) * interval '1 second'",
    random_id="substr(md5(random()::text || n), 1, 22)",
    true="true",
    false="false",
    json="'{}'::jsonb",
)

FATE = f"""
    CASE WHEN %(total)s - n < {WAITING} THEN 'waiting'
         WHEN %(total)s - n < {WAITING + RUNNING} THEN 'in_progress'
         WHEN %(total)s - n < {WAITING + RUNNING + STORING} THEN 'storing'
         WHEN %(total)s - n < {WAITING + RUNNING + STORING + UNCONFIRMED} THEN 'unconfirmed'
         ELSE CASE n %% 50 WHEN 0 THEN 'lost' WHEN 1 THEN 'cancelled' WHEN 2 THEN 'failed'
                           WHEN 3 THEN 'refused' WHEN 4 THEN 'refused' ELSE 'completed' END END
"""
ARRIVED = "fate IN ('in_progress', 'storing', 'completed', 'failed', 'lost')"
ENDED = "fate IN ('completed', 'failed', 'refused', 'cancelled', 'lost')"
SETTLED = "fate = 'completed'"
FREED = "fate IN ('refused', 'cancelled')"


@dataclass(frozen=True)
class Crew:
    """Who made all these jobs."""

    teams: list[Team]
    projects: list[Project]
    people: list[User]
    account: ProviderAccount
    secret: str


def create_crew(now: datetime) -> Crew:
    """Make the teams and people; the first person owns the first team."""
    people = [User(email=f"person{number}@example.org", name=f"Person {number}") for number in range(PEOPLE)]
    teams = [Team(name=f"Team {number}", slug=f"team-{number}", created_at=now) for number in range(TEAMS)]
    people, teams = User.objects.bulk_create(people), Team.objects.bulk_create(teams)
    projects = [Project(team=team, name="General", is_default=True, created_at=now) for team in teams]
    Membership.objects.create(user=people[0], team=teams[0], role=Role.OWNER, created_at=now)
    account = ProviderAccount.objects.current()
    projects = Project.objects.bulk_create(projects)
    return Crew(teams, projects, people, account, create_token(people[0], teams[0], now)[1])


def create_history(crew: Crew, total: int, now: datetime) -> int:
    """Make `total` jobs and what belongs to them; return how many rows that were in all."""
    made = 0
    with bulk.bulk_load(TABLES):
        for first in range(1, total + 1, CHUNK):
            limits = {"first": first, "last": min(first + CHUNK - 1, total), "total": total, "now": now}
            made += _create_chunk(crew, limits)
    keep_books()
    return made


def _create_chunk(crew: Crew, limits: dict[str, Any]) -> int:
    dialect = POSTGRESQL if connection.vendor == "postgresql" else SQLITE
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_drafts(crew, dialect), limits)
        made = 0
        for statement in _inserts(crew, dialect):
            cursor.execute(statement, limits)
            made += cursor.rowcount
        cursor.execute("DROP TABLE bench")
    return made


def _inserts(crew: Crew, dialect: Dialect) -> list[str]:
    return [
        _insert(Job, _job(crew, dialect)),
        _insert(LedgerEntry, _entry(crew, "hold", "at")),
        _insert(LedgerEntry, _entry(crew, "settle", dialect.later("at", "95")), SETTLED),
        _insert(LedgerEntry, _entry(crew, "release", dialect.later("at", "95")), f"{SETTLED} OR {FREED}"),
        _insert(JobEvent, _event(dialect, "created", "'waiting'", "at")),
        _insert(JobEvent, _event(dialect, "ended", STATE, dialect.later("at", "100")), ENDED),
        _insert(Output, _output(dialect), SETTLED),
    ]


def _drafts(crew: Crew, dialect: Dialect) -> str:
    """Return a table of what each job is about: whose it is, when it was made, and how it went."""
    # The past begins right behind the open jobs: a short history has a last month too.
    step = f"%(total)s - n - {WAITING + RUNNING}) * {YEARS.total_seconds()} / %(total)s"
    age = f"CASE WHEN %(total)s - n < {WAITING + RUNNING} THEN (%(total)s - n) ELSE ({step} END"
    first_team, first_person = crew.teams[0].pk, crew.people[0].pk
    # Three jobs in five are the first team's.
    team = f"{first_team} + CASE WHEN n %% 5 < 3 THEN 0 ELSE 1 + n %% {TEAMS - 1} END"
    models_of = " ".join(f"WHEN {index} THEN '{name}'" for index, name in enumerate(MODELS))
    return f"""CREATE TEMPORARY TABLE bench AS {dialect.series}
        SELECT n, 'job_' || {dialect.random_id} AS id, {FATE} AS fate, {team} AS team_id,
               {first_person} + (n * 7) %% {PEOPLE} AS person_id,
               {dialect.later("%(now)s", f"-({age})")} AS at,
               CASE n %% {len(MODELS)} {models_of} END AS model
        FROM numbers"""


STATE = "CASE fate WHEN 'refused' THEN 'failed' ELSE fate END"


def _job(crew: Crew, dialect: Dialect) -> dict[str, str]:
    """Return each column of a job as an expression on its draft."""
    body = json.dumps({"model": MODELS[0], "prompt": "A paper boat drifts down a rain gutter"})
    claimed = f"{ARRIVED} OR fate IN ('unconfirmed', 'refused')"
    accepted = _when(ARRIVED, dialect.later("at", "12"))
    return {
        "id": "id",
        "team_id": "team_id",
        "project_id": f"team_id + {crew.projects[0].pk - crew.teams[0].pk}",
        "person_id": "person_id",
        "account_id": str(crew.account.pk),
        "model": "model",
        "prompt": "'A paper boat drifts down a rain gutter, take ' || n",
        "body": f"'{body}'" if connection.vendor == "sqlite" else f"'{body}'::jsonb",
        "seconds": "5",
        "size": "'1366x768'",
        "state": STATE,
        "created_at": "at",
        "counted_at": _when(claimed, dialect.later("at", "10"), "at"),
        "claim_id": _when(claimed, "'claim'", "''"),
        "claimed_at": _when(claimed, dialect.later("at", "10")),
        "accepted_at": accepted,
        "watched_since": accepted,
        "finished_at": _when("fate IN ('storing', 'completed', 'failed')", dialect.later("at", "95")),
        "ended_at": _when(ENDED, dialect.later("at", "100")),
        "provider_id": _when(ARRIVED, "'video-' || n"),
        "provider_status": _when(ARRIVED, "'in_progress'", "''"),
        "last_look_at": accepted,
        "look_count": "9",
        "next_look_at": _when(
            "fate = 'in_progress'", "%(now)s" + ("::timestamptz" if dialect is POSTGRESQL else "")
        ),
        "next_store_at": _when("fate = 'storing'", dialect.later("%(now)s", "60")),
        "estimate": CENTS_28,
        "estimate_source": "'table'",
        "estimate_explanation": "'From the price list.'",
        "held": _when(f"{SETTLED} OR {FREED}", "0", CENTS_28),
        "cost": _when(SETTLED, CENTS_28),
        "charged": _when(SETTLED, "'yes'", _when(f"{ARRIVED} OR fate = 'unconfirmed'", "'unknown'", "'no'")),
        "charged_why": "'As the ledger says.'",
    }


def _when(condition: str, then: str, otherwise: str = "NULL") -> str:
    return f"CASE WHEN {condition} THEN {then} ELSE {otherwise} END"


def _entry(crew: Crew, kind: str, at: str) -> dict[str, str]:
    """Return each column of an entry; its number leaves room for the others of its job."""
    return {
        "number": f"n * {len(KINDS)} + {KINDS.index(kind)}",
        "team_id": "team_id",
        "project_id": f"team_id + {crew.projects[0].pk - crew.teams[0].pk}",
        "person_id": "person_id",
        "account_id": str(crew.account.pk),
        "job_id": "id",
        "at": at,
        "kind": f"'{kind}'",
        "amount": CENTS_28,
        "model": "model",
        "reason": "'As the job went.'",
        "previous": BLANK,
        "hash": BLANK,
    }


def _event(dialect: Dialect, kind: str, state: str, at: str) -> dict[str, str]:
    columns = {"job_id": "id", "team_id": "team_id", "at": at, "kind": f"'{kind}'", "to_state": state}
    return columns | {"why": "'As the job went.'", "data": dialect.json}


def _output(dialect: Dialect) -> dict[str, str]:
    return {
        "job_id": "id",
        "name": "'clips/' || id || '.mp4'",
        "poster": "'clips/' || id || '.webp'",
        "bytes": "1234567",
        "sha256": "'" + "0" * 64 + "'",
        "container": "'mp4'",
        "codec": "'h264'",
        "duration": "5",
        "width": "1366",
        "height": "768",
        "has_sound": dialect.false,
        "stored_at": dialect.later("at", "100"),
    }


def _insert(model: type[models.Model], columns: Mapping[str, str], condition: str = "1 = 1") -> str:
    """Return an INSERT from the drafts; a column nobody names gets what Django would give it."""
    full = _unnamed(model, columns) | dict(columns)
    names = ", ".join(f'"{name}"' for name in full)
    values = ", ".join(full.values())
    return f"INSERT INTO {model._meta.db_table} ({names}) SELECT {values} FROM bench WHERE {condition}"


def forget_history() -> None:
    """Remove all that was made, jobs last."""
    forget_books()
    with bulk.unguarded():
        bulk.run(*(f"DELETE FROM {model._meta.db_table}" for model in reversed(TABLES)))


def _unnamed(model: type[models.Model], columns: Mapping[str, str]) -> dict[str, str]:
    fields = {
        field.column or "": field for field in model._meta.concrete_fields if field.column not in columns
    }
    return {name: _literal(field.get_default()) for name, field in fields.items() if not _fills_itself(field)}


def _fills_itself(field: "models.Field[Any, Any]") -> bool:
    return field.null or isinstance(field, models.AutoField | models.BigAutoField)


def _literal(value: object) -> str:
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, Decimal):
        return str(to_micros(value))
    return str(int(value)) if isinstance(value, int | float) else f"'{json.dumps(value)}'"
