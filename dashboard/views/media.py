"""Our own copies of clips and their posters: whole or in ranges, by session or by signed link."""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, http_date, parse_http_date_safe
from django.views.decorators.http import require_safe

from dashboard import access, media_links, ranges
from dashboard.access import team_page
from dashboard.file_sending import Piece, hand_over
from dashboard.http import TeamRequest
from videojobs.models import Job, Output
from videojobs.rights import Right

KEPT_FOR = 3600
"""Seconds a browser may show a clip again without asking."""


@dataclass(frozen=True)
class Kept:
    """A file as it is sent. `etag` is quoted, `changed` is Unix time in seconds."""

    path: Path
    content_type: str
    name: str
    etag: str
    changed: int

    @classmethod
    def clip(cls, job: Job, output: Output) -> "Kept":
        """Return a job's clip."""
        etag, name = f'"{output.sha256}"', media_links.file_name(job, output)
        return cls(_path(output.name), output.content_type, name, etag, _unix(output.stored_at))

    @classmethod
    def poster(cls, job: Job, output: Output) -> "Kept":
        """Return a clip's poster. Raises Http404 where none could be made."""
        if not output.poster:
            raise Http404("This clip has no poster.")
        etag, name = f'"{output.sha256}-poster"', f"{job.id}.webp"
        return cls(_path(output.poster), "image/webp", name, etag, _unix(output.stored_at))


@team_page(Right.SEE_JOBS)
def clip(request: TeamRequest, job_id: str) -> HttpResponseBase:
    """Play or, with `?download`, save a clip of the team."""
    job = access.job_for(request, job_id)
    return send(request, Kept.clip(job, _output(job)))


@team_page(Right.SEE_JOBS)
def poster(request: TeamRequest, job_id: str) -> HttpResponseBase:
    """Show a clip's poster."""
    job = access.job_for(request, job_id)
    return send(request, Kept.poster(job, _output(job)))


@login_not_required
@require_safe
def signed(request: HttpRequest, job_id: str, name: str) -> HttpResponseBase:
    """Play a clip for whoever holds a link of ours that has not expired; its name is decoration."""
    until, signature = request.GET.get("until", ""), request.GET.get("signature", "")
    if not media_links.is_good(job_id, until, signature, now=timezone.now()):
        sentence = "This link is wrong or has expired. Read the job again for a fresh one.\n"
        return HttpResponse(sentence, status=403, content_type="text/plain; charset=utf-8")
    job = Job.objects.filter(id=job_id).first()
    if job is None:
        raise Http404("No such job.")
    return send(request, Kept.clip(job, _output(job)))


def _output(job: Job) -> Output:
    output = Output.objects.filter(job=job).first()
    if output is None:
        raise Http404("This job has no clip.")
    return output


def _path(name: str) -> Path:
    """Return where a file is kept. Raises Http404 for a name that leads out of the storage."""
    root = Path(settings.MEDIA_ROOT).resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root):
        raise Http404("No such file.")
    return path


def _unix(moment: datetime) -> int:
    return int(moment.timestamp())


def send(request: HttpRequest, kept: Kept) -> HttpResponseBase:
    """Answer with a file or the range asked for: 200, 206, 304, 412 or 416. Raises Http404."""
    early = get_conditional_response(request, kept.etag, kept.changed, None)
    if early is not None:
        return _with_headers(early, request, kept)
    try:
        file = kept.path.open("rb")
    except OSError as error:
        raise Http404("The file is not in our storage any more.") from error
    size = os.fstat(file.fileno()).st_size
    try:
        span = _span(request, kept, size)
    except ranges.Unsatisfiable:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    part = span or ranges.Span(0, size)
    response = _body(request, Piece(file, part.start, part.length))
    response["Content-Length"] = str(part.length)
    if span is not None:
        response.status_code = 206
        response["Content-Range"] = span.content_range(size)
    return _with_headers(response, request, kept)


def _span(request: HttpRequest, kept: Kept, size: int) -> ranges.Span | None:
    """Return the range asked for; None for HEAD, and where the asker's copy is of another file."""
    header = request.headers.get("Range", "")
    if request.method != "GET" or not header or not _still_same(request, kept):
        return None
    return ranges.span(header, size)


def _still_same(request: HttpRequest, kept: Kept) -> bool:
    known = request.headers.get("If-Range")
    return known is None or known == kept.etag or parse_http_date_safe(known) == kept.changed


def _body(request: HttpRequest, piece: Piece) -> HttpResponseBase:
    if request.method == "HEAD":
        piece.close()
        return HttpResponse()
    if hand_over(request, piece):
        return HttpResponse()
    return StreamingHttpResponse(piece)


def _with_headers(response: HttpResponseBase, request: HttpRequest, kept: Kept) -> HttpResponseBase:
    disposition = content_disposition_header("download" in request.GET, kept.name)
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": f"private, max-age={KEPT_FOR}",
        "Content-Disposition": disposition or "inline",
        "Content-Type": kept.content_type,
        "ETag": kept.etag,
        "Last-Modified": http_date(kept.changed),
        "X-Content-Type-Options": "nosniff",
    }
    for name, value in headers.items():
        response[name] = value
    return response
