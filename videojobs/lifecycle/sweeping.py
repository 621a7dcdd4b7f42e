"""Claims and answers that their worker left behind are taken up again."""

import logging
from datetime import datetime, timedelta

from django.db.models import Q

from videojobs.journal import Accepted, Journal
from videojobs.lifecycle.landing import FIRST_LOOK, become_unconfirmed, land_acceptance
from videojobs.lifecycle.steps import DATABASE_AWAY, each_alone
from videojobs.models import Job, Notice, Team
from videojobs.states import State

CLAIM_LOST = timedelta(seconds=75)
"""An older claim without an answer is unconfirmed."""

logger = logging.getLogger(__name__)


def sweep_claims(*, now: datetime) -> int:
    """Make claims nobody answered for unconfirmed. Returns how many."""
    # A claim from the future was made before the clock was put back.
    old = Q(claimed_at__lte=now - CLAIM_LOST) | Q(claimed_at__gt=now + CLAIM_LOST)
    why = "The request was begun, and no answer came within 75 seconds. It may have arrived."
    stale = Job.objects.filter(old, state=State.SENDING).order_by("claimed_at")
    return each_alone(stale[:500], lambda job: become_unconfirmed(job, why, now))


def sweep_journal(journal: Journal, *, now: datetime) -> int:
    """Land every id this machine wrote down and the database does not have yet. Returns how many."""
    ripe = [entry for entry in journal.entries() if not _is_young(entry, now)]
    known = set(Job.objects.filter(id__in=[entry.job_id for entry in ripe]).values_list("id", flat=True))
    landed = []
    for accepted in ripe:
        if accepted.job_id not in known:
            _tell_of_stranger(accepted, now)  # it stays written down
        elif _is_landed(accepted, now):
            landed.append(accepted)
    journal.forget(landed)
    return len(landed)


def _is_young(accepted: Accepted, now: datetime) -> bool:
    """Whether its own worker is about to commit it; one from the future is not, the clock was put back."""
    return timedelta(0) <= now - accepted.moment < FIRST_LOOK


def _is_landed(accepted: Accepted, now: datetime) -> bool:
    try:
        land_acceptance(accepted, now=now)
    except DATABASE_AWAY:
        raise
    except Exception:
        logger.exception("not_landed job=%s provider_id=%s", accepted.job_id, accepted.provider_id)
        return False
    return True


def _tell_of_stranger(accepted: Accepted, now: datetime) -> None:
    """Say once that the provider took a job this database does not have: it was restored, or exchanged."""
    key = f"stranger:{accepted.claim_id}"
    if Notice.objects.filter(key=key).exists():
        return
    logger.error("unknown_job job=%s provider_id=%s", accepted.job_id, accepted.provider_id)
    text = (
        f"The provider accepted a job as {accepted.provider_id}, and the job is not in this database. "
        "It may have charged for it."
    )
    for team_id in Team.objects.values_list("id", flat=True):
        Notice.objects.tell(team_id, key, text, kind="money", now=now)
