"""Jobs on their way to the provider, for tests."""

from datetime import datetime

from tests.factories import NOW
from videojobs import dispatch
from videojobs.journal import Accepted
from videojobs.lifecycle import Claim, claim_next
from videojobs.models import ProviderAccount


def claim(account: ProviderAccount, *, now: datetime = NOW) -> Claim:
    """Claim the next job, which must exist."""
    claimed = claim_next(account.pk, dispatch.next_job, now=now)
    assert claimed is not None
    return claimed


def accepted(claimed: Claim, provider_id: str = "video-1", **fields: str) -> Accepted:
    """Return the provider's yes to a claim."""
    status = fields.get("status", "queued")
    raw = f'{{"id": "{provider_id}", "status": "{status}"}}'
    return Accepted(claimed.job.id, claimed.id, provider_id, raw, NOW.isoformat())
