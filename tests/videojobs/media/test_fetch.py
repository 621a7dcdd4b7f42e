import hashlib
import os
import socket
import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.videojobs.media.downloads import assert_nothing_left, download
from tests.videojobs.media.hosts import Answer, FileHost, Script
from videojobs.media.errors import (
    DiskFull,
    Gone,
    NotVideo,
    Temporary,
    TooLarge,
    Truncated,
    TryLater,
    Unwritable,
)
from videojobs.media.fetch import fetch

BODY = os.urandom(300_000)
MP4 = {"Content-Type": "video/mp4"}


def raw(*parts: bytes) -> Script:
    """Answer with exactly these bytes, then hang up."""
    return lambda write: [write(part) for part in parts]


# What is kept


def test_the_file_arrives_whole_beside_its_destination(host: FileHost, destination: Path) -> None:
    host.answers["/clip"] = Answer(BODY, headers=MP4)
    fetched = download(host, destination)
    assert fetched.path.read_bytes() == BODY
    assert fetched.path.parent == destination.parent
    assert not destination.exists()


def test_what_was_fetched_is_told(host: FileHost, destination: Path) -> None:
    host.answers["/clip"] = Answer(BODY, headers={"Content-Type": "Video/MP4; codecs=avc1"})
    fetched = download(host, destination)
    assert (fetched.bytes, fetched.sha256) == (len(BODY), hashlib.sha256(BODY).hexdigest())
    assert (fetched.content_type, fetched.hops) == ("video/mp4", (host.origin,))


