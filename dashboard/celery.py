"""The Celery app. The database is the list of work; what runs here is only the nudge."""

import logging.config
import os
import warnings
from typing import Any

from celery import Celery, signals
from celery.platforms import SecurityWarning
from django.conf import settings

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


@signals.worker_shutting_down.connect
def say_stopping(**_options: Any) -> None:
    """Tell running tasks to claim nothing more."""
    stopping.set()
