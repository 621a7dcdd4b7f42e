"""What went over the wire, as text for people: laid out, without secrets, never as markup."""

import json
import re

from django.conf import settings

from videojobs.accounts import NotConfigured, key_of
from videojobs.models import Job

LONGEST = 60_000
"""Characters shown of one answer."""

HIDDEN = "••••••"
PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
BEARER = re.compile(r"(?i)\b(bearer\s+|api[_-]?key[\"']?\s*[:=]\s*[\"']?)[^\s\"',}]{8,}")
INLINE_DATA = re.compile(r"(data:[\w/+.-]*;base64,[A-Za-z0-9+/]{24})[A-Za-z0-9+/=]{64,}")


def key_behind(job: Job) -> str:
    """Return the key a job was sent with, to be taken out of what is shown; "" where nobody has it."""
    if job.account.is_rehearsal:
        return ""
    try:
        return key_of(job.account) if job.account.is_configured else ""
    except NotConfigured:
        return ""


def shown(text: str, key: str = "") -> str:
    """Return a text for the page: JSON laid out with every number as it came, keys taken out, not endless."""
    clean = without_secrets(text, key)
    laid_out = pretty(clean)
    return laid_out if len(laid_out) <= LONGEST else f"{laid_out[:LONGEST]}\n… ({len(laid_out):,} characters)"


def without_secrets(text: str, key: str = "") -> str:
    """Take out provider keys, whatever looks like one, and the bulk of pictures sent inline."""
    return INLINE_DATA.sub(r"\1…", without_keys(text, key))


def without_keys(text: str, key: str = "") -> str:
    """Take out the site's provider key, the team's own `key`, and whatever looks like one."""
    hidden = text
    for secret in (settings.PROVIDER_KEY, key):
        hidden = hidden.replace(secret, HIDDEN) if len(secret) >= 8 else hidden
    return BEARER.sub(rf"\1{HIDDEN}", hidden)


def pretty(text: str) -> str:
    """Indent JSON without touching its numbers; anything else stays as it is."""
    if len(text) > LONGEST * 4 or not _is_json(text):
        return text
    lines, depth = [""], 0
    pieces = PIECE.findall(text)
    for place, piece in enumerate(pieces):
        follower = pieces[place + 1] if place + 1 < len(pieces) else ""
        if piece in "{[" and follower not in "}]":
            depth += 1
            lines[-1] += piece
            lines.append("  " * depth)
        elif piece in "}]" and (place == 0 or pieces[place - 1] not in "{["):
            depth -= 1
            lines.append("  " * depth + piece)
        elif piece == ",":
            lines[-1] += piece
            lines.append("  " * depth)
        else:
            lines[-1] += ": " if piece == ":" else piece
    return "\n".join(lines)


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        return False
