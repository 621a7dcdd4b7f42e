"""Every sendable job in the order it would go now."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import BigIntegerField, ExpressionWrapper, F

from videojobs import fairness, shares
from videojobs.dispatch.blocks import Blocks
from videojobs.dispatch.heads import IN_LINE
from videojobs.fairness import Whose
from videojobs.models import Job, ProviderAccount
from videojobs.models.fields import to_micros


@dataclass(frozen=True)
class Turn:
    """A job that may be sent, and what its turn is reckoned by."""

    job_id: str
    team_id: int
    person_id: int
    model: str
    size: str
    usd: Decimal


def order(account: ProviderAccount, now: datetime, also: Turn | None = None) -> list[Turn]:
    """Return every job that is not held back by a pause, in the order it would go now if nothing changed.

    Places count as free: what waits for one goes when it is, and keeps its place in the order until then.
    `also` is a job that may yet be made, last in its person's line.
    """
    jobs = Blocks().pause().clear(Job.objects.of_account(account).sendable(now))
    # Whole numbers as they are stored: ten thousand of them are read for a page.
    jobs = jobs.annotate(micros=ExpressionWrapper(F("estimate"), output_field=BigIntegerField()))
    columns = ("id", "team_id", "person_id", "model", "size", "micros", "next_at")
    standing = shares.read(ProviderAccount.objects.get(pk=account.pk)).shares
    marked: list[tuple[datetime, Turn]] = []
    lines: dict[Whose, list[tuple[int, Turn]]] = {}
    rows = jobs.order_by("team_id", "person_id", *IN_LINE).values_list(*columns)
    for job_id, team, person, model, size, micros, next_at in rows:
        turn = Turn(job_id, team, person, model, size, Decimal(micros).scaleb(-6))
        if next_at is not None:
            marked.append((next_at, turn))
        else:
            lines.setdefault((turn.team_id, turn.person_id), []).append((micros, turn))
    if also is not None:
        lines.setdefault((also.team_id, also.person_id), []).append((to_micros(also.usd), also))
    first = [turn for _at, turn in sorted(marked, key=lambda one: (one[0], one[1].job_id))]
    for turn in first:
        standing.charge(turn.team_id, turn.person_id, to_micros(turn.usd), in_turn=False)
    return [*first, *fairness.turns(standing, lines)]
