"""The site's own settings, with messages handed out again after two seconds instead of an hour."""

from dashboard.settings import *  # noqa: F403
from dashboard.settings import CELERY_BROKER_TRANSPORT_OPTIONS as USUAL

CELERY_BROKER_TRANSPORT_OPTIONS = {**USUAL, "visibility_timeout": 2, "unacked_restore_interval": 1}