def test_a_chunked_answer_needs_no_length(host: FileHost, destination: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    host.answers["/clip"] = raw(head, b"5\r\nhello\r\n0\r\n\r\n")
    assert download(host, destination).path.read_bytes() == b"hello"


# What is sent


def test_nothing_but_the_request_itself_is_sent(
    host: FileHost, destination: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    host.answers["/clip"] = Answer(BODY)
    download(host, destination)
    ((_, headers),) = host.asked
    assert set(headers) == {"Host", "User-Agent", "Accept", "Accept-Encoding", "Connection"}
    assert headers["Accept-Encoding"] == "identity"


def test_a_cookie_is_not_carried_to_the_next_hop(host: FileHost, destination: Path) -> None:
    host.answers["/clip"] = Answer(status=302, headers={"Location": "/kept", "Set-Cookie": "a=b"})
    host.answers["/kept"] = Answer(BODY)
    download(host, destination)
    assert "Cookie" not in host.asked[1][1]


def test_the_query_that_signs_a_link_is_sent_untouched(host: FileHost, destination: Path) -> None:
    host.answers["/clip?sig=a%2Fb%3D&x=1"] = Answer(BODY)
    fetch(
        f"{host.origin}/clip?sig=a%2Fb%3D&x=1#part", destination, provider_origin=host.origin, max_bytes=10**6
    )
    assert host.asked[0][0] == "/clip?sig=a%2Fb%3D&x=1"


# Answers that are not the clip


@pytest.mark.parametrize("status", [403, 404, 410])
def test_an_expired_link_is_gone(host: FileHost, destination: Path, status: int) -> None:
    host.answers["/clip"] = Answer(status=status)
    with pytest.raises(Gone) as caught:
        download(host, destination)
    assert caught.value.status == status


@pytest.mark.parametrize("status", [204, 206, 304, 400, 401, 429, 500, 503])
def test_any_other_status_is_temporary(host: FileHost, destination: Path, status: int) -> None:
    host.answers["/clip"] = Answer(status=status)
    with pytest.raises(Temporary, match=str(status)):
        download(host, destination)


def test_a_packed_answer_is_refused(host: FileHost, destination: Path) -> None:
    host.answers["/clip"] = Answer(BODY, headers={"Content-Encoding": "gzip"})
    with pytest.raises(Temporary, match="encoding"):
        download(host, destination)
    assert_nothing_left(destination)


@pytest.mark.parametrize("content_type", ["text/html; charset=utf-8", "application/json"])
def test_a_page_instead_of_a_clip_is_no_video(host: FileHost, destination: Path, content_type: str) -> None:
    host.answers["/clip"] = Answer(b"<p>Sorry", headers={"Content-Type": content_type})
    with pytest.raises(NotVideo, match=content_type.partition(";")[0]):
        download(host, destination)


@pytest.mark.parametrize(
    "answer", [b"not http at all\r\n\r\n", b"", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"]
)
def test_what_is_no_http_is_temporary(host: FileHost, destination: Path, answer: bytes) -> None:
    host.answers["/clip"] = raw(answer)
    with pytest.raises(Temporary, match="could not be asked"):
        download(host, destination)


def test_a_host_that_is_away_is_temporary(host: FileHost, destination: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        origin = f"http://127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(Temporary, match="could not be asked"):
        fetch(f"{origin}/clip", destination, provider_origin=origin, max_bytes=1)


# Size and length


def test_an_announced_length_over_the_cap_is_refused_ahead(host: FileHost, destination: Path) -> None:
    host.answers["/clip"] = Answer(announced=1001)
    with pytest.raises(TooLarge) as caught:
        download(host, destination, max_bytes=1000)
    assert (caught.value.size, caught.value.cap) == (1001, 1000)
    assert_nothing_left(destination)


def test_an_unannounced_length_over_the_cap_is_cut_off(host: FileHost, destination: Path) -> None:
    host.answers["/clip"] = raw(b"HTTP/1.1 200 OK\r\n\r\n", BODY)
    with pytest.raises(TooLarge) as caught:
        download(host, destination, max_bytes=100_000)
    assert (caught.value.size, caught.value.cap) == (None, 100_000)
    assert_nothing_left(destination)


def test_a_clip_of_exactly_the_cap_is_kept(host: FileHost, destination: Path) -> None:
    host.answers["/clip"] = Answer(BODY)
    assert download(host, destination, max_bytes=len(BODY)).bytes == len(BODY)


def test_fewer_bytes_than_announced_are_truncated(host: FileHost, destination: Path) -> None:
    host.answers["/clip"] = Answer(BODY, announced=len(BODY) + 1)
    with pytest.raises(Truncated, match="broke off"):
        download(host, destination)
    assert_nothing_left(destination)


def test_a_chunked_answer_without_its_end_is_truncated(host: FileHost, destination: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    host.answers["/clip"] = raw(head, b"5\r\nhello\r\n")
    with pytest.raises(Truncated):
        download(host, destination)


def test_chunks_unlike_the_announced_length_are_truncated(host: FileHost, destination: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n"
    host.answers["/clip"] = raw(head, b"5\r\nhello\r\n0\r\n\r\n")
    with pytest.raises(Truncated, match="9 were announced"):
        download(host, destination)


def reset_halfway(server: socket.socket) -> None:
    """Answer one request with a part of its body, then cut the connection hard."""
    connection, _ = server.accept()
    with connection:
        connection.recv(10_000)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nsome")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_a_connection_reset_halfway_leaves_nothing_behind(destination: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor() as threads:
        origin = f"http://127.0.0.1:{server.getsockname()[1]}"
        threads.submit(reset_halfway, server)
        with pytest.raises(TryLater):
            fetch(f"{origin}/clip", destination, provider_origin=origin, max_bytes=10**6)
    assert_nothing_left(destination)


# Time


def test_a_host_that_falls_silent_is_given_up(host: FileHost, destination: Path) -> None:
    host.answers["/clip"] = lambda write: (write(b"HTTP/1.1 200 OK\r\n\r\nsome"), host.closing.wait(10))
    with pytest.raises(Temporary, match="no answer came in time"):
        download(host, destination, idle_timeout=0.1)
    assert_nothing_left(destination)


def trickle(host: FileHost, head: bytes) -> Script:
    """Answer with one more byte every 20 ms, for ever."""

    def script(write: Callable[[bytes], object]) -> None:
        write(head)
        while not host.closing.wait(0.02):
            write(b"x")

    return script


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Slow: "])
def test_a_trickle_does_not_outlast_the_deadline(host: FileHost, destination: Path, head: bytes) -> None:
    host.answers["/clip"] = trickle(host, head)
    with pytest.raises(Temporary, match="the whole download is over"):
        download(host, destination, deadline=0.3)
    assert_nothing_left(destination)


# Our disk


def test_a_clip_larger_than_the_free_disk_is_refused_ahead(host: FileHost, destination: Path) -> None:
    host.answers["/clip"] = Answer(announced=10**17)
    with pytest.raises(DiskFull, match="no room"):
        download(host, destination, max_bytes=10**18)


def test_a_folder_that_cannot_be_written_needs_a_decision(host: FileHost, tmp_path: Path) -> None:
    (tmp_path / "clips").write_text("a file where the folder should be")
    host.answers["/clip"] = Answer(BODY)
    with pytest.raises(Unwritable):
        download(host, tmp_path / "clips" / "clip.mp4")
