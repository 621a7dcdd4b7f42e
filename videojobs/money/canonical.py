"""What a ledger entry's hash covers: a written form of ids, integers and times; no names, no addresses.

The form is a JSON list in this order, without spaces: its own name, the team's id, the number in the team's
chain, microseconds since 1970 in UTC, the kind, millionths of a dollar, the ids of project, person and token
(null where there is none), the model, the ids of job, account and actor, the SHA-256 of the reason, and the
hash before it. The entry's hash is the SHA-256 of that text in UTF-8. The form is never changed: another one
gets another name.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from videojobs.models.fields import to_micros

FORM = "dailies-ledger-1"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def canonical(entry: Mapping[str, Any], previous: str) -> str:
    """Return the written form of an entry, given by its columns ("team_id", "amount" as Decimal USD, …)."""
    values = [
        FORM,
        entry["team_id"],
        entry["number"],
        microseconds(entry["at"]),
        entry["kind"],
        to_micros(entry["amount"]),
        entry["project_id"],
        entry["person_id"],
        entry["token_id"],
        entry["model"],
        entry["job_id"],
        entry["account_id"],
        entry["actor_id"],
        hashlib.sha256(entry["reason"].encode()).hexdigest(),
        previous,
    ]
    return json.dumps(values, separators=(",", ":"))


def hash_of(entry: Mapping[str, Any], previous: str) -> str:
    """Return an entry's hash, which covers the one before it."""
    return hashlib.sha256(canonical(entry, previous).encode()).hexdigest()


def microseconds(moment: datetime) -> int:
    """Return whole microseconds since 1970."""
    return (moment - EPOCH) // timedelta(microseconds=1)
