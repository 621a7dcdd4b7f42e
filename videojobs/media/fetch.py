"""Download a file we were given a link to: no key, no cookies, no proxy, and nowhere unsafe.

Redirects are followed by hand. Each hop's name is resolved once, every answer is checked, and the socket is
opened to those very answers; the name is used only for the Host header and the certificate.
"""

import hashlib
import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import httpcore
import httpx

from videojobs.media import addresses, space
from videojobs.media.addresses import Origin, Resolve
from videojobs.media.errors import DiskFull, Gone, NotVideo, Temporary, TooLarge, Truncated, Unsafe
from videojobs.media.pinned import PinnedBackend

MAX_REDIRECTS = 5
DEADLINE = 30 * 60.0
IDLE_TIMEOUT = 30.0

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({403, 404, 410})
_PAGES = ("text/", "application/json", "application/xml", "application/xhtml")


@dataclass(frozen=True)
class Fetched:
    """A file on our disk under a partial name: `space.keep` it, or remove it.

    `sha256` is hex. `content_type` is what the host said, or "". `hops` are the origins asked, in order.
    """

    path: Path
    bytes: int
    sha256: str
    content_type: str
    hops: tuple[str, ...]


@dataclass(frozen=True)
class _Rules:
    """What holds for every hop of one download; `expires` is a time.monotonic() value."""

    provider: Origin | None
    expires: float
    idle_timeout: float
    resolve: Resolve
    tls: ssl.SSLContext


def fetch(
    url: str,
    destination: Path,
    *,
    provider_origin: str | None,
    max_bytes: int,
    deadline: float = DEADLINE,
    idle_timeout: float = IDLE_TIMEOUT,
    resolve: Resolve = addresses.resolve,
    tls: ssl.SSLContext | None = None,
) -> Fetched:
    """Stream what is behind `url` to a partial file beside `destination`, durable and hashed on return.

    Only `provider_origin` ("http://127.0.0.1:8001") may be plain http or on a private address. `deadline` is
    for everything together and `idle_timeout` for a wait without a byte, both in seconds. `tls` replaces the
    usual trust in public certificates. Raise a MediaError, and then leave no file behind.
    """
    rules = _Rules(
        provider=_origin(httpx.URL(provider_origin)) if provider_origin else None,
        expires=time.monotonic() + deadline,
        idle_timeout=idle_timeout,
        resolve=resolve,
        tls=tls or _public_trust(),
    )
    with _followed(url, rules) as (response, hops):
        content_type = _checked_type(response)
        length = _checked_length(response, destination, max_bytes)
        path, size, sha256 = _saved(_chunks(response, rules), destination, max_bytes, length)
    return Fetched(path, size, sha256, content_type, hops)


@cache
def _public_trust() -> ssl.SSLContext:
    """Trust public certificates; kept, since reading them takes longer than a small download."""
    return httpx.create_ssl_context(trust_env=False)


@contextmanager
def _followed(link: str, rules: _Rules) -> Iterator[tuple[httpcore.Response, tuple[str, ...]]]:
    """Yield the answer at the end of the redirects, its body unread, and the origins asked on the way."""
    url = _parsed(link)
    hops: tuple[str, ...] = ()
    for _ in range(MAX_REDIRECTS + 1):
        hops += (str(_origin(url)),)
        with _asked(url, rules) as response:
            if response.status not in _REDIRECTS:
                _check_status(response)
                yield response, hops
                return
            url = _next(response, url)
    raise Unsafe(f"The link redirects more than {MAX_REDIRECTS} times.")


@contextmanager
def _asked(url: httpx.URL, rules: _Rules) -> Iterator[httpcore.Response]:
    """Yield the answer of one hop, over a connection of its own that goes only to checked addresses."""
    origin = _origin(url)
    checked = addresses.checked(origin, provider=rules.provider, resolve=rules.resolve)
    backend = PinnedBackend(checked, expires=rules.expires)
    with httpcore.ConnectionPool(ssl_context=rules.tls, network_backend=backend) as pool:
        with _wire_trouble(rules, Temporary, f"{origin.host} could not be asked for the clip"):
            response = pool.handle_request(_request(url, origin, rules))
        try:
            yield response
        finally:
            response.close()


