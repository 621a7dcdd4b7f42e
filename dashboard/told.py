"""What somebody is told: their notices, without what a project keeps from them."""

from collections.abc import Iterable

from django.db.models import Q

from dashboard.http import Asker
from videojobs.models import Notice
from videojobs.models.notices import NoticeQuerySet


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
