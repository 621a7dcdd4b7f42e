"""One job: its clip, its settings, its money, its way."""

from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse

from dashboard.access import job_for, team_page
from dashboard.http import TeamRequest
from dashboard.views.job_page import page_of, show_job
from videojobs.rights import Right

PIECES = frozenset({"head", "stage", "status", "part"})
"""What of the page changes by itself, each a template of its own."""


@team_page(Right.SEE_JOBS)
def job(request: TeamRequest, job_id: str) -> HttpResponse:
    """Show a job."""
    return show_job(request, job_for(request, job_id))


@team_page(Right.SEE_JOBS)
def piece(request: TeamRequest, job_id: str, name: str) -> HttpResponse:
    """Return one live piece of the page alone."""
    if name not in PIECES:
        raise Http404("No such piece.")
    found = job_for(request, job_id)
    context = {"page": page_of(request, found), "job": found}
    return TemplateResponse(request, f"jobs/_{name}.html", context)
