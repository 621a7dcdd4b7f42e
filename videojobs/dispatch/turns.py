"""Every sendable job in the order it would go now."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from videojobs.models import Job, ProviderAccount


@dataclass(frozen=True)
class Turn:
    """A job that may be sent, and what its turn is reckoned by."""

    job_id: str
    team_id: int
    person_id: int
    model: str
    size: str
    usd: Decimal


def order(account: ProviderAccount, now: datetime) -> list[Turn]:
    """Return the line: one person after another, oldest first."""
    lines: dict[int, list[Turn]] = {}
    rows = Job.objects.of_account(account).sendable(now).order_by("created_at", "id")
    for row in rows.values_list("id", "team_id", "person_id", "model", "size", "held"):
        lines.setdefault(row[2], []).append(Turn(*row))
    rounds = range(max(map(len, lines.values()), default=0))
    return [line[number] for number in rounds for line in lines.values() if number < len(line)]
