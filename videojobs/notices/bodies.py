"""What a webhook says: JSON for a script, or one text for a chat. Never a prompt, never a title."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from videojobs.models import Channel, ChannelKind, Notice, Team
from videojobs.notices import letters
from videojobs.notices.events import OF_JOBS, event_of
from videojobs.notices.letters import link_of, one_line

MOST_SHOWN = 50
"""Events that are written out in one body; of the others it says how many."""

LONGEST_SUBJECT = 300


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
    first, more = one_line(notices[0].text), len(notices) - 1
    end = f" And {more:,} more notice{'s' if more > 1 else ''}." if more else ""
    most = LONGEST_SUBJECT - len(end)
    return (f"{first[: most - 1]}…" if len(first) > most else first) + end


def sentence_of(notice: Notice, channel: Channel) -> str:
    """Return a notice's sentence; a team's channel is told whose jobs it is about."""
    text = letters.sentence_of(notice)
    if channel.person_id is None and notice.person is not None and event_of(notice.kind) in OF_JOBS:
        return f"{one_line(str(notice.person))}: {text}"
    return text


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
        whose = "this team is" if channel.person_id is None else "you are"
        return f"*{name}* · A test from Dailies. What {whose} told will stand here."
    shown = notices[:MOST_SHOWN]
    lines = [f"{_escaped(sentence_of(one, channel))} <{link_of(one)}|Open>" for one in shown]
    left = len(notices) - len(lines)
    if left > 0:
        lines.append(f"And {left:,} more: <{settings.PUBLIC_URL}/notices/|all notices>")
    return f"*{name}* · {lines[0]}" if len(lines) == 1 else "\n".join([f"*{name}*", *lines])


def _escaped(text: str) -> str:
    """Take the meaning from what a chat reads as a mention or a link, so that no name calls everybody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
