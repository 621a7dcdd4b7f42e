"""Django's entry for the site."""

from django.apps import AppConfig

from dashboard import checks
from dashboard.celery import app


class DashboardConfig(AppConfig):
    """The site's pages, commands and checks."""

    name = "dashboard"
    label = "dashboard"
    verbose_name = "Dailies"
    checks = checks
    celery = app  # loaded with the site, so that a nudge finds the broker
