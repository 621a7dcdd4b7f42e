"""`manage.py prepare`: what must be in place before pages are served. `manage.py up` calls it when needed."""

from typing import Any

from django.core.management.base import BaseCommand

from dashboard import first_visit
from dashboard.supervisor.preparation import prepare_database, prepare_static_files
from dashboard.supervisor.stamp import is_prepared, write_stamp


class Command(BaseCommand):
    """Tables, static files and, until there is an owner, the token of the first visit."""

    help = "Bring tables and static files up to date; prints the address of an open first visit."

    requires_system_checks = []

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        """Do what is still to be done."""
        if not is_prepared():
            prepare_database(self._tell)
            prepare_static_files(self._tell)
            write_stamp()
        address = first_visit.url()
        if address is not None:
            self.stdout.write(address)

    def _tell(self, line: str) -> None:
        self.stderr.write(line, self.style.WARNING)
