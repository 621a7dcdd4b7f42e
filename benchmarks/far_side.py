"""The provider's side for benchmarks: a loopback server cheap enough that what is measured is ours.

`python -m benchmarks.far_side --clip FILE` prints `far side http://127.0.0.1:PORT` and answers

    GET  /v2/videos/ID   a constant answer of about 300 bytes, completed once its time has come
    POST /v2/videos      an id
    POST /plan           {"ID": unix seconds, …}: when these are finished; others never are
    GET  /clip.mp4       the file

until it is ended or its parent is gone. It serves loopback only.
"""

import argparse
import asyncio
import json
import time
from http import HTTPStatus
from itertools import count
from pathlib import Path
from typing import cast

import uvloop

CREATED_AT = 1_763_900_000
"""Unix seconds in every answer, so that an unchanged job's answer is the same bytes."""

TEMPLATE = (
    '{"id":"%(id)s","object":"video","model":"minimax/video-01-director","status":"%(status)s",'
    '"size":"1366x768","seconds":"5","created_at":%(created)d,"completed_at":null,"error":null,'
    '"info":{"errors":null},"inputs":{"prompt":"A paper boat drifts down a rain gutter","n":1},'
    '"outputs":%(outputs)s}'
)
HEAD = "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"


def answer_text(video_id: str, *, link: str = "") -> str:
    """Return the answer about one job: in progress, or completed where there is a link."""
    outputs = json.dumps({"cost": 0.28, "video_url": link}) if link else "null"
    status = "completed" if link else "in_progress"
    return TEMPLATE % {"id": video_id, "status": status, "created": CREATED_AT, "outputs": outputs}


class FarSide:
    """What the server knows: when planned jobs finish, and the clip all of them show."""

    def __init__(self, clip: bytes) -> None:
        self.clip = clip
        self.origin = ""
        self._finish_at: dict[str, float] = {}
        self._ids = count(1)

    def answer(self, method: bytes, path: bytes, body: bytes) -> bytes:
        """Return the bytes that answer one request."""
        name = path.decode("ascii", "replace")
        if method == b"GET" and name.startswith("/v2/videos/"):
            return _response(HTTPStatus.OK, self._video(name.removeprefix("/v2/videos/")).encode())
        if method == b"POST" and name == "/v2/videos":
            return _response(HTTPStatus.OK, answer_text(f"made-{next(self._ids)}").encode())
        if method == b"POST" and name == "/plan":
            self._finish_at.update(json.loads(body))
            return _response(HTTPStatus.OK, b"{}")
        if name == "/clip.mp4" and self.clip:
            return _response(HTTPStatus.OK, self.clip, "video/mp4")
        return _response(HTTPStatus.NOT_FOUND, b'{"error":{"message":"no such thing"}}')

    def _video(self, video_id: str) -> str:
        finished = self._finish_at.get(video_id, float("inf")) <= time.time()
        return answer_text(video_id, link=f"{self.origin}/clip.mp4" if finished else "")


def _response(status: HTTPStatus, body: bytes, kind: str = "application/json") -> bytes:
    return (HEAD % (status, status.phrase, kind, len(body))).encode() + body


class Connection(asyncio.Protocol):
    """One kept connection: whole requests in, answers out, in order."""

    def __init__(self, far: FarSide) -> None:
        self._far = far
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where answers go."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete."""
        self._received += data
        while self._transport is not None and self._take_one(self._transport):
            pass

    def _take_one(self, transport: asyncio.Transport) -> bool:
        head, end, rest = self._received.partition(b"\r\n\r\n")
        length = _length(head) if end else 0
        if not end or len(rest) < length:
            return False
        self._received = rest[length:]
        method, path, _version = head.split(b"\r\n", 1)[0].split(b" ", 2)
        transport.write(self._far.answer(method, path, rest[:length]))
        return True


def _length(head: bytes) -> int:
    _before, found, after = head.lower().partition(b"\r\ncontent-length:")
    return int(after.split(b"\r\n", 1)[0]) if found else 0


async def serve(clip: bytes) -> None:
    """Serve until cancelled, and say where."""
    far = FarSide(clip)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(far), "127.0.0.1", 0)
    far.origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    print(f"far side {far.origin}", flush=True)
    await server.serve_forever()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description="A stand-in for the provider, for benchmarks.")
    parser.add_argument("--clip", type=Path)
    clip: Path | None = parser.parse_args().clip
    uvloop.run(serve(clip.read_bytes() if clip else b""))


if __name__ == "__main__":
    main()
