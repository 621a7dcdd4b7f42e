"""The outbox: a row for each notice and address, and rows of one address that leave the house together.

Rows are claimed in batches by one conditional update under a name of their own. A batch keeps that name for
good: where a worker dies between sending and saying so, the same rows go out again under the same name, and
who receives it can tell. Fresh rows of an address wait until a minute after the last that left for it.
"""

import secrets
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, QuerySet

from videojobs.models import Channel, Membership, Notice, OutboxMessage, ProjectMember
from videojobs.money import grantors
from videojobs.notices import choices
from videojobs.notices.events import OF_JOBS, Event, Way, event_of
from videojobs.notices.folding import CLOSED
from videojobs.rights import Right

MAIL, HOOK = "mail", "hook"
LEASE = timedelta(minutes=2)
TOGETHER = timedelta(minutes=1)
"""What is due for one address within it leaves as one message."""

TOLD_FOR = timedelta(days=1)
"""An older notice is not told of beyond the page any more."""

MOST_ADDRESSES = 50
"""Batches in one go."""

LONGEST_GO = 60.0
"""Seconds after which a go takes nothing more: what it took is out before its lease is over."""

MOST_TOGETHER = 500
"""Notices in one batch; the rest follow a minute later."""


@dataclass(frozen=True)
class Batch:
    """Rows of one address that a worker has taken: nobody else sends them before `LEASE` is over."""

    name: str
    messages: Sequence[OutboxMessage]
    attempt: int

    @property
    def address(self) -> str:
        """Where all of them go."""
        return self.messages[0].address


def address_new(*, now: datetime) -> None:
    """Write an outbox row for every address that must hear of a notice, once each."""
    fresh = Notice.objects.filter(closed_at=None, messages=None, at__gte=now - TOLD_FOR)
    audiences: dict[int, _Audience] = {}
    for notice in fresh.select_related("job__project").order_by("id").iterator(chunk_size=500):
        event = event_of(notice.kind)
        if event is None:
            continue
        audience = audiences.setdefault(notice.team_id, _Audience(notice.team_id))
        messages = [
            OutboxMessage(
                notice=notice, channel=way, address=address, hook=hook, created_at=now, next_attempt_at=now
            )
            for way, address, hook in audience.of(notice, event)
        ]
        OutboxMessage.objects.bulk_create(messages, ignore_conflicts=True)


Addressed = tuple[str, str, Channel | None]


class _Audience:
    """A team's members and channels, read once for many notices."""

    def __init__(self, team_id: int) -> None:
        members = Membership.objects.filter(team_id=team_id, user__is_active=True).select_related("user")
        self._members = list(members.order_by("id"))
        self._channels = list(Channel.objects.on().filter(team_id=team_id).order_by("id"))
        inside = ProjectMember.objects.filter(membership__team_id=team_id)
        self._inside = set(inside.values_list("project_id", "membership_id"))

    def of(self, notice: Notice, event: Event) -> Iterable[Addressed]:
        """Return who hears of a notice beyond the page, and where."""
        # Whoever may answer a question is asked, unless they chose not to be.
        personal = notice.person_id is not None or notice.kind == "approval"
        for member in self._told(notice):
            if settings.EMAIL_CONFIGURED and choices.hears(member, event, Way.MAIL, personal=personal):
                yield MAIL, member.user.email, None
            if choices.hears(member, event, Way.HOOK, personal=personal):
                yield from self._hooks(member.user_id)
        wanting = [one for one in self._channels if one.person_id is None and event in one.events]
        if wanting and not is_closed(notice) and not self._was_told(notice, event):
            yield from ((HOOK, f"channel:{one.pk}", one) for one in wanting)

    def _hooks(self, person_id: int) -> Iterable[Addressed]:
        mine = (one for one in self._channels if one.person_id == person_id)
        yield from ((HOOK, f"channel:{one.pk}", one) for one in mine)

    def _told(self, notice: Notice) -> Iterable[Membership]:
        if notice.kind == "approval" and notice.job is not None:
            asked = {person.pk for person in grantors.grantors_of([notice.job])[notice.job.id]}
            asked.discard(notice.job.person_id)
            return [one for one in self._members if one.user_id in asked]
        if notice.person_id is not None:
            return [one for one in self._members if one.user_id == notice.person_id]
        return [one for one in self._members if self._sees(one, notice)]

    def _sees(self, member: Membership, notice: Notice) -> bool:
        job = notice.job
        if job is None or job.project.is_open or member.may(Right.SEE_ALL_PROJECTS):
            return True
        return (job.project_id, member.pk) in self._inside

    def _was_told(self, notice: Notice, event: Event) -> bool:
        """Tell whether the team heard the same when another person was told: it hears each thing once."""
        if notice.person_id is None or event in OF_JOBS:
            return False
        same = Notice.objects.filter(team_id=notice.team_id, kind=notice.kind, text=notice.text, at=notice.at)
        return same.filter(id__lt=notice.pk).exists()