def _request(url: httpx.URL, origin: Origin, rules: _Rules) -> httpcore.Request:
    return httpcore.Request(
        "GET",
        httpcore.URL(scheme=origin.scheme, host=origin.host, port=origin.port, target=url.raw_path),
        headers=[
            (b"Host", url.netloc),
            (b"User-Agent", b"dailies"),
            (b"Accept", b"*/*"),
            (b"Accept-Encoding", b"identity"),
            (b"Connection", b"close"),
        ],
        extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), rules.idle_timeout)},
    )


def _parsed(link: str, *, base: httpx.URL | None = None) -> httpx.URL:
    try:
        url = httpx.URL(link) if base is None else base.join(link)
    except (httpx.InvalidURL, ValueError) as error:
        raise Unsafe("The link cannot be read as an address.") from error
    if url.userinfo:
        raise Unsafe(f"The link to {url.raw_host.decode('ascii')} carries a user name or password.")
    return url


def _next(response: httpcore.Response, url: httpx.URL) -> httpx.URL:
    location = _header(response, "location")
    if not location:
        raise Temporary(f"The link answers HTTP {response.status} without saying where to go.")
    return _parsed(location, base=url)


def _origin(url: httpx.URL) -> Origin:
    return Origin.of(url.scheme, url.raw_host.decode("ascii"), url.port)


def _header(response: httpcore.Response, name: str) -> str:
    """Return the first header of that name, or "" where there is none."""
    wanted = name.encode()
    found = (value for key, value in response.headers if key.lower() == wanted)
    return next(found, b"").decode("utf-8", "replace").strip()


def _check_status(response: httpcore.Response) -> None:
    if response.status in _GONE:
        raise Gone(f"The link has expired: it answers HTTP {response.status}.", status=response.status)
    if response.status != 200:
        raise Temporary(f"The link answers HTTP {response.status} instead of the clip.")
    encoding = _header(response, "content-encoding")
    if encoding.lower() not in ("", "identity"):
        raise Temporary("The clip came packed with a content encoding, though none was asked for.")


def _checked_type(response: httpcore.Response) -> str:
    content_type = _header(response, "content-type").partition(";")[0].strip().lower()[:100]
    if content_type.startswith(_PAGES):
        raise NotVideo(f"The link answers with {content_type} instead of a video.")
    return content_type


def _checked_length(response: httpcore.Response, destination: Path, max_bytes: int) -> int | None:
    """Return the announced length in bytes, or None; refuse ahead what is too large for cap or disk."""
    announced = _header(response, "content-length")
    if not announced:
        return None
    length = int(announced)
    if length > max_bytes:
        raise TooLarge(length, max_bytes)
    if not space.enough(destination, length):
        raise DiskFull(f"The disk has no room for the clip of {length:,} bytes. Free some, then try again.")
    return length


def _chunks(response: httpcore.Response, rules: _Rules) -> Iterator[bytes]:
    with _wire_trouble(rules, Truncated, "The clip broke off while it was downloaded"):
        yield from response.iter_stream()


def _saved(
    chunks: Iterable[bytes], destination: Path, max_bytes: int, length: int | None
) -> tuple[Path, int, str]:
    """Write the chunks to a partial file; return its path, its size in bytes and its SHA-256."""
    size = 0
    digest = hashlib.sha256()
    with space.new_file(destination) as file:
        for chunk in chunks:
            size += len(chunk)
            if size > max_bytes:
                raise TooLarge(None, max_bytes)
            digest.update(chunk)
            file.write(chunk)
        if length is not None and size != length:
            raise Truncated(f"The clip has {size:,} bytes, but {length:,} were announced.")
    return Path(file.name), size, digest.hexdigest()


@contextmanager
def _wire_trouble(rules: _Rules, lost: type[Temporary | Truncated], what: str) -> Iterator[None]:
    """Turn the library's errors into ours: `lost` for a connection or protocol that fails."""
    try:
        yield
    except httpcore.TimeoutException as error:
        late = time.monotonic() >= rules.expires
        why = "the time for the whole download is over" if late else "no answer came in time"
        raise Temporary(f"{what}: {why}.") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
        raise lost(f"{what}: {error}.") from error
