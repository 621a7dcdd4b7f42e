"""Log lines carry facts, and no secrets."""

import json
import logging
import logging.config
import sys
from typing import Any

import pytest
import structlog
from django.db import IntegrityError, transaction
from pydantic import ValidationError

from dashboard.logging import configure, hide_secrets, is_unforeseen
from tests.factories import create_cast, create_job
from videojobs.models import Job
from videojobs.provider.types import CreateVideoBody


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


def of_an_error() -> str:
    """Return the line of the error that is being handled."""
    line = formatted(logging.LogRecord("x", logging.ERROR, "", 0, "step_failed", (), sys.exc_info()))
    structlog.reset_defaults()
    assert "Traceback" in line["exception"]
    return json.dumps(line)


@pytest.mark.postgresql
@pytest.mark.django_db
def test_a_row_the_database_refuses_is_not_logged() -> None:
    cast = create_cast()
    job = create_job(cast.alice, cast.team, prompt="A whale\n\nin a teacup")
    with pytest.raises(IntegrityError, match="whale"), transaction.atomic():
        try:
            Job.objects.filter(pk=job.pk).update(state="nonsense")
        except IntegrityError:
            line = of_an_error()
            raise
    assert "job_state_known" in line and "whale" not in line and "teacup" not in line


def test_a_value_that_is_refused_is_not_logged() -> None:
    given = {"model": "a/b", "prompt": ["A whale"]}
    with pytest.raises(ValidationError, match="whale"):
        try:
            CreateVideoBody.model_validate(given)
        except ValidationError:
            line = of_an_error()
            raise
    assert "prompt" in line and "whale" not in line


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
