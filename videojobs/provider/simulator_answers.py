"""What the simulator says about a job, truthfully or with the faults asked for."""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from videojobs.provider.simulator_faults import Faults
from videojobs.provider.simulator_http import Exchange, Headers
from videojobs.provider.simulator_jobs import Job, Phase

MODERATION = "The request was blocked by content moderation. Please change the prompt and try again."
GO_ZERO_TIME = "0001-01-01T00:00:00Z"
HUGE = 8 * 1024 * 1024
"""Bytes of an answer nobody should keep."""

Wire = dict[str, Any]

Mint = Callable[[float | None], str]
"""Makes the address of a job's clip, good for so many seconds (None: as long as usual)."""


def describe(job: Job, phase: Phase, faults: Faults, mint: Mint) -> Wire:
    """Return the job as the wire has it in a phase."""
    answer: Wire = {"id": job.id, "object": "video", "model": job.model, "status": str(phase)}
    answer |= {"size": job.plan.size, "seconds": str(job.plan.seconds), "created_at": int(job.created)}
    if phase in (Phase.COMPLETED, Phase.FAILED, Phase.CANCELLED):
        answer["completed_at"] = int(job.ended_at)
    if phase is Phase.COMPLETED:
        answer["outputs"] = _outputs(job, faults, mint)
    if phase is Phase.FAILED:
        answer["outputs"] = None
        answer |= _failure(job, faults)
    if phase is Phase.CANCELLED:
        answer["outputs"] = None
    return spoil(answer, job, faults)


def spoil(answer: Wire, job: Job, faults: Faults) -> Wire:
    """Return the answer with the faults on its plain fields; outputs and errors have theirs already."""
    _spoil_outputs(answer, faults)
    _spoil_status(answer, job, faults)
    _spoil_times(answer, job, faults)
    seconds = job.plan.seconds
    _replace(answer, "seconds", faults.use("seconds"), {"number": seconds, "float": float(seconds)})
    _replace(answer, "size", faults.use("size"), {"words": "as you asked"})
    _replace(answer, "object", faults.use("object"), {})
    return _old_shape(answer, job) if faults.use("old-shape") is not None else answer


def _outputs(job: Job, faults: Faults, mint: Mint) -> Wire:
    outputs: Wire = {"video_url": _link(faults, mint)}
    cost = None if job.plan.cost is None else round(float(job.plan.cost), 6)
    if cost is not None:
        outputs["cost"] = cost
    value = faults.use("cost")
    words = {"text": str(job.plan.cost), "words": "about a dollar", "zero": 0, "negative": -0.28}
    odd = {"nan": float("nan"), "infinity": float("inf"), "bool": True, "list": [cost]}
    _replace(outputs, "cost", value, words | odd)
    return outputs


def _link(faults: Faults, mint: Mint) -> str:
    url = mint(faults.seconds("link-life"))
    value = faults.use("link")
    links = {
        "relative": "/" + url.split("/", 3)[-1],
        "private": "http://10.11.12.13/clip.mp4",
        "metadata": "http://169.254.169.254/latest/meta-data/",
        "loopback": "http://127.0.0.2:9/clip.mp4",
        "file": "file:///etc/hostname",
        "ftp": "ftp://example.com/clip.mp4",
        "credentials": url.replace("://", "://somebody:secret@", 1),
        "expired": mint(-1.0),
    }
    return url if value is None else links.get(value, value)


def _failure(job: Job, faults: Faults) -> Wire:
    message = job.failure.message if job.failure else MODERATION
    code = job.failure.code if job.failure else "contentModeration"
    error: Wire = {"message": message, "code": code}
    forms: dict[str, Callable[[], Wire]] = {
        "text": lambda: {"error": message},
        "info": lambda: {"info": {"errors": [error]}},
        "info-text": lambda: {"info": {"errors": message}},
        "list": lambda: {"error": [error]},
        "no-message": lambda: {"error": {"code": code}},
        "missing": dict,
    }
    return forms.get(faults.use("error") or "object", lambda: {"error": error})()


def _spoil_status(answer: Wire, job: Job, faults: Faults) -> None:
    if answer["status"] == Phase.IN_PROGRESS and job.looks % 2 == 0 and faults.use("backwards") is not None:
        answer["status"] = str(Phase.QUEUED)
    value = faults.use("status")
    if value is not None:
        _replace(answer, "status", value, {"number": 7}, otherwise=value)


