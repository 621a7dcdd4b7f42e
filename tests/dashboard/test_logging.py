"""Log lines carry facts, and no secrets."""

import json
import logging
import logging.config
from typing import Any

import pytest
import structlog

from dashboard.logging import configure, hide_secrets, is_unforeseen


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("GET /welcome/?token=abc123 failed", "abc123"),
        ("Authorization: Bearer dailies_abc123", "dailies_abc123"),
        ("cannot reach postgresql://user:abc123@db/name", "abc123"),
        ("https://cdn.example.com/clip.mp4?x=1&signature=abc123", "abc123"),
        ("Gone: /asks/by-mail/job_x-1.a.abc123/", "abc123"),
        ("Forbidden: /accounts/password/reset/key/1-abc123/", "abc123"),
    ],
)
def test_secrets_in_the_text_are_hidden(text: str, hidden: str) -> None:
    line = hide_secrets(None, "info", {"event": text})
    assert hidden not in line["event"]
    assert "(hidden)" in line["event"]


@pytest.mark.parametrize("name", ["prompt", "negative_prompt", "api_key", "password", "set_cookie"])
def test_fields_that_hold_secrets_are_hidden(name: str) -> None:
    assert hide_secrets(None, "info", {name: "value"})[name] == "(hidden)"


def test_readiness_asked_in_vain_is_not_logged() -> None:
    record = logging.makeLogRecord({"status_code": 503})
    assert (is_unforeseen(record), is_unforeseen(logging.makeLogRecord({}))) == (False, True)


def formatted(record: logging.LogRecord) -> dict[str, Any]:
    """Return a record as its JSON line."""
    formatter = configure(level="info", on_terminal=False, process="web")["formatters"]["line"].copy()
    made = formatter.pop("()")(**formatter)
    line: dict[str, Any] = json.loads(made.format(record))
    return line


def test_a_line_names_its_process_time_and_level() -> None:
    record = logging.LogRecord("videojobs.tasks", logging.WARNING, "", 0, "job %s waits", ("j1",), None)
    line = formatted(record)
    assert (line["event"], line["level"], line["logger"], line["process"]) == (
        "job j1 waits",
        "warning",
        "videojobs.tasks",
        "web",
    )
    assert line["timestamp"].endswith("Z")
    structlog.reset_defaults()
