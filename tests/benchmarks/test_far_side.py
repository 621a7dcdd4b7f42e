"""The provider's side of the benchmarks answers what our client reads."""

import asyncio
import json
import time

from benchmarks.far_side import Connection, FarSide, answer_text
from videojobs.provider.client import Looked, read_looked
from videojobs.provider.types import ProviderStatus


def read(text: str) -> Looked:
    """Read an answer as the poller does."""
    looked = read_looked(text, "video-000001")
    assert isinstance(looked, Looked)
    return looked


def body_of(answer: bytes) -> bytes:
    """Return what comes after the head of an answer."""
    return answer.partition(b"\r\n\r\n")[2]


def test_an_unfinished_jobs_answer_never_changes_and_is_about_300_bytes() -> None:
    far = FarSide(b"")
    first, second = (far.answer(b"GET", b"/v2/videos/video-000001", b"") for _time in range(2))
    assert body_of(first) == body_of(second) == answer_text("video-000001").encode()
    assert 280 < len(body_of(first)) < 400
    assert read(body_of(first).decode()).job.status == ProviderStatus.IN_PROGRESS


def test_a_planned_job_finishes_when_its_time_has_come() -> None:
    far = FarSide(b"a clip")
    for moment, status in ((time.time() + 60, ProviderStatus.IN_PROGRESS), (1.0, ProviderStatus.COMPLETED)):
        far.answer(b"POST", b"/plan", json.dumps({"video-000001": moment}).encode())
        job = read(body_of(far.answer(b"GET", b"/v2/videos/video-000001", b"")).decode()).job
        assert job.status == status
    assert job.outputs is not None and job.outputs.video_url == "/clip.mp4"
    assert body_of(far.answer(b"GET", b"/clip.mp4", b"")) == b"a clip"


def test_each_create_gets_an_id_of_its_own() -> None:
    far = FarSide(b"")
    ids = {json.loads(body_of(far.answer(b"POST", b"/v2/videos", b"{}")))["id"] for _time in range(3)}
    assert len(ids) == 3


class Sent(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.data = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Keep it."""
        self.data += bytes(data)


def test_requests_in_pieces_and_in_one_piece_are_answered_in_order() -> None:
    far, sent = FarSide(b""), Sent()
    connection = Connection(far)
    connection.connection_made(sent)
    connection.data_received(b"POST /plan HTTP/1.1\r\nContent-Length: 8\r\n\r\n" + b'{"a": ')
    assert sent.data == b""
    connection.data_received(b"1}GET /v2/videos/b HTTP/1.1\r\n\r\nGET /else HTTP/1.1\r\n\r\n")
    heads = [part for part in sent.data.split(b"\r\n") if b"HTTP/1.1 " in part]
    assert [head.split(b"HTTP/1.1 ")[1] for head in heads] == [b"200 OK", b"200 OK", b"404 Not Found"]
