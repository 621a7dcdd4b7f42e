"""Links to our own copies: one that needs no header and expires, and those that pages use."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core.signing import Signer
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from videojobs.models import Job, Output

GOOD_FOR = timedelta(hours=24)
"""How long a signed link works at least."""

ROUNDED_TO = 3600
"""Seconds. Links made within one hour are the same, so that reading a job again does not defeat a cache."""


def file_name(job: Job, output: Output) -> str:
    """Return the name a clip is saved under."""
    return f"{job.id}.{output.container}"


def clip_path(job_id: str) -> str:
    """Return the path of a clip for people who are signed in."""
    return reverse("media_clip", args=[job_id])


def poster_path(job_id: str) -> str:
    """Return the path of a poster for people who are signed in."""
    return reverse("media_poster", args=[job_id])


def signed_url(job: Job, output: Output, origin: str, *, now: datetime) -> str:
    """Return an address that plays a clip without sign-in or header, for a day from `now`."""
    until = (int((now + GOOD_FOR).timestamp()) // ROUNDED_TO + 1) * ROUNDED_TO
    path = reverse("media_signed", args=[job.id, file_name(job, output)])
    return f"{origin}{path}?until={until}&signature={_signature(job.id, until)}"


def is_good(job_id: str, until: str, signature: str, *, now: datetime) -> bool:
    """Tell whether a signed address was made by us and has not expired."""
    if not (until.isascii() and until.isdigit() and len(until) < 15):
        return False
    genuine = constant_time_compare(signature, _signature(job_id, int(until)))
    return genuine and datetime.fromtimestamp(int(until), UTC) > now


def _signature(job_id: str, until: int) -> str:
    return Signer(salt="dailies.media").signature(f"{job_id}/{until}")


def origin_of(request: HttpRequest) -> str:
    """Return where links for whoever sent this request begin: PUBLIC_URL, or without one where they came."""
    if settings.PUBLIC_URL != settings.LOCAL_URL:
        return str(settings.PUBLIC_URL)
    return f"{request.scheme}://{request.get_host()}"
