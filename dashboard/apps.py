"""Django's entry for the site."""

from django.apps import AppConfig

from dashboard import checks


class DashboardConfig(AppConfig):
    """The site's pages, commands and checks."""

    name = "dashboard"
    label = "dashboard"
    verbose_name = "Dailies"
    checks = checks
