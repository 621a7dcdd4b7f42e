"""Which job a script means."""

from django.http import Http404

from dashboard import access
from dashboard.http import Asker
from videojobs.models import Job
from videojobs.rights import Right


def find_job(asker: Asker, job_id: str) -> Job:
    """Return a job of the asker's team. Raises Http404 for all others, whatever was sent as an id."""
    if not (job_id.isascii() and job_id.isprintable()):
        raise Http404("No such job.")
    return access.job_or_404(asker, job_id)


def find_job_to_change(asker: Asker, job_id: str, own: Right | None, any: Right) -> Job:
    """Return a job this asker may change. Raises Http404 to strangers, PermissionDenied to readers."""
    job = find_job(asker, job_id)
    access.demand_change(asker, job, own, any)
    return job