def is_closed(notice: Notice) -> bool:
    """Tell whether a notice is about a project that is not open to the team: no channel of the team hears."""
    if notice.key.split(":")[3:4] == [CLOSED]:
        return True
    return notice.job is not None and not notice.job.project.is_open


def due_batches(way: str, *, now: datetime) -> Iterable[Batch]:
    """Take what is due, address by address; what another worker took meanwhile is left out."""
    due = OutboxMessage.objects.filter(channel=way, sent_at=None, next_attempt_at__lte=now)
    begun = time.monotonic()
    groups = due.order_by("batch", "address").values_list("address", "notice__team_id", "batch").distinct()
    for address, team_id, name in list(groups[:MOST_ADDRESSES]):
        if time.monotonic() - begun > LONGEST_GO:
            return  # a lease counts from `now`; the next go takes the rest
        of_address = OutboxMessage.objects.filter(channel=way, address=address, notice__team_id=team_id)
        if not name and of_address.filter(sent_at__gt=now - TOGETHER).exists():
            continue  # a minute's worth goes together
        batch = _claimed(of_address.filter(batch=name), name, now)
        if batch is not None:
            yield batch


def _claimed(rows: QuerySet[OutboxMessage], name: str, now: datetime) -> Batch | None:
    """Take due rows for a while under one name. The condition is in the update itself: one worker wins."""
    mine = name or secrets.token_hex(16)
    due = rows.filter(sent_at=None, next_attempt_at__lte=now)
    ids = list(due.order_by("id").values_list("id", flat=True)[:MOST_TOGETHER])
    still = rows.filter(id__in=ids, sent_at=None, next_attempt_at__lte=now)
    if not still.update(next_attempt_at=now + LEASE, attempts=F("attempts") + 1, batch=mine):
        return None
    taken = OutboxMessage.objects.filter(id__in=ids, batch=mine).order_by("id")
    messages = list(taken.select_related("notice__team", "notice__job", "notice__person", "hook"))
    return Batch(mine, messages, messages[0].attempts)


def mark_sent(batch: Batch, *, now: datetime) -> None:
    """Keep that a batch left the house."""
    _rows(batch).update(sent_at=now, next_attempt_at=None, problem="")


def drop(messages: Iterable[OutboxMessage]) -> None:
    """Never send some messages: what they say holds no more."""
    ids = [message.pk for message in messages]
    rows = OutboxMessage.objects.filter(id__in=ids)
    rows.update(next_attempt_at=None, problem=OutboxMessage.DROPPED)


def put_off(batch: Batch, problem: str, *, most: int, now: datetime) -> bool:
    """Try a batch again later, rarer and rarer. Returns False where that was the last of `most` attempts."""
    again = now + timedelta(minutes=2**batch.attempt) if batch.attempt < most else None
    _rows(batch).update(next_attempt_at=again, problem=problem[:500])
    return again is not None


def _rows(batch: Batch) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(id__in=[message.pk for message in batch.messages])
