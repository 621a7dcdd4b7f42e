"""What somebody is told: their notices, without what a project keeps from them, and which are new to them."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, Q

from dashboard.http import Asker
from videojobs.models import Membership, Notice
from videojobs.models.notices import NoticeQuerySet
from videojobs.notices import choices


def visible_notices(asker: Asker) -> NoticeQuerySet:
    """Return what this asker is told: the team's notices and their own, none about a job they may not see."""
    told = Notice.objects.filter(Q(person=None) | Q(person=asker.user), team=asker.team)
    hidden = asker.hidden_projects
    return told.exclude(job__project__in=hidden) if hidden else told


def as_told(asker: Asker, notices: Iterable[Notice]) -> list[Notice]:
    """Return notices with the veil over their jobs; select `job` with them."""
    shown = list(notices)
    for notice in shown:
        if notice.job is not None:
            asker.veil.fall_over(notice.job)
    return shown


def is_new(asker: Asker, notice: Notice) -> bool:
    """Tell whether a notice is new to this asker: their own by itself, the team's by when they last read."""
    read_at = notice.read_at if notice.person_id is not None else asker.membership.notices_read_at
    return read_at is None or read_at < notice.at


def new_notices(asker: Asker) -> NoticeQuerySet:
    """Return what holds and this asker has not read: the same as `is_new`, asked of the database."""
    own = Q(person=asker.user) & (Q(read_at=None) | Q(read_at__lt=F("at")))
    read_at = asker.membership.notices_read_at
    teams = Q(person=None) if read_at is None else Q(person=None, at__gt=read_at)
    return visible_notices(asker).open().filter(own | teams)


def wanted_new(asker: Asker) -> NoticeQuerySet:
    """Return what is new, without the events this asker wants to see nothing of in the page."""
    return new_notices(asker).exclude(kind__in=choices.chosen(asker.membership).hidden_kinds)


def mark_read(asker: Asker, until: datetime) -> None:
    """Mark what came until a moment as read by this asker, and by nobody else. It never becomes new again."""
    own = Notice.objects.filter(team=asker.team, person=asker.user, at__lte=until)
    own.filter(Q(read_at=None) | Q(read_at__lt=F("at"))).update(read_at=until)
    # Of two clicks the later moment stays, whichever is stored last.
    mine = Membership.objects.filter(pk=asker.membership.pk)
    mine.filter(Q(notices_read_at=None) | Q(notices_read_at__lt=until)).update(notices_read_at=until)
