"""The jobs as a Django app."""

from django.apps import AppConfig


class VideojobsConfig(AppConfig):
    """Tables and tasks of the jobs."""

    name = "videojobs"
    label = "videojobs"
    default_auto_field = "django.db.models.BigAutoField"
