"""What a webhook says: JSON for a script, or one text for a chat. Never a prompt, never a title."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from videojobs.models import Channel, ChannelKind, Notice, Team
from videojobs.notices.events import OF_JOBS, event_of
from videojobs.notices.letters import one_line

MOST_SHOWN = 50
"""Events that are written out in one body; of the others it says how many."""


def body_of(
    channel: Channel, notices: Sequence[Notice], *, delivery: str, now: datetime, is_test: bool = False
) -> bytes:
    """Write what a channel is sent about some notices."""
    team = channel.team
    if channel.kind == ChannelKind.SLACK:
        said = {"text": _chat(team, channel, notices, is_test=is_test)}
    else:
        said = _script(team, channel, notices, delivery=delivery, now=now, is_test=is_test)
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def subject_of(notices: Sequence[Notice], *, is_test: bool = False) -> str:
    """Say in a line what a delivery was about, for the log."""
    if is_test:
        return "A test"
    first = one_line(notices[0].text)
    more = len(notices) - 1
    return (f"{first[:250]} and {more:,} more" if more else first)[:300]


def sentence_of(notice: Notice, channel: Channel) -> str:
    """Return a notice's sentence; a team's channel is told whose jobs it is about."""
    text = one_line(notice.text)
    if channel.person_id is None and notice.person is not None and event_of(notice.kind) in OF_JOBS:
        return f"{one_line(str(notice.person))}: {text}"
    return text


def link_of(notice: Notice) -> str:
    """Return where more is to be read; it takes signing in."""
    path = f"/jobs/{notice.job_id}/" if notice.job_id else "/notices/"
    return f"{settings.PUBLIC_URL}{path}"


def _script(
    team: Team, channel: Channel, notices: Sequence[Notice], *, delivery: str, now: datetime, is_test: bool
) -> dict[str, Any]:
    return {
        "delivery": delivery,
        "team": team.slug,
        "sent_at": now.astimezone(UTC).isoformat(timespec="seconds"),
        "test": is_test,
        "events": [_event(notice, channel) for notice in notices[:MOST_SHOWN]],
        "left_out": max(len(notices) - MOST_SHOWN, 0),
    }


def _event(notice: Notice, channel: Channel) -> dict[str, Any]:
    return {
        "event": event_of(notice.kind),
        "text": sentence_of(notice, channel),
        "count": notice.count,
        "at": notice.at.astimezone(UTC).isoformat(timespec="seconds"),
        "job": notice.job_id,
        "url": link_of(notice),
    }


def _chat(team: Team, channel: Channel, notices: Sequence[Notice], *, is_test: bool) -> str:
    name = _escaped(one_line(team.name))
    if is_test:
        return f"*{name}*: a test from Dailies. What this team is told will stand here."
    shown = notices[:MOST_SHOWN]
    lines = [f"{_escaped(sentence_of(one, channel))} <{link_of(one)}|Open>" for one in shown]
    left = len(notices) - len(lines)
    if left > 0:
        lines.append(f"and {left:,} more: <{settings.PUBLIC_URL}/notices/|all notices>")
    return f"*{name}*: {lines[0]}" if len(lines) == 1 else "\n".join([f"*{name}*", *lines])


def _escaped(text: str) -> str:
    """Take the meaning from what a chat reads as a mention or a link, so that no name calls everybody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
