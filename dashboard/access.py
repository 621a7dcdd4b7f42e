"""May they see it, may they change it: the row, or 404 to strangers and 403 to those who may only read."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.deprecation import MiddlewareMixin
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from dashboard.http import Asker, TeamRequest
from videojobs.models import Job, Membership, Project, User
from videojobs.models.jobs import JobQuerySet
from videojobs.rights import Right, Role

TEAM_KEY = "team"
"""Where the session keeps which of their teams a person works in."""

P = ParamSpec("P")
TeamView = Callable[Concatenate[TeamRequest, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


class InNoTeam(PermissionDenied):
    """Somebody is signed in who is in no team."""


def team_page(
    right: Right | None = None, *, methods: Sequence[str] = ("GET",)
) -> Callable[[TeamView[P]], View[P]]:
    """Let members of a team alone reach a view, if their role carries `right`. GET brings HEAD with it."""
    allowed = [*methods, "HEAD"] if "GET" in methods else list(methods)

    def decorate(view: TeamView[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            try:
                asking = in_team(request)
            except InNoTeam:
                return TemplateResponse(request, "team/none.html", status=403)
            if right is not None:
                demand(asking.asker, right)
            if request.method not in allowed:
                return HttpResponseNotAllowed(allowed)
            return view(asking, *args, **kwargs)

        return guarded

    return decorate


def to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Lead to the sign-in page, and from there back to a page that was asked for."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    if htmx:
        # A fragment's request would put the sign-in page into the page; the browser itself must go there.
        return HttpResponseClientRedirect(redirect_to_login(htmx.current_url_abs_path or "/").url)
    return redirect_to_login(request.get_full_path() if request.method in {"GET", "HEAD"} else "/")


def in_team(request: HttpRequest) -> TeamRequest:
    """Put the person's team on the request: the one their session names, else the first they joined."""
    user = cast(User, request.user)
    mine = list(memberships_of(user))
    membership = chosen_membership(mine, request.session.get(TEAM_KEY))
    if membership is None:
        raise InNoTeam("You are in no team. Ask somebody who owns one to add you.")
    asking = cast(TeamRequest, request)
    asking.team, asking.membership = membership.team, membership
    asking.others = [other for other in mine if other.pk != membership.pk]
    asking.may_found = any(one.role == Role.OWNER for one in mine)
    asking.asker = Asker(user=user, team=membership.team, membership=membership)
    return asking


def membership_of(user: User, team_id: object) -> Membership | None:
    """Return a person's membership in the team they work in, else in the first one they joined."""
    return chosen_membership(list(memberships_of(user)), team_id)


def memberships_of(user: User) -> QuerySet[Membership]:
    """Return a person's memberships, the first they joined first."""
    return user.memberships.select_related("team").order_by("created_at", "id")


def chosen_membership(memberships: Sequence[Membership], team_id: object) -> Membership | None:
    """Return the one of the team that the session names, else the first."""
    chosen = (membership for membership in memberships if membership.team_id == team_id)
    return next(chosen, memberships[0] if memberships else None)


def demand(asker: Asker, right: Right) -> None:
    """Raise PermissionDenied, with a sentence for the page, where a role lacks a right."""
    if not asker.may(right):
        raise PermissionDenied(refusal(asker, right))


def refusal(asker: Asker, right: Right) -> str:
    """Say what a role may not do, or a token whose person might."""
    if asker.token is not None and asker.membership.may(right):
        only = "one project" if asker.token.project_id else f"“{asker.token.scope}”"
        return f"This API token is for {only} alone, which may not {right.value}."
    return f"In {asker.team} your role is {asker.membership.role}, which may not {right.value}."


def visible_jobs(asker: Asker) -> JobQuerySet:
    """Return the jobs this asker may see, without projects closed to them and prompts kept from them."""
    jobs = Job.objects.in_team(asker.team).veiled(asker.veil)
    if not asker.may(Right.SEE_JOBS):
        return jobs.none()
    if asker.token is not None and asker.token.project_id is not None:
        jobs = jobs.filter(project=asker.token.project_id)
    return jobs.exclude(project__in=asker.hidden_projects) if asker.hidden_projects else jobs


def visible_projects(asker: Asker) -> QuerySet[Project]:
    """Return the projects whose jobs this asker may see, archived ones included."""
    projects = asker.team.projects.exclude(pk__in=asker.hidden_projects)
    if asker.token is not None and asker.token.project_id is not None:
        projects = projects.filter(pk=asker.token.project_id)
    return projects


def usable_projects(asker: Asker) -> QuerySet[Project]:
    """Return the projects this asker may make jobs for, the default one first."""
    return visible_projects(asker).filter(archived_at=None).order_by("-is_default", "name")


def sees_prompt(asker: Asker, job: Job) -> bool:
    """Tell whether this asker may read a job's prompt, and with it its body and raw answers."""
    return not asker.veil.covers(job)


def shown_prompt(asker: Asker, job: Job) -> str:
    """Return what this asker may read of a job's prompt: all, its title, or a word that it is kept."""
    return asker.veil.instead(job)


def job_or_404(asker: Asker, job_id: str) -> Job:
    """Return a job this asker may see. Raises Http404 for all others, as if there were none."""
    if not (job_id.isascii() and job_id.isprintable()):  # PostgreSQL does not even compare a NUL
        raise Http404("No such job.")
    try:
        jobs = visible_jobs(asker).select_related("account", "person", "project", "team", "keeper")
        return jobs.get(id=job_id)
    except Job.DoesNotExist as error:
        raise Http404("No such job.") from error


def may_change(asker: Asker, job: Job, own: Right | None, any: Right) -> bool:
    """Tell whether a role carries `any`, or `own` for a job that is the asker's. `own` None: only `any`."""
    return asker.may(any) or (own is not None and job.whose == asker.user.pk and asker.may(own))


def changeable_jobs(
    asker: Asker, own: Right = Right.CANCEL_OWN, any: Right = Right.CANCEL_ANY
) -> JobQuerySet:
    """Return the jobs this asker may change: anybody's, or their own. Raises PermissionDenied for neither."""
    jobs = visible_jobs(asker)
    if asker.may(any):
        return jobs
    demand(asker, own)
    return jobs.filter(Q(keeper=asker.user) | Q(keeper=None, person=asker.user))


def job_for(request: TeamRequest, job_id: str) -> Job:
    """Return a job of the request's team. Raises Http404 for all others."""
    return job_or_404(request.asker, job_id)


def job_for_change(
    request: TeamRequest, job_id: str, own: Right | None = Right.CANCEL_OWN, any: Right = Right.CANCEL_ANY
) -> Job:
    """Return a job this person may change. Raises Http404 for strangers and PermissionDenied for readers."""
    job = job_for(request, job_id)
    demand_change(request.asker, job, own, any)
    return job


def demand_change(asker: Asker, job: Job, own: Right | None, any: Right) -> None:
    """Raise PermissionDenied where this asker may see a job but not change it so."""
    if not may_change(asker, job, own, any):
        raise PermissionDenied(refusal(asker, any))


class SignInRequired(MiddlewareMixin):
    """Strangers pass only to views marked `login_not_required`: sign-in, health, signed media, scripts."""

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        _arguments: tuple[Any, ...],
        _named: dict[str, Any],
    ) -> HttpResponseBase | None:
        """Send strangers to the sign-in page, which leads back here."""
        is_open = not getattr(view, "login_required", True)
        return None if is_open or request.user.is_authenticated else to_sign_in(request)
