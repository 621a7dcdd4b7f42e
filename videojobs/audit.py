"""Who changed what: the one door through which the audit log is written, and how long it is kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from videojobs.models import AuditEntry, Team, Token, User

LONGEST_SUBJECT = 200

QUEUE_DEEDS = ("queue_paused", "queue_resumed", "places_set", "dispatch_resumed")
"""Changes of a queue that are no event of a job; pages that missed the message find them here."""


@dataclass(frozen=True)
class Origin:
    """How somebody came to change something: page, api, mail, command or system; with which token."""

    via: str = "system"
    token: Token | None = None


origin: ContextVar[Origin] = ContextVar("origin", default=Origin())  # noqa: B039  it cannot be changed
"""Set where a request comes in, so that no function between there and here need pass it on."""


@contextmanager
def coming(via: str) -> Iterator[None]:
    """Let everything inside say that it came through this door."""
    came = origin.set(Origin(via))
    try:
        yield
    finally:
        origin.reset(came)


def forget_old(keep: timedelta, *, now: datetime) -> int:
    """Remove entries older than `keep`, and say of each team how many; returns how many in all.

    The database removes none younger than its own 90 days, whoever asks.
    """
    old = AuditEntry.objects.filter(at__lt=now - keep)
    gone = 0
    for team in Team.objects.filter(pk__in=old.values("team").distinct()):
        with transaction.atomic():
            count, _by_model = old.filter(team=team).delete()
            said = {"entries": count, "older_than": (now - keep).date().isoformat()}
            note(team, None, "audit_forgotten", f"{count} entries", now, before=said)
        gone += count
    return gone


def note(
    team: Team | None,
    actor: User | None,
    action: str,
    subject: str,
    now: datetime,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Keep who did what to whom or to which thing. No secret and no prompt belongs in here."""
    came = origin.get()
    AuditEntry.objects.create(
        team=team,
        actor=actor,
        at=now,
        via=came.via,
        token=came.token,
        action=action,
        subject=subject[:LONGEST_SUBJECT],
        before=before or {},
        after=after or {},
    )
