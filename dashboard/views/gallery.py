"""Gallery: posters that play in place, running jobs first, every view of it in the address."""

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from dashboard import cursor, media_links
from dashboard.access import job_for, team_page, visible_jobs
from dashboard.forms.gallery import Filters
from dashboard.http import TeamRequest
from dashboard.views.gallery_filters import Bar
from videojobs.models import Job, Output
from videojobs.models.jobs import JobQuerySet
from videojobs.rights import Right
from videojobs.states import ACTIVE, ENDED, State

PAGE = 48
RUNNING_SHOWN = 12
COUNTED_TO = 10_000
"""More than this is said as "10,000+": nobody reads the rest, and counting it takes time."""

RATIOS = (56, 67, 75, 80, 100, 125, 133, 150, 178, 200, 233)
"""Widths for a height of 100 that the style sheet knows; a poster stands in the nearest one."""

USUAL_RATIO = 178
NONE_YET = "none"


@dataclass(frozen=True)
class Tile:
    """One job in the grid."""

    job: Job
    output: Output | None

    @property
    def url(self) -> str:
        """Its own page."""
        return reverse("job", args=[self.job.id])

    @property
    def clip(self) -> str:
        """The address it plays from, "" without a clip."""
        return media_links.clip_path(self.job.id) if self.output else ""

    @property
    def poster(self) -> str:
        """The address of its poster, "" without one."""
        return media_links.poster_path(self.job.id) if self.output and self.output.poster else ""

    @property
    def ratio(self) -> int:
        """Its width for a height of 100, as near as the style sheet knows."""
        width, height = (self.output.width, self.output.height) if self.output else _expected(self.job.size)
        wanted = 100 * width / height if width and height else USUAL_RATIO
        return min(RATIOS, key=lambda known: abs(known - wanted))

    @property
    def live(self) -> bool:
        """Whether news may still change it."""
        return not self.job.is_ended


def tile_of(job: Job) -> Tile:
    """Return a job's tile; its output should have been selected with it."""
    return Tile(job, getattr(job, "output", None))


def _expected(size: str) -> tuple[int, int]:
    width, _, height = size.partition("x")
    return (int(width), int(height)) if width.isdecimal() and height.isdecimal() else (0, 0)


@dataclass(frozen=True)
class Count:
    """How many, said honestly: counting stops somewhere."""

    number: int

    @classmethod
    def of(cls, jobs: JobQuerySet) -> "Count":
        """Count jobs, at most so far."""
        return cls(jobs.order_by()[: COUNTED_TO + 1].count())

    def __str__(self) -> str:
        return f"{COUNTED_TO:,}+" if self.number > COUNTED_TO else f"{self.number:,}"

    def __bool__(self) -> bool:
        return self.number > 0


