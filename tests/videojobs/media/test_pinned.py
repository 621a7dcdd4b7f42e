import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore
import pytest

from videojobs.media.pinned import PinnedBackend

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class RecordingStream(httpcore.MockStream):
    """Remembers what is written and the name TLS was begun for."""

    def __init__(self) -> None:
        super().__init__([ANSWER])
        self.written = b""
        self.tls_name: str | None = None

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.written += buffer

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        self.tls_name = server_hostname
        return self


class RecordingBackend(httpcore.NetworkBackend):
    """Remembers what was connected to; `dead` addresses refuse."""

    def __init__(self, *dead: str) -> None:
        self.dead = dead
        self.connected: list[tuple[str, int]] = []
        self.timeouts: list[float | None] = []
        self.stream = RecordingStream()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        self.connected.append((host, port))
        self.timeouts.append(timeout)
        if host in self.dead:
            raise httpcore.ConnectError("refused")
        return self.stream


def pinned(inner: RecordingBackend, *addresses: str, seconds: float = 60) -> PinnedBackend:
    return PinnedBackend(addresses, expires=time.monotonic() + seconds, inner=inner)


def test_the_socket_goes_to_the_checked_address_and_tls_and_host_to_the_name() -> None:
    inner = RecordingBackend()
    with httpcore.ConnectionPool(network_backend=pinned(inner, "93.184.216.34")) as pool:
        assert pool.request("GET", "https://clips.example/clip").content == b"ok"
    assert inner.connected == [("93.184.216.34", 443)]
    assert inner.stream.tls_name == "clips.example"
    assert b"\r\nHost: clips.example\r\n" in inner.stream.written


def test_addresses_are_tried_in_order_until_one_answers() -> None:
    inner = RecordingBackend("192.0.2.1")
    pinned(inner, "192.0.2.1", "192.0.2.2", "192.0.2.3").connect_tcp("clips.example", 443)
    assert inner.connected == [("192.0.2.1", 443), ("192.0.2.2", 443)]


def test_when_no_address_answers_the_last_failure_is_told() -> None:
    with pytest.raises(httpcore.ConnectError, match="refused"):
        pinned(RecordingBackend("192.0.2.1"), "192.0.2.1").connect_tcp("clips.example", 443)


def test_without_addresses_there_is_no_connection() -> None:
    with pytest.raises(httpcore.ConnectError, match="no address"):
        pinned(RecordingBackend()).connect_tcp("clips.example", 443)


def test_a_long_list_of_addresses_is_not_tried_to_its_end() -> None:
    inner = RecordingBackend(*(f"192.0.2.{number}" for number in range(9)))
    with pytest.raises(httpcore.ConnectError):
        pinned(inner, *inner.dead).connect_tcp("clips.example", 443)
    assert len(inner.connected) == 4


@pytest.mark.parametrize(("seconds", "longest"), [(60, 10), (2, 2)])
def test_connecting_takes_ten_seconds_at_most_and_never_more_than_is_left(
    seconds: float, longest: float
) -> None:
    inner = RecordingBackend()
    pinned(inner, "192.0.2.1", seconds=seconds).connect_tcp("clips.example", 443, timeout=30)
    assert inner.timeouts == [pytest.approx(longest, abs=0.1)]


def test_after_the_deadline_nothing_is_connected_or_read() -> None:
    inner = RecordingBackend()
    with pytest.raises(httpcore.ReadTimeout):
        pinned(inner, "192.0.2.1", seconds=0).connect_tcp("clips.example", 443)
    assert not inner.connected


def test_a_unix_socket_is_never_opened() -> None:
    with pytest.raises(NotImplementedError):
        pinned(RecordingBackend(), "192.0.2.1").connect_unix_socket("/run/docker.sock")
