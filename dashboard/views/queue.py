"""The Queue page: what runs, what needs a person, what waits and why, and what just ended."""

from django.http import HttpResponse

from dashboard.access import team_page
from dashboard.http import TeamRequest
from dashboard.views.queue_answer import fragment, show
from videojobs.rights import Right


@team_page(Right.SEE_JOBS)
def queue(request: TeamRequest) -> HttpResponse:
    """Show the queue."""
    return show(request)


@team_page(Right.SEE_JOBS)
def lanes(request: TeamRequest) -> HttpResponse:
    """Return everything below the page's head alone, for pages that are open."""
    return fragment(request)
