"""The Celery app. The database is the list of work; what runs here is only the nudge."""

import logging.config
import os
import warnings
from typing import Any

import structlog
from celery import Celery, signals
from celery.platforms import SecurityWarning
from django.conf import settings

from dashboard import pulse
from videojobs.stopping import stopping

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

# Celery warns of pickled messages run as root; only JSON is accepted here.
warnings.simplefilter("ignore", SecurityWarning)

app = Celery("dailies")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def log_like_the_site(**_options: Any) -> None:
    """Keep Celery from setting up logging of its own."""
    logging.config.dictConfig(settings.LOGGING)


@signals.worker_ready.connect
def say_alive(**_options: Any) -> None:
    """Let the Health page see this worker."""
    pulse.beat_as_worker()


@signals.task_prerun.connect
def name_request(task: Any, **_options: Any) -> None:
    """Put the request that asked for a task into every line the task writes."""
    structlog.contextvars.clear_contextvars()
    asked_by = task.request.get("asked_by")
    names = {"task": task.name} | ({"request_id": asked_by} if asked_by else {})
    structlog.contextvars.bind_contextvars(**names)


@signals.worker_shutting_down.connect
def say_stopping(**_options: Any) -> None:
    """Tell running tasks to claim nothing more."""
    stopping.set()
