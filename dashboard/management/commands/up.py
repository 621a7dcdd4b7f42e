"""`manage.py up`: run the whole site in the foreground."""

from typing import Any

from django.core.management.base import BaseCommand

from dashboard.supervisor.run import run


class Command(BaseCommand):
    """Broker, web server, worker, timetable and, without a key, the simulator, until Ctrl-C or SIGTERM."""

    help = "Run the whole site in the foreground; Ctrl-C ends it."
    requires_system_checks = []

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        """Start everything and keep watch."""
        run()
