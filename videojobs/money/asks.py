"""Above which prices a team's jobs wait for somebody's yes, whatever its limits say."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction

from videojobs import audit
from videojobs.models import Team, User
from videojobs.money import chain
from videojobs.prices import plain


def set_asks(
    team: Team, *, above_job: Decimal | None, above_day: Decimal | None, actor: User, now: datetime
) -> bool:
    """Let jobs above these prices in USD ask, one's own and what its sender's day comes to; None never does.

    Jobs that wait already are left alone. Returns False where nothing changes.
    """
    # Under the chain's lock: each admission reads either the old prices or the new ones.
    with transaction.atomic(), chain.opened(team.pk):
        fresh = Team.objects.get(pk=team.pk)
        before = _facts(fresh.asks_above_job, fresh.asks_above_day)
        after = _facts(above_job, above_day)
        if after == before:
            return False
        Team.objects.filter(pk=team.pk).update(asks_above_job=above_job, asks_above_day=above_day)
        audit.note(team, actor, "asks_set", team.name, now, before=before, after=after)
        return True


def on_clocks(moment: datetime, zone: ZoneInfo) -> str:
    """Say when something is on a team's clocks: "26 November 2026, 14:02 (Europe/Berlin)"."""
    local = moment.astimezone(zone)
    return f"{local.day} {local:%B %Y}, {local:%H:%M} ({zone.key})"


def _facts(above_job: Decimal | None, above_day: Decimal | None) -> dict[str, str | None]:
    return {"above_job": _usd(above_job), "above_day": _usd(above_day)}


def _usd(amount: Decimal | None) -> str | None:
    return None if amount is None else plain(amount)
