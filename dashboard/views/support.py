"""One file for whoever helps: how the site is set up and how it fares, without secrets, prompts or names."""

import io
import json
import platform
import sys
import zipfile
from importlib import metadata
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.http import HttpResponse
from django.utils import timezone

from dashboard.access import team_page
from dashboard.http import TeamRequest
from dashboard.metrics import written
from dashboard.views.health_lines import lines
from videojobs.models import Job
from videojobs.rights import Right

PACKAGES = ("django", "celery", "httpx", "pydantic", "redis", "psycopg", "django-allauth", "av", "uvicorn")
SET_UP = (
    *("PUBLIC_URL", "PROVIDER_BASE_URL", "PROVIDER_PLACES", "MIN_FREE_DISK", "MAX_CLIP_BYTES"),
    *("WORKER_THREADS", "IMPORT_USAGE", "EMAIL_CONFIGURED", "BROKER_EMBEDDED", "DEBUG", "SIMULATOR_SPEED"),
)


@team_page(Right.MANAGE_TEAM)
def support_file(request: TeamRequest) -> HttpResponse:
    """Send the file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _contents(request).items():
            archive.writestr(name, content)
    answer = HttpResponse(packed.getvalue(), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="dailies-support-{timezone.now():%Y-%m-%d}.zip"'
    return answer


def _contents(request: TeamRequest) -> dict[str, bytes | str]:
    health = [
        {"name": line.name, "level": line.level, "problem": line.problem, "text": line.text}
        for line in lines(request, timezone.now())
    ]
    return {
        "health.json": _json(health),
        "versions.json": _json(_versions()),
        "settings.json": _json({name: getattr(settings, name) for name in SET_UP}),
        "failures.json": _json(_failures(request)),
        "metrics.txt": written(request.team),
    }


def _versions() -> dict[str, str]:
    found = {"dailies": settings.VERSION, "python": sys.version.split()[0], "system": platform.platform()}
    found[connection.vendor] = ".".join(map(str, connection.get_database_version()))
    return found | {name: metadata.version(name) for name in PACKAGES}


def _failures(request: TeamRequest) -> list[dict[str, Any]]:
    """Return how often jobs ended badly, by the provider's own code; its sentences may repeat a prompt."""
    ended = Job.objects.in_team(request.team).ended().exclude(failure_code="").order_by()
    rows = ended.values("state", "model", "failure_code", "charged").annotate(count=Count("pk"))
    return [dict(row) for row in rows.order_by("-count")[:50]]


def _json(value: object) -> str:
    return json.dumps(value, indent=2, default=str)
