"""The one door through which webhooks leave: a POST to an address that was checked a moment before.

The name is resolved once, every answer is checked, and the socket is opened to those very answers, so that a
name that leads elsewhere later is of no use. No redirect is followed, no proxy and no cookie is used, and of
the answer only its status is told: whoever sets up a webhook learns nothing of what lies behind an address.
"""

import hashlib
import hmac
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import httpcore
import httpx
from django.conf import settings

from videojobs.media import addresses
from videojobs.media.addresses import Origin, Resolve
from videojobs.media.errors import MediaError, Unsafe
from videojobs.media.pinned import PinnedBackend

SECONDS = 10.0
"""For everything together: looking up, connecting, sending, waiting for the answer."""

MOST_READ = 4096
"""Bytes of the answer that are taken off the wire; none of them is kept."""

OWN = frozenset({"a private address", "this machine's own address"})
"""What WEBHOOK_ALLOW_PRIVATE lets through; never metadata services and the like."""

UNUSABLE = "This address cannot be used: give one that begins with https:// and leads to a public host."


class WrongAddress(Exception):
    """A webhook may not go there. The message is for the page, and tells nothing of any network."""


@dataclass(frozen=True)
class Answered:
    """What came of one POST: the HTTP status where there was one, and what is wrong, "" for nothing."""

    status: int | None
    problem: str
    took_ms: int

    @property
    def is_taken(self) -> bool:
        """Whether the receiver took it."""
        return not self.problem


def shown(address: str) -> str:
    """Return what of an address may be read again: its host. Raises WrongAddress."""
    return _parsed(address).netloc.decode("ascii", "replace")[:200]


def check(address: str, *, resolve: Resolve = addresses.resolve) -> None:
    """Refuse an address that no webhook may go to as things are now. Raises WrongAddress."""
    _checked(_origin(_parsed(address)), resolve)


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature a receiver computes too: HMAC-SHA256 over the time, a dot, and the body."""
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"v1={digest.hexdigest()}"


def post(
    address: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    resolve: Resolve = addresses.resolve,
    seconds: float = SECONDS,
) -> Answered:
    """Send a body once and say what came of it. Never raises for what the far side does."""
    begun = time.monotonic()
    try:
        status = _status(address, body, headers, resolve, expires=begun + seconds)
        problem = _problem(status)
    except WrongAddress as error:
        status, problem = None, str(error)
    except httpcore.TimeoutException:
        status, problem = None, f"It did not answer within {seconds:g} seconds."
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol):
        status, problem = None, "No connection came about, or it broke off."
    return Answered(status, problem, int((time.monotonic() - begun) * 1000))


def _status(
    address: str, body: bytes, headers: Mapping[str, str], resolve: Resolve, *, expires: float
) -> int:
    url = _parsed(address)
    origin = _origin(url)
    backend = PinnedBackend(_checked(origin, resolve), expires=expires)
    with httpcore.ConnectionPool(ssl_context=_public_trust(), network_backend=backend) as pool:
        response = pool.handle_request(_request(url, origin, body, headers, expires - time.monotonic()))
        try:
            _read_little(response)
        finally:
            response.close()
        return response.status


def _read_little(response: httpcore.Response) -> None:
    """Take a little of the answer, so that a receiver that writes one is not cut off; keep nothing."""
    read = 0
    for chunk in response.iter_stream():
        read += len(chunk)
        if read >= MOST_READ:
            return


def _problem(status: int) -> str:
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return f"It answered HTTP {status}, a redirect, which is not followed."
    return f"It answered HTTP {status}."


def _parsed(address: str) -> httpx.URL:
    try:
        url = httpx.URL(address.strip())
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise WrongAddress(UNUSABLE) from error
    if url.userinfo or not url.raw_host or url.scheme not in {"http", "https"}:
        raise WrongAddress(UNUSABLE)
    return url


def _origin(url: httpx.URL) -> Origin:
    return Origin.of(url.scheme, url.raw_host.decode("ascii"), url.port)


def _checked(origin: Origin, resolve: Resolve) -> tuple[str, ...]:
    """Return the addresses a host has now, if each of them may be connected to. Raises WrongAddress."""
    try:
        if not settings.WEBHOOK_ALLOW_PRIVATE:
            return addresses.checked(origin, provider=None, resolve=resolve)
        found = addresses.checked(origin, provider=origin, resolve=resolve)
        if any(addresses.why_unsafe(one) not in {None, *OWN} for one in found):
            raise WrongAddress(UNUSABLE)
        return found
    except Unsafe as error:
        # Not its own words: they would say what a name inside somebody's network stands for.
        raise WrongAddress(UNUSABLE) from error
    except MediaError as error:
        raise WrongAddress("The address's host cannot be found.") from error


def _request(
    url: httpx.URL, origin: Origin, body: bytes, headers: Mapping[str, str], seconds: float
) -> httpcore.Request:
    plain = {
        "Host": url.netloc.decode("ascii"),
        "User-Agent": "dailies",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Accept": "*/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    return httpcore.Request(
        "POST",
        httpcore.URL(scheme=origin.scheme, host=origin.host, port=origin.port, target=url.raw_path),
        headers=[(name.encode(), value.encode()) for name, value in (plain | dict(headers)).items()],
        content=body,
        extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), max(seconds, 0.01))},
    )


@cache
def _public_trust() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)
