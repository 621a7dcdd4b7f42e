"""The Celery app and its timetable. The database is the list of work; what runs here is only the nudge."""

import logging.config
import os
from typing import Any

from celery import Celery, signals
from django.conf import settings

from videojobs.stopping import stopping

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

PUBLISH_TIMEOUT = 0.4
"""Seconds for connecting to the broker, and again for talking to it."""

app = Celery("dailies")
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    timezone="UTC",
    task_ignore_result=True,
    task_store_errors_even_if_ignored=False,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_serializer="json",
    accept_content=["json"],
    task_default_queue="dailies",
    task_publish_retry=False,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    broker_connection_timeout=1,
    broker_connection_retry=True,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        "visibility_timeout": 3600,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": PUBLISH_TIMEOUT,
        "socket_connect_timeout": PUBLISH_TIMEOUT,
        "max_retries": 0,
    },
    beat_schedule_filename=str(settings.DATA_DIR / "run" / "beat"),
    beat_schedule={
        "tick": {"task": "videojobs.tick", "schedule": 1.0, "options": {"expires": 1}},
        "sweep": {"task": "videojobs.sweep", "schedule": 10.0, "options": {"expires": 10}},
        "housekeeping": {"task": "videojobs.housekeeping", "schedule": 3600.0, "options": {"expires": 600}},
    },
)
app.autodiscover_tasks()


@signals.setup_logging.connect
def log_like_the_site(**_options: Any) -> None:
    """Keep Celery from setting up logging of its own."""
    logging.config.dictConfig(settings.LOGGING)


@signals.worker_shutting_down.connect
def say_stopping(**_options: Any) -> None:
    """Tell running tasks to claim nothing more."""
    stopping.set()
