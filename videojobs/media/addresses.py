"""Whether an address may be downloaded from: its form, its name, and every address its name stands for."""

import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from videojobs.media.errors import Temporary, Unsafe

Resolve = Callable[[str, int], Sequence[str]]
"""From a host name and a port to IP addresses as text; raises OSError where the name has none."""

_DEFAULT_PORTS = {"http": 80, "https": 443}

_LOCAL_SUFFIXES = ("localhost", "localdomain", "local", "internal", "home.arpa", "metadata.goog")
"""Names that stand for this machine, its network or a cloud machine's metadata."""

_HOST_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")


def _networks(*texts: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(text) for text in texts)


# Python's own `is_private` differs between patch releases, so the registry is written out.
_REFUSED = {
    "a cloud machine's metadata address": _networks(
        "169.254.169.254/32", "fd00:ec2::254/128", "100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32"
    ),
    "this machine's own address": _networks("127.0.0.0/8", "::1/128"),
    "an unspecified address": _networks("0.0.0.0/8", "::/128"),
    "a private address": _networks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fec0::/10"),
    "a link-local address": _networks("169.254.0.0/16", "fe80::/10"),
    "an address shared behind a carrier": _networks("100.64.0.0/10"),
    "a multicast address": _networks("224.0.0.0/4", "ff00::/8"),
    "an IPv4 address wrapped in IPv6": _networks(
        "::ffff:0:0/96", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"
    ),
    "a reserved address": _networks(
        "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"
    )
    + _networks("240.0.0.0/4", "2001::/23", "2001:db8::/32", "3fff::/20"),
}

_GLOBAL_IPV6 = IPv6Network("2000::/3")
"""The only part of IPv6 from which public addresses are given out."""


@dataclass(frozen=True)
class Origin:
    """Scheme, host in lower case ASCII (an IPv6 address without brackets) and port: one place."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, scheme: str, host: str, port: int | None) -> "Origin":
        """Make an origin, a missing port being the scheme's own."""
        return cls(scheme, host.lower(), _DEFAULT_PORTS.get(scheme, 0) if port is None else port)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def resolve(host: str, port: int) -> tuple[str, ...]:
    """Ask this machine's resolver, once, for all addresses of a host; raise OSError where it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


def why_unsafe(address: str) -> str | None:
    """Say what kind of IP address this is if it is not a public one, else None."""
    try:
        ip = ip_address(address)
    except ValueError:
        return "not an IP address"
    for kind, networks in _REFUSED.items():
        if any(ip in network for network in networks):
            return kind
    return None if _is_public(ip) else "a reserved address"


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    if isinstance(ip, IPv6Address) and (ip not in _GLOBAL_IPV6 or ip.scope_id):
        return False
    return ip.is_global and not ip.is_reserved


def checked(origin: Origin, *, provider: Origin | None, resolve: Resolve = resolve) -> tuple[str, ...]:
    """Resolve a host once and return its addresses, every one of which may be connected to.

    The configured provider's exact origin may be anywhere; all others are https on public addresses only.
    Raise Unsafe where any single answer is not, and Temporary where there is no answer.
    """
    if origin == provider:
        return _looked_up(origin, resolve)
    _check_form(origin)
    addresses = _looked_up(origin, resolve)
    for address in addresses:
        _check_address(address, origin.host)
    return addresses


def _check_address(address: str, host: str) -> None:
    kind = why_unsafe(address)
    if kind is not None:
        raise Unsafe(f"The link leads to {host}, which is {kind} ({address}).")


def _check_form(origin: Origin) -> None:
    if origin.scheme != "https":
        raise Unsafe(f"The link leads to {origin.host} over {origin.scheme or 'no scheme'} instead of https.")
    if not 0 < origin.port < 65536:
        raise Unsafe("The link names no port that could be connected to.")
    if ":" in origin.host:
        _check_address(origin.host, "an IPv6 address")
    elif not _HOST_NAME.fullmatch(origin.host):
        raise Unsafe("The link names no host that could be looked up.")
    elif _is_local_name(origin.host.removesuffix(".")):
        raise Unsafe(f"The link leads to {origin.host}, a name of this machine or its network.")


def _is_local_name(name: str) -> bool:
    return "." not in name or any(name == suffix or name.endswith(f".{suffix}") for suffix in _LOCAL_SUFFIXES)


def _looked_up(origin: Origin, resolve: Resolve) -> tuple[str, ...]:
    try:
        addresses = tuple(resolve(origin.host, origin.port))
    except (OSError, UnicodeError) as error:
        raise Temporary(f"The name {origin.host} could not be looked up.") from error
    if not addresses:
        raise Temporary(f"The name {origin.host} has no address.")
    return addresses