def _spoil_outputs(answer: Wire, faults: Faults) -> None:
    if answer["status"] != Phase.COMPLETED or "outputs" not in answer:
        return
    outputs = answer["outputs"]
    without = {name: value for name, value in outputs.items() if name != "video_url"}
    odd = {"empty": {}, "list": [outputs], "empty-list": [], "text": "done", "no-url": without}
    _replace(answer, "outputs", faults.use("outputs"), odd | {"null-url": outputs | {"video_url": None}})


def _spoil_times(answer: Wire, job: Job, faults: Faults) -> None:
    value = faults.use("times")
    if value is None:
        return
    for name, moment in (("created_at", job.created), ("completed_at", job.ended_at)):
        if name in answer:
            _replace(answer, name, value, _clocks(moment))


def _clocks(moment: float) -> Wire:
    return {
        "unix": int(moment),
        "float": round(moment, 3),
        "milliseconds": int(moment * 1000),
        "iso": _iso(moment),
        "zero": GO_ZERO_TIME,
        "text": "a moment ago",
    }


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat().replace("+00:00", "Z")


def _old_shape(answer: Wire, job: Job) -> Wire:
    ended = "completed_at" in answer
    error = answer.get("error")
    return {
        "id": answer["id"],
        "status": answer.get("status"),
        "info": {"user_id": "rehearsal", "errors": [error] if error else None},
        "inputs": {"model": job.model, "seconds": None, "metadata": {}},
        "outputs": answer.get("outputs"),
        "created_at": _iso(job.created),
        "claimed_at": GO_ZERO_TIME,
        "done_at": _iso(job.ended_at) if ended else GO_ZERO_TIME,
    }


def _replace(answer: Wire, name: str, value: str | None, odd: Wire, otherwise: object = None) -> None:
    """Put the odd form a fault names in place of a field; a plain number stands for itself."""
    if value is None:
        return
    if value == "missing":
        answer.pop(name, None)
    elif value == "null":
        answer[name] = None
    elif value in odd:
        answer[name] = odd[value]
    elif otherwise is not None:
        answer[name] = otherwise
    else:
        answer[name] = _number(value)


def _number(value: str) -> float | str:
    try:
        return float(value)
    except ValueError:
        return value


def body(answer: Wire, odd: str | None) -> tuple[Headers, bytes]:
    """Return headers and bytes of an answer, those of an odd one where a fault asks for it."""
    found = _odd_json(odd, answer) if odd is not None else answer
    if found is not None:
        return [("content-type", "application/json")], json.dumps(found, separators=(",", ":")).encode()
    if odd == "bomb":
        return [("content-type", "application/json"), ("content-encoding", "gzip")], bomb()
    kind, content = _odd_bytes(odd or "", answer)
    return [("content-type", kind)], content


@cache
def bomb() -> bytes:
    """Return a small body that grows to 256 MiB when unpacked."""
    return gzip.compress(b"[" + b" " * (256 * 1024 * 1024), compresslevel=1)


def _odd_json(kind: str, answer: Wire) -> object:
    bodies: dict[str, object] = {
        "list": [answer],
        "no-id": {name: value for name, value in answer.items() if name != "id"},
        "id-only": {"id": answer.get("id")},
        "id-number": answer | {"id": 12345},
        "id-hostile": answer | {"id": "../../v1/models?x=<b>1</b>"},
        "other-id": answer | {"id": "somebody-elses-job"},
        "string-error": {"error": "Something went wrong."},
        "bare-error": {"error_type": "server_error", "message": "Something went wrong."},
        "huge": answer | {"padding": "x" * HUGE},
    }
    return bodies.get(kind)


def _odd_bytes(kind: str, answer: Wire) -> tuple[str, bytes]:
    bodies: dict[str, tuple[str, bytes]] = {
        "html": ("text/html", b"<html><head><title>502</title></head><body>Bad Gateway</body></html>"),
        "text": ("text/plain", b"upstream connect error or disconnect/reset before headers"),
        "empty": ("application/json", b""),
        "broken": ("application/json", json.dumps(answer).encode()[:-7]),
        "bytes": ("application/json", b'{"id": "\xff\xfe\x00'),
        "nested": ("application/json", b"[" * 100_000),
    }
    return bodies.get(kind) or ("text/plain", kind.encode())


def refusal_headers(exchange: Exchange, faults: Faults, status: int) -> Headers:
    """Return the headers that go with an answer that is no job."""
    headers: Headers = []
    for name, header in (("retry-after", "retry-after"), ("ratelimit-reset", "x-ratelimit-reset")):
        value = faults.use(name)
        if value is not None:
            headers.append((header, value))
    if 300 <= status < 400:
        headers.append(("location", faults.use("location") or exchange.origin + exchange.path))
    return headers
