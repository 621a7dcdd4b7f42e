"""What a scraper is told, read from the database and the disk when it asks; no name, no prompt."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import redis
from django.conf import settings
from django.db.models import Count, Min, Sum
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from dashboard import pulse, readiness
from videojobs.media import space
from videojobs.models import Balance, Job, LedgerCheck, OutboxMessage, ProviderAccount, Team
from videojobs.states import ACTIVE, State

FIGURES = {
    "jobs": ("dailies_jobs_made_total", "Jobs ever made."),
    "spent": ("dailies_spent_usd_total", "Charged, after corrections and credits, in USD."),
    "held": ("dailies_held_usd", "Set aside for jobs that have not ended, in USD."),
    "unknown": ("dailies_unknown_usd", "Holds of ended jobs nobody can account for, in USD."),
}


def written(team: Team | None = None) -> bytes:
    """Return all figures in the text format of Prometheus; of jobs and money one team's alone, if named."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Site(team))
    return generate_latest(registry)


class Site:
    """The whole site as figures; asked anew for each scrape, in a fixed number of queries."""

    def __init__(self, team: Team | None = None) -> None:
        self._team = team

    def collect(self) -> Iterator[Metric]:
        """Yield every family."""
        yield from self._jobs()
        yield from self._money()
        yield from self._accounts()
        yield from self._processes()
        yield GaugeMetricFamily(
            "dailies_storage_free_bytes", "Free where clips are kept.", space.free_bytes(settings.MEDIA_ROOT)
        )
        due = OutboxMessage.objects.filter(sent_at=None, next_attempt_at__isnull=False).count()
        yield GaugeMetricFamily("dailies_messages_waiting", "Mails and webhooks still to be sent.", due)
        off = LedgerCheck.objects.exclude(problem="").count()
        yield GaugeMetricFamily("dailies_ledgers_off", "Teams whose ledger does not agree.", off)

    def _jobs(self) -> Iterator[Metric]:
        active = GaugeMetricFamily("dailies_jobs", "Jobs that have not ended.", labels=["state", "money"])
        jobs = Job.objects.in_team(self._team) if self._team else Job.objects.all()
        rows = jobs.filter(state__in=list(ACTIVE)).order_by().values_list("state", "account__kind")
        for state, kind, count in rows.annotate(count=Count("pk")):
            active.add_metric([state, kind], count)
        yield active
        oldest = jobs.waiting().aggregate(at=Min("created_at"))["at"]
        age = (datetime.now(UTC) - oldest).total_seconds() if oldest else 0.0
        yield GaugeMetricFamily("dailies_oldest_waiting_seconds", "Age of the oldest waiting job.", age)
        asked = jobs.needs_decision().count()
        yield GaugeMetricFamily("dailies_decisions", "Jobs that only a person moves on.", asked)
        unconfirmed = jobs.filter(state=State.UNCONFIRMED).count()
        yield GaugeMetricFamily("dailies_unconfirmed", "Jobs that may have arrived and may not.", unconfirmed)

    def _money(self) -> Iterator[Metric]:
        sums = {f"sum_{name}": Sum(name) for name in FIGURES}
        money = Balance.objects.filter(team=self._team) if self._team else Balance.objects.all()
        rows = list(money.order_by().values_list("team__slug", "account__kind").annotate(**sums))
        for index, (title, words) in enumerate(FIGURES.values(), start=2):
            kind = CounterMetricFamily if title.endswith("_total") else GaugeMetricFamily
            family = kind(title, words, labels=["team", "money"])
            for row in rows:
                family.add_metric([row[0], row[1]], float(row[index] or 0))
            yield family

    def _accounts(self) -> Iterator[Metric]:
        labels = ["account", "money"]
        places = GaugeMetricFamily("dailies_places", "Jobs an account may have at once.", labels=labels)
        parked = GaugeMetricFamily("dailies_parked", "1 where sending waits for a person.", labels=labels)
        outage = GaugeMetricFamily("dailies_outage", "1 where looks get no answer.", labels=labels)
        accounts = ProviderAccount.objects.configured()
        if self._team:
            accounts = accounts.filter(pk=self._team.provider_account.pk)
        for account in accounts:
            named = [str(account.pk), account.kind]
            places.add_metric(named, account.places)
            parked.add_metric(named, float(account.is_parked()))
            outage.add_metric(named, float(account.outage_since is not None))
        yield from (places, parked, outage)

    def _processes(self) -> Iterator[Metric]:
        try:
            count, timetable = len(pulse.workers()), pulse.timetable() is not None
        except redis.RedisError:
            count, timetable = 0, False
        yield GaugeMetricFamily("dailies_workers", "Workers that show they live.", count)
        yield GaugeMetricFamily("dailies_timetable", "1 where the timetable is kept.", float(timetable))
        ready = not (readiness.database_problem() or readiness.broker_problem(time.time()))
        yield GaugeMetricFamily("dailies_ready", "1 where jobs are taken and move on.", float(ready))
