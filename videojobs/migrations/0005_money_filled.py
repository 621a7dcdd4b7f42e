"""Money that was there before: entries are numbered and chained, sums made, each team's limit becomes one."""

from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db import migrations
from django.db.models.functions import Coalesce

from videojobs.money.canonical import hash_of

FIRST_LINK = "0" * 64
ENDED = {"completed", "failed", "cancelled", "lost"}
AT_ONCE = 500
COLUMNS = ("number", "model", "token", "previous", "hash")
NOTHING = Decimal(0)


def fill(apps: Any, _schema_editor: Any) -> None:
    job = apps.get_model("videojobs", "Job")
    job.objects.update(counted_at=Coalesce("claimed_at", "created_at"))
    for team in apps.get_model("videojobs", "Team").objects.order_by("id"):
        chain(apps, team)
        limit(apps, team)
    total(apps)
    retire_old_prices(apps)


def chain(apps: Any, team: Any) -> None:
    entries = apps.get_model("videojobs", "LedgerEntry").objects.filter(team=team)
    number, previous, batch = 0, FIRST_LINK, []
    for entry in entries.select_related("job").order_by("id").iterator(AT_ONCE):
        number += 1
        entry.number, entry.model, entry.token_id = number, entry.job.model, entry.job.token_id
        columns = {field.attname: getattr(entry, field.attname) for field in entry._meta.concrete_fields}
        entry.previous, entry.hash = previous, hash_of(columns, previous)
        previous = entry.hash
        batch.append(entry)
        if len(batch) == AT_ONCE:
            entries.bulk_update(batch, COLUMNS)
            batch = []
    if batch:
        entries.bulk_update(batch, COLUMNS)
    head = apps.get_model("videojobs", "LedgerHead")
    head.objects.create(team=team, number=number, hash=previous, has_limits=team.spend_limit is not None)


def limit(apps: Any, team: Any) -> None:
    if team.spend_limit is None:
        return
    apps.get_model("videojobs", "Limit").objects.create(
        team=team,
        scope="team",
        period="total",
        amount=max(team.spend_limit, Decimal("0.000001")),
        action="stop",
        created_at=datetime.now(UTC),
    )


def total(apps: Any) -> None:
    """Days are those of UTC: no team has chosen another zone yet."""
    job = apps.get_model("videojobs", "Job")
    days: dict[Any, dict[str, Any]] = defaultdict(lambda: defaultdict(int))
    balances: dict[Any, dict[str, Any]] = defaultdict(lambda: defaultdict(int))
    for row in job.objects.iterator(2000):
        sums = sums_of(row)
        day = row.counted_at.astimezone(UTC).date()
        key = (row.team_id, row.account_id, day, row.project_id, row.person_id, row.model)
        for name, value in sums.items():
            days[key][name] += value
        for name in ("jobs", "charged", "open_ends", "spent", "held", "unknown"):
            balances[row.team_id, row.account_id][name] += sums[name]
    names = ("team_id", "account_id", "day", "project_id", "person_id", "model")
    day_total, balance = apps.get_model("videojobs", "DayTotal"), apps.get_model("videojobs", "Balance")
    rows = (day_total(**dict(zip(names, key, strict=True)), **sums) for key, sums in days.items())
    day_total.objects.bulk_create(rows, AT_ONCE)
    made = (balance(team_id=team, account_id=account, **sums) for (team, account), sums in balances.items())
    balance.objects.bulk_create(made, AT_ONCE)


def sums_of(job: Any) -> dict[str, Any]:
    ended, spent = job.state in ENDED, job.cost or NOTHING
    failed = ended and job.state != "completed"
    return {
        "jobs": 1,
        "charged": int(job.cost is not None),
        "open_ends": int(ended and job.held > 0),
        "spent": spent,
        "held": NOTHING if ended else job.held,
        "unknown": job.held if ended else NOTHING,
        "clips": int(job.state == "completed"),
        "seconds": job.seconds or 0 if job.state == "completed" else 0,
        "failed": int(failed),
        "spent_on_failed": spent if failed else NOTHING,
    }


def retire_old_prices(apps: Any) -> None:
    """Of several prices of a model the newest one holds; it ended the one before it."""
    price = apps.get_model("videojobs", "PriceOnFile")
    newest_first = price.objects.order_by("team_id", "model", "-set_at", "-id")
    for _model, prices in groupby(newest_first, key=lambda row: (row.team_id, row.model)):
        after = None
        for row in prices:
            if after is not None:
                price.objects.filter(id=row.id).update(retired_at=after.set_at, retired_by=after.set_by)
            after = row


def leave(_apps: Any, _schema_editor: Any) -> None:
    """Nothing to undo: the columns and tables go away with the migration before."""


class Migration(migrations.Migration):
    dependencies = [("videojobs", "0004_money_tables")]

    operations = [migrations.RunPython(fill, leave)]
