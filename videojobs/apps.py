"""The jobs as a Django app."""

from importlib import import_module

from django.apps import AppConfig


class VideojobsConfig(AppConfig):
    """Tables and tasks of the jobs."""

    name = "videojobs"
    label = "videojobs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks, which need the tables' classes."""
        import_module(f"{self.name}.checks")
