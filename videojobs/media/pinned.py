"""Connections that go only to addresses checked beforehand, and end at one overall moment."""

import ssl
import time
from collections.abc import Iterable, Sequence
from typing import Any

import httpcore

_CONNECT_SECONDS = 10.0
_ADDRESSES_TRIED = 4


class PinnedBackend(httpcore.NetworkBackend):
    """Opens sockets to the given addresses whatever name it is asked for, and never resolves one.

    `expires` is a time.monotonic() value after which no read or write is begun. The name stays with the
    caller, who uses it for the Host header and for the certificate.
    """

    def __init__(
        self, addresses: Sequence[str], *, expires: float, inner: httpcore.NetworkBackend | None = None
    ) -> None:
        self._addresses = tuple(addresses[:_ADDRESSES_TRIED])
        self._expires = expires
        self._inner = inner or httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError("no address to connect to")
        for address in self._addresses:
            seconds = _left(self._expires, min(timeout or _CONNECT_SECONDS, _CONNECT_SECONDS))
            try:
                stream = self._inner.connect_tcp(address, port, seconds, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _ExpiringStream(stream, self._expires)
        raise failure


class _ExpiringStream(httpcore.NetworkStream):
    """Shortens every wait to what is left, so that a trickle of bytes cannot outlast the deadline."""

    def __init__(self, inner: httpcore.NetworkStream, expires: float) -> None:
        self._inner = inner
        self._expires = expires

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(self._expires, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(self._expires, timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, _left(self._expires, timeout))
        return _ExpiringStream(inner, self._expires)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _left(expires: float, timeout: float | None) -> float:
    left = expires - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the deadline has passed")
    return left if timeout is None else min(left, timeout)
