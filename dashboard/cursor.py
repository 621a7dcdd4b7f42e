"""Where a page of a list begins: an opaque word in the address that never skips or repeats a job."""

import base64
import binascii
from datetime import UTC, datetime

from videojobs.models import Job
from videojobs.models.jobs import JobQuerySet

LONGEST = 200
YEARS = range(2000, 9000)
"""Near the ends of the calendar a moment cannot even be turned into UTC."""

Place = tuple[datetime, str]
"""When a job was made, and its id."""


class NoCursor(ValueError):
    """This is not a cursor of ours."""


def of(job: Job) -> str:
    """Return the cursor that stands at a job."""
    plain = f"{job.created_at.astimezone(UTC).isoformat()} {job.id}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def read(cursor: str) -> Place:
    """Return where a cursor stands. Raises NoCursor."""
    try:
        if len(cursor) > LONGEST:
            raise NoCursor("too long")
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        plain = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
        moment, _, job_id = plain.partition(" ")
        created_at = datetime.fromisoformat(moment)
    except (ValueError, binascii.Error) as error:
        raise NoCursor("This is not a cursor of ours.") from error
    believable = created_at.tzinfo is not None and created_at.year in YEARS
    if not believable or not job_id.replace("_", "").isalnum():
        raise NoCursor("This is not a cursor of ours.")
    return created_at, job_id


def older(jobs: JobQuerySet, place: Place) -> JobQuerySet:
    """Return the jobs after a place in a list that begins with the newest."""
    created_at, job_id = place
    # One range first, so that the list's index answers.
    return jobs.filter(created_at__lte=created_at).exclude(created_at=created_at, id__gte=job_id)


def newer(jobs: JobQuerySet, place: Place) -> JobQuerySet:
    """Return the jobs before a place in a list that begins with the newest."""
    created_at, job_id = place
    return jobs.filter(created_at__gte=created_at).exclude(created_at=created_at, id__lte=job_id)
