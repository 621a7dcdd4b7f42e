"""What the site keeps beside a long history of jobs: day totals, balances and the ends of chains, by SQL."""

from django.db import connection

from benchmarks import bulk
from videojobs.models import Balance, DayTotal, Job, LedgerEntry, LedgerHead
from videojobs.states import ENDED, State

_ENDED = ", ".join(f"'{state.value}'" for state in sorted(ENDED))
_IS_ENDED = f"state IN ({_ENDED})"
_IS_CLIP = f"state = '{State.COMPLETED.value}'"
_FAILED = f"{_IS_ENDED} AND NOT {_IS_CLIP}"

SUMS = {
    "jobs": "1",
    "charged": "CASE WHEN cost IS NULL THEN 0 ELSE 1 END",
    "open_ends": f"CASE WHEN {_IS_ENDED} AND held > 0 THEN 1 ELSE 0 END",
    "spent": "COALESCE(cost - credited, 0)",
    "held": f"CASE WHEN {_IS_ENDED} THEN 0 ELSE held END",
    "unknown": f"CASE WHEN {_IS_ENDED} THEN held ELSE 0 END",
}
DAY_SUMS = SUMS | {
    "clips": f"CASE WHEN {_IS_CLIP} THEN 1 ELSE 0 END",
    "seconds": f"CASE WHEN {_IS_CLIP} THEN COALESCE(seconds, 0) ELSE 0 END",
    "failed": f"CASE WHEN {_FAILED} THEN 1 ELSE 0 END",
    "spent_on_failed": f"CASE WHEN {_FAILED} THEN COALESCE(cost - credited, 0) ELSE 0 END",
}


def keep_books() -> None:
    """Sum up every job there is; the teams' days are those of UTC.

    Chains get an end to go on from. Their hashes are left blank: nothing that is measured walks along them.
    """
    forget_books()
    jobs, entries = Job._meta.db_table, LedgerEntry._meta.db_table
    day = "substr(counted_at, 1, 10)" if connection.vendor == "sqlite" else _DAY_ON_POSTGRESQL
    keys = {"team_id": "team_id", "account_id": "account_id"}
    rest = {"day": day, "project_id": "project_id", "person_id": "person_id", "model": "model"}
    bulk.run(
        _summed(DayTotal._meta.db_table, jobs, keys | rest, DAY_SUMS),
        _summed(Balance._meta.db_table, jobs, keys, SUMS | {"topped_up": "0"}),
        f"INSERT INTO {LedgerHead._meta.db_table} (team_id, number, hash, has_limits) "
        f"SELECT team_id, MAX(number), '{'0' * 64}', {_no()} FROM {entries} GROUP BY team_id",
    )


_DAY_ON_POSTGRESQL = "(counted_at AT TIME ZONE 'UTC')::date"


def _no() -> str:
    return "0" if connection.vendor == "sqlite" else "false"


def _summed(table: str, jobs: str, keys: dict[str, str], sums: dict[str, str]) -> str:
    columns = ", ".join([*keys, *sums])
    values = ", ".join([*keys.values(), *(f"SUM({value})" for value in sums.values())])
    groups = ", ".join(keys.values())
    return f"INSERT INTO {table} ({columns}) SELECT {values} FROM {jobs} GROUP BY {groups}"


def forget_books() -> None:
    """Take all of it away."""
    bulk.run(*(f"DELETE FROM {model._meta.db_table}" for model in (DayTotal, Balance, LedgerHead)))
