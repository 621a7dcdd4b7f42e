"""Ended jobs become notices: one for each person, end and minute, whatever the number of jobs.

There is no cursor that could be lost or run ahead. The jobs that ended within the last hour are counted anew
each time, and what is counted beyond what was told makes one more notice. Counting twice therefore tells
nothing twice, and a job whose end is committed late is told of late. Jobs end only while workers run, and the
same workers count, so an hour is plenty. The team's row is locked meanwhile: two workers count in turn.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Max, Sum
from django.db.models.functions import Coalesce, TruncMinute

from videojobs.models import Channel, Job, Membership, Notice, Team
from videojobs.notices import choices
from videojobs.notices.events import OF_JOBS, Event
from videojobs.states import State

LOOK_BACK = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
ENDS = {State.COMPLETED: Event.DONE, State.FAILED: Event.FAILED}

Bucket = tuple[int, Event, datetime, bool]
"""Whose jobs, how they ended, in which minute, and whether in a project that is open to the team."""


@dataclass(frozen=True)
class _Found:
    count: int
    job_id: str  # one of them


def fold(*, now: datetime) -> int:
    """Tell everybody who wants it of their jobs that ended in minutes that are over. Returns how many."""
    made = 0
    for team_id, wanted in _wanted().items():
        with transaction.atomic():
            Team.objects.select_for_update().get(pk=team_id)
            made += _fold_team(team_id, wanted, now)
    return made


Wanted = dict[tuple[int, Event], datetime]


def _wanted() -> dict[int, Wanted]:
    """Return by team who is to be told of what, and since when; a team's channels ask for everybody's."""
    found: dict[int, Wanted] = {}
    hooked = set(Channel.objects.on().exclude(person=None).values_list("team_id", "person_id"))
    members = Membership.objects.filter(user__is_active=True)
    chose = members.exclude(told={}) | members.filter(user_id__in=[person for _team, person in hooked])
    for member in chose:
        for event in OF_JOBS:
            has_hook = (member.team_id, member.user_id) in hooked
            since = choices.of_jobs_since(member, event, has_hook=has_hook)
            if since is not None:
                found.setdefault(member.team_id, {})[member.user_id, event] = since
    for channel in Channel.objects.on().filter(person=None).order_by("-created_at"):
        asked = [event for event in OF_JOBS if event.value in channel.events]
        for person_id in members.filter(team_id=channel.team_id).values_list("user_id", flat=True):
            for event in asked:
                wanted = found.setdefault(channel.team_id, {})
                known = wanted.get((person_id, event), channel.created_at)
                wanted[person_id, event] = min(known, channel.created_at)
    return found


def _fold_team(team_id: int, wanted: Wanted, now: datetime) -> int:
    over = now.replace(second=0, microsecond=0)
    begin = over - LOOK_BACK
    ended = _ended(team_id, begin, over, {person for person, _event in wanted})
    told = _told(team_id, begin)
    notices = []
    for bucket, found in ended.items():
        person_id, event, minute, _is_open = bucket
        since = wanted.get((person_id, event))
        more = found.count - told[_key(bucket)]
        if since is not None and minute >= since.replace(second=0, microsecond=0) and more > 0:
            notices.append(_notice(team_id, bucket, found, more))
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    return len(notices)


def _ended(team_id: int, begin: datetime, over: datetime, people: Collection[int]) -> dict[Bucket, _Found]:
    jobs = Job.objects.filter(
        team_id=team_id, state__in=list(ENDS), ended_at__gte=begin, ended_at__lt=over
    ).annotate(whose_id=Coalesce("keeper_id", "person_id"), minute=TruncMinute("ended_at"))
    rows = (
        jobs.filter(whose_id__in=people)
        .values("whose_id", "state", "minute", "project__is_open")
        .annotate(count=Count("id"), one=Max("id"))
        .order_by("minute", "whose_id", "state")
    )
    return {
        (row["whose_id"], ENDS[State(row["state"])], row["minute"], row["project__is_open"]): _Found(
            row["count"], row["one"]
        )
        for row in rows
    }


def _told(team_id: int, begin: datetime) -> Counter[str]:
    kinds = [event.value for event in OF_JOBS]
    rows = Notice.objects.filter(team_id=team_id, kind__in=kinds, at__gte=begin).values("key")
    told: Counter[str] = Counter()
    for row in rows.annotate(sum=Sum("count")):
        told[row["key"].rpartition(":")[0]] += row["sum"]
    return told


def _key(bucket: Bucket) -> str:
    person_id, event, minute, is_open = bucket
    return f"{event}:{person_id}:{minute:%Y%m%d%H%M}:{'open' if is_open else CLOSED}"


CLOSED = "closed"
"""In the key of a notice about jobs of projects that are not open to the whole team."""


def _notice(team_id: int, bucket: Bucket, found: _Found, more: int) -> Notice:
    person_id, event, minute, _is_open = bucket
    return Notice(
        team_id=team_id,
        person_id=person_id,
        kind=event.value,
        key=f"{_key(bucket)}:{found.count}",
        text=sentence(event, more),
        count=more,
        job_id=found.job_id if found.count == 1 else None,
        at=minute + MINUTE,
    )


def sentence(event: Event, count: int) -> str:
    """Say how many jobs ended so. No prompt and no title: it leaves the house."""
    if event == Event.DONE:
        return "A clip is done." if count == 1 else f"{count:,} clips are done."
    return "A job failed." if count == 1 else f"{count:,} jobs failed."
