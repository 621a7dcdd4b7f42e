"""Log lines as facts: for people on a terminal, as JSON elsewhere; never with secrets or prompts in them."""

import logging
import re
from collections.abc import MutableMapping
from http import HTTPStatus
from typing import Any

import structlog
from structlog.typing import Processor

Line = MutableMapping[str, Any]

HIDDEN_WORDS = ("prompt", "secret", "password", "authorization", "cookie", "token", "api_key")
"""A field whose name contains one of these is not logged."""

SECRET_TEXT = re.compile(
    r"(?i)(?P<before>bearer\s+|[?&](?:token|key|sig|signature|api_key)=|://[^\s:/@]*:"
    r"|/asks/by-mail/|/password/reset/key/|/email/confirm/|/join/)(?P<secret>[^\s&@\"']+)"
)

QUOTED = re.compile(
    r"(?s)(?P<before>\b(?:DETAIL|CONTEXT):\s+|\binput_value=)"
    r".*?(?=, input_type=|\n\n(?:The above exception|During handling)|\Z)"
)
"""What an error repeats of what it was given: PostgreSQL a whole row, pydantic a value; a prompt, too."""

JOB = re.compile(r"\bjob=(?P<id>job_\w+)")

TALKATIVE = ("celery", "kombu", "httpx", "httpcore", "uvicorn", "asyncio", "PIL", "fontTools", "fpdf")
"""Loggers that say the same thing every second, or say whole addresses."""


def hide_secrets(_logger: object, _method: str, line: Line) -> Line:
    """Replace fields that may carry a secret, and secrets inside the text."""
    for name, value in line.items():
        if any(word in name.lower() for word in HIDDEN_WORDS):
            line[name] = "(hidden)"
        elif isinstance(value, str):
            line[name] = QUOTED.sub(r"\g<before>(hidden)", SECRET_TEXT.sub(r"\g<before>(hidden)", value))
    return line


def name_job(_logger: object, _method: str, line: Line) -> Line:
    """Give the job a field of its own, wherever a sentence names it."""
    found = JOB.search(str(line.get("event", "")))
    if found and "job" not in line:
        line["job"] = found["id"]
    return line


def shared_processors(process: str) -> list[Processor]:
    """Return what every line passes, whether it comes from structlog or from the standard library."""

    def name_process(_logger: object, _method: str, line: Line) -> Line:
        if process:
            line["process"] = process
        return line

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        name_process,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def is_unforeseen(record: logging.LogRecord) -> bool:
    """Drop Django's line about an answer 503, which is only given to whoever asks for readiness."""
    return getattr(record, "status_code", 0) != HTTPStatus.SERVICE_UNAVAILABLE


def configure(*, level: str, on_terminal: bool, process: str) -> dict[str, Any]:
    """Set structlog up and return the matching settings for the standard library's logging.

    `process` names the program in each line ("web", "worker"), or is empty.
    """
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared_processors(process),
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return _standard_logging(level.upper(), on_terminal=on_terminal, process=process)


def _standard_logging(level: str, *, on_terminal: bool, process: str) -> dict[str, Any]:
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=True) if on_terminal else structlog.processors.JSONRenderer()
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": [*shared_processors(process), structlog.processors.format_exc_info],
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            name_job,
            hide_secrets,
            renderer,
        ],
    }
    quieter = {"level": "WARNING" if level == "INFO" else level}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "filters": {"unforeseen": {"()": lambda: is_unforeseen}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["unforeseen"]}
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": dict.fromkeys(TALKATIVE, quieter) | {"django.server": {"handlers": [], "propagate": True}},
    }
