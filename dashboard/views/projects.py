"""Projects: what jobs are for, who is in each, and what each came to."""

from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.db.models import Count, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from dashboard.access import demand, team_page, visible_projects
from dashboard.forms.projects import ProjectForm
from dashboard.http import TeamRequest
from videojobs import projects as domain
from videojobs import teams
from videojobs.models import DayTotal, Kind, Project
from videojobs.rights import Right


@dataclass(frozen=True)
class Row:
    """One project as the list shows it; `spent` in USD is None for those who do not see spend."""

    project: Project
    jobs: int
    people: int
    spent: Decimal | None


@team_page()
def projects(request: TeamRequest) -> HttpResponse:
    """List the projects this person may see, those that take jobs first."""
    rows = _rows(request)
    context = {
        "current": [row for row in rows if row.project.archived_at is None],
        "archived": [row for row in rows if row.project.archived_at is not None],
        "may_manage": request.asker.may(Right.MANAGE_TEAM),
        "sees_spend": request.asker.may(Right.SEE_SPEND),
        "rehearsal": _kind(request) == Kind.REHEARSAL,
    }
    return TemplateResponse(request, "projects/projects.html", context)


@team_page(Right.MANAGE_TEAM, methods=["GET", "POST"])
def add(request: TeamRequest) -> HttpResponse:
    """Make a project."""
    form = ProjectForm(request.POST if request.method == "POST" else None, team=request.team)
    if form.is_valid():
        try:
            made = domain.create(request.team, form.wish(), request.user, now=timezone.now())
        except teams.Refused as refused:
            form.add_error(refused.field or None, refused.message)
        else:
            messages.success(request, f"{made} takes jobs now.")
            return redirect("projects")
    return _page(request, form, None)


@team_page(methods=["GET", "POST"])
def project(request: TeamRequest, project_id: int) -> HttpResponse:
    """Show one project, and change it for those who may."""
    found = _project_or_404(request, project_id)
    may_manage = request.asker.may(Right.MANAGE_TEAM)
    if request.method != "POST":
        return _page(request, ProjectForm.of(found) if may_manage else None, found)
    demand(request.asker, Right.MANAGE_TEAM)
    form = ProjectForm.of(found, request.POST)
    if form.is_valid():
        try:
            domain.change(found, form.wish(), request.user, now=timezone.now())
        except teams.Refused as refused:
            form.add_error(refused.field or None, refused.message)
        else:
            messages.success(request, "The project is changed. It holds for its jobs at once.")
            return redirect("project", found.pk)
    return _page(request, form, found)


@team_page(Right.MANAGE_TEAM, methods=["POST"])
def archive(request: TeamRequest, project_id: int) -> HttpResponse:
    """Let a project take no more jobs."""
    found = _project_or_404(request, project_id)
    try:
        domain.archive(found, request.user, now=timezone.now())
    except teams.Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"{found} takes no more jobs. Those it has go on.")
    return redirect("projects")


@team_page(Right.MANAGE_TEAM, methods=["POST"])
def reopen(request: TeamRequest, project_id: int) -> HttpResponse:
    """Let an archived project take jobs again."""
    found = _project_or_404(request, project_id)
    domain.reopen(found, request.user, now=timezone.now())
    messages.success(request, f"{found} takes jobs again.")
    return redirect("projects")


def _project_or_404(request: TeamRequest, project_id: int) -> Project:
    return get_object_or_404(visible_projects(request.asker).select_related("team"), pk=project_id)


def _page(request: TeamRequest, form: ProjectForm | None, found: Project | None) -> HttpResponse:
    inside = [] if found is None else found.members.select_related("membership__user")
    context = {
        "form": form,
        "project": found,
        "row": next((row for row in _rows(request) if found and row.project.pk == found.pk), None),
        "rehearsal": _kind(request) == Kind.REHEARSAL,
        "people": [one.membership.user for one in inside],
        "sees_spend": request.asker.may(Right.SEE_SPEND),
    }
    return TemplateResponse(
        request, "projects/project.html", context, status=422 if form and form.errors else 200
    )


def _kind(request: TeamRequest) -> str:
    return str(request.team.provider_account.kind)


def _rows(request: TeamRequest) -> list[Row]:
    found = visible_projects(request.asker).annotate(people=Count("members")).order_by("-is_default", "name")
    sums = DayTotal.objects.filter(team=request.team, account__kind=_kind(request)).values("project")
    counted = sums.annotate(usd=Sum("spent"), made=Sum("jobs")).values_list("project", "made", "usd")
    totals: dict[int, tuple[int, Decimal]] = {key: (made, usd) for key, made, usd in counted}
    sees, none = request.asker.may(Right.SEE_SPEND), (0, Decimal(0))
    return [
        Row(one, totals.get(one.pk, none)[0], one.people, totals.get(one.pk, none)[1] if sees else None)
        for one in found
    ]
