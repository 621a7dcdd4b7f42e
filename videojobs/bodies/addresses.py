"""Checks the addresses of pictures, clips and sounds by their spelling alone; nothing is looked up."""

import ipaddress
import re
import unicodedata
from urllib.parse import SplitResult, urlsplit

LONGEST_ADDRESS = 2_000
INNER_NAMES = ("localhost", "local", "internal", "localdomain", "lan", "home.arpa")


def problem_with(address: str) -> str:
    """Return a sentence with the remedy, or "" where the provider can be asked to fetch it."""
    if address[:5].lower() == "data:" or (len(address) > 200 and "://" not in address[:20]):
        return "Files are taken by https address here. Put it online and give its address."
    if len(address) > LONGEST_ADDRESS:
        return f"This address is over {LONGEST_ADDRESS:,} characters long. Use a shorter one."
    if not address.isprintable() or re.search(r"[\s\\<>\"]", address):
        return "This address has blanks or characters no address has. Copy it again."
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018  (reading it is what checks it)
    except ValueError:
        return "This is not an address. Copy it again, from https:// on."
    return _problem_with_parts(parts)


def _problem_with_parts(parts: SplitResult) -> str:
    if parts.scheme != "https":
        return "Give an address that begins with https://."
    if parts.username is not None or parts.password is not None:
        return "There is a user name or password in this address. Use one that needs none."
    # Wide digits and dots are read as plain ones by whoever fetches it.
    host = unicodedata.normalize("NFKC", parts.hostname or "").replace("。", ".").rstrip(".")
    if not re.fullmatch(r"[\w.:%-]+", host):
        return "This address names no site. Copy it again, from https:// on."
    if _is_inner(host):
        return "The provider cannot reach into a private network. Put the file online and give its address."
    return ""


def _is_inner(host: str) -> bool:
    """Whether the host, as spelt, is one only machines nearby can reach."""
    try:
        number = ipaddress.ip_address(host)
        return not (getattr(number, "ipv4_mapped", None) or number).is_global
    except ValueError:
        pass
    if host in INNER_NAMES or host.endswith(tuple(f".{name}" for name in INNER_NAMES)):
        return True
    # Old spellings of addresses, such as 127.1 or 0x7f000001, end in a number; names do not.
    last = host.rsplit(".", 1)[-1]
    return "." not in host or re.fullmatch(r"[0-9]+|0x[0-9a-f]*", last) is not None
