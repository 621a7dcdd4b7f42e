"""What a team's jobs and money depend on, line by line: well, worth a look, or wrong, and then what to do."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Max, Min, Sum
from django.urls import reverse

from dashboard import backups_made, pulse, readiness
from dashboard.http import TeamRequest
from dashboard.templatetags.times import ago
from dashboard.views import health_secrets
from videojobs import reports
from videojobs.media import space
from videojobs.models import Job, LedgerCheck, Output, ProviderAccount, Team
from videojobs.states import Charged, State

SILENT = timedelta(minutes=15)
"""A job at the provider without an answered look for so long is worth a look."""

LONG_WAIT = timedelta(hours=6)
RECENT = timedelta(hours=24)
WEEK = timedelta(days=7)
SOON_FULL = 14.0
FAR_OFF = 3650.0  # days; beyond, a guess says nothing
OLD_BACKUP = timedelta(days=2)
MANY_FAIL = 0.25
LATEST = 200
UNITS = ((2**40, "TiB"), (2**30, "GiB"), (2**20, "MiB"))


@dataclass(frozen=True)
class Line:
    """One thing that can be well or not; `problem` is "" where it is well, `remedy` what to do else.

    `minor`: worth a look, and nothing is wrong yet.
    """

    name: str
    text: str
    problem: str = ""
    remedy: str = ""
    url: str = ""
    at: datetime | None = None
    minor: bool = False

    @property
    def level(self) -> str:
        """ "bad", "warn" or "good"."""
        return "good" if not self.problem else "warn" if self.minor else "bad"


def lines(request: TeamRequest, now: datetime) -> list[Line]:
    """Return every line, what is wrong first."""
    team = request.team
    found = [
        *(_database(), _broker(), *_processes(now), *_provider(team, now), _storage(now)),
        *(_waiting(team, now), _silent(team, now), _unconfirmed(team), _decisions(request)),
        *(_ledger(team), _secrets(team), _backup(now), _version()),
    ]
    order = {"bad": 0, "warn": 1, "good": 2}
    return sorted(found, key=lambda line: order[line.level])


def _database() -> Line:
    problem = readiness.database_problem()
    remedy = "Start it, or correct DATABASE_URL. Nothing is lost meanwhile; nothing new is taken."
    return Line("Database", f"It answers ({connection.vendor}).", problem, remedy)


def _broker() -> Line:
    problem = readiness.broker_problem(time.time())
    remedy = "Look at the log of `make run`. Jobs wait in the database and go on by themselves."
    return Line("Broker and worker", "The broker answers, and the worker ticks.", problem, remedy)


def _processes(now: datetime) -> Iterator[Line]:
    try:
        workers, timetable = pulse.workers(), pulse.timetable()
    except redis.RedisError:
        return  # the line of the broker says it
    names = ", ".join(worker.name for worker in workers)
    missing = "" if workers else "No worker shows that it lives."
    remedy = "Start one, or look into its log. Jobs wait in the database meanwhile."
    yield Line("Workers", f"{len(workers)} live: {names}.", missing, remedy, minor=True)
    late = "" if timetable else "Nobody keeps the timetable."
    remedy = "Start `python -m dashboard.celery_beat` once, on one machine."
    yield Line("Timetable", "Work is looked for every second.", late, remedy, minor=True)


def _provider(team: Team, now: datetime) -> Iterator[Line]:
    account = team.provider_account
    text = "Rehearsal: nothing is bought." if account.is_rehearsal else "Jobs are sent and looked at."
    remedy = "Mend what the sentence names, then press Resume on the queue; everything waits untouched."
    yield Line("Sending", text, account.parked_reason, remedy, reverse("queue"), account.parked_at)
    newest = Job.objects.in_team(team).of_account(account).newest_first().values("pk")[:LATEST]
    heard = Job.objects.filter(pk__in=list(newest.values_list("pk", flat=True)))
    last = max(
        filter(None, heard.aggregate(a=Max("accepted_at"), b=Max("last_look_at")).values()), default=None
    )
    remedy = "It is asked again by itself; no job is given up meanwhile."
    said = "It answers." if last else "It has not been asked yet."
    yield Line("Provider", said, account.outage_reason, remedy, at=account.outage_since or last)
    yield _failures(team, account, now)


def _failures(team: Team, account: ProviderAccount, now: datetime) -> Line:
    ended = (
        Job.objects.in_team(team)
        .of_account(account)
        .filter(state__in=[State.COMPLETED, State.FAILED, State.LOST], ended_at__gte=now - RECENT)
    )
    failed, count = ended.exclude(state=State.COMPLETED).count(), ended.count()
    text = f"{failed} of {count} jobs failed within a day." if count else "No job ended within a day."
    problem = text if count and failed / count > MANY_FAIL else ""
    return Line("Failures", text, problem, "Read why they failed on the queue.", reverse("queue"), minor=True)


def _storage(now: datetime) -> Line:
    free = space.free_bytes(settings.MEDIA_ROOT)
    room = free - settings.MIN_FREE_DISK
    week = Output.objects.filter(
        job__team__in=Team.objects.values("pk"), job__state=State.COMPLETED, job__ended_at__gte=now - WEEK
    )
    a_day = (week.aggregate(sum=Sum("bytes"))["sum"] or 0) / WEEK.days
    left = room / a_day if a_day else None
    text = f"{_size(free)} free" + (
        f"; full in about {left:,.0f} days at the last week's pace." if left and left < FAR_OFF else "."
    )
    remedy = "Make room where clips are kept, or set MIN_FREE_DISK lower. Nothing is bought meanwhile."
    if room <= 0:
        return Line("Storage", text, f"Only {_size(free)} are free, so nothing more is sent.", remedy)
    soon = text if left is not None and left < SOON_FULL else ""
    return Line("Storage", text, soon, "Make room where clips are kept.", minor=True)


def _waiting(team: Team, now: datetime) -> Line:
    waiting = Job.objects.in_team(team).sendable(now).aggregate(count=Count("pk"), oldest=Min("created_at"))
    count, oldest = waiting["count"], waiting["oldest"]
    jobs = "1 job waits for its turn; it" if count == 1 else f"{count:,} jobs wait for their turn; the oldest"
    text = f"{jobs} came {ago(oldest, now)}." if count else "No job waits for its turn."
    problem = text if oldest and now - oldest > LONG_WAIT else ""
    remedy = "The queue says of each job why it waits."
    return Line("Waiting jobs", text, problem, remedy, reverse("queue"), minor=True)


def _silent(team: Team, now: datetime) -> Line:
    silent = Job.objects.in_team(team).watched().filter(accepted_at__lt=now - SILENT)
    count = silent.exclude(last_look_at__gte=now - SILENT).count()
    problem = f"{count} at the provider without an answer for 15 minutes." if count else ""
    remedy = "They are looked at again by themselves and not given up for a day."
    return Line(
        "Jobs without news", "Each job at the provider was looked at lately.", problem, remedy, minor=True
    )


def _unconfirmed(team: Team) -> Line:
    count = Job.objects.in_team(team).filter(state=State.UNCONFIRMED).count()
    unknown = Job.objects.in_team(team).ended().filter(charged=Charged.UNKNOWN, held__gt=0).count()
    jobs = "job" if count == 1 else "jobs"
    said = [f"{count} {jobs} may have reached the provider, or may not." if count else ""]
    said += [f"{unknown} ended without a known charge." if unknown else ""]
    remedy = "Answer them on the queue, or settle the charge by hand on the job's Money tab."
    problem = " ".join(filter(None, said))
    text = "Every job's fate and charge is known."
    return Line("Unknown", text, problem, remedy, reverse("queue"), minor=not count)


def _decisions(request: TeamRequest) -> Line:
    waiting = reports.counts(request.team, request.user).deciding
    problem = f"{waiting} job{'s wait' if waiting != 1 else ' waits'} for a person." if waiting else ""
    remedy = "Answer them on the queue."
    return Line("Decisions", "No job waits for a person.", problem, remedy, reverse("queue"))


def _ledger(team: Team) -> Line:
    found = LedgerCheck.objects.filter(team=team).first()
    if found is None:
        return Line("Ledger", "Not verified yet; it is once a day.", url=reverse("ledger"))
    entries = "entry" if found.entries == 1 else "entries"
    text = f"{found.entries} {entries} and every sum agree."
    remedy = (
        "Keep a copy of the database as it is, and find out who changed it. Do not settle anything by hand."
    )
    return Line("Ledger", text, found.problem, remedy, reverse("ledger"), found.at)


def _secrets(team: Team) -> Line:
    closed = health_secrets.closed(team)
    problem = f"None of FIELD_KEYS opens {', '.join(closed)}." if closed else ""
    return Line("Secrets", "Every stored secret can be opened.", problem, health_secrets.REMEDY)


def _backup(now: datetime) -> Line:
    made = backups_made.latest()
    remedy = "Run manage.py backup FILE each day and keep the file elsewhere."
    if made is None:
        return Line("Backup", "", "No backup was made on this machine yet.", remedy, minor=True)
    problem = "The last backup is old." if now - made > OLD_BACKUP else ""
    return Line("Backup", "The last one is fresh.", problem, remedy, at=made, minor=True)


def _version() -> Line:
    pending = pending_migrations()
    problem = f"{pending} changes of the tables are still to be made." if pending else ""
    return Line(
        "Version", f"Dailies {settings.VERSION}; the tables are up to date.", problem, "Restart the site."
    )


def pending_migrations() -> int:
    """Return how many migrations this code has that the database has not."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _size(count: int) -> str:
    for unit, name in UNITS:
        if count >= unit:
            return f"{count / unit:.1f} {name}"
    return f"{count} bytes"