class Gallery:
    """One view of the gallery, as its address asks for it. A fixed number of queries."""

    def __init__(self, request: TeamRequest) -> None:
        self.request = request
        self.filters = Filters.read(request.GET.dict())
        self.lost_place = False
        self._older = self._place("after")
        self._newer = self._place("before")

    def _place(self, key: str) -> cursor.Place | None:
        given = self.request.GET.get(key)
        try:
            return cursor.read(given) if given else None
        except cursor.NoCursor:
            self.lost_place = True
            return None

    @property
    def is_first_page(self) -> bool:
        """Whether this is where the list begins."""
        return self._older is None and self._newer is None

    @cached_property
    def bar(self) -> Bar:
        """The filters and their menus."""
        return Bar(self.filters, self.request.asker)

    @property
    def _zone(self) -> ZoneInfo:
        """Where the days of its filters begin."""
        return self.request.team.zone

    @cached_property
    def _visible(self) -> JobQuerySet:
        return visible_jobs(self.request.asker)

    @cached_property
    def _listed(self) -> JobQuerySet:
        """What the pages go through: with running jobs apart, those that have ended."""
        jobs = self.filters.on(self._visible, self._zone)
        return jobs.filter(state__in=list(ENDED)) if self.filters.splits_running else jobs

    @cached_property
    def _running(self) -> list[cursor.Place]:
        """Where the jobs stand that are still to become clips, newest first."""
        if not self.filters.splits_running:
            return []
        active = self.filters.apart_from_state(self._visible, self._zone).filter(state__in=list(ACTIVE))
        # Few of many: sorted here, so that the index of states finds them instead of a walk through all.
        return sorted(active.order_by().values_list("created_at", "id")[: COUNTED_TO + 1], reverse=True)

    @cached_property
    def running(self) -> list[Tile]:
        """What is still to become a clip, newest first; only on the first page."""
        shown = [job_id for _moment, job_id in self._running[:RUNNING_SHOWN]] if self.is_first_page else []
        return [tile_of(job) for job in _whole(self._visible.filter(id__in=shown)).newest_first()]

    @cached_property
    def _page(self) -> tuple[list[Job], bool, bool]:
        """The jobs of this page, and whether there are newer and older ones."""
        jobs = _whole(self._listed)
        if self._newer is not None:
            found = list(cursor.newer(jobs, self._newer).order_by("created_at", "id")[: PAGE + 1])
            return found[:PAGE][::-1], len(found) > PAGE, True
        if self._older is not None:
            jobs = cursor.older(jobs, self._older)
        found = list(jobs.newest_first()[: PAGE + 1])
        return found[:PAGE], self._older is not None, len(found) > PAGE

    @cached_property
    def tiles(self) -> list[Tile]:
        """The jobs of this page, newest first."""
        return [tile_of(job) for job in self._page[0]]

    @property
    def newer_url(self) -> str:
        """The page before this one, "" at the beginning."""
        jobs, more, _older = self._page
        if jobs and more:
            return self._at(before=cursor.of(jobs[0]))
        return "" if jobs or self.is_first_page else self._at()

    @property
    def older_url(self) -> str:
        """The page after this one, "" at the end."""
        jobs, _newer, more = self._page
        return self._at(after=cursor.of(jobs[-1])) if jobs and more else ""

    def _at(self, **place: str) -> str:
        return f"{reverse('gallery')}?{urlencode(self.filters.as_query() | place)}"

    @property
    def shown(self) -> str:
        """How much of the whole this page shows."""
        return f"{len(self.tiles)} on this page, {self.total} in all"

    @property
    def more_running_url(self) -> str:
        """Everything that is on its way."""
        return f"{reverse('gallery')}?{urlencode(self.filters.as_query() | {'state': 'active'})}"

    # how many

    @cached_property
    def total(self) -> Count:
        """How many jobs the pages go through in all."""
        return Count.of(self._listed)

    @property
    def noun(self) -> str:
        """What the total counts: clips, or jobs where others are among them."""
        listed = self.filters.states - ACTIVE if self.filters.splits_running else self.filters.states
        return "clip" if listed == {State.COMPLETED} else "job"

    @cached_property
    def running_total(self) -> Count:
        """How many are still to become clips."""
        return Count(len(self._running))

    @cached_property
    def unseen(self) -> Count:
        """How many ended without a clip and are not shown unless asked for."""
        if self.filters.states != Filters().states:
            return Count(0)
        hidden = ENDED - {State.COMPLETED}
        return Count.of(
            self.filters.apart_from_state(self._visible, self._zone).filter(state__in=list(hidden))
        )

    @property
    def unseen_url(self) -> str:
        """The same with everything that ended without a clip."""
        return f"{reverse('gallery')}?{urlencode(self.filters.as_query() | {'state': 'any'})}"

    @property
    def is_new(self) -> bool:
        """Whether nobody in the team has made anything yet."""
        return not self.filters.as_query() and not (self.total or self.running_total or self.unseen)

    # news

    @property
    def seen(self) -> str:
        """The newest job this page knows of, so that news can say whether there are newer ones."""
        newest = self._visible.newest_first().only("id", "created_at").first()
        return self.request.GET.get("seen") or (cursor.of(newest) if newest else NONE_YET)

    @property
    def has_news(self) -> bool:
        """Whether a job that this view would show came since the page was made."""
        seen = self.request.GET.get("seen", "")
        wanted = self.filters.on(self._visible, self._zone)
        if seen == NONE_YET:
            return wanted.exists()
        try:
            return bool(seen) and cursor.newer(wanted, cursor.read(seen)).exists()
        except cursor.NoCursor:
            return False

    @property
    def address(self) -> str:
        """This very view from its beginning."""
        return self._at() if self.filters.as_query() else reverse("gallery")

    @property
    def count_url(self) -> str:
        """Where the count is read again."""
        query = self.filters.as_query() | {"seen": self.seen}
        return f"{reverse('gallery_count')}?{urlencode(query)}"


def _whole(jobs: JobQuerySet) -> JobQuerySet:
    return jobs.select_related("account", "person", "output")


@team_page(Right.SEE_JOBS)
def gallery(request: TeamRequest) -> HttpResponse:
    """Show one page of the team's clips."""
    return TemplateResponse(request, "gallery/gallery.html", {"gallery": Gallery(request)})


@team_page(Right.SEE_JOBS)
def count(request: TeamRequest) -> HttpResponse:
    """Return how many there are, and whether there are newer ones than the page shows."""
    return TemplateResponse(request, "gallery/_count.html", {"gallery": Gallery(request)})


@team_page(Right.SEE_JOBS)
def tile(request: TeamRequest, job_id: str) -> HttpResponse:
    """Return one tile alone."""
    found = tile_of(job_for(request, job_id))
    return TemplateResponse(request, "gallery/_tile.html", {"tile": found, "words": request.GET.get("q", "")})
