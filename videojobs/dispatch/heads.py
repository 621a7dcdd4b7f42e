"""The head of each person's line, in one statement that reads no further than each head."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import BigIntegerField, ExpressionWrapper, F

from videojobs.dispatch.blocks import Blocks
from videojobs.fairness import Whose
from videojobs.models import Job, ProviderAccount
from videojobs.models.jobs import JobQuerySet

IN_LINE = ("-priority", "rank", "id")
"""One person's own order, as the index `job_line` has it."""

_SAME_LINE = "videojobs_job.team_id = line.team_id AND videojobs_job.person_id = line.person_id"


@dataclass(frozen=True)
class Heads:
    """Who is in line: with the head job that may go, and its price; and with one that may not."""

    jobs: dict[Whose, str]
    free: dict[Whose, int]
    blocked: dict[Whose, int]


def read(account: ProviderAccount, blocks: Blocks, now: datetime) -> Heads:
    """Read the heads of an account's lines."""
    jobs = Job.objects.of_account(account)
    found = _heads(account, blocks.clear(jobs.sendable(now)))
    held = {whose for whose, job_id in found.items() if job_id is None}
    behind = _heads(account, jobs.waiting()) if held else {}
    free = {whose: job_id for whose, job_id in found.items() if job_id is not None}
    blocked = {whose: job_id for whose, job_id in behind.items() if whose in held and job_id is not None}
    prices = _prices([*free.values(), *blocked.values()])
    return Heads(
        free,
        {whose: prices[job_id] for whose, job_id in free.items()},
        {whose: prices[job_id] for whose, job_id in blocked.items()},
    )


def _heads(account: ProviderAccount, candidates: JobQuerySet) -> dict[Whose, str | None]:
    """Return for each person in line the first of these jobs, None where they have none of them.

    One descent of the index for each person: what waits behind a head, and what has ended, is not read.
    """
    first = candidates.extra(where=[_SAME_LINE]).order_by(*IN_LINE).values("id")[:1]  # noqa: S610  two names
    head, of_head = first.query.sql_with_params()
    everybody = Job.objects.of_account(account).waiting().order_by().values("team_id", "person_id").distinct()
    line, of_line = everybody.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT line.team_id, line.person_id, ({head}) FROM ({line}) line",  # noqa: S608  as Django wrote it
            (*of_head, *of_line),
        )
        return {(team, person): job_id for team, person, job_id in cursor.fetchall()}


def _prices(job_ids: list[str]) -> dict[str, int]:
    micros = ExpressionWrapper(F("estimate"), output_field=BigIntegerField())
    return dict(Job.objects.filter(id__in=job_ids).annotate(micros=micros).values_list("id", "micros"))
