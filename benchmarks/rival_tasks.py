"""One task per look, as good as such a thing can be: one kept client, one read, one update of a row."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx
from django.conf import settings
from django.db.models import F

from benchmarks.rival import app
from videojobs.models import Job

NEXT_LOOK = timedelta(seconds=30)


@cache
def client() -> httpx.Client:
    """Return the one client of this process; its connections are kept."""
    limits = httpx.Limits(max_connections=settings.WORKER_THREADS)
    headers = {"Authorization": f"Bearer {settings.PROVIDER_KEY}"}
    return httpx.Client(base_url=settings.PROVIDER_BASE_URL, headers=headers, limits=limits, trust_env=False)


def read_and_write(job_id: str) -> None:
    """Read one job at the provider and write what it said."""
    job = Job.objects.get(id=job_id)
    response = client().get(f"/v2/videos/{job.provider_id}")
    response.raise_for_status()
    now = datetime.now(UTC)
    Job.objects.filter(id=job_id).update(
        provider_status=response.json()["status"],
        last_answer=response.text,
        look_count=F("look_count") + 1,
        last_look_at=now,
        next_look_at=now + NEXT_LOOK,
    )


look: Any = app.task(name="rival.look")(read_and_write)
