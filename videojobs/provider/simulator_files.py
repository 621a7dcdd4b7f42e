"""The simulator's file host: short links that expire, and the clips behind them."""

import asyncio
import re
from pathlib import Path

from videojobs.provider.simulator_faults import Faults
from videojobs.provider.simulator_http import Exchange, Headers
from videojobs.provider.simulator_jobs import Job, now
from videojobs.provider.simulator_state import Simulation

PIECE = 256 * 1024
"""Bytes sent at a time."""

OVERSIZE = 5 * 1024**3
"""Bytes an oversize file claims to have: above the default cap of 2 GiB."""

DRIP = 512
"""Bytes a dripping file sends each half second."""

KINDS = {".mp4": "video/mp4", ".webm": "video/webm"}

EXPIRED = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
MISSING = "<Error><Code>NoSuchKey</Code><Message>No such file</Message></Error>"
XML = "application/xml"


async def short_link(exchange: Exchange, simulation: Simulation, token: str) -> None:
    """Lead from a short link to the file."""
    found = simulation.open(token)
    _note(exchange, simulation, found[0] if found else None)
    if found is None:
        return await exchange.text(404, "<h1>Not found</h1>")
    job, expires = found
    if now() >= expires:
        return await exchange.text(410, "<h1>This link has expired</h1>")
    target = _target(exchange, simulation.faults_of(job).use("file-redirect"), token)
    ending = Path(job.clip).suffix
    usual = f"{exchange.origin}/files/{job.id}{ending}?token={token}"
    if target == "":
        return await exchange.answer(302, b"", [])
    return await exchange.redirect(302, target or usual)


def _target(exchange: Exchange, value: str | None, token: str) -> str | None:
    """Return where a faulty link leads: None as usual, "" nowhere."""
    hop = int(exchange.query.get("hop", "0")) + 1
    targets = {
        "loop": f"{exchange.origin}/shrt/{token}",
        "many": f"{exchange.origin}/shrt/{token}?hop={hop}",
        "private": "https://192.168.1.20/clip.mp4",
        "metadata": "http://169.254.169.254/latest/meta-data/",
        "loopback": "http://127.0.0.1:1/clip.mp4",
        "ipv6": "http://[::ffff:10.0.0.1]/clip.mp4",
        "http": "http://example.com/clip.mp4",
        "file": "file:///etc/hostname",
        "no-location": "",
    }
    return None if value is None else targets.get(value, value)


async def serve_file(exchange: Exchange, simulation: Simulation) -> None:
    """Send a clip, as it should be or with the faults asked for."""
    found = simulation.open(exchange.query.get("token", ""))
    job = found[0] if found else None
    _note(exchange, simulation, job)
    if found is None or job is None or not job.clip:
        return await exchange.text(404, MISSING, XML)
    if now() >= found[1]:
        return await exchange.text(403, EXPIRED, XML)
    faults = simulation.faults_of(job)
    await asyncio.sleep(faults.seconds("delay-file") or 0)
    status = faults.use("file")
    if status is not None:
        return await exchange.text(int(status), "<h1>No file for you</h1>")
    if not await simulation.studio.ensure(job):
        return await exchange.text(404, MISSING, XML)
    return await _send(exchange, simulation.studio.path(job), faults)


def _note(exchange: Exchange, simulation: Simulation, job: Job | None) -> None:
    simulation.fetches.append(
        {
            "at": now(),
            "method": exchange.method,
            "path": exchange.path,
            "id": job.id if job else None,
            "authorization": "authorization" in exchange.headers,
            "range": exchange.headers.get("range"),
        }
    )


async def _send(exchange: Exchange, path: Path, faults: Faults) -> None:
    kind = KINDS.get(path.suffix, "application/octet-stream")
    odd = faults.use("file-body")
    if odd is not None:
        return await _send_odd(exchange, whole(path), kind, odd)
    total = length(path)
    headers = [("content-type", kind), ("accept-ranges", "bytes")]
    span = _span(exchange.headers.get("range", ""), total)
    if span is None:
        return await _stream(exchange, path, 200, headers, range(total))
    if not span:
        return await exchange.answer(416, b"", [("content-range", f"bytes */{total}")])
    headers.append(("content-range", f"bytes {span.start}-{span.stop - 1}/{total}"))
    return await _stream(exchange, path, 206, headers, span)


def _span(asked: str, total: int) -> range | None:
    """Return the bytes a Range header asks for: None for all, an empty range where there are none."""
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", asked.strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return range(max(0, total - int(last)), total)
    return range(int(first), min(int(last) + 1, total) if last else total)


def whole(path: Path) -> bytes:
    """Return a clip's bytes."""
    return path.read_bytes()


def length(path: Path) -> int:
    """Return how many bytes a clip has."""
    return path.stat().st_size


async def _stream(exchange: Exchange, path: Path, status: int, headers: Headers, span: range) -> None:
    await exchange.begin(status, [*headers, ("content-length", str(len(span)))])
    with path.open("rb") as file:
        file.seek(span.start)
        left = 0 if exchange.method == "HEAD" else len(span)
        while left:
            piece = file.read(min(PIECE, left))
            left -= len(piece)
            await exchange.more(piece)
    await exchange.more(b"", last=True)


async def _send_odd(exchange: Exchange, content: bytes, kind: str, odd: str) -> None:
    half = content[: len(content) // 2]
    whole: dict[str, tuple[str, bytes]] = {
        "html": ("text/html", b"<html><body><h1>Service unavailable</h1></body></html>"),
        "empty": (kind, b""),
        "noise": (kind, bytes(range(256)) * 64),
        "corrupt": (kind, content[:64] + bytes(255 - byte for byte in content[64:])),
        "half": (kind, half),
        "wrong-type": ("text/plain", content),
    }
    if odd in whole:
        kind, content = whole[odd]
        return await exchange.answer(200, content, [("content-type", kind)])
    if odd in ("no-length", "endless"):
        return await _without_length(exchange, content, kind, endless=odd == "endless")
    if odd == "drop":
        return await exchange.drop()
    claimed = {"truncated": len(content), "oversize": OVERSIZE}.get(odd, len(content))
    await exchange.begin(200, [("content-type", kind), ("content-length", str(claimed))])
    if odd == "oversize":
        return await _repeat(exchange, content)
    if odd == "drip":
        return await _drip(exchange, content)
    await exchange.more(half)
    return await exchange.hang_up()


async def _without_length(exchange: Exchange, content: bytes, kind: str, *, endless: bool) -> None:
    await exchange.begin(200, [("content-type", kind)])
    if endless:
        return await _repeat(exchange, content)
    return await exchange.more(content, last=True)


async def _repeat(exchange: Exchange, content: bytes) -> None:
    """Send the same bytes until the asker has had enough."""
    part = content * (PIECE // max(1, len(content)) + 1)
    while not exchange.left:
        await exchange.more(part)


async def _drip(exchange: Exchange, content: bytes) -> None:
    for start in range(0, len(content), DRIP):
        if exchange.left:
            return
        await exchange.more(content[start : start + DRIP], last=start + DRIP >= len(content))
        await asyncio.sleep(0.5)
